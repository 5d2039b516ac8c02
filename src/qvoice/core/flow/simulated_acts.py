"""Sounds and legs in words that a person who builds flows understands: names of documents instead of ids."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow import commands as c
from qvoice.core.flow.world import World
from qvoice.core.ring.plan import Aor, Gateway, Leg, Loop


def sounds_of(world: World, sounds: tuple[c.Sound, ...]) -> list[dict[str, Any]]:
    """Return what would be heard: {kind, name}."""
    found = []
    for sound in sounds:
        match sound:
            case c.Prompt(name=name):
                found.append({"kind": "prompt", "name": name})
            case c.Media(media_id=id):
                name = (world.get("media", id) or {}).get("name")
                found.append({"kind": "media", "name": name if isinstance(name, str) else id, "id": id})
            case c.Recording():
                found.append({"kind": "recording", "name": ""})
            case c.SayDigits(digits=digits):
                found.append({"kind": "digits", "name": digits})
            case c.SayNumber(number=number):
                found.append({"kind": "number", "name": str(number)})
            case c.Url(url=url):
                found.append({"kind": "url", "name": url})
            case _:
                found.append({"kind": type(sound).__name__.lower(), "name": ""})
    return found


def leg_of(world: World, leg: Leg) -> dict[str, Any]:
    """Return a leg: who rings, for how long (seconds), shown which caller, by which trunk."""
    facts: dict[str, Any] = {
        "id": leg.id,
        "seconds": leg.timeout,
        "delay": leg.delay,
        "confirm": leg.confirm,
        "caller": {"name": leg.caller.name, "number": leg.caller.number, "private": leg.caller.private},
    }
    match leg.target:
        case Aor(device_id=id):
            device = world.device(id) or {}
            owner_id = device.get("owner_id") or leg.user_id
            return {
                **facts,
                "to": "device",
                "device_id": id,
                "name": _text(device.get("name")) or id,
                "owner_id": owner_id,
                "owner": _person(world, owner_id),
            }
        case Gateway(resource_id=id, uri=uri):
            pool = (trunk for trunks in world.pools.values() for trunk in trunks if trunk.get("id") == id)
            name = _text(next(pool, {}).get("name"))
            return {**facts, "to": "trunk", "resource_id": id, "name": name or id, "number": _user_part(uri)}
        case Loop(number=number, account_id=account_id):
            forward = {
                "authorised_by": leg.target.authorised_by,
                "forwarded_by": list(leg.target.forwarded_by),
                "keeps_caller": leg.target.keep_caller_id,
                "asks_key": leg.target.asks_key,
            }
            return {
                **facts,
                "why": "forwarded" if leg.target.forwarded_by else "on-net",
                "forward": forward if leg.target.forwarded_by and account_id == world.account_id else None,
                "to": "number",
                "name": number,
                "number": number,
                "on_net": account_id != world.account_id,
                "owner": _person(world, leg.user_id),
            }
    return {**facts, "to": "other", "name": leg.id}


def _person(world: World, user_id: Any) -> str:
    user = world.user(user_id if isinstance(user_id, str) else None) or {}
    return f"{_text(user.get('first_name'))} {_text(user.get('last_name'))}".strip()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _user_part(uri: str) -> str:
    return uri.partition(":")[2].partition("@")[0].partition(";")[0]
