"""Several messages as one zip file, under names that are safe on any system."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from collections.abc import Sequence

from qvoice.features.vmboxes.messages import Message


def file_name(message: Message) -> str:
    """Return a name without extension: when it was left and by whom, letters and digits only."""
    caller = re.sub(r"[^0-9A-Za-z+]+", "-", message.caller_number).strip("-")[:40] or "unknown"
    return f"{message.received:%Y%m%d-%H%M%S}-{caller}"


async def archive(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Pack (name, WAV) pairs; equal names are numbered. In a thread: it takes a while."""
    return await asyncio.to_thread(_pack, files)


def _pack(files: Sequence[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    seen: dict[str, int] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name, data in files:
            seen[name] = seen.get(name, 0) + 1
            packed.writestr(f"{name}.wav" if seen[name] == 1 else f"{name}-{seen[name]}.wav", data)
    return out.getvalue()
