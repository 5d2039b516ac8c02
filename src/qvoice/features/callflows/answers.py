"""Answers to a flow's questions about callflows."""

from __future__ import annotations

from qvoice.core.flow.requests import FindFlow, FoundFlow, LoadFlow, ToggleRingGroup, UpdateSettings
from qvoice.features.callflows.context import Answer, AnswerContext
from qvoice.features.callflows.feature_codes import toggle_ring_group, update_settings


async def find_flow(context: AnswerContext, request: FindFlow) -> FoundFlow | None:
    """Which callflow takes this number in the call's account?"""
    return await context.snapshots.find_flow(
        context.scope.account_id,
        request.number,
        request.no_match,
        device_id=context.call.device_id,
        owner_id=context.call.owner_id,
    )


async def load_flow(context: AnswerContext, request: LoadFlow) -> FoundFlow | None:
    """Load a callflow of the call's account."""
    return await context.snapshots.load_flow(
        context.scope.account_id, request.flow_id, device_id=context.call.device_id, owner_id=context.call.owner_id
    )


ANSWERS: dict[type, Answer] = {
    FindFlow: find_flow,
    LoadFlow: load_flow,
    UpdateSettings: update_settings,
    ToggleRingGroup: toggle_ring_group,
}
