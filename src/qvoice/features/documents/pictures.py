"""Uploaded pictures: what they are by their first bytes, never by what is said of them; no SVG, which runs scripts."""

from __future__ import annotations

import base64
import binascii

from fastapi import Request, Response

from qvoice.kit.errors import Invalid

MOST_BYTES = 1024 * 1024
_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"),
          (b"GIF89a", "image/gif"), (b"\x00\x00\x01\x00", "image/x-icon"))  # fmt: skip


def kind_of(data: bytes) -> str | None:
    """Return the content type of a picture by its first bytes, None when it is none that we take."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _KINDS if data.startswith(start)), None)


async def uploaded(request: Request) -> tuple[str, bytes]:
    """Return (content type, bytes) of a raw upload, or of the dialect's `data:` URL as `application/x-base64`."""
    data = await request.body()
    if data[:5] == b"data:":
        try:
            data = base64.b64decode(data.partition(b";base64,")[2], validate=True)
        except (binascii.Error, ValueError):
            raise Invalid.field("picture", "format", "the data: URL is not base64") from None
    if len(data) > MOST_BYTES:
        raise Invalid.field("picture", "maxLength", "the picture is larger than 1 MB: make it smaller")
    kind = kind_of(data)
    if kind is None:
        raise Invalid.field("picture", "format", "send a PNG, JPEG, GIF, WebP or ICO picture as the body")
    return kind, data


def sent(kind: str, data: bytes) -> Response:
    """Return a picture as an answer that browsers show and never run."""
    headers = {"x-content-type-options": "nosniff", "cache-control": "no-cache",
               "content-security-policy": "default-src 'none'; sandbox"}  # fmt: skip
    return Response(data, media_type=kind, headers=headers)
