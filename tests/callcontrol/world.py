"""What stands around call control in these tests: scripts as flows, a directory in memory, a book that remembers."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from qvoice.callcontrol.legs import CallLeg
from qvoice.callcontrol.live import LiveCall
from qvoice.core.conference.plan import RoomPlan
from qvoice.core.flow.call import Call
from qvoice.core.flow.compile import CompiledFlow, Node
from qvoice.core.flow.requests import FoundFlow, NumberOwner
from qvoice.core.flow.world import World
from qvoice.core.ring.plan import Aor, CallerId, Leg, RingPlan, Stage

ACME = "a" * 32
GLOBEX = "b" * 32
ALICE = "1" * 32
BOB = "2" * 32
DEVICES = {"1000": ALICE, "1001": BOB, "1002": "3" * 32, "1003": "4" * 32}
REALM = {ACME: "acme.example.test", GLOBEX: "globex.example.test"}

Script = Callable[[Call], Any]
"""A flow as a generator function, `def script(call): yield …`."""


def flow(script: Script, flow_id: str = "f" * 32) -> CompiledFlow:
    """Make a one-node flow of a script."""
    module = SimpleNamespace(run=lambda data, call, exits: script(call), EXITS=frozenset({"_"}))
    node = Node("flow", (), "script", module, SimpleNamespace(skip_module=False), {})
    return CompiledFlow(flow_id, "script", node, {})


def leg(extension: str, *, account: str = ACME, id: str = "", **more: Any) -> Leg:
    """A plan leg that rings an extension's device."""
    target = Aor(extension, REALM[account], DEVICES.get(extension, "9" * 32))
    return Leg(id or extension, target, more.pop("caller", CallerId("Alice", "1000")), **more)


def plan(*legs: Leg, **more: Any) -> RingPlan:
    """A plan of one stage."""
    return RingPlan((Stage(legs),), **more)


class Scripts:
    """A Directory: flows by (account, number) in memory."""

    def __init__(self) -> None:
        self.flows: dict[tuple[str, str], CompiledFlow] = {}
        self.owners: dict[str, NumberOwner] = {}
        self.people: dict[str, str] = {}
        """Device id → id of its owner."""
        self.formatters: dict[str, dict[str, Any]] = {}
        """Of trunks, by id."""
        self.accounts: dict[str, dict[str, Any]] = {
            id: {"id": id, "name": realm, "realm": realm, "enabled": True, "timezone": "America/Toronto"}
            for id, realm in REALM.items()
        }

    def on(self, number: str, script: Script, account: str = ACME) -> None:
        """Let `number` run a script."""
        self.flows[account, number] = flow(script)

    async def world(self, account_id: str, *, device_id: str | None = None, user_id: str | None = None) -> World | None:
        if account_id not in self.accounts:
            return None
        documents: dict[tuple[str, str], Any] = {("accounts", account_id): self.accounts[account_id]}
        if device_id:
            extension = next((number for number, id in DEVICES.items() if id == device_id), "")
            owner = self.people.get(device_id)
            documents["devices", device_id] = {
                "name": "phone",
                "enabled": True,
                "sip": {"username": extension},
                **({"owner_id": owner} if owner else {}),
            }
        return World(account_id, documents)

    async def find_flow(self, account_id: str, number: str, no_match: bool = False, **_: object) -> FoundFlow | None:
        found = self.flows.get((account_id, number))
        return FoundFlow(found, World(account_id)) if found else None

    async def load_flow(self, account_id: str, flow_id: str, **_: object) -> FoundFlow | None:
        return None

    async def number_owner(self, e164: str) -> NumberOwner | None:
        return self.owners.get(e164)

    async def inbound_formatters(self, trunk_id: str) -> dict[str, Any]:
        return self.formatters.get(trunk_id, {})

    async def caller_name(self, e164: str) -> str:
        return ""


class Book:
    """A CallBook in memory: what was published and which legs ended."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []
        self.ended: list[CallLeg] = []
        self.over_calls: list[str] = []
        self.recordings: list[tuple[str, str, str]] = []
        self.cut: list[str] = []
        self.unwanted: list[str] = []
        self.lamps: dict[str, str] = {}
        self.published: list[tuple[str, str, dict[str, Any]]] = []

    def touch(self, call: LiveCall) -> None: ...

    def leg(self, call: LiveCall, leg: CallLeg, event: str | None) -> None:
        if event:
            self.events.append((event, leg.uuid))

    def leg_over(self, call: LiveCall, leg: CallLeg) -> None:
        self.ended.append(leg)

    def over(self, call: LiveCall) -> None:
        self.over_calls.append(call.id)

    def presence(self, account_id: str, presence_id: str, source: str, state: str, **_: Any) -> None:
        self.lamps[presence_id] = state

    async def recording_starts(self, call: LiveCall, name: str, *, purpose: str, owner: str, **_: Any) -> None:
        self.recordings.append((name, purpose, owner))

    async def recording_cut(self, name: str) -> None:
        self.cut.append(name)

    async def recording_unwanted(self, name: str) -> None:
        self.unwanted.append(name)

    async def room_recording_starts(self, account_id: str, bridge: str, name: str, plan: RoomPlan) -> None:
        self.recordings.append((name, "conference", plan.id))

    def finish(self, row: dict[str, Any]) -> None: ...

    def publish(self, account_id: str, name: str, data: dict[str, Any]) -> None:
        self.published.append((account_id, name, data))
