"""Send people a notice of the flow's own by mail, at once or when the call is over."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import facts_of
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.notices import recipients_of
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import SendNotice
from qvoice.core.flow.talk import Talk, tell
from qvoice.kit.text import clean_line

VERSION = 1
GROUP = "Notices"
ICON = "mail-forward"
EXITS = frozenset({"_"})
TITLE = Words("Send a notice", "Envoyer un avis")
ABOUT = Words(
    "Send people a mail about this call.",
    "Envoyer un courriel au sujet de cet appel.",
)
FORM = {
    "recipients": field("Recipients", "Destinataires"),
    "comments": field("Text", "Texte"),
    "send_at": choice(
        "When",
        "Quand",
        ("callflow_exec", "At once", "Tout de suite"),
        ("channel_destroy", "When the call is over", "À la fin de l’appel"),
    ),
    "template_id": field("Template", "Modèle", advanced=True),
    "notification_media": field("By", "Par", advanced=True),
}


class Data(ModuleData):
    """`recipients` as missed_call_alert. `send_at`: `channel_destroy` (the call's end) or `callflow_exec` (now)."""

    recipients: list[dict[str, Any]] = []
    template_id: str = ""
    notification_media: list[str] = ["email"]
    send_at: str = "channel_destroy"
    comments: str = ""


def references(data: Data) -> list[Ref]:
    """Users are looked up when the mail is written."""
    return []


def warnings_of(data: Data) -> list[tuple[str, str, str]]:
    """Warn of media that cannot be used yet."""
    if "email" in data.notification_media:
        return []
    return [("notification_media", "email-only", "Only email can be sent now: add it.")]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Send it, or remember it for the end, and go on."""
    to = recipients_of(data.recipients)
    facts = {"comments": clean_line(data.comments, 1000), "template_id": clean_line(data.template_id, 64)}
    if not to or "email" not in data.notification_media:
        return WILDCARD
    if data.send_at == "callflow_exec":
        yield from tell(SendNotice("callflow_notice", to, {**facts_of(call), **facts}))
    else:
        call.at_end = (*call.at_end, {"kind": "callflow_notice", "to": list(to), "facts": facts})
    return WILDCARD
