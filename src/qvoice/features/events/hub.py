"""Subscriptions in memory and the fan-out to sockets. Pure of sockets: a subscriber is a bounded queue.

Isolation: a subscription names the account whose events it wants, and was allowed for that account when made; an
event goes only
to subscriptions of its own account. A subscriber whose queue is full is dropped, never buffered for ever.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

QUEUE_SIZE = 256
MAX_BINDINGS = 200


@dataclass(eq=False, slots=True)
class Subscriber:
    """One client. `dropped` is set when it could not keep up; its socket is then closed. `doubted`: rights may have
    changed, and what it hears waits until they were looked at. `concerns`: the users and accounts its rights come from.
    """

    queue: asyncio.Queue[dict[str, Any]] = field(default_factory=lambda: asyncio.Queue(QUEUE_SIZE))
    bindings: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    dropped: asyncio.Event = field(default_factory=asyncio.Event)
    doubted: asyncio.Event = field(default_factory=asyncio.Event)
    concerns: set[str] = field(default_factory=set)


def matches(binding: str, key: str) -> bool:
    """Tell whether a routing key meets a binding: words joined by dots, `*` one word, `#` any number (AMQP topic
    rules).
    """
    return _matches(binding.split("."), key.split("."))


def _matches(pattern: list[str], words: list[str]) -> bool:
    # Classic table: reachable[j] says that the pattern so far can end before words[j]; linear per pattern word.
    reachable = {0}
    for part in pattern:
        if part == "#":
            reachable = set(range(min(reachable), len(words) + 1)) if reachable else set()
        else:
            reachable = {at + 1 for at in reachable if at < len(words) and part in ("*", words[at])}
        if not reachable:
            return False
    return len(words) in reachable


class Hub:
    """Who wants which events."""

    def __init__(self) -> None:
        """Start without subscribers."""
        self._by_account: dict[str, set[Subscriber]] = defaultdict(set)

    def doubt(self, notice: dict[str, Any] | None = None) -> None:
        """Say that rights changed, by a notice about a user, session, key or account; None: anybody's may have."""
        about = notice and notice.get("id" if notice.get("type") == "users" else "account")
        for subscriber in {one for several in self._by_account.values() for one in several}:
            if notice is None or about in subscriber.concerns:
                subscriber.doubted.set()

    def subscribe(self, subscriber: Subscriber, account_id: str, binding: str) -> bool:
        """Add a binding; False when the subscriber has too many."""
        if sum(len(kept) for kept in subscriber.bindings.values()) >= MAX_BINDINGS:
            return False
        subscriber.bindings[account_id].add(binding)
        self._by_account[account_id].add(subscriber)
        return True

    def unsubscribe(self, subscriber: Subscriber, account_id: str, binding: str) -> None:
        """Remove a binding."""
        kept = subscriber.bindings.get(account_id, set())
        kept.discard(binding)
        if not kept:
            self._by_account[account_id].discard(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        """Remove a subscriber altogether."""
        for account_id in list(subscriber.bindings):
            self._by_account[account_id].discard(subscriber)
            if not self._by_account[account_id]:
                del self._by_account[account_id]

    def document(self, notice: dict[str, Any]) -> None:
        """Pass on a `qvoice_doc` notice as `object.doc_<action>.<type>.<id>` and `object.<action>.<type>.<id>`."""
        action, kind, id = notice.get("action", ""), notice.get("type", ""), notice.get("id", "")
        keys = (f"object.doc_{action}.{kind}.{id}", f"object.{action}.{kind}.{id}")
        data = {
            "action": f"doc_{action}",
            "type": kind,
            "id": id,
            "rev": notice.get("rev"),
            "account_id": notice.get("account"),
        }
        self._send(notice.get("account", ""), keys, f"doc_{action}", data)

    def event(self, notice: dict[str, Any]) -> None:
        """Pass on a `qvoice_event` notice; its routing key is its name (and `.id` when the data has a call id)."""
        name, data = str(notice.get("name", "")), notice.get("data") or {}
        tail = str(data.get("call_id") or data.get("id") or "*")
        keys = (name, f"{name}.{tail}", f"call.{name}.{tail}")
        self._send(str(notice.get("account", "")), keys, name, data)

    def _send(self, account_id: str, keys: tuple[str, ...], name: str, data: dict[str, Any]) -> None:
        for subscriber in list(self._by_account.get(account_id, ())):
            binding = next((b for b in subscriber.bindings[account_id] if any(matches(b, key) for key in keys)), None)
            if binding is None:
                continue
            message = {"action": "event", "subscribed_key": binding, "name": name, "routing_key": keys[0], "data": data}
            try:
                subscriber.queue.put_nowait(message)
            except asyncio.QueueFull:
                subscriber.dropped.set()
                self.leave(subscriber)
