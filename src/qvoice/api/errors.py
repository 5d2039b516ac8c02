"""The one place that knows HTTP status codes: from the six categories of error to the dialect's error envelope."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from starlette.exceptions import HTTPException

from qvoice.features.auth import audit
from qvoice.features.documents import envelope
from qvoice.kit import errors, log

_BY_CODE = {
    "accept charges": 402,
    "range_too_large": 416,
    "account_disabled": 423,
    "payload_too_large": 413,
    "not_acceptable": 406,
}
_BY_CATEGORY: tuple[tuple[type[errors.QvoiceError], int], ...] = (
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.LimitReached, 429),
    (errors.Unavailable, 503),
    (errors.Invalid, 400),
)
_WORDS = {404: "bad_identifier", 405: "method_not_allowed", 413: "payload_too_large", 406: "not_acceptable"}


def status_of(problem: errors.QvoiceError) -> int:
    """Return the HTTP status of an error."""
    return _BY_CODE.get(problem.code) or next(
        (status for category, status in _BY_CATEGORY if isinstance(problem, category)), 500
    )


def answer(request: Request, problem: errors.QvoiceError) -> Response:
    """Return the error envelope for an error."""
    status = status_of(problem)
    if isinstance(problem, errors.Invalid):
        response = envelope.failure(request, status, str(problem.args[0]), problem.fields)
    elif "invoices" in problem.details:
        response = envelope.failure(request, status, problem.code, problem.details["invoices"])
    else:
        data = {**problem.details}
        data.setdefault("message", problem.message)
        message = "forbidden" if problem.code == "forbidden" else problem.code
        response = envelope.failure(request, status, message, data)
    if "retry_after" in problem.details:
        response.headers["retry-after"] = str(problem.details["retry_after"])
    return response


def install(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(errors.QvoiceError)
    async def known(request: Request, problem: errors.QvoiceError) -> Response:
        response = answer(request, problem)
        await _trace(request, response.status_code)
        return response

    @app.exception_handler(HTTPException)
    async def http(request: Request, problem: HTTPException) -> Response:
        word = _WORDS.get(problem.status_code, str(problem.detail))
        response = envelope.failure(request, problem.status_code, word, {"message": str(problem.detail)})
        for name, value in (problem.headers or {}).items():
            response.headers[name] = value
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, problem: RequestValidationError) -> Response:
        fields = {
            ".".join(str(step) for step in error["loc"][1:]) or "request": {"invalid": {"message": error["msg"]}}
            for error in problem.errors()
        }
        return envelope.failure(request, 400, "invalid data", fields)

    @app.exception_handler(DBAPIError)
    async def database(request: Request, problem: DBAPIError) -> Response:
        if isinstance(problem, DataError):
            # The last net under the checks of the body: a value that PostgreSQL cannot hold.
            log.get().warning("api.data_error", path=request.url.path[:200], error=str(problem.orig)[:300])
            message = "a value cannot be stored: check numbers, dates and special characters"
            return envelope.failure(request, 400, "invalid data", {"data": {"invalid": {"message": message}}})
        if isinstance(problem, IntegrityError):
            log.get().warning("api.integrity_error", path=request.url.path, error=str(problem.orig))
            message = "the change contradicts other data: read it again"
            return envelope.failure(request, 409, "datastore_conflict", {"data": {"conflict": {"message": message}}})
        raise problem


async def _trace(request: Request, status: int) -> None:
    """Put a refused masqueraded write into the audit log; the refusal is answered even when that fails."""
    if not audit.is_masqueraded_write(request):
        return
    try:
        await audit.append_failure(request.app.state.db, request, status)
    except errors.Unavailable as problem:
        log.get().error("audit.lost", path=request.url.path, status=status, error=problem.message)
