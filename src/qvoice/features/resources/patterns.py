"""The field type for regular expressions that users write: refused on the way in when calls could not run them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from qvoice.core.dialing.pattern import check


def _checked(pattern: str) -> str:
    check(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_checked)]
"""A regular expression that calls can run (RE2 syntax; see `core.dialing.pattern`)."""
