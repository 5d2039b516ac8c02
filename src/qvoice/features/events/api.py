"""The socket: `/v2/websockets` and `/events`. Client messages as in the dialect (kazoo.md 2.4, websockets):

`{"action": "subscribe" | "unsubscribe" | "ping", "auth_token", "request_id", "data": {"account_id", "binding" |
"bindings": […]}}`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from qvoice.core.access.decide import Denied
from qvoice.features.auth.permit import FactorWanted, Permit, allowed, principal_by
from qvoice.features.events.hub import Hub, Subscriber
from qvoice.kit import ids, log
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Forbidden, QvoiceError, Unauthenticated, Unavailable

router = APIRouter()
root_router = APIRouter()

PERMIT = Permit("events", "read")
_MAX_MESSAGE = 65_536
_IDLE_S = 20.0
"""Seconds after which rights are looked at again although nothing was heard of them."""
_SETTLE_S = 0.5


@dataclass(frozen=True, slots=True)
class Grant:
    """What a subscription was allowed by: a token or key, good until `expires` (Unix seconds, 0: no end)."""

    token: str
    expires: int
    concerns: frozenset[str]


class Rights:
    """A socket's subscriptions by account, and whether they are still allowed."""

    def __init__(self, socket: WebSocket, subscriber: Subscriber) -> None:
        """Begin without any."""
        self._socket, self._subscriber = socket, subscriber
        self._grants: dict[str, Grant] = {}
        self._looking = asyncio.Lock()

    async def find(self, token: Any, account_id: Any) -> Grant:
        """Return what allows to listen to an account; raises QvoiceError."""
        if not isinstance(token, str) or not token:
            raise Unauthenticated("auth_token is missing")
        who = await principal_by(self._socket, token)
        if who.only_enrol:
            raise FactorWanted
        account = None
        if isinstance(account_id, str) and ids.is_id(account_id):
            account = await self._socket.app.state.directory.account(account_id)
        # Plain users have no account-wide stream: their events would need owners on every notice.
        if account is None or isinstance(allowed(who, PERMIT, account.steps), Denied):
            raise Forbidden("you may not listen to this account")
        return Grant(token, who.expires, frozenset({*who.actor.path, *account.steps, who.owner_id or ""}))

    def keep(self, account_id: str, grant: Grant) -> None:
        """Remember what allows the subscriptions to an account."""
        self._grants[account_id] = grant
        self._subscriber.concerns.update(grant.concerns)

    @property
    def doubted(self) -> bool:
        """Whether they must be looked at before anything more is told."""
        return self._subscriber.doubted.is_set() or self._looking.locked()

    async def hold(self) -> bool:
        """Look at all of them again; False when one is not allowed any more. A database that is away takes nobody's
        rights, but tells nothing either: they stay in doubt.
        """
        async with self._looking:
            self._subscriber.doubted.clear()
            for account_id, grant in list(self._grants.items()):
                if grant.expires and grant.expires <= utcnow().timestamp():
                    return False
                try:
                    await self.find(grant.token, account_id)
                except Unavailable:
                    self._subscriber.doubted.set()
                except QvoiceError:
                    return False
        return True

    async def wait_end(self) -> None:
        """Return when they hold no more: looked at now and then, and soon after something changed."""
        while await self.hold():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._subscriber.doubted.wait(), _IDLE_S)
            # Changes come in crowds; whatever is told meanwhile is looked at first anyway.
            await asyncio.sleep(_SETTLE_S)


def _error(request_id: Any, message: str) -> dict[str, Any]:
    return {"action": "reply", "request_id": request_id, "status": "error", "data": {"errors": [message]}}


async def _handle(hub: Hub, subscriber: Subscriber, message: Any, rights: Rights) -> dict[str, Any]:
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
    account_id: Any = data.get("account_id")
    try:
        grant = await rights.find(message.get("auth_token"), account_id)
    except QvoiceError as problem:
        return _error(request_id, problem.message)
    if action == "subscribe":
        rights.keep(account_id, grant)
    for binding in bindings:
        if action == "unsubscribe":
            hub.unsubscribe(subscriber, account_id, binding)
        elif not hub.subscribe(subscriber, account_id, binding):
            return _error(request_id, "too many subscriptions on this socket")
    subscriber.doubted.set()  # something may have changed while the rights were looked at
    listed = sorted(subscriber.bindings.get(account_id, set()))
    return {
        "action": "reply",
        "request_id": request_id,
        "status": "success",
        "data": {f"{action}d": bindings, "subscriptions": listed},
    }


async def serve(socket: WebSocket) -> None:
    """Serve one socket until it leaves, falls behind or may not listen any more."""
    await socket.accept()
    hub: Hub = socket.app.state.hub
    subscriber = Subscriber()
    rights = Rights(socket, subscriber)
    tasks = [
        asyncio.create_task(_reading(socket, hub, subscriber, rights)),
        asyncio.create_task(_writing(socket, subscriber, rights)),
        asyncio.create_task(subscriber.dropped.wait()),
        asyncio.create_task(rights.wait_end()),
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


async def _reading(socket: WebSocket, hub: Hub, subscriber: Subscriber, rights: Rights) -> None:
    while True:
        raw = await socket.receive_text()
        try:
            message = msgspec.json.decode(raw) if len(raw) <= _MAX_MESSAGE else None
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            message = None
        reply = await _handle(hub, subscriber, message, rights)
        try:
            subscriber.queue.put_nowait(reply)
        except asyncio.QueueFull:
            subscriber.dropped.set()
            return


async def _writing(socket: WebSocket, subscriber: Subscriber, rights: Rights) -> None:
    while True:
        message = await subscriber.queue.get()
        if rights.doubted and message.get("action") == "event" and not await rights.hold():
            return
        # A client that does not read fills the socket's buffer, then the queue, and is dropped.
        await socket.send_text(msgspec.json.encode(message).decode())


@router.websocket("/websockets")
async def websockets(socket: WebSocket) -> None:
    """Serve the dialect's socket."""
    await serve(socket)


@root_router.websocket("/events")
async def events(socket: WebSocket) -> None:
    """Serve the socket under its short name."""
    await serve(socket)
