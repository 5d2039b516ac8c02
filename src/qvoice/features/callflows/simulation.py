"""A call that is not made: which way would it go? The flow, or a draft of it, run by the core's simulating driver."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from qvoice.core.flow import requests as r
from qvoice.core.flow.arrived import came_by
from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import caller_endpoint, shown_caller
from qvoice.core.flow.compile import CompiledFlow
from qvoice.core.flow.events import Reply
from qvoice.core.flow.simulate import Script, Simulation, Step, simulate
from qvoice.core.hours.rule import zone
from qvoice.core.ring.plan import CallerId
from qvoice.db.engine import Database, Scope
from qvoice.features.accounts.schemas import Lenient
from qvoice.features.callflows.context import AnswerContext, collect_answers
from qvoice.features.callflows.placing import NotPlaced, named, owner_of, place
from qvoice.features.callflows.snapshot import Snapshots
from qvoice.kit import ids
from qvoice.kit.errors import Invalid, QvoiceError

DRAFT = "draft"
"""Id of a flow that was never saved."""

MAX_FORWARDS = 3
"""Forwarded calls that are followed one after the other."""

_CHANCE = (0.42, 0.17, 0.83, 0.35, 0.61, 0.08, 0.94, 0.29)
"""Random order is the same at every try, so that two simulations can be compared."""


class Caller(Lenient):
    """Who calls: somebody outside (`number`, `name`), or a user or device of the account (`id`)."""

    type: Literal["outside", "user", "device"] = "outside"
    id: str = ""
    number: Annotated[str, Field(max_length=64)] = ""
    name: Annotated[str, Field(max_length=128)] = ""
    private: bool = False


class Wanted(Lenient):
    """What to try. `number`: what is dialled (none: straight into the flow). `callflow`: a draft used in place of the
    stored one (with its `id`), or a flow never saved. `callflow_id`: a stored flow to start in. `at`: ISO 8601, in the
    account's zone when it names none; now when empty. `presses`: what the caller dials at each question.
    """

    number: Annotated[str, Field(max_length=128)] = ""
    callflow: dict[str, Any] | None = None
    callflow_id: str = ""
    caller: Caller = Field(default_factory=Caller)
    at: Annotated[str, Field(max_length=64)] = ""
    presses: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)] = Field(default_factory=list)
    ringing: Literal["nobody", "answered", "busy", "offline"] = "nobody"


@dataclass(slots=True)
class Tried:
    """What came of it. `flow` None: the call is refused before any flow, for `refused` (SIP code, why)."""

    call: Call
    flow: CompiledFlow | None
    simulation: Simulation | None
    refused: tuple[int, str] | None = None


async def try_call(db: Database, scope: Scope, wanted: Wanted) -> Tried:
    """Simulate; nothing is stored, nothing rings. Raises Invalid for what cannot be tried; NotFound."""
    snapshots = Snapshots(db)
    flow_id = wanted.callflow_id
    if wanted.callflow is not None:
        given = str(wanted.callflow.get("id") or "")
        flow_id = given if ids.is_id(given) else DRAFT
        await snapshots.try_out(scope.account_id, flow_id, {**wanted.callflow, "id": flow_id})
    call = await _call(snapshots, scope, wanted)
    if wanted.number:
        owner = await owner_of(snapshots, wanted.number) if call.source == "carrier" else None
        if owner is not None and owner.account_id == call.account_id:
            call.caller = await named(snapshots, call.caller, owner)
            came_by(call, owner)
        try:
            flow = await place(snapshots, call)
        except NotPlaced as no:
            return Tried(call, None, None, (no.sip_code, str(no)))
    else:
        found = (
            await snapshots.load_flow(scope.account_id, flow_id, device_id=call.device_id, owner_id=call.owner_id)
            if flow_id
            else None
        )
        if found is None:
            raise Invalid.field("number", "required", "say what is dialled, or which callflow to start in")
        flow, call.world = found.flow, call.world.merged(found.world)
    simulation = await _run(db, scope, snapshots, flow, call, Script(tuple(wanted.presses), wanted.ringing))
    await _follow(db, scope, snapshots, call, simulation.steps, Script(ringing=wanted.ringing), depth=0)
    return Tried(call, flow, simulation)


async def _follow(
    db: Database, scope: Scope, snapshots: Snapshots, call: Call, steps: list[Step], script: Script, *, depth: int
) -> None:
    """Let each forwarded leg go its own way: `then` of the leg is where the call made in its user's name would go."""
    for step in steps:
        legs = [leg for act in step.acts if act["do"] == "ring" for leg in act["legs"]]
        for leg in legs:
            if leg.get("forward") and depth < MAX_FORWARDS:
                leg["then"] = await _forwarded(db, scope, snapshots, call, step, leg, script, depth=depth)


async def _forwarded(
    db: Database, scope: Scope, snapshots: Snapshots, call: Call, step: Step, leg: dict[str, Any], script: Script, *,
    depth: int,
) -> dict[str, Any]:  # fmt: skip
    how = leg["forward"]
    by = how["authorised_by"]
    world = await snapshots.world(scope.account_id, user_id=by)
    shown = CallerId(**leg["caller"])
    made = Call(
        call_id="simulation",
        account_id=scope.account_id,
        realm=call.realm,
        source="loop",
        dialled=leg["number"],
        request_user=leg["number"],
        caller=shown,
        now=step.at,
        world=call.world if world is None else call.world.merged(world),
        authorised_by=by,
        forwarded_by=tuple(how["forwarded_by"]),
        kept_caller=shown if how["keeps_caller"] else None,
        asks_key=how["asks_key"],
        random=_CHANCE,
    )
    try:
        flow = await place(snapshots, made)
    except NotPlaced as no:
        return {"flow": None, "steps": [], "end": None, "refused": {"code": no.sip_code, "why": str(no)}}
    done = await _run(db, scope, snapshots, flow, made, script)
    await _follow(db, scope, snapshots, made, done.steps, script, depth=depth + 1)
    call.world = call.world.merged(made.world)
    return {
        "flow": {"id": flow.flow_id, "name": flow.name},
        "steps": [{**asdict(one), "at": one.at.isoformat()} for one in done.steps],
        "end": {"reason": done.end.reason, "cause": done.end.cause},
        "refused": None,
    }


async def _call(snapshots: Snapshots, scope: Scope, wanted: Wanted) -> Call:
    caller = wanted.caller
    inside = caller.type != "outside"
    device_id = caller.id if caller.type == "device" else None
    user_id = caller.id if caller.type == "user" else None
    world = await snapshots.world(scope.account_id, device_id=device_id, user_id=user_id)
    if world is None:
        raise Invalid.field("account", "not_found", "there is no such account")
    if inside and world.get(f"{caller.type}s", caller.id) is None:
        raise Invalid.field("caller.id", "not_found", f"there is no such {caller.type} in this account")
    number = wanted.number or _first_number(wanted.callflow)
    call = Call(
        call_id="simulation",
        account_id=scope.account_id,
        realm=str(world.account.get("realm") or ""),
        source="device" if inside else "carrier",
        dialled=number,
        request_user=number,
        caller=CallerId(caller.name, caller.number, private=caller.private),
        now=_moment(wanted.at, str(world.account.get("timezone") or "UTC")),
        world=world,
        device_id=device_id,
        authorised_by=caller.id if inside else None,
        privacy="full" if caller.private else "none",
        random=_CHANCE,
    )
    endpoint = caller_endpoint(call)
    call.owner_id = endpoint.owner_id
    call.language = endpoint.language or call.language
    call.timezone = endpoint.timezone or call.timezone
    return call


def _first_number(document: Mapping[str, Any] | None) -> str:
    numbers = (document or {}).get("numbers")
    return str(numbers[0]) if isinstance(numbers, list) and numbers else ""


def _moment(at: str, timezone: str) -> datetime:
    if not at:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as problem:
        raise Invalid.field("at", "format", "write the moment as 2026-11-24T19:05") from problem
    return moment if moment.tzinfo else moment.replace(tzinfo=zone(timezone) or UTC)


async def _run(
    db: Database, scope: Scope, snapshots: Snapshots, flow: CompiledFlow, call: Call, script: Script
) -> Simulation:
    # Only questions that change nothing come here, and none of them touches files: there is no MediaFiles in the API.
    context = AnswerContext(db, scope, call, snapshots, cast(Any, None))
    answers = collect_answers()
    running = simulate(flow, call, script)
    try:
        request: r.Request = next(running)
        while True:
            try:
                reply = Reply(await answers[type(request)](context, request))
            except QvoiceError as problem:
                reply = Reply(None, str(problem))
            request = running.send(reply)
    except StopIteration as stop:
        return stop.value


def to_json(tried: Tried, *, shown: Collection[str]) -> dict[str, Any]:
    """Return the answer of the API. `shown`: the accounts whose trunks the asker may see by name; those of providers
    above him are only "the provider's".
    """
    call, simulation = tried.call, tried.simulation
    seen = shown_caller(call, "internal")
    answer: dict[str, Any] = {
        "dialled": call.dialled,
        "emergency": call.emergency,
        "at": call.now.isoformat(),
        "timezone": call.timezone,
        "caller": {"name": seen.name, "number": seen.number, "private": seen.private},
        "flow": {"id": tried.flow.flow_id, "name": tried.flow.name} if tried.flow else None,
        "refused": {"code": tried.refused[0], "why": tried.refused[1]} if tried.refused else None,
        "steps": [],
        "end": None,
    }
    if simulation is not None:
        answer["steps"] = [{**asdict(step), "at": step.at.isoformat()} for step in simulation.steps]
        known = {trunk.get("id") for owner in shown for trunk in call.world.pool(owner)}
        _hide_trunks(answer["steps"], known)
        answer["end"] = {"reason": simulation.end.reason, "cause": simulation.end.cause}
        answer["seconds"] = simulation.seconds
        answer["presses_left"] = simulation.presses_left
    return answer


def _hide_trunks(steps: Any, known: Collection[Any]) -> None:
    """Take id and name from every trunk that is not among `known`, in place."""
    todo = [steps]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if value.get("to") == "trunk" and value.get("resource_id") not in known:
                value |= {"id": "", "resource_id": "", "name": "", "provider": True}
            todo.extend(value.values())
        elif isinstance(value, list | tuple):
            todo.extend(value)
