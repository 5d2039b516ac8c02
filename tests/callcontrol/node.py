"""A real Asterisk for these tests: the voice image with a small configuration that keeps the contract of
handbook/contracts.md.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from qvoice.callcontrol.ari.lists import Lists

MODULES = """res_sorcery_config res_sorcery_memory res_sorcery_astdb res_timing_timerfd res_pjproject res_pjsip
res_pjsip_session res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_header_funcs
res_pjsip_endpoint_identifier_ip res_pjsip_rfc3326 res_pjsip_pubsub res_pjsip_refer res_pjsip_nat
chan_pjsip res_rtp_asterisk res_http_websocket res_websocket_client res_stasis res_stasis_answer
res_stasis_playback res_stasis_recording res_stasis_snoop res_ari res_ari_model res_ari_applications
res_ari_bridges res_ari_channels res_ari_events res_ari_playbacks res_ari_recordings app_stasis app_dial
bridge_simple bridge_native_rtp bridge_softmix bridge_holding chan_bridge_media codec_ulaw codec_alaw
codec_g722 codec_gsm codec_resample format_wav format_pcm format_gsm format_sln func_base64 func_channel
func_callerid func_volume func_strings func_logic func_uri pbx_config res_musiconhold"""

CONFIG = {
    "asterisk.conf": """[directories]
astetcdir => {etc}
astmoddir => {modules}
astvarlibdir => /var/lib/asterisk
astdbdir => {data}/lib
astkeydir => /var/lib/asterisk
astdatadir => /usr/share/asterisk
astspooldir => {data}/spool
astrundir => {data}/run
astlogdir => {data}/log
[options]
nocolor = yes
systemname = node
""",
    "http.conf": "[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport={http}\n",
    "ari.conf": """[general]
enabled=yes
websocket_write_timeout=5000
[qvoice]
type=user
read_only=no
password={password}
[out]
type=outbound_websocket
websocket_client_id=callcontrol
apps=qvoice
subscribe_all=no
local_ari_user=qvoice
""",
    "websocket_client.conf": """[callcontrol]
type=websocket_client
connection_type=persistent
uri=ws://127.0.0.1:{callcontrol}/ari
protocols=ari
username=asterisk
password={password}
connection_timeout=500
reconnect_interval=200
reconnect_attempts=50
tls_enabled=no
""",
    "pjsip.conf": """[global]
type=global
endpoint_identifier_order=ip
[system]
type=system
timer_t1=100
timer_b=6400
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{sip}
[edge]
type=endpoint
transport=udp
context=from-edge
disallow=all
allow=ulaw,alaw,g722
direct_media=no
dtmf_mode=rfc4733
trust_id_inbound=yes
rtp_timeout=3
outbound_proxy=sip:127.0.0.1:{edge}\\;lr
[edge-id]
type=identify
endpoint=edge
match=127.0.0.1
""",
    "extensions.conf": """[from-edge]
exten => bare,1,Dial(PJSIP/edge/sip:1001@acme.example.test)
exten => _[!-~].,1,Set(PJSIP_TRANSFER_HANDLING()=ari-only)
 same => n,Stasis(qvoice,in,${{PJSIP_HEADER(read,X-QV-Source)}},${{PJSIP_HEADER(read,X-QV-Account)}},"""
    """${{PJSIP_HEADER(read,X-QV-Device)}},${{PJSIP_HEADER(read,X-QV-Trunk)}},${{PJSIP_HEADER(read,X-QV-Realm)}},"""
    """${{PJSIP_HEADER(read,X-QV-Hops)}},${{PJSIP_HEADER(read,X-QV-Authorised)}},${{PJSIP_HEADER(read,X-QV-Peer)}},"""
    """${{PJSIP_HEADER(read,X-QV-Privacy)}},${{BASE64_ENCODE(${{CHANNEL(pjsip,call-id)}})}},"""
    """${{BASE64_ENCODE(${{EXTEN}})}},${{PJSIP_HEADER(read,X-QV-Forward)}},"""
    """${{PJSIP_HEADER(read,X-QV-Replaces)}},${{URIENCODE(${{PJSIP_HEADER(read,User-Agent)}})}})
 same => n,Hangup(38)
[refuse]
exten => _XXX,1,PJSIPHangup(${{EXTEN}})
""",
    "rtp.conf": "[general]\nrtpstart={rtp}\nrtpend={rtp_end}\nstrictrtp=no\n",
    "logger.conf": "[general]\n[logfiles]\nfull => notice,warning,error,verbose(3)\n",
    "musiconhold.conf": "[default]\nmode=files\ndirectory=/usr/share/asterisk/moh\n",
    "cdr.conf": "[general]\nenable=no\n",
    "cel.conf": "",
    "features.conf": "",
    "stasis.conf": "",
}


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """Return a port nobody uses just now."""
    with socket.socket(type=kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def voice_image() -> Path:
    """The voice image: `QVOICE_VOICE_IMAGE`, or the launcher's cache."""
    named = os.environ.get("QVOICE_VOICE_IMAGE")
    if named:
        return Path(named)
    from qvoice.engine import images

    return images.ensure("voice")


@dataclass
class MediaNode:
    """One Asterisk. `edge` is where it sends its SIP: bind the test agent there."""

    image: Path
    folder: Path
    password: str = "ari-secret"
    sip: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM))
    edge: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM))
    http: int = field(default_factory=free_port)
    callcontrol: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def create(cls) -> MediaNode:
        """Render the configuration into a new folder."""
        node = cls(voice_image(), Path(tempfile.mkdtemp(prefix="qvoice-test-node-")))
        etc = node.folder / "etc"
        etc.mkdir()
        for name in ("spool", "spool/recording", "lib", "run", "log"):
            (node.folder / name).mkdir()
        values = {
            "etc": etc,
            "data": node.folder,
            "http": node.http,
            "callcontrol": node.callcontrol,
            "sip": node.sip,
            "edge": node.edge,
            "password": node.password,
            "rtp": 23000,
            "rtp_end": 24999,
            "modules": next(
                path.relative_to(node.image) for path in (node.image / "usr/lib").glob("*/asterisk/modules")
            ).as_posix(),
        }
        values["modules"] = "/" + values["modules"]
        for name, text in CONFIG.items():
            (etc / name).write_text(text.format(**values))
        loads = "".join(f"load = {module}.so\n" for module in MODULES.split())
        (etc / "modules.conf").write_text("[modules]\nautoload = no\n" + loads)
        shutil.copy(node.image / "etc/asterisk/indications.conf", etc)
        subprocess.run(["chmod", "-R", "a+rwX", str(node.folder)], check=True)
        return node

    @property
    def recordings(self) -> Path:
        """Where recordings are found."""
        return self.folder / "spool/recording"

    def lists(self) -> Lists:
        """What call control reads its channels and bridges by."""
        return Lists(f"http://127.0.0.1:{self.http}", user="qvoice", password=self.password)

    def start(self) -> None:
        """Start Asterisk and wait until it serves."""
        user = next(
            x.split(":") for x in (self.image / "etc/passwd").read_text().splitlines() if x.startswith("asterisk:")
        )
        command = [
            "bwrap",
            "--ro-bind",
            str(self.image),
            "/",
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            "--tmpfs",
            "/tmp",
            "--tmpfs",
            "/run",
            "--bind",
            str(self.folder),
            str(self.folder),
            "--unshare-user",
            "--uid",
            user[2],
            "--gid",
            user[3],
            "--share-net",
            "--die-with-parent",
            "/usr/sbin/asterisk",
            "-f",
            "-C",
            f"{self.folder}/etc/asterisk.conf",
        ]
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        deadline = time.monotonic() + 30
        while "Asterisk Ready" not in self.log():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Asterisk did not start: {self.log()[-2000:]}")
            time.sleep(0.1)

    def log(self) -> str:
        """What Asterisk logged so far."""
        file = self.folder / "log/full"
        return file.read_text(errors="replace") if file.exists() else ""

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        (self.folder / "log/full").unlink(missing_ok=True)
        (self.folder / "run/asterisk.pid").unlink(missing_ok=True)
        (self.folder / "run/asterisk.ctl").unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop and delete everything."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)
