"""The portal asks before it offers a change (`portal/src/ui/may.tsx`): each permission it asks for is one that a route
knows, and each route it writes to has its permission asked for somewhere.
"""

from __future__ import annotations

import re
from pathlib import Path

from fastapi.routing import iter_route_contexts

from qvoice.api.app import create_app
from qvoice.core.access.decide import Actor, Allowed, Target, decide
from qvoice.core.access.roles import Role

PORTAL = Path(__file__).parents[2] / "portal/src"
_ASKED = re.compile(r"(?:\bmay=|\bmay\(|useMay\(\w*\)\(|holds\(\w+, )\"([a-z_]+\.[a-z_]+)\"")
_OF = re.compile(r"\bof[=:] ?\"([a-z_]+)\"")
_URL = re.compile(r"\bget([A-Z]\w+)Url\b")
_WRITES = ("PUT", "POST", "PATCH", "DELETE")
CHANGES = {"create", "update", "delete", "manage"}
"""What lists and forms ask for by the collection of their page."""
TOGETHER = {
    ("accounts", "demote"): ("accounts", "promote"),
    ("ledgers", "debit"): ("ledgers", "credit"),
    ("directories", "create"): ("users", "create"),
    ("temporal_rules_sets", "create"): ("temporal_rules", "create"),
    ("lists", "create"): ("callflows", "update"),
    ("faxboxes", "create"): ("callflows", "update"),
    ("tasks", "start"): ("tasks", "create"),
    ("tasks", "stop"): ("tasks", "create"),
    ("tasks", "delete"): ("tasks", "create"),
    ("access_lists", "update"): ("security", "update"),
    ("number_imports", "create"): ("phone_numbers", "create"),
    ("token_auth", "delete"): ("about", "read"),
}
"""Permission: the one that is asked for in its place, since everybody who has that has this too."""


def sources() -> dict[str, str]:
    """Return the portal's own sources by path."""
    found = [path for path in PORTAL.rglob("*.ts*") if "generated" not in path.parts and ".test." not in path.name]
    return {str(path): path.read_text() for path in found}


def routes() -> list[tuple[str, frozenset[str], object]]:
    """Return (operation id in the client's spelling, methods, permit) of every route."""
    found = []
    for route in iter_route_contexts(create_app(None, None).routes):
        calls = [d.call for d in getattr(getattr(route, "dependant", None), "dependencies", ())]
        permit = next((call.permit for call in calls if hasattr(call, "permit")), None)
        if permit and route.operation_id:
            name = "".join(part[:1].upper() + part[1:] for part in re.split(r"[_-]", route.operation_id))
            found.append((name, frozenset(route.methods), permit))
    return found


def test_G1_every_permission_the_portal_asks_for_is_one_of_a_route():
    known = {f"{permit.resource}.{permit.action}" for _, _, permit in routes()}
    wrong = [(path, asked) for path, text in sources().items() for asked in _ASKED.findall(text) if asked not in known]
    assert not wrong, wrong


def test_G1_every_change_the_portal_makes_is_offered_only_to_those_who_may():
    texts = sources()
    asked = {one for text in texts.values() for one in _ASKED.findall(text)}
    of = {one for text in texts.values() for one in _OF.findall(text)}
    used = {one for text in texts.values() for one in _URL.findall(text)}
    missing = []
    for name, methods, permit in routes():
        if name not in used or permit.public or permit.own or not methods & set(_WRITES):
            continue
        pair = (permit.resource, permit.action)
        by_page = permit.resource in of and permit.action in CHANGES
        if not (by_page or ".".join(pair) in asked or pair in TOGETHER):
            missing.append((name, *pair))
    assert not missing, missing


def test_A7_permissions_that_are_asked_for_together_are_held_together():
    home = ("m", "r", "c")
    for role in Role:
        for path in (home, (*home, "d")):
            for actor in (Actor(home, role, "u", True), Actor(home, role, "u", False), Actor(("m",), role, "u")):
                for needed, asked in TOGETHER.items():
                    has = [isinstance(decide(actor, Target(path, *one)), Allowed) for one in (asked, needed)]
                    assert has[1] or not has[0], (role, path, needed)
