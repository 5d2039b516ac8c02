"""Engine configuration: files of `engine/<name>/` with `@PLACEHOLDER@`s filled from the settings, written to `<data>/run/<name>/`.

A placeholder nobody defines is an error: a typo must not reach an engine. The list is in docs/handbook/engine.md.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path

from qvoice.engine.secrets import write
from qvoice.engine.tools import root_of_project
from qvoice.kit.errors import Unavailable
from qvoice.kit.settings import Settings

_PLACEHOLDER = re.compile(r"@([A-Z][A-Z0-9_]*)@")
ENGINES = ("kamailio", "asterisk", "rtpengine")


class UnknownPlaceholder(Unavailable):
    """An engine configuration names a placeholder that does not exist."""

    code = "unknown-placeholder"


def values(settings: Settings) -> dict[str, str]:
    """Return {placeholder: text}."""
    network = settings.network
    found = {
        "BIND": network.bind,
        "ADVERTISED": network.advertised,
        "PRIVATE": network.private,
        "DATA": str(settings.data),
        "RUN": str(settings.run),
        "TLS": str(settings.data / "tls"),
        "DB_EDGE_URL": settings.dsn("qvoice_edge").replace("postgresql://", "postgres://", 1),
        "ARI_PASSWORD": settings.secret("ari-password"),
        "EDGE_TOKEN": settings.secret("edge-token"),
        "NONCE_KEY": settings.secret("nonce-key"),
        "LOG_LEVEL": settings.log.level,
        "BENCH": str(settings.engine.bench),
    }
    for field in dataclasses.fields(settings.ports):
        if field.name != "offset":
            found[f"PORT_{field.name.upper()}"] = str(getattr(settings.ports, field.name))
    return found


def fill(text: str, known: dict[str, str], *, origin: str) -> str:
    """Return `text` with its placeholders filled; raises UnknownPlaceholder naming the file."""

    def one(match: re.Match[str]) -> str:
        if match[1] not in known:
            raise UnknownPlaceholder(f"{origin} names @{match[1]}@, which does not exist; known: {', '.join(sorted(known))}")
        return known[match[1]]

    return _PLACEHOLDER.sub(one, text)


def render(settings: Settings) -> None:
    """Write all engines' configuration, replacing what was there."""
    known = values(settings)
    for engine in ENGINES:
        source = root_of_project() / "engine" / engine
        target = settings.run / engine
        shutil.rmtree(target, ignore_errors=True)
        for file in sorted(source.rglob("*")):
            if not file.is_file() or (file.name == "bench.conf" and not settings.engine.bench):
                continue
            place = target / file.relative_to(source)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write(place, fill(file.read_text(), known, origin=str(file.relative_to(root_of_project()))))


def folders(settings: Settings) -> list[Path]:
    """Return the folders that must exist before the engines start."""
    asterisk = settings.data / "asterisk"
    return [
        settings.run / "asterisk-control",
        settings.run / "kamailio-control",
        settings.logs,
        *(asterisk / name for name in ("lib", "spool", "log", "recordings", "sounds-cache")),
    ]
