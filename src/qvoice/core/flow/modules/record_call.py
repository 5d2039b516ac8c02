"""Start or stop recording the call, both sides together."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import RecordCall
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import RECORDING, Preset, Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.recording.rules import tape

VERSION = 1
GROUP = "Advanced"
ICON = "microphone"
EXITS = frozenset({"_"})
TITLE = Words("Record the call", "Enregistrer l’appel")
ABOUT = Words(
    "Start or stop recording both sides.",
    "Commencer ou arrêter l’enregistrement des deux côtés.",
)
FORM = {
    "action": choice("Do", "Action", ("start", "Start recording", "Commencer"), ("stop", "Stop recording", "Arrêter")),
    **RECORDING,
    "label": field("Label", "Étiquette", advanced=True),
    "record_on_answer": field("Begin when answered", "Commencer à la réponse", advanced=True),
    "record_on_bridge": field("Begin when connected", "Commencer à la mise en relation", advanced=True),
    "record_min_sec": field("Keep from", "Garder à partir de", control="seconds", advanced=True),
    "record_sample_rate": field("Samples per second", "Échantillons par seconde", advanced=True),
    "should_follow_transfer": field("Goes on after a transfer", "Continue après un transfert", advanced=True),
}
PRESETS = (
    Preset(Words("Start recording", "Commencer l’enregistrement"), {"action": "start"}),
    Preset(Words("Stop recording", "Arrêter l’enregistrement"), {"action": "stop"}),
)


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
