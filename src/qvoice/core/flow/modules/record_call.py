"""Start or stop recording the call, both sides together."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import RecordCall
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.recording.rules import tape

VERSION = 1
GROUP = "Advanced"
ICON = "microphone"
EXITS = frozenset({"_"})


class Data(ModuleData):
    """`action`: start, stop. Seconds; `record_sample_rate` in Hz; `url` gets a copy by `method` (put, post)."""

    action: str = "start"
    format: str = "mp3"
    time_limit: int = 3600
    url: str = ""
    method: str = "put"
    record_on_answer: bool = False
    record_on_bridge: bool = False
    record_min_sec: int = 0
    record_sample_rate: int = 8000
    should_follow_transfer: bool = True
    media_name: str = ""
    label: str = ""


def references(data: Data) -> list[Ref]:
    """Nothing."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Say what is wanted; the recording goes on beside the flow."""
    wanted = None if data.action == "stop" else tape(data.model_dump(), origin="flow")
    yield RecordCall(wanted)
    return WILDCARD
