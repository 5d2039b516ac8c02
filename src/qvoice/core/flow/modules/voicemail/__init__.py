"""Voicemail: leave a message (`compose`) or hear one's own (`check`). The dialogues are in the files beside this
one."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import Next, Stop
from qvoice.core.flow.forms import INTERDIGIT, Preset, Words, choice, document, field
from qvoice.core.flow.modules.voicemail.check import check_mailbox
from qvoice.core.flow.modules.voicemail.compose import leave_message
from qvoice.core.flow.modules.voicemail.dialogue import Options
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk, answer

VERSION = 1
GROUP = "Basic"
ICON = "record-mail"
EXITS = frozenset({"_"})
TITLE = Words("Voicemail", "Messagerie")
ABOUT = Words(
    "Take a message, or let people hear their own.",
    "Prendre un message, ou laisser écouter les siens.",
)
FORM = {
    "action": choice(
        "Do",
        "Action",
        ("compose", "Take a message", "Prendre un message"),
        ("check", "Hear messages", "Écouter les messages"),
    ),
    "id": document("vmboxes", "Voicemail box", "Boîte vocale"),
    "max_message_length": field("Longest message", "Message le plus long", control="seconds", advanced=True),
    "single_mailbox_login": field(
        "Own box without asking for its number", "Sa boîte sans demander le numéro", advanced=True
    ),
    "callerid_match_login": field("Box by the caller’s number", "Boîte selon le numéro appelant", advanced=True),
    "interdigit_timeout": INTERDIGIT,
}
PRESETS = (
    Preset(Words("Voicemail", "Messagerie"), {"action": "compose"}),
    Preset(Words("Check voicemail", "Écouter la messagerie"), {"action": "check"}),
)


class Data(ModuleData):
    """`id` of the box (else the captured digits name it). `interdigit_timeout` in ms, `max_message_length` in
    seconds."""

    id: str = ""
    action: str = "compose"
    single_mailbox_login: bool = False
    callerid_match_login: bool = False
    interdigit_timeout: int = 2000
    max_message_length: int = 500


def references(data: Data) -> list[Ref]:
    """The box."""
    return [Ref("vmboxes", data.id)]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Leave or check messages, then go on with `_`; 0 and 9 lead to other flows."""
    options = Options(
        interdigit_ms=max(data.interdigit_timeout, 100),
        max_seconds=min(max(data.max_message_length, 1), 3600) if data.max_message_length else 500,
        single_mailbox_login=data.single_mailbox_login,
        callerid_match_login=data.callerid_match_login,
        account=call.world.account,
        language=call.language,
    )
    if call.asks_key:
        # A forwarded leg whose answerer will be asked for a key: no mailbox may take it.
        return Stop(cause="NO_ANSWER")
    yield from answer()
    if data.action == "check":
        return (yield from check_mailbox(data.id, call, options))
    return (yield from leave_message(data.id, call, options))
