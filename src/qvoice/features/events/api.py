"""The socket: `/v2/websockets` and `/events`. Client messages as in the dialect (kazoo.md 2.4, websockets):

`{"action": "subscribe" | "unsubscribe" | "ping", "auth_token", "request_id", "data": {"account_id", "binding" |
"bindings": […]}}`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import msgspec
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from qvoice.core.access.decide import Denied
from qvoice.features.auth.permit import Permit, Principal, allowed, principal_of_token
from qvoice.features.events.hub import Hub, Subscriber
from qvoice.kit import ids, log
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import QvoiceError

router = APIRouter()
root_router = APIRouter()

PERMIT = Permit("events", "read")
_MAX_MESSAGE = 65_536
_IDLE_S = 20.0


def _error(request_id: Any, message: str) -> dict[str, Any]:
    return {"action": "reply", "request_id": request_id, "status": "error", "data": {"errors": [message]}}


async def _authorised(socket: WebSocket, token: Any, account_id: Any) -> tuple[str | None, Principal | None]:
    """Return (error, None) or (None, principal) for a subscription to an account's events."""
    if not isinstance(token, str) or not token:
        return "auth_token is missing", None
    state = socket.app.state
    try:
        who = await principal_of_token(state.token_key, state.directory, token)
    except QvoiceError as problem:
        return problem.message, None
    if who is None:
        return "auth_token is wrong or expired", None
    account = (
        await state.directory.account(account_id) if isinstance(account_id, str) and ids.is_id(account_id) else None
    )
    # Plain users have no account-wide stream: their events would need owners on every notice.
    if account is None or isinstance(allowed(who, PERMIT, account.steps), Denied):
        return "you may not listen to this account", None
    return None, who


async def _handle(
    socket: WebSocket, hub: Hub, subscriber: Subscriber, message: Any, expiry: dict[str, int]
) -> dict[str, Any]:
    """Carry out one client message and return the reply."""
    if not isinstance(message, dict):
        return _error(None, "send a JSON object")
    request_id, action = message.get("request_id"), message.get("action")
    if action == "ping":
        return {"action": "reply", "request_id": request_id, "status": "success", "data": {"response": "pong"}}
    if action not in ("subscribe", "unsubscribe"):
        return _error(request_id, "action must be subscribe, unsubscribe or ping")
    data = message.get("data")
    if not isinstance(data, dict):
        return _error(request_id, "data must be an object with account_id and bindings")
    bindings = data.get("bindings", [data.get("binding")])
    if not isinstance(bindings, list) or not all(isinstance(b, str) and 0 < len(b) <= 256 for b in bindings):
        return _error(request_id, "bindings must be a list of texts such as call.*.*")
    account_id = data.get("account_id")
    problem, who = await _authorised(socket, message.get("auth_token"), account_id)
    if problem is not None or who is None:
        return _error(request_id, problem or "you may not listen to this account")
    for binding in bindings:
        if action == "unsubscribe":
            hub.unsubscribe(subscriber, account_id, binding)
        elif not hub.subscribe(subscriber, account_id, binding):
            return _error(request_id, "too many subscriptions on this socket")
    if action == "subscribe":
        expiry[account_id] = who.expires
    listed = sorted(subscriber.bindings.get(account_id, set()))
    return {
        "action": "reply",
        "request_id": request_id,
        "status": "success",
        "data": {f"{action}d": bindings, "subscriptions": listed},
    }


async def serve(socket: WebSocket) -> None:
    """Serve one socket until it leaves, falls behind or its token expires."""
    await socket.accept()
    hub: Hub = socket.app.state.hub
    subscriber = Subscriber()
    expiry: dict[str, int] = {}
    tasks = [
        asyncio.create_task(_reading(socket, hub, subscriber, expiry)),
        asyncio.create_task(_writing(socket, subscriber)),
        asyncio.create_task(subscriber.dropped.wait()),
        asyncio.create_task(_until_expired(expiry)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.leave(subscriber)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect | RuntimeError):
                log.get().warning("events.socket", error=repr(result))
        with suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(1013 if subscriber.dropped.is_set() else 1000)


async def _reading(socket: WebSocket, hub: Hub, subscriber: Subscriber, expiry: dict[str, int]) -> None:
    while True:
        raw = await socket.receive_text()
        try:
            message = msgspec.json.decode(raw) if len(raw) <= _MAX_MESSAGE else None
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            message = None
        reply = await _handle(socket, hub, subscriber, message, expiry)
        try:
            subscriber.queue.put_nowait(reply)
        except asyncio.QueueFull:
            subscriber.dropped.set()
            return


async def _writing(socket: WebSocket, subscriber: Subscriber) -> None:
    while True:
        message = await subscriber.queue.get()
        # A client that does not read fills the socket's buffer, then the queue, and is dropped.
        await socket.send_text(msgspec.json.encode(message).decode())


async def _until_expired(expiry: dict[str, int]) -> None:
    while True:
        await asyncio.sleep(_IDLE_S)
        if expiry and min(expiry.values()) <= utcnow().timestamp():
            return


@router.websocket("/websockets")
async def websockets(socket: WebSocket) -> None:
    """Serve the dialect's socket."""
    await serve(socket)


@root_router.websocket("/events")
async def events(socket: WebSocket) -> None:
    """Serve the socket under its short name."""
    await serve(socket)
