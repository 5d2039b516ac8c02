"""Record what the caller says, until he presses #, hangs up or is silent for long; kept as a recording of the call."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.events import CallerGone, Recorded
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import RECORDING, Words
from qvoice.core.flow.recording import FAILED_PROMPTS
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import KeepRecording
from qvoice.core.flow.talk import DataUnavailable, Talk, answer, ask, play, record
from qvoice.core.recording.rules import tape

VERSION = 1
GROUP = "Advanced"
ICON = "microphone-2"
EXITS = frozenset({"_"})
TITLE = Words("Record the caller", "Enregistrer l’appelant")
ABOUT = Words(
    "Record what the caller says and keep it.",
    "Enregistrer ce que dit l’appelant et le garder.",
)
FORM = {
    **RECORDING,
}

SILENCE = 30
"""Seconds of silence that end it."""


class Data(ModuleData):
    """`time_limit` in seconds; `url` gets a copy by `method` (put, post)."""

    format: str = "mp3"
    time_limit: int = 3600
    url: str = ""
    method: str = "put"
    media_name: str = ""


def references(data: Data) -> list[Ref]:
    """Nothing."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Record; whatever was said is kept, also when the caller hangs up or the machine dies half-way."""
    wanted = tape(data.model_dump(), origin="flow")
    yield from answer()
    try:
        recorded = yield from record(
            "call", call.call_id, max_seconds=wanted.time_limit, silence_seconds=SILENCE, tape=wanted
        )
    except CallerGone as gone:
        if gone.recorded is not None:
            yield from _keep(gone.recorded)
        raise
    yield from _keep(recorded)
    if recorded.ended_by == "failed":
        yield from play(*FAILED_PROMPTS)
    return WILDCARD


def _keep(recorded: Recorded) -> Talk[None]:
    """Say that the recording is complete. When nobody can be told, it is found on the node's disk (recover)."""
    try:
        yield from ask(KeepRecording(recorded.ref))
    except DataUnavailable:
        return
