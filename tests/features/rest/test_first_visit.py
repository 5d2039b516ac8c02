"""The dialect's office-phone application on its first visit: about 40 writes at once, and a second visit that creates
nothing.
"""

from __future__ import annotations

import asyncio

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]

PARTS = ("OpenHours", "AfterHours", "LunchHours", "Holidays")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CODES = {
    "call_forward[action=activate]": ("72", "call_forward", {"action": "activate"}, True),
    "call_forward[action=deactivate]": ("73", "call_forward", {"action": "deactivate"}, False),
    "call_forward[action=toggle]": ("74", "call_forward", {"action": "toggle"}, True),
    "call_forward[action=update]": ("56", "call_forward", {"action": "update"}, False),
    "hotdesk[action=login]": ("11", "hotdesk", {"action": "login"}, False),
    "hotdesk[action=logout]": ("12", "hotdesk", {"action": "logout"}, False),
    "hotdesk[action=toggle]": ("13", "hotdesk", {"action": "toggle"}, False),
    "voicemail[action=check]": ("97", "voicemail", {"action": "check"}, True),
    "voicemail[action=check,single]": ("98", "voicemail", {"action": "check", "single_mailbox_login": True}, True),
    "voicemail[action=compose]": ("\\*", "voicemail", {"action": "compose"}, True),
    "intercom": ("0", "intercom", {}, True),
    "privacy[mode=full]": ("67", "privacy", {"mode": "full"}, True),
    "park_and_retrieve": ("3", "park", {"action": "auto"}, True),
    "park_valet": ("4", "park", {"action": "park"}, False),
    "park_retrieve": ("5", "park", {"action": "retrieve"}, True),
    "group_pickup_feature": ("87", "group_pickup_feature", {"type": "extension"}, True),
    "move": ("6683", "move", {}, False),
}


class Page:
    """One open page: it reads what there is and writes what is missing, all at once, as the application does."""

    def __init__(self, client) -> None:
        self.client = client
        self.wrote = []

    async def rows(self, path):
        return await self.client.data("GET", path)

    async def put(self, collection, **document):
        origin = {"ui_metadata": {"origin": "voip", "ui": "monster-ui", "version": "4.3"}}
        response = await self.client.ask("PUT", collection, document | origin)
        self.wrote.append((collection, document["name"], response.status_code, response.text))
        return response.json()["data"].get("id")

    async def visit(self):
        boxes, flows, rules, menus = await asyncio.gather(
            self.rows("vmboxes?filter_type=mainVMBox"),
            self.rows("callflows?has_value=type&key_missing=owner_id&key_missing=group_id&paginate=false"),
            self.rows("temporal_rules?has_key=type&paginate=false"),
            self.rows("menus?filter_type=main&paginate=false"),
        )
        codes = await self.rows("callflows?has_key=featurecode&paginate=false")
        names = {row["name"] for row in [*boxes, *flows, *rules, *menus, *codes]}
        jobs = [self.hours_part(part) for part in PARTS if f"Main{part}" not in names]
        if "Main Voicemail Box" not in names:
            jobs.append(
                self.put("vmboxes", name="Main Voicemail Box", mailbox="0", type="mainVMBox", delete_after_notify=True)
            )
        for name, number, kind in (
            ("MainConference", "undefinedconf", "conference"),
            ("MainFaxing", "undefinedfaxing", "faxing"),
        ):
            if name not in names:
                jobs.append(self.flow(name, [number], {"module": kind.replace("faxing", "faxbox"), "data": {}}, kind))
        jobs += [
            self.put(
                "temporal_rules", name=f"Main{day}", type="main_weekdays", cycle="weekly", interval=1,
                wdays=[day.lower()],
                time_window_start=32400, time_window_stop=64800,
            )
            for day in DAYS
            if f"Main{day}" not in names
        ]  # fmt: skip
        if "MainLunchHours" not in {row["name"] for row in rules}:
            jobs.append(
                self.put(
                    "temporal_rules", name="MainLunchHours", type="main_lunchbreak", cycle="weekly",
                    wdays=[day.lower() for day in DAYS], time_window_start=43200, time_window_stop=46800,
                )
            )  # fmt: skip
        have = {row["featurecode"]["name"] for row in codes}
        jobs += [self.code(name, *CODES[name]) for name in CODES if name not in have]
        await asyncio.gather(*jobs)
        if "MainCallflow" not in names:
            open_hours = next(
                row["id"] for row in await self.rows("callflows?paginate=false") if row["name"] == "MainOpenHours"
            )
            node = {"module": "callflow", "data": {"id": open_hours}, "children": {}}
            root = {"module": "temporal_route", "data": {}, "children": {"_": node}}
            await self.flow("MainCallflow", ["undefinedMainNumber"], root, "main")

    async def hours_part(self, part):
        menu = await self.put(
            "menus", name=f"Main{part}Menu", type="main", record_pin="4821",
            media={"exit_media": True, "invalid_media": True, "transfer_media": True},
        )  # fmt: skip
        shown = await self.flow(
            f"Main{part}Menu", [f"Main{part}Menu"], {"module": "menu", "data": {"id": menu}}, "main"
        )
        await self.flow(f"Main{part}", [f"Main{part}"], {"module": "callflow", "data": {"id": shown}}, "main")

    async def flow(self, name, numbers, root, kind):
        return await self.put("callflows", name=name, numbers=numbers, type=kind, flow={"children": {}} | root)

    async def code(self, name, number, module, data, has_pattern):
        bare = number.removeprefix("\\")
        where = {"patterns": [f"^\\*{number}([0-9]*)$"], "numbers": []} if has_pattern else {"numbers": [f"*{bare}"]}
        node = {"module": module, "data": data, "children": {}}
        await self.put("callflows", name=name, flow=node, featurecode={"name": name, "number": bare}, **where)


async def everything(client):
    found = {}
    for collection in ("vmboxes", "menus", "callflows", "temporal_rules"):
        found[collection] = sorted(row["name"] for row in await client.data("GET", f"{collection}?paginate=false"))
    return found


async def test_the_first_visits_forty_writes_all_succeed_and_the_second_creates_nothing(acme, globex):
    for row in await acme.data("GET", "callflows?has_key=featurecode&paginate=false"):
        await acme.data("DELETE", f"callflows/{row['id']}")  # an account that began without them
    first = Page(acme)
    await first.visit()
    assert len(first.wrote) == 1 + 4 + 8 + 2 + 8 + 17 + 1
    assert [entry for entry in first.wrote if entry[2] != 201] == []
    before = await everything(acme)
    assert len(before["callflows"]) == 28
    second = Page(acme)
    await second.visit()
    assert second.wrote == []
    assert await everything(acme) == before
    assert await everything(globex) == {"vmboxes": [], "menus": [], "callflows": [], "temporal_rules": []}


async def test_two_first_visits_at_the_same_moment_leave_one_owner_per_number(acme):
    pages = [Page(acme), Page(acme)]
    await asyncio.gather(*(page.visit() for page in pages))
    statuses = {entry[2] for page in pages for entry in page.wrote}
    assert statuses <= {201, 400}  # never a 409 or 5xx; the loser is told the number is taken
    refused = [entry for page in pages for entry in page.wrote if entry[2] == 400]
    assert all('"unique"' in entry[3] for entry in refused)
    flows = await acme.data("GET", "callflows?paginate=false")
    numbers = [number for row in flows for number in row["numbers"]]
    assert len(numbers) == len(set(numbers))
    assert [row["mailbox"] for row in await acme.data("GET", "vmboxes")] == ["0"]
