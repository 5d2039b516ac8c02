"""What a payment provider is to us, and the simulated one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from sqlalchemy import text as sql

from qvoice.db import SYSTEM, Database
from qvoice.kit import ids
from qvoice.kit.errors import Conflict, Unavailable
from qvoice.kit.settings import Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a charge: its `reference` at the provider, or why it was declined."""

    approved: bool
    reference: str = ""
    reason: str = ""


class ProviderAway(Unavailable):
    """The payment provider does not answer. The payment is finished as soon as it does."""

    code = "payment-provider-away"


class NoCardPayments(Conflict):
    """Cards are not taken here. Whoever provides this account adds funds to it."""

    code = "no-card-payments"


class PaymentProvider(Protocol):
    """Somebody who takes money from cards. `charge` with a `key` it knows returns what it did then."""

    name: str

    async def charge(self, *, key: str, token: str, amount: Decimal, currency: str) -> Outcome:
        """Take an amount; raises ProviderAway when it is not known whether it was taken."""
        ...

    async def refund(self, *, key: str, token: str, amount: Decimal, currency: str) -> Outcome:
        """Give an amount back."""
        ...


class Simulated:
    """A provider without money. Tokens beginning with `declined` are, with `away` it does not answer."""

    name = "simulated"

    def __init__(self, db: Database) -> None:
        self.db = db

    async def charge(self, *, key: str, token: str, amount: Decimal, currency: str) -> Outcome:
        """Remember the charge by its key, in a transaction of its own as if it were far away."""
        if token.startswith("away"):
            raise ProviderAway
        async with self.db.tx(SYSTEM) as s:
            await s.execute(
                sql(
                    "insert into simulated_charges (key, token, amount, currency, approved)"
                    " values (:key, :token, :amount, :currency, :approved) on conflict (key) do nothing"
                ),
                {"key": key, "token": token, "amount": amount, "currency": currency,
                 "approved": not token.startswith("declined")},
            )  # fmt: skip
            row = (await s.execute(sql("select approved from simulated_charges where key = :key"), {"key": key})).one()
        if not row.approved:
            return Outcome(False, reason="the card was declined")
        return Outcome(True, reference=f"sim-{key[:12]}")

    async def refund(self, *, key: str, token: str, amount: Decimal, currency: str) -> Outcome:
        """As a charge of a negative amount."""
        return await self.charge(key=key, token=token, amount=-amount, currency=currency)


def new_token() -> str:
    """Return a token as a provider's form would."""
    return f"sim-{ids.new_id()}"


def name_of(settings: Settings) -> str:
    """Return the name of the provider that the operator has set; raises NoCardPayments.

    There is no default: an account must not add to its own balance by a provider that takes no money.
    """
    if settings.payments.provider != Simulated.name:
        raise NoCardPayments
    return settings.payments.provider


def provider_of(db: Database, settings: Settings, name: str) -> PaymentProvider:
    """Return the provider of a payment; raises NoCardPayments when it is not (or no longer) the operator's."""
    if name != name_of(settings):
        raise NoCardPayments
    return Simulated(db)
