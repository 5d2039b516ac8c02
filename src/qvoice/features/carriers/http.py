"""The adapter for carriers over HTTP that speak the small JSON protocol of docs/handbook/carriers.md."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx2

from qvoice.features.carriers.adapter import Bought, CarrierProblem, NotSold, Offer, Portability, PortOutNotice, Search
from qvoice.features.numbers.rules import e164

SECONDS = 8.0
NAME_SECONDS = 1.0
"""A call waits for a caller's name no longer."""
MAX_OFFERS = 500
MAX_PORT_OUTS = 2_000


class HttpCarrier:
    """`document`: the carrier's document. Makes a connection for each request: searches and orders are rare."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._base = str(document["url"]).rstrip("/")
        self._name = str(document.get("name") or "the carrier")
        self._token = document.get("token")

    async def search(self, wanted: Search) -> list[Offer]:
        """See CarrierAdapter."""
        query = {
            "kind": wanted.kind,
            "country": wanted.country,
            "prefix": wanted.prefix,
            "contains": wanted.contains,
            "city": wanted.city,
            "quantity": str(wanted.quantity),
            "offset": str(wanted.offset),
        }
        answer = await self._ask("GET", "/numbers", params={key: value for key, value in query.items() if value})
        offered = answer.get("numbers")
        if not isinstance(offered, list):
            raise CarrierProblem(f"{self._name}: the answer lists no numbers")
        return [offer for one in offered[:MAX_OFFERS] if (offer := _offer(one)) is not None]

    async def order(self, number: str, reference: str) -> Bought:
        """See CarrierAdapter."""
        answer = await self._ask("PUT", f"/orders/{quote(reference, safe='')}", json={"number": number})
        if answer.get("number") not in (None, number):
            raise CarrierProblem(f"{self._name}: the order is for {answer.get('number')}, not for {number}")
        state = answer.get("state")
        if state not in ("done", "pending"):
            raise CarrierProblem(f"{self._name}: the order is {state!r}")
        return Bought(state, str(answer.get("id") or "")[:128])

    async def cancel(self, reference: str) -> None:
        """See CarrierAdapter."""
        try:
            await self._ask("DELETE", f"/orders/{quote(reference, safe='')}")
        except NotSold:
            return

    async def prefixes(self, country: str, city: str) -> list[dict[str, Any]]:
        """See CarrierAdapter."""
        found = (await self._ask("GET", "/prefixes", params={"country": country, "city": city})).get("prefixes")
        rows = found if isinstance(found, list) else []
        return [
            {key: str(row.get(key) or "")[:80] for key in ("prefix", "locality", "region")}
            for row in rows[:200]
            if isinstance(row, dict)
        ]

    async def caller_name(self, number: str) -> str:
        """See CarrierAdapter."""
        answer = await self._ask("GET", f"/names/{quote(number, safe='')}", seconds=NAME_SECONDS)
        return str(answer.get("name") or "")[:64]

    async def portability(self, numbers: list[str]) -> dict[str, Portability]:
        """See CarrierAdapter."""
        found = (await self._ask("POST", "/portability", json={"numbers": numbers})).get("numbers")
        if not isinstance(found, dict):
            raise CarrierProblem(f"{self._name}: the answer tells of no numbers")
        return {
            number: Portability(
                portable=one.get("portable") is True,
                **{key: str(one.get(key) or "")[:128] for key in ("losing_carrier", "reason", "rate_centre")},
            )
            for number in numbers
            if isinstance(one := found.get(number), dict)
        }

    async def port_outs(self) -> list[PortOutNotice]:
        """See CarrierAdapter."""
        rows = (await self._ask("GET", "/port_outs")).get("port_outs")
        if not isinstance(rows, list):
            raise CarrierProblem(f"{self._name}: the answer lists no port-outs")
        return [notice for one in rows[:MAX_PORT_OUTS] if (notice := _port_out(one)) is not None]

    async def answer_port_out(self, reference: str, *, accepted: bool, reason: str = "", day: str = "") -> None:
        """See CarrierAdapter."""
        said = {"accepted": accepted, "reason": reason, "day": day}
        await self._ask("PUT", f"/port_outs/{quote(reference, safe='')}", json=said)

    async def _ask(self, method: str, path: str, *, seconds: float = SECONDS, **content: Any) -> dict[str, Any]:
        headers = {"User-Agent": "QVOICE", **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        try:
            async with httpx2.AsyncClient(timeout=seconds, follow_redirects=False) as http:
                answer = await http.request(method, self._base + path, headers=headers, **content)
        except httpx2.HTTPError as problem:
            raise CarrierProblem(f"{self._name} does not answer ({type(problem).__name__})") from problem
        try:
            body = answer.json() if answer.content else {}
        except ValueError as problem:
            what = answer.status_code if answer.status_code >= 400 else "something that is no JSON"
            raise CarrierProblem(f"{self._name} answered {what}") from problem
        said = str(body.get("message") or "")[:200] if isinstance(body, dict) else ""
        if answer.status_code in (404, 409, 410):
            raise NotSold(f"{self._name}: {said or 'the number is not for sale'}")
        if answer.status_code >= 400 or not isinstance(body, dict):
            raise CarrierProblem(f"{self._name} answered {answer.status_code}{': ' + said if said else ''}")
        return body


def _offer(one: Any) -> Offer | None:
    """Read one offer; what is no number is not shown to anybody."""
    if not isinstance(one, dict):
        return None
    try:
        number = e164(str(one.get("number") or ""))
    except ValueError:
        return None
    facts = {
        key: str(one.get(key) or "")[:80] for key in ("kind", "locality", "region", "monthly", "setup", "currency")
    }
    return Offer(number, **facts)


def _port_out(one: Any) -> PortOutNotice | None:
    """Read one notice; one without an id or a number cannot be answered, so it is none."""
    if not isinstance(one, dict):
        return None
    try:
        number = e164(str(one.get("number") or ""))
    except ValueError:
        return None
    keys = ("winning_carrier", "account_number", "pin", "end_user", "day")
    facts = {key: " ".join(str(one.get(key) or "").split())[:128] for key in keys}
    reference = str(one.get("id") or "")[:128]
    state = one.get("state")
    known = state if state in ("open", "canceled", "ported") else "open"
    return PortOutNotice(reference, number, state=known, **facts) if reference else None
