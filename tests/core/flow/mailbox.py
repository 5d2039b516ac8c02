"""The mailbox of the voicemail scripts, and steps that they share."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.commands import Ask, Collect, Command, Play, Prompt, Record
from qvoice.core.flow.events import Recorded
from qvoice.core.flow.requests import (
    Mailbox,
    OpenMailbox,
    StoreMessage,
)
from tests.core.flow.script import Result, make_call, make_world, node, run_script

WORLD = make_world(
    {("vmboxes", "b"): {"mailbox": "1000", "owner_id": "u"}, ("users", "u"): {"timezone": "America/Vancouver"}}
)
COMPOSE = node("voicemail", {"id": "b"})
CHECK = node("voicemail", {"id": "b", "action": "check"})
OWNER: dict[str, Any] = {"source": "device", "device_id": "d", "owner_id": "u", "authorised_by": "d"}


def box(**more: Any) -> Mailbox:
    document = {"is_setup": True, **more.pop("document", {})}
    values: dict[str, Any] = {"has_pin": True, "new": 1, "saved": 0, "owner_id": "u", **more}
    return Mailbox("b", "1000", document, **values)


def says(*prompts: str) -> Any:
    """A Play or Collect that contains these prompts."""

    def fits(command: Command) -> bool:
        sounds = command.sounds if isinstance(command, Play | Collect) else ()
        return {Prompt(p) for p in prompts} <= set(sounds)

    return fits


def opened(mailbox: Mailbox | None = None) -> tuple[Any, Any]:
    return (Ask(OpenMailbox(box_id="b")), mailbox or box())


TAKE = (Record("message", "b", 500, 0, "0123456789*#"), Recorded("r1", 5.0, "key", "#"))
STORE = Ask(StoreMessage("b", "r1", 5.0, "+14165550199", "Alice", "1000"))
SAVED = (says("vm-msgsaved"), None)
BYE = (says("vm-goodbye"), None)


def run(flow: dict[str, Any], steps: list[Any], **facts: Any) -> Result:
    return run_script(flow, make_call(WORLD, **facts), steps)
