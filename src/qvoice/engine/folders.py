"""The data folder: its parts, their rights, and the settings it was first started with."""

from __future__ import annotations

import os
import re
from pathlib import Path

from qvoice.engine import secrets
from qvoice.kit.errors import Conflict, Invalid
from qvoice.kit.settings import Settings

PARTS = (
    "secrets", "run", "logs", "tls", "postgres",
    "asterisk", "asterisk/spool", "asterisk/sounds-cache", "asterisk/recordings",
    "asterisk/lib", "asterisk/log", "asterisk/run",
)  # fmt: skip
LONGEST = 80
"""Characters of the data folder's path: a UNIX socket lies below it, and those take 107."""
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/+~-]+")


class ForeignData(Conflict):
    """The data folder belongs to somebody else."""

    code = "data-foreign"


def check_path(data: Path) -> None:
    """Refuse a data folder that engines could not be given: raises Invalid or ForeignData."""
    text = str(data)
    if not _PLAIN_PATH.fullmatch(text):
        raise Invalid.field(
            "data",
            "path",
            f"The data folder {text!r} has characters that engine configurations cannot hold. Use letters, digits and "
            f"._-+~/",
        )
    if len(text) > LONGEST:
        raise Invalid.field(
            "data", "maxLength", f"The path of the data folder has {len(text)} characters; at most {LONGEST} work."
        )
    if data.exists() and data.stat().st_uid != os.geteuid():
        raise ForeignData(
            f"{data} belongs to user {data.stat().st_uid}, and you are user {os.geteuid()}. Start as that user, or "
            f"give another folder with --data."
        )


def prepare(settings: Settings) -> None:
    """Make every folder (mode 700) and every secret that is missing (mode 600)."""
    check_path(settings.data)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.data.chmod(0o700)
    for part in PARTS:
        folder = settings.data / part
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    secrets.ensure(settings.secrets)


def remember(data: Path, given: dict[str, dict[str, str | int]]) -> None:
    """Keep settings given on the command line or in the environment in `<data>/qvoice.toml`, so that every later
    command agrees.

    Existing lines for the same keys are replaced, everything else in the file stays as it is.
    """
    file = data / "qvoice.toml"
    before = (
        file.read_text()
        if file.exists()
        else "# Settings of this QVOICE installation; docs/ops/operate.md lists them.\n"
    )
    text = before
    for section, values in given.items():
        for key, value in values.items():
            text = _set(text, section, key, value)
    if text != before or not file.exists():
        secrets.write(file, text)


def _set(text: str, section: str, key: str, value: str | int) -> str:
    shown = str(value) if isinstance(value, int) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    line = f"{key} = {shown}"
    header = re.search(rf"^\[{section}\][^\n]*\n", text, re.MULTILINE)
    if header is None:
        return f"{text.rstrip()}\n\n[{section}]\n{line}\n"
    following = re.search(r"^\[", text[header.end() :], re.MULTILINE)
    end = header.end() + following.start() if following else len(text)
    body, count = re.subn(rf"^{key}\s*=[^\n]*$", lambda _: line, text[header.end() : end], flags=re.MULTILINE)
    return text[: header.end()] + (body if count else f"{line}\n{body}") + text[end:]
