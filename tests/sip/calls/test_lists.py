"""D6: lists whose entries are changed one at a time by REST decide the next call: cidlistmatch, lookupcidname, allow
lists. And `response` refuses with code and words.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import call_in

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_D6_entries_of_a_list_decide_who_comes_in_and_how_he_is_named(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    acme, made = platform.acme, Made(platform.acme)
    number = acme.numbers[1]
    alice = await phone(acme, "1000")
    user = acme.user("1000")["id"]

    def node(module: str, data: dict[str, Any], **children: Any) -> dict[str, Any]:
        return {"module": module, "data": data, "children": children}

    async def refused(code: int, words: str = "") -> None:
        call = await call_in(carrier, number, name="Somebody")
        await call.wait_over()
        assert call.status == code
        assert not words or call.reason == words
        assert alice.no_call()

    async def rings(shown: str) -> None:
        call = await call_in(carrier, number, name="Somebody")
        incoming = await alice.incoming()
        assert f'"{shown}"' in incoming.invite.get("From")
        await call.cancel()
        await incoming.wait_over()

    try:
        people = made.add("lists", name="Customers")
        entries = acme.path("lists", people["id"], "entries")
        flow = node(
            "cidlistmatch",
            {"id": people["id"]},
            match=node("lookupcidname", {"lists": [people["id"]]}, _=node("user", {"id": user})),
            nomatch=node("response", {"code": 480, "message": "Customers only, sorry"}),
        )
        made.change("callflows", acme.flow(number)["id"], flow=flow)
        await refused(480, "Customers only, sorry")
        entry = acme.rest.put(entries, {"number": "(416) 555-9999", "displayname": "Big Customer"})
        await rings("Big Customer")
        acme.rest.patch(f"{entries}/{entry['id']}", {"displayname": "Bigger Customer"})
        await rings("Bigger Customer")
        acme.rest.delete(f"{entries}/{entry['id']}")
        await refused(480)
        made.change("callflows", acme.flow(number)["id"], flow=node("user", {"id": user}), owner_id=user)
        made.change("users", user, incoming={"only_allowed": True, "allowlists": [people["id"]]})
        await refused(603)
        acme.rest.put(entries, {"pattern": "^\\+1416555"})
        await rings("Somebody")
    finally:
        made.clear()
