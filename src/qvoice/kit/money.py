"""Money: exact decimals of six places in the books, two places where people pay; rounded once, by the functions here.

Six places, because a call of a few seconds costs fractions of a cent and their sum must be right.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import Any

ZERO = Decimal(0)
PLACE = Decimal("0.000001")
"""The smallest amount that a book holds."""
CENT = Decimal("0.01")
LARGEST = Decimal("99999999999999")
"""What numeric(20,6) holds."""
DEFAULT_CURRENCY = "CAD"


def rounded(amount: Decimal) -> Decimal:
    """Return `amount` as the books hold it: six places, halves away from zero. Round a charge once, when it is made.

    Raises ValueError when it is no amount (NaN, infinite) or too large for the books.
    """
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise ValueError(f"{amount} is not an amount that the books can hold")
    with localcontext() as context:
        context.prec = 40
        return amount.quantize(PLACE, rounding=ROUND_HALF_UP)


def cents(amount: Decimal) -> Decimal:
    """Return `amount` as it is paid or printed: two places, halves away from zero."""
    with localcontext() as context:
        context.prec = 40
        return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def is_booked(amount: Decimal) -> bool:
    """Tell whether the books hold exactly this amount (no more than six places)."""
    return amount.is_finite() and abs(amount) <= LARGEST and rounded(amount) == amount


def parse(given: Any) -> Decimal:
    """Return the amount that somebody wrote (text, whole number or JSON number); raises ValueError saying what to do.

    A JSON number such as 0.1 means what is written, not the nearest binary fraction.
    """
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        raise ValueError("not an amount: write a number such as 12.50")
    written = str(given).strip()
    if len(written) > 40:
        raise ValueError("not an amount: too many digits")
    try:
        amount = Decimal(written)
    except InvalidOperation:
        raise ValueError("not an amount: write a number such as 12.50") from None
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise ValueError("not an amount that can be booked: too large")
    if not is_booked(amount):
        raise ValueError("at most six places after the point")
    return rounded(amount)


def number(amount: Decimal) -> int | float:
    """Return an amount for JSON: exact up to 15 digits, which are a billion with six places."""
    plain = float(amount)
    return int(plain) if plain.is_integer() and abs(plain) < 1e15 else plain


def words(amount: Decimal, currency: str, language: str = "en") -> str:
    """Return an amount to read, such as `1,012.50 CAD`, in French `1 012,50 CAD` with spaces that do not break; more
    than two places only when they are needed.
    """
    short = cents(amount)
    shown = f"{short if short == amount else rounded(amount).normalize():,f}"
    if language[:2].lower() == "fr":
        shown = shown.translate({ord(","): "\u00a0", ord("."): ","})
    return f"{shown} {currency}"
