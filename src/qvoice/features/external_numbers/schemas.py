"""The external number's document. Whether it is verified is ours to say, never the client's."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.numbers.rules import e164


class ExternalNumber(Lenient):
    """A number outside this platform; `verified` becomes true when its owner has repeated the code we called with."""

    number: Annotated[str, AfterValidator(e164)]
    name: Annotated[str, Field(max_length=64)] | None = None
    verified: bool = False


class AskForCode(Lenient):
    """How the code is to come: by a call that speaks it."""

    method: Annotated[str, Field(pattern="^voice$")] = "voice"


class Code(Lenient):
    """The code that was spoken."""

    pin: Annotated[str, Field(min_length=1, max_length=16)]
