"""The six categories of error. Features subclass one; only the API edge knows HTTP status codes.

The class docstring is the default message. `code` is a stable kebab-case name; `details` are typed facts for the
client.
"""

from __future__ import annotations

from typing import Any, ClassVar


class QvoiceError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None, **details: Any) -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        self.details: dict[str, Any] = details

    @property
    def message(self) -> str:
        """The sentence to show to a person."""
        return str(self.args[0])


class NotFound(QvoiceError):
    """There is no such thing here."""

    code = "bad_identifier"


class Conflict(QvoiceError):
    """Somebody else changed this, or something with the same identity exists."""

    code = "datastore_conflict"


class Forbidden(QvoiceError):
    """You may not do this."""

    code = "forbidden"


class Unauthenticated(Forbidden):
    """The credentials are missing, wrong or expired. Log in again."""

    code = "invalid_credentials"


class LimitReached(QvoiceError):
    """A limit is reached. Try again later or ask for a higher limit."""

    code = "too_many_requests"


class Unavailable(QvoiceError):
    """A part of the system is not reachable just now. Try again shortly."""

    code = "datastore_unreachable"


class Invalid(QvoiceError):
    """The data is not valid.

    `fields` maps a dotted field path to {rule: {"message": …, …}}: which field, which rule, what to do
    (shape: KAZOO Crossbar validation errors).
    """

    code = "invalid data"

    def __init__(self, fields: dict[str, dict[str, dict[str, Any]]], message: str | None = None) -> None:
        super().__init__(message or "invalid data")
        self.fields = fields

    @classmethod
    def field(cls, path: str, rule: str, message: str, **params: Any) -> Invalid:
        """Build the error for one field and one rule."""
        return cls({path: {rule: {"message": message, **params}}})
