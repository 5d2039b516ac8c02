"""Whose in-call keys are armed in a conversation, and on which leg they are listened for (core.incall.keys)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvoice.core.incall.acts import Act, acts_of
from qvoice.core.incall.keys import BOTH, PEER, SELF, KeyReader, Meant, merged

if TYPE_CHECKING:
    from qvoice.callcontrol.legs import CallLeg
    from qvoice.callcontrol.live import LiveCall


@dataclass(frozen=True, slots=True)
class Armed:
    """The keys of `by`'s documents; `listens`: channels whose keys count as his."""

    by: CallLeg
    listens: frozenset[str]
    reader: KeyReader


def armed(call: LiveCall, leg: CallLeg) -> list[Armed]:
    """Return what is armed: for each of the account's own two ends, what account, user, device and callflow say."""
    facts = call.facts
    if facts is None:
        return []
    world, found = facts.world, []
    flow = world.get("callflows", call.checkpoint.at.flow_id) if call.checkpoint is not None else None
    for mine, other in ((call.caller, leg), (leg, call.caller)):
        if not mine.is_ours:
            continue
        documents = [world.account, world.user(mine.owner_id), world.device(mine.device_id)]
        flows = merged(*documents, flow if mine is call.caller else None)
        if flows:
            channels = {SELF: {mine.channel}, PEER: {other.channel}, BOTH: {mine.channel, other.channel}}
            found.append(Armed(mine, frozenset(channels[flows.listen_on]), KeyReader(flows)))
    return found


def wanted(call: LiveCall) -> bool:
    """Tell whether anybody in the call may have in-call keys."""
    facts = call.facts
    if facts is None:
        return False
    world = facts.world
    flow = world.get("callflows", call.checkpoint.at.flow_id) if call.checkpoint is not None else None
    documents = [world.account, flow]
    for leg in (call.caller, *call.legs.values()):
        if leg.is_ours:
            documents += [world.user(leg.owner_id), world.device(leg.device_id)]
    return any(document and document.get("metaflows") for document in documents)


def acts(meant: Meant) -> list[Act]:
    """Return what keys mean."""
    return acts_of(meant.node, captured=meant.captured)
