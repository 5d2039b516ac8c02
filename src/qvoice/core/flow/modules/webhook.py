"""Call a web address with the call's facts; the caller does not wait for it."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import facts_of
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FireWebhook
from qvoice.core.flow.talk import Talk, tell

VERSION = 1
GROUP = "Notices"
ICON = "webhook"
EXITS = frozenset({"_"})
TITLE = Words("Call a web address", "Appeler une adresse web")
ABOUT = Words(
    "Tell a web server about this call.",
    "Informer un serveur web de cet appel.",
)
FORM = {
    "uri": field("Address", "Adresse"),
    "http_verb": choice("Method", "Méthode", ("post", "POST", "POST"), ("get", "GET", "GET")),
    "retries": field("Retries", "Essais", advanced=True),
    "custom_data": field("Goes along", "Données jointes", control="pairs"),
}


class Data(ModuleData):
    """`uri`: http or https. `http_verb`: get, post. `retries`: 0 to 4 after the first try. `custom_data` goes along."""

    uri: str = ""
    http_verb: str = "post"
    retries: int = 2
    custom_data: dict[str, Any] = {}


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def warnings_of(data: Data) -> list[tuple[str, str, str]]:
    """Warn of an address that is none."""
    if data.uri.startswith(("http://", "https://")):
        return []
    return [("uri", "no-web-address", "Give a web address that begins with https://.")]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Have it called and go on."""
    if data.uri.startswith(("http://", "https://")):
        verb = "get" if data.http_verb == "get" else "post"
        facts = {**facts_of(call), "custom_data": data.custom_data}
        yield from tell(FireWebhook(data.uri[:2000], verb, min(max(data.retries, 0), 4), facts))
    return WILDCARD
