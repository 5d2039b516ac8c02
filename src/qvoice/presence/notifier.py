"""Subscriptions: SUBSCRIBE is answered, and whoever watches is told, the latest state only (RFC 6665)."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Protocol

from qvoice.core.presence import bodies
from qvoice.kit import log
from qvoice.presence.lamps import Lamps, Watch
from qvoice.presence.message import Message, respond, tag_of, uri_of, user_of
from qvoice.presence.subscription import RATE, Subscription

DEFAULT_EXPIRES, MIN_EXPIRES, MAX_EXPIRES = 3600, 60, 3600
CONNECTED_EXPIRES = 600
"""Over a connection: when that breaks nobody can be told until he subscribes again."""
MOST = 1200
"""Subscriptions of one device: a console with a thousand keys, and some to spare."""
EDGE_AWAY = 1.0
"""Seconds until a NOTIFY is tried again that nobody answered, not even the edge."""

Send = Callable[[str, str, list[tuple[str, str]], str], Any]


class Endpoint(Protocol):
    """What the notifier needs of presence.endpoint.Endpoint."""

    local: tuple[str, int]

    async def request(self, method: str, uri: str, headers: list[tuple[str, str]], body: str) -> int:
        """Send a request; 0 when nobody answered."""
        ...


class Notifier:
    """All subscriptions. `kept`, `gone`: what `store` has to write next. `unknown`: accounts whose names are wanted."""

    def __init__(self, lamps: Lamps) -> None:
        self.lamps = lamps
        self.endpoint: Endpoint | None = None
        self.subscriptions: dict[str, Subscription] = {}
        self._watchers: dict[Watch, dict[str, Subscription]] = defaultdict(dict)
        self._by_device: dict[str, int] = defaultdict(int)
        self.kept: dict[str, Subscription] = {}
        self.gone: set[str] = set()
        self.unknown: set[str] = set()
        self.wanted = asyncio.Event()
        """Set when an account in `unknown` waits for its names."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.notified = 0

    # --- SUBSCRIBE ----------------------------------------------------------------------------------------------------

    def handle(self, request: Message) -> bytes | None:
        """Answer a request from the edge, which has proved who asks (X-QV-Account, X-QV-Device, X-QV-Realm)."""
        if request.method == "ACK":
            return None
        if request.method == "OPTIONS":
            return respond(request, 200, "OK", extra=[])
        if request.method != "SUBSCRIBE":
            return respond(request, 405, "Method Not Allowed", extra=[("Allow", "SUBSCRIBE, OPTIONS")])
        event, _, rest = request.get("event").partition(";")
        event = event.strip().lower()
        if event not in bodies.TYPES:
            return respond(request, 489, "Bad Event", extra=[("Allow-Events", ", ".join(bodies.TYPES))])
        expires = _expires(request)
        if expires is None or 0 < expires < MIN_EXPIRES:
            return respond(request, 423, "Interval Too Brief", extra=[("Min-Expires", str(MIN_EXPIRES))])
        ours = tag_of(request.get("to"))
        if ours:
            return self._refresh(request, ours, expires)
        return self._begin(request, event, rest.strip(), expires)

    def _begin(self, request: Message, event: str, parameters: str, expires: int) -> bytes:
        account, device = request.get("x-qv-account"), request.get("x-qv-device")
        presence_id = user_of(request.uri).strip().lower()[:64]
        if not account or not device or not presence_id:
            return respond(request, 404, "Not Found", extra=[])
        if self._by_device[device] >= MOST:
            return respond(request, 403, "Too Many Subscriptions", extra=[])
        tag = secrets.token_hex(8)
        found = Subscription(
            tag, account, device, request.get("x-qv-realm"), event, presence_id,
            call_id=request.get("call-id"), local=f"{request.get('to')};tag={tag}", remote=request.get("from"),
            target=uri_of(request.get("contact")), routes=request.all("record-route"), expires=0.0,
            event_id=parameters, remote_sequence=request.cseq[0],
        )  # fmt: skip
        self._add(found)
        return self._accepted(request, found, expires)

    def _refresh(self, request: Message, ours: str, expires: int) -> bytes:
        found = self.subscriptions.get(ours)
        if found is None or found.expires <= time.time():
            return respond(request, 481, "Subscription Does Not Exist", extra=[])
        if found.call_id != request.get("call-id") or found.account != request.get("x-qv-account"):
            return respond(request, 481, "Subscription Does Not Exist", extra=[])
        if request.cseq[0] <= found.remote_sequence:
            return respond(request, 500, "CSeq Out Of Order", extra=[])
        found.remote_sequence = request.cseq[0]
        contact = uri_of(request.get("contact"))
        if contact:
            found.target = contact
        found.due = True
        return self._accepted(request, found, expires)

    def _accepted(self, request: Message, found: Subscription, expires: int) -> bytes:
        limit = (
            MAX_EXPIRES if "transport=" not in " ".join([found.target, *found.routes]).lower() else CONNECTED_EXPIRES
        )
        granted = min(expires, limit)
        found.expires = time.time() + granted
        if granted:
            self.kept[found.id] = found
        self.tell(found)
        assert self.endpoint
        host, port = self.endpoint.local
        extra = [("Expires", str(granted)), ("Contact", f"<sip:presence@{host}:{port}>")]
        return respond(request, 200, "OK", tag=found.id, extra=extra)

    # --- who is there -------------------------------------------------------------------------------------------------

    def restore(self, found: Subscription) -> None:
        """Take a subscription that an earlier process kept; it is told the present state."""
        self._add(found)
        self.tell(found)

    def _add(self, found: Subscription) -> None:
        watch = Watch(found.account, found.presence_id, found.device)
        self.subscriptions[found.id] = found
        self._by_device[found.device] += 1
        self._watchers[watch][found.id] = found
        self.lamps.watch(watch)
        if not self.lamps.knows(found.account):
            self.unknown.add(found.account)
            self.wanted.set()

    def _remove(self, found: Subscription) -> None:
        if self.subscriptions.pop(found.id, None) is None:
            return
        watch = Watch(found.account, found.presence_id, found.device)
        self._by_device[found.device] -= 1
        if not self._by_device[found.device]:
            del self._by_device[found.device]
        self._watchers[watch].pop(found.id, None)
        if not self._watchers[watch]:
            del self._watchers[watch]
            self.lamps.unwatch(watch)
        self.kept.pop(found.id, None)
        self.gone.add(found.id)

    def expire(self, now: float) -> None:
        """End what was not refreshed (the phone is told, RFC 6665 4.4.1)."""
        for found in [one for one in self.subscriptions.values() if one.expires <= now and not one.busy]:
            self.tell(found)

    def end_where(self, test: Callable[[Subscription], bool]) -> None:
        """End subscriptions, such as those of a device that was switched off."""
        for found in [one for one in self.subscriptions.values() if test(one)]:
            found.expires = 0.0
            self.tell(found)

    # --- NOTIFY -------------------------------------------------------------------------------------------------------

    def changed(self, watches: set[Watch]) -> None:
        """Tell whoever watches, if what he sees has changed."""
        for watch in watches:
            for found in list(self._watchers.get(watch, {}).values()):
                self.tell(found)

    def tell(self, found: Subscription) -> None:
        """Tell one subscriber soon. While a NOTIFY is under way the next waits, and says what is true by then."""
        if found.busy:
            found.again = True
            return
        found.busy = True
        task = asyncio.create_task(self._tell(found))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, found: Subscription) -> None:
        try:
            while await self._once(found) or found.again:
                found.again = False
        except Exception:  # noqa: BLE001 - logged; the others go on
            log.get().exception("presence.notify_failed", id=found.id)
        finally:
            found.busy = False

    async def _once(self, found: Subscription) -> bool:
        """Send one NOTIFY if there is something to say; True when it must be tried again."""
        assert self.endpoint
        over = found.expires <= time.time()
        if not over and not self.lamps.knows(found.account):
            return False  # it is told when the names are here
        saw = self._sees(found)
        if not over and not found.due and saw == found.told:
            return False
        found.due = False
        found.sequence += 1
        status = await self.endpoint.request("NOTIFY", found.target, *self._notify(found, saw, over=over))
        self.notified += 1
        if over or status == 481 or status >= 400:
            # 481: it knows of none. Others: it cannot be reached, or does not want it (RFC 6665 4.2.2).
            if not over:
                log.get().info("presence.ended", presence_id=found.presence_id, device=found.device, status=status)
            self._remove(found)
            return False
        if status == 0:
            await asyncio.sleep(EDGE_AWAY)
            return True
        found.told = saw
        await asyncio.sleep(1 / RATE)
        return False

    def _sees(self, found: Subscription) -> Any:
        watch = Watch(found.account, found.presence_id, found.device)
        if found.event == "message-summary":
            return self.lamps.waiting(watch)
        shown = self.lamps.shown(watch)
        if found.event == "dialog":
            return shown
        return shown, self.lamps.reachable(watch) and not any(one.id == "dnd" for one in shown)

    def persons_watched(self) -> set[str]:
        """Return the accounts in which somebody watches who can be reached (PIDF)."""
        return {one.account for one in self.subscriptions.values() if one.event == "presence"}

    def _notify(self, found: Subscription, saw: Any, *, over: bool) -> tuple[list[tuple[str, str]], str]:
        entity = f"sip:{found.presence_id}@{found.realm}"
        if found.event == "dialog":
            body = bodies.dialog_info(entity, saw, version=found.sequence - found.first - 1)
        elif found.event == "presence":
            body = bodies.pidf(entity, saw[0], reachable=saw[1])
        else:
            body = bodies.summary(entity, new=saw[0], saved=saw[1])
        left = max(0, int(found.expires - time.time()))
        assert self.endpoint
        host, port = self.endpoint.local
        headers = [
            ("Max-Forwards", "70"),
            *(("Route", route) for route in found.routes),
            ("From", found.local),
            ("To", found.remote),
            ("Call-ID", found.call_id),
            ("CSeq", f"{found.sequence} NOTIFY"),
            ("Contact", f"<sip:presence@{host}:{port}>"),
            ("Event", f"{found.event};{found.event_id}" if found.event_id else found.event),
            ("Subscription-State", "terminated;reason=timeout" if over else f"active;expires={left}"),
            ("Content-Type", bodies.TYPES[found.event]),
        ]
        return headers, body


def _expires(request: Message) -> int | None:
    text = request.get("expires")
    if not text:
        return DEFAULT_EXPIRES
    return int(text) if text.isdigit() and len(text) < 10 else None
