"""Send the call out by the platform's own trunks: `resources` with the global pool."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.exits import FAILURES, Next
from qvoice.core.flow.forms import Words
from qvoice.core.flow.modules import resources
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Carriers"
ICON = "world"
EXITS = FAILURES
TITLE = Words("Global carrier", "Lignes du fournisseur")
ABOUT = Words(
    "Send the call out by the provider’s trunks.",
    "Envoyer l’appel par les lignes du fournisseur.",
)
FORM = {
    **resources.FORM,
}


class Data(resources.Data):
    """As resources; `use_local_resources` is false unless the node says otherwise."""

    use_local_resources: bool = False


def references(data: Data) -> list[Ref]:
    """The pool of trunks."""
    return resources.references(data)


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Ring out."""
    return (yield from resources.run(data, call, exits))
