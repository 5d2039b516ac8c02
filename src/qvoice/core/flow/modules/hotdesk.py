"""Hot-desking: log a user in at this phone (`*11`), out of it (`*12`), choose (`*13`), or ring a user's guest phones.

Calls for a logged-in user ring his own devices and the phone where he is a guest; calls from that phone are made in the
name of the last who logged in (core/dialing/hotdesk.py).
"""

from __future__ import annotations

from qvoice.core.dialing.hotdesk import allowed, guests
from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, SayDigits, Sound
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import FAILURES, WILDCARD, Next, after_ring
from qvoice.core.flow.forms import INTERDIGIT, Words, choice, document
from qvoice.core.flow.pickup import NOT_ALLOWED, tell
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import CheckDeskPin, Desk, DeskLogin, DeskLogout, FindDesk
from qvoice.core.flow.ringing import Found, Wish, ring_guest_phones
from qvoice.core.flow.talk import Talk, answer, ask, collect, play, ring
from qvoice.core.ring.plan import RingPlan, Stage

VERSION = 1
GROUP = "Hot-desking"
ICON = "armchair"
EXITS = FAILURES
TITLE = Words("Hot desk", "Bureau partagé")
ABOUT = Words(
    "Log a user in at this phone or out of it, or ring the phones where a user is a guest.",
    "Connecter un utilisateur à ce poste ou l’en déconnecter, ou faire sonner les postes où il est invité.",
)
FORM = {
    "action": choice(
        "What to do",
        "Action",
        ("login", "Log in", "Connecter"),
        ("logout", "Log everybody out", "Déconnecter tout le monde"),
        ("toggle", "Choose whom to log out", "Choisir qui déconnecter"),
        ("bridge", "Ring the user’s guest phones", "Faire sonner les postes de l’invité"),
    ),
    "id": document("users", "User", "Utilisateur"),
    "interdigit_timeout": INTERDIGIT,
}

TRIES = 3
MAX_ID, MAX_PIN = 15, 15
MAX_CHOICES = 9


class Data(ModuleData):
    """`action`: login, logout, toggle (choose), bridge. `id`: a user (bridge; login and toggle then ask only the PIN).
    `interdigit_timeout` in ms."""

    action: str = "login"
    id: str = ""
    interdigit_timeout: int = 3000


def references(data: Data) -> list[Ref]:
    """The user and the phones where he is."""
    return [Ref("users", data.id), Ref("devices", data.id, by="owner_id")] if data.id else []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Do what the action says; only phones of the account can be desks."""
    if data.action == "bridge":
        return (yield from _bridge(data, call))
    if not call.device_id or not call.authorised_by:
        return (yield from tell(NOT_ALLOWED))
    yield from answer()
    here = [id for id in guests(call.world.device(call.device_id)) if call.world.user(id) is not None]
    match data.action:
        case "logout":
            yield from _log_out(here)
        case "toggle" if data.id and data.id in here:
            yield from _log_out([data.id])
        case "toggle" if here and not data.id:
            yield from _choose(data, call, here)
        case _:
            yield from _log_in(data)
    return WILDCARD


def _log_in(data: Data) -> Talk[None]:
    """Ask who and his PIN; three tries. Whether an id exists shows only with its PIN: both are asked before a word."""
    for attempt in range(TRIES):
        asked: Sound = Prompt("agent-user" if attempt == 0 or data.id else "agent-incorrect")
        desk: Desk | None
        if data.id:
            desk = yield from ask(FindDesk(user_id=data.id))
        else:
            typed = yield from _type(data, asked, MAX_ID)
            desk = (yield from ask(FindDesk(hotdesk_id=typed))) if typed else None
            if not typed:
                continue
        verdict = "ok"
        if desk is None or desk.needs_pin:
            pin = yield from _type(data, Prompt("agent-pass"), MAX_PIN)
            verdict = yield from ask(CheckDeskPin(desk.user_id if desk is not None else None, pin))
        if verdict == "locked":
            break
        if verdict == "ok" and desk is not None:
            yield from ask(DeskLogin(desk.user_id))
            yield from play(Prompt("agent-loginok"))
            return
    yield from play(Prompt("vm-goodbye"))


def _log_out(users: list[str]) -> Talk[None]:
    if users:
        yield from ask(DeskLogout(tuple(users)))
    yield from play(Prompt("agent-loggedoff"))


def _choose(data: Data, call: Call, here: list[str]) -> Talk[None]:
    """Read who is logged in, the last first; the key that goes with one logs him out, 0 logs another in."""
    shown = here[::-1][:MAX_CHOICES]
    menu: list[Sound] = []
    for number, id in enumerate(shown, 1):
        user = call.world.user(id) or {}
        name = (user.get("hotdesk") or {}).get("id") or user.get("presence_id") or ""
        menu += [Prompt("vm-press"), SayDigits(str(number)), Prompt("vm-for"), SayDigits(str(name))]
    for _ in range(TRIES):
        got = yield from collect(*menu, max_digits=1, timeout_ms=8000, terminators="#")
        if got.digits == "0":
            yield from _log_in(data)
            return
        if got.digits.isdigit() and 0 < int(got.digits) <= len(shown):
            yield from _log_out([shown[int(got.digits) - 1]])
            return
    yield from play(Prompt("vm-goodbye"))


def _type(data: Data, prompt: Sound, limit: int) -> Talk[str]:
    interdigit = min(max(data.interdigit_timeout, 500), 30_000)
    got = yield from collect(prompt, max_digits=limit, timeout_ms=10_000, interdigit_ms=interdigit, terminators="#")
    return got.digits


def _bridge(data: Data, call: Call) -> Talk[Next]:
    """Ring the phones where the user has logged in, not his own."""
    found = Found(refused={"missing"})
    if allowed(call.world.user(data.id)):
        found = yield from ring_guest_phones(call, data.id, Wish())
    if not found.legs:
        return found.failure()
    plan = RingPlan((Stage(tuple(found.legs)),))
    return after_ring((yield from ring(plan)))
