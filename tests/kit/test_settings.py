"""Settings: what is wrong is said by the setting's name, before anything is started with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qvoice.kit.errors import Invalid
from qvoice.kit.settings import load


def problem_of(data: Path, text: str = "", **environ: str) -> str:
    """What is refused, as `setting: message`."""
    (data / "qvoice.toml").write_text(text)
    with pytest.raises(Invalid) as caught:
        load(data, environ=environ)
    ((setting, rules),) = caught.value.fields.items()
    ((_, rule),) = rules.items()
    return f"{Path(setting).name}: {rule['message']}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[ports", "qvoice.toml: This is no TOML"),
        ("network = 3", "network: .* has no section"),
        ("[telephony]", "telephony: .* has no section .*known: network, ports"),
        ("[ports]\nsipp = 1", "ports.sipp: There is no such setting; known: offset, sip,"),
        ('[ports]\nsip = "abc"', "ports.sip: This must be a whole number, not 'abc'"),
        ("[ports]\nsip = [1]", "ports.sip: This must be a whole number"),
        ("[ports]\nsip = true", "ports.sip: This must be a whole number"),
        ("[network]\nbind = 1", "network.bind: This must be text"),
        ("[ports]\nsip = 70000", "ports.sip: 70000 is no port: use 1 to 65535"),
        ("[ports]\noffset = 40000", "70000 is no port with the offset 40000"),
        ("[ports]\ntls = 5060", "ports.tls: 5060 is ports.sip too"),
        ("[ports]\nmedia_min = 39999", "ports.media_min: It must be below ports.media_max"),
        ("[ports]\nsip = 30100", "ports.sip: It lies between ports.media_min and ports.media_max"),
        ("[ports]\nrelay_max = 30100", "ports.media_min: The range overlaps ports.relay_min"),
        ('[network]\nbind = "localhost"', "network.bind: 'localhost' is not an IPv4 address"),
        ('[network]\ntrusted_proxies = "10.0.0.1, web"', "network.trusted_proxies: 'web' is not an address"),
        ("[edge]\nlock_seconds = 1", "edge.lock_seconds: 1 is too short"),
        ('[log]\nlevel = "loud"', "log.level: 'loud' is none of debug, info"),
    ],
)
def test_a_wrong_setting_is_named(text: str, expected: str, tmp_path: Path) -> None:
    said = problem_of(tmp_path, text)
    assert re.search(expected, said), said


def test_the_environment_wins_over_the_file_and_is_checked_alike(tmp_path: Path) -> None:
    (tmp_path / "qvoice.toml").write_text("[ports]\nsip = 5080\noffset = 100\n")
    assert load(tmp_path, environ={}).ports.sip == 5180
    assert load(tmp_path, environ={"QVOICE_PORTS_SIP": "5090"}).ports.sip == 5190
    assert "ports.sip" in problem_of(tmp_path, QVOICE_PORTS_SIP="many")


def test_an_offset_moves_every_port_and_nothing_else(tmp_path: Path) -> None:
    plain, moved = load(tmp_path, environ={}), load(tmp_path, environ={"QVOICE_PORTS_OFFSET": "100"})
    for name in ("sip", "tls", "wss", "api", "postgres", "media_min", "relay_max"):
        assert getattr(moved.ports, name) == getattr(plain.ports, name) + 100
    assert moved.network == plain.network
