"""The dialect's reply envelope (kazoo.md 2.1), built straight into bytes."""

from __future__ import annotations

import csv
import io
import socket
from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import Request, Response

from qvoice.kit.clock import utcnow
from qvoice.kit.text import csv_safe

VERSION = "0.1.0"
NODE = socket.gethostname()
JSON = "application/json"
"""Exactly this: the dialect's web interface compares the whole string (kazoo.md H2)."""


def request_id(request: Request) -> str:
    """Return the id of this request (the client's X-Request-ID when it gave a usable one)."""
    return getattr(request.state, "request_id", "")


def body(request: Request, fields: dict[str, Any]) -> bytes:
    """Return the JSON bytes of an envelope with `fields` and what every envelope has."""
    envelope = {
        **fields,
        "timestamp": utcnow().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "version": VERSION,
        "node": NODE,
        "request_id": request_id(request),
    }
    token = getattr(request.state, "auth_token", None)
    if token:
        envelope.setdefault("auth_token", token)
    encoded = msgspec.json.encode(envelope)
    if request.headers.get("x-pretty-print", "").lower() == "true":
        encoded = msgspec.json.format(encoded, indent=2)
    return encoded


def success(
    request: Request,
    data: Any,
    *,
    status: int = 200,
    revision: int | str | None = None,
    extra: dict[str, Any] | None = None,
) -> Response:
    """Return a success envelope; `revision` also becomes the ETag. `extra`: envelope keys such as next_start_key."""
    fields = {"data": data, "status": "success", **(extra or {})}
    response = Response(status_code=status, media_type=JSON)
    if revision is not None:
        fields["revision"] = str(revision)
        response.headers["etag"] = f'"{revision}"'
    token = fields.get("auth_token") or getattr(request.state, "auth_token", None)
    if token:
        response.headers["x-auth-token"] = token
    response.body = body(request, fields)
    response.headers["content-length"] = str(len(response.body))
    return response


def failure(request: Request, status: int, message: str, data: Any = None) -> Response:
    """Return an error envelope with Content-Type exactly `application/json`."""
    fields = {"data": data if data is not None else {}, "status": "error", "error": str(status), "message": message}
    return Response(body(request, fields), status_code=status, headers={"content-type": JSON})


def wants_csv(request: Request) -> bool:
    """Tell whether the client asked for CSV (`accept=text/csv` or the Accept header)."""
    return (request.query_params.get("accept") or request.headers.get("accept", "")).split(";")[0].strip() == "text/csv"


def as_csv(rows: Sequence[dict[str, Any]], columns: Sequence[str] | None = None, *, name: str = "list") -> Response:
    """Return rows as CSV; values that a spreadsheet would run as formulas are defused."""
    if columns is None:
        columns = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(out.getvalue().encode(), media_type="text/csv", headers=headers)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return csv_safe(msgspec.json.encode(value).decode())
    return csv_safe(str(value))
