"""Port orders: which state may follow which, who may move one, and what losing carriers refuse (peers.md 2(h))."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import phonenumbers

from qvoice.features.numbers.rules import country_of
from qvoice.kit.workdays import is_working_day

START = "unconfirmed"
STATES = ("unconfirmed", "submitted", "pending", "scheduled", "completed", "rejected", "canceled")
OPEN = frozenset({"submitted", "pending", "scheduled"})
EDITABLE = frozenset({"unconfirmed", "rejected"})
_NEXT: dict[str, frozenset[str]] = {
    "unconfirmed": frozenset({"submitted", "canceled"}),
    "submitted": frozenset({"pending", "rejected", "canceled"}),
    "pending": frozenset({"scheduled", "rejected", "canceled"}),
    "scheduled": frozenset({"scheduled", "completed", "rejected", "canceled"}),
    "rejected": frozenset({"submitted", "canceled"}),
    "completed": frozenset(),
    "canceled": frozenset(),
}
BY_CUSTOMER = frozenset({"submitted", "canceled"})
"""States that the account itself may bring its order to; the others are the platform's word."""
DOCUMENTS = ("loa", "bill")
"""Attachments that every order needs: the letter of authorisation, and a bill."""
_BILL = {
    "name": "the name on the bill, exactly as it stands there",
    "carrier": "the carrier that the numbers leave",
    "account_number": "the account number at that carrier",
    "street_address": "the street where the service is (not where the bill is sent)",
    "locality": "the city of that address",
    "region": "the province or state of that address",
    "postal_code": "the postal code of that address",
}

Problems = dict[str, dict[str, dict[str, Any]]]


def may_become(now: str, wanted: str) -> bool:
    """Tell whether an order may go from one state to another."""
    return wanted in _NEXT.get(now, frozenset())


def next_of(now: str, *, by_platform: bool) -> list[str]:
    """Return the states that whoever asks may bring an order to, in the order of an order's way."""
    return [state for state in STATES if may_become(now, state) and (by_platform or state in BY_CUSTOMER)]


def carriers_of(order: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return losing carrier → its numbers, in order."""
    general = str((order.get("bill") or {}).get("carrier") or "")
    found: dict[str, list[str]] = {}
    for number, facts in order["numbers"].items():
        found.setdefault(str((facts or {}).get("carrier") or general), []).append(number)
    return found


def problems(order: Mapping[str, Any], *, attached: Collection[str], taken: Collection[str], today: date) -> Problems:
    """Return why a losing carrier, or we, would refuse the order: {field: {rule: {message, code}}}; empty: it may go.

    `attached`: kinds of documents there are. `taken`: numbers that are on the platform or in another open order.
    """
    found: Problems = {}

    def no(field: str, rule: str, message: str, *, code: str) -> None:
        found.setdefault(field, {})[rule] = {"message": message, "code": code}

    bill = order.get("bill") or {}
    for key, what in _BILL.items():
        if not bill.get(key):
            no(f"bill.{key}", "required", f"give {what}", code=f"bill_{key}")
    if not order.get("signee_name"):
        who = "say who signed the letter of authorisation: the end user or who may act for him"
        no("signee_name", "required", who, code="signee")
    for kind in DOCUMENTS:
        if kind not in attached:
            what = "the signed letter of authorisation" if kind == "loa" else "a bill of the losing carrier"
            no(f"attachments.{kind}", "required", f"attach {what} (PDF)", code=kind)
    if bill.get("wireless") is True and not bill.get("pin"):
        no("bill.pin", "required", "mobile carriers port only with the account's PIN", code="pin")
    numbers = list(order["numbers"])
    for number in numbers:
        if number in taken:
            why = "this number is on the platform already, or in another open order"
            no(f"numbers.{number}", "unique", why, code="taken")
    if len({_region(number) for number in numbers}) > 1:
        no("numbers", "mixed", "numbers of different countries need an order each: split them", code="countries")
    if any(is_toll_free(number) for number in numbers) and not all(is_toll_free(number) for number in numbers):
        no("numbers", "mixed", "toll-free numbers port another way: give them an order of their own", code="toll_free")
    if len(carriers_of(order)) > 1:
        no("numbers", "split", "the numbers leave several carriers: split the order by carrier (…/split)", code="split")
    if order.get("type") == "partial" and bill.get("btn") in numbers and not order.get("new_btn"):
        why = "the billing number leaves: say which remaining number is billed from then on"
        no("new_btn", "required", why, code="new_btn")
    if order.get("type", "full") == "full" and bill.get("btn") and bill["btn"] not in numbers:
        why = "a full port takes the billing number too: add it, or make the order partial"
        no("bill.btn", "mismatch", why, code="btn")
    day = order.get("transfer_date")
    if day:
        wanted = date.fromisoformat(day)
        if wanted <= today:
            no("transfer_date", "minimum", "the day must lie ahead", code="ahead")
        elif wanted.weekday() < 5 and not is_working_day(wanted, country_of(numbers)):
            why = "this day is a public holiday where the numbers are: choose a working day"
            no("transfer_date", "invalid", why, code="holiday")
        elif wanted.weekday() > 4:
            no("transfer_date", "invalid", "carriers port on working days: choose Monday to Friday", code="working_day")
    return found


def _region(number: str) -> str:
    return str(phonenumbers.parse(number, None).country_code)


def is_toll_free(number: str) -> bool:
    """Tell whether a number is a North American toll-free one."""
    return number.startswith("+1") and number[2:5] in {"800", "833", "844", "855", "866", "877", "888"}
