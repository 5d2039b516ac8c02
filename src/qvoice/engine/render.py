"""Engine configuration: files of `engine/<name>/` copied to `<data>/run/<name>/` with `@NAME@` replaced
(docs/handbook/engine.md).
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from qvoice.engine import tls
from qvoice.engine.secrets import write
from qvoice.engine.tools import root_of_project
from qvoice.kit.errors import Invalid
from qvoice.kit.settings import Settings

ENGINES = ("postgres", "rtpengine", "kamailio", "asterisk")
_PLACEHOLDER = re.compile(r"@([A-Z][A-Z0-9_]*)@")


def placeholders(settings: Settings, voice: Path) -> dict[str, str]:
    """Return every name that a template may use; `voice` is the image whose module folders are meant."""
    debug = settings.log.level.lower() == "debug"
    database = urlsplit(settings.dsn("qvoice_edge"))
    certificate, key = tls.files(settings)
    values = {
        "DATA": str(settings.data),
        "RUN": str(settings.run),
        "LOGS": str(settings.logs),
        "TLS": str(settings.data / "tls"),
        "TLS_CERT": str(certificate),
        "TLS_KEY": str(key),
        "TLS_CA": str(settings.data / "tls" / "ca.crt"),
        "BIND": settings.network.bind,
        "ADVERTISED": settings.network.advertised,
        "PRIVATE": settings.network.private,
        "DB_HOST": str(database.hostname),
        "DB_PORT": str(database.port),
        "DB_NAME": database.path.lstrip("/"),
        "DB_EDGE_URL": "postgres" + settings.dsn("qvoice_edge").removeprefix("postgresql"),
        "KAMAILIO_MODULES": f"{module_folder(voice, 'kamailio/modules')}/",
        "KAMAILIO_WORKERS": str(max(4, os.cpu_count() or 1)),
        "KAMAILIO_DEBUG": "3" if debug else "1",
        "ASTERISK_MODULES": module_folder(voice, "asterisk/modules"),
        "LOG_LEVEL": settings.log.level,
        "BENCH": str(settings.engine.bench),
        "LOCK_SECONDS": str(settings.edge.lock_seconds),
        "SILENCE_SECONDS": str(settings.media.silence_seconds),
        "RTPENGINE_LOG": "7" if debug else "5",
        "RTPENGINE_THREADS": str(max(2, os.cpu_count() or 1)),
    }
    values |= {f"PORT_{name.upper()}": str(port) for name, port in dataclasses.asdict(settings.ports).items()}
    for file in settings.secrets.iterdir():
        if file.is_file() and not file.name.startswith(".") and file.suffix != ".json":
            name = file.name.upper().replace("-", "_")
            values[f"SECRET_{name}"] = values[name] = file.read_text().strip()
    return values


def module_folder(image: Path, name: str) -> str:
    """Return the path inside the image of a module folder below the architecture's library folder."""
    found = next((image / "usr" / "lib").glob(f"*/{name}"), None)
    if found is None:
        raise Invalid.field(
            "image", "incomplete", f"{image} has no {name}. Remove that folder; `./qvoice up` builds it again."
        )
    return f"/{found.relative_to(image)}"


def render(settings: Settings, voice: Path) -> None:
    """Write the configuration of every engine anew. Raises Invalid naming file and line of an unknown placeholder."""
    values = placeholders(settings, voice)
    for engine in ENGINES:
        source = root_of_project() / "engine" / engine
        target = settings.run / engine
        if target.exists():
            shutil.rmtree(target)
        target.mkdir(mode=0o700, parents=True)
        for file in sorted(source.rglob("*")):
            relative = file.relative_to(source)
            if file.is_dir():
                (target / relative).mkdir(mode=0o700, exist_ok=True)
            elif not file.name.startswith("bench") or settings.engine.bench:
                write(target / relative, fill(file.read_text(), values, name=f"engine/{engine}/{relative}"))


def fill(text: str, values: dict[str, str], *, name: str) -> str:
    """Replace every placeholder; `name` is the file's, for the error."""
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        unknown = [found for found in _PLACEHOLDER.findall(line) if found not in values]
        if unknown:
            raise Invalid.field(
                name, "unknown", f"{name}:{number} has @{unknown[0]}@, which is not in docs/handbook/engine.md"
            )
        lines.append(_PLACEHOLDER.sub(lambda found: values[found[1]], line))
    return "\n".join(lines)
