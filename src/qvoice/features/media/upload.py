"""Reading an upload: raw audio, multipart/form-data, or the dialect's `data:audio/mp3;base64,…` (kazoo.md H14)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from qvoice.features.media.convert import MAX_UPLOAD
from qvoice.kit.errors import Invalid

_BASE64 = ("application/x-base64", "application/base64")
_DATA_URL = re.compile(rb"data:[^,]{0,200};base64,", re.IGNORECASE)


class TooLarge(Invalid):
    """The upload is too large."""

    code = "payload_too_large"


def _too_large() -> TooLarge:
    message = f"The file is larger than {MAX_UPLOAD} bytes. Send a smaller one, for example an MP3."
    return TooLarge({"raw": {"maxLength": {"message": message, "target": MAX_UPLOAD}}}, "payload_too_large")


async def read_upload(request: Request) -> bytes:
    """Return the uploaded file's bytes; raises Invalid (empty, broken base64 or multipart) or TooLarge."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        data = await _from_form(request)
    else:
        most = MAX_UPLOAD * 4 // 3 + 1024 if kind in _BASE64 else MAX_UPLOAD + 1024
        data = b"".join([part async for part in _limited(request, most)])
        if kind in _BASE64 or data[:5].lower() == b"data:":
            data = _from_base64(data)
    if not data:
        raise Invalid.field("raw", "required", "The upload is empty. Send the audio file as the body.")
    if len(data) > MAX_UPLOAD:
        raise _too_large()
    return data


async def _limited(request: Request, most: int) -> AsyncIterator[bytes]:
    """Yield the body, stopping the client that sends more than `most` bytes whatever it announced."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise _too_large()
    total = 0
    async for part in request.stream():
        total += len(part)
        if total > most:
            raise _too_large()
        yield part


async def _from_form(request: Request) -> bytes:
    try:
        form = await MultiPartParser(
            request.headers, _limited(request, MAX_UPLOAD + 65_536), max_files=4, max_fields=20
        ).parse()
    except MultiPartException as problem:
        raise Invalid.field("raw", "invalid", f"The multipart body is broken: {problem.message}") from problem
    try:
        for _, value in form.multi_items():
            if isinstance(value, UploadFile):
                return await value.read()
    finally:
        await form.close()
    raise Invalid.field("raw", "required", "The form has no file. Add one part with a file name.")


def _from_base64(data: bytes) -> bytes:
    match = _DATA_URL.match(data)
    try:
        return base64.b64decode(b"".join(data[match.end() if match else 0 :].split()), validate=True)
    except binascii.Error as problem:
        raise Invalid.field(
            "raw", "format", "The body is not base64. Send data:audio/mp3;base64,… or the file itself."
        ) from problem
