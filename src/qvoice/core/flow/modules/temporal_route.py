"""Go by the time of day: the first temporal rule in force decides; or switch rules on, off and back by phone.

Order: the rules listed, then children named after rules or rule sets, then the rule set (kazoo.md 1.3).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import timezone_of
from qvoice.core.flow.commands import Prompt, SayDigits, SayNumber
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import ANY, WILDCARD, Next
from qvoice.core.flow.forms import INTERDIGIT, Field, Preset, Words, choice, document, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import SetRules
from qvoice.core.flow.talk import Talk, answer, ask, collect, play
from qvoice.core.flow.world import World
from qvoice.core.hours.rule import in_force

VERSION = 1
GROUP = "Time of day"
ICON = "calendar-time"
EXITS = ANY
TITLE = Words("Time of day", "Heures")
ABOUT = Words(
    "Go by the first schedule in force.",
    "Suivre le premier horaire en vigueur.",
)
FORM = {
    "action": choice(
        "Do",
        "Action",
        ("", "Route by the clock", "Aiguiller selon l’heure"),
        ("menu", "Offer to change schedules by phone", "Proposer de changer les horaires par téléphone"),
        ("enable", "Force schedules on", "Forcer les horaires"),
        ("disable", "Switch schedules off", "Désactiver les horaires"),
        ("reset", "Back to the clock", "Revenir à l’heure"),
    ),
    "rules": Field(
        Words("Schedules, first match wins", "Horaires, le premier qui convient"),
        control="documents",
        of="temporal_rules",
    ),
    "rule_set": document("temporal_rules_sets", "Set of schedules", "Ensemble d’horaires"),
    "timezone": field(
        "Time zone",
        "Fuseau horaire",
        "Empty: the caller’s or the account’s.",
        "Vide : celui de l’appelant ou du compte.",
        control="timezone",
        advanced=True,
    ),
    "interdigit_timeout": INTERDIGIT,
}
EXIT_WORDS = {"rule_set": Words("In the set", "Dans l’ensemble")}
EXIT_KIND = "rules"
PRESETS = (
    Preset(Words("Time of day", "Heures"), {}),
    Preset(Words("Force schedules on", "Forcer des horaires"), {"action": "enable"}),
    Preset(Words("Switch schedules off", "Désactiver des horaires"), {"action": "disable"}),
    Preset(Words("Reset schedules", "Rétablir des horaires"), {"action": "reset"}),
)

ACTIONS: dict[str, tuple[bool | None, str]] = {
    "enable": (True, "enabled"),
    "disable": (False, "disabled"),
    "reset": (None, "cancelled"),
}
"""Action → (override to set, what is said)."""

KEYS = {"1": "enable", "2": "disable", "3": "reset"}
"""Keys of the override menu."""


class Data(ModuleData):
    """`action`: empty to route by the clock; `menu`, `enable`, `disable`, `reset` change the rules' override.
    `interdigit_timeout` in ms."""

    rules: list[str] = []
    rule_set: str = ""
    timezone: str = ""
    action: str = ""
    interdigit_timeout: int = 2000


def references(data: Data) -> list[Ref]:
    """The rules and the rule set."""
    return [*(Ref("temporal_rules", id) for id in data.rules), Ref("temporal_rules_sets", data.rule_set)]


def references_of_exits(keys: Iterable[str]) -> list[Ref]:
    """Children may be named after rules and rule sets (which of the two is known only when they are loaded)."""
    ids = [key for key in keys if key not in (WILDCARD, "rule_set")]
    return [Ref(type, id) for id in ids for type in ("temporal_rules", "temporal_rules_sets")]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Return the child of the first rule in force; or carry out the action."""
    world: World = call.world
    if data.action == "menu":
        return (yield from _menu(data, world))
    if data.action in ACTIONS:
        yield from answer()
        yield from _override(_rule_ids(data, world), data.action)
        return WILDCARD
    timezone = timezone_of(call, data.timezone)
    for rule_id in (*data.rules, *sorted(exits - set(data.rules))):
        if _in_force(world, rule_id, call, timezone):
            return rule_id
    if data.rule_set and _in_force(world, data.rule_set, call, timezone):
        return data.rule_set if data.rule_set in exits else "rule_set"
    return WILDCARD


def reasons_of(data: Data, call: Call, exits: frozenset[str]) -> list[dict[str, Any]]:
    """Return, for a simulation, each rule or set in the order tested: id, name, whether in force, and the zone."""
    if data.action:
        return []
    timezone = timezone_of(call, data.timezone)
    world: World = call.world
    listed = [*data.rules, *sorted(exits - set(data.rules)), *([data.rule_set] if data.rule_set else [])]
    found = []
    for id in dict.fromkeys(listed):
        document = world.rule(id) or world.rule_set(id)
        if document is not None:
            forced = document.get("enabled")
            found.append(
                {
                    "rule": id,
                    "name": str(document.get("name", "")),
                    "in_force": _in_force(world, id, call, timezone),
                    "forced": forced if isinstance(forced, bool) else None,
                    "timezone": timezone,
                }
            )
    return found


def _in_force(world: World, id: str, call: Call, timezone: str) -> bool:
    """Tell whether a rule, or any rule of a rule set, is in force."""
    rule, rule_set = world.rule(id), world.rule_set(id)
    if rule is not None:
        return in_force(rule, call.now, timezone)
    return rule_set is not None and any(
        _in_force(world, r, call, timezone) for r in _of_set(rule_set.get("temporal_rules"), world)
    )


def _of_set(listed: object, world: World) -> list[str]:
    return [id for id in listed if isinstance(id, str) and world.rule(id)] if isinstance(listed, list | tuple) else []


def _rule_ids(data: Data, world: World) -> list[str]:
    rule_set = world.rule_set(data.rule_set)
    return [*data.rules, *(_of_set(rule_set.get("temporal_rules"), world) if rule_set else [])]


def _override(rule_ids: list[str], action: str) -> Talk[None]:
    enabled, prompt = ACTIONS[action]
    if rule_ids:
        yield from ask(SetRules(tuple(rule_ids), enabled))
    yield from play(Prompt(prompt))


def _menu(data: Data, world: World) -> Talk[Next]:
    """For each rule: say its number and its state, and offer 1 on, 2 off, 3 by the clock."""
    yield from answer()
    for index, rule_id in enumerate(_rule_ids(data, world), 1):
        enabled = (world.rule(rule_id) or {}).get("enabled")
        state = [Prompt("enabled" if enabled else "disabled")] if isinstance(enabled, bool) else []
        offers = [
            sound
            for key, action in KEYS.items()
            for sound in (Prompt("vm-press"), SayDigits(key), Prompt("vm-for"), Prompt(ACTIONS[action][1]))
        ]
        for _ in range(3):
            got = yield from collect(
                Prompt("number"), SayNumber(index), *state, *offers, interdigit_ms=max(data.interdigit_timeout, 100)
            )
            if got.digits in KEYS:
                yield from _override([rule_id], KEYS[got.digits])
                break
            if not got.digits:
                break
            yield from play(Prompt("vm-sorry"))
    return WILDCARD
