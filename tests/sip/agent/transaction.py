"""Client and server transactions (RFC 3261 section 17): retransmission, matching, the ACK of a failed INVITE."""

from __future__ import annotations

import asyncio
import secrets

from tests.sip.agent.message import Message
from tests.sip.agent.transport import StreamTransport, UdpTransport

T1, T2 = 0.5, 4.0
LIFETIME = 32.0
"""Timers B, F and H: 64 * T1."""

Transport = UdpTransport | StreamTransport


class Timeout(AssertionError):
    """No final response within 64 * T1."""


class ClientTransaction:
    """One request on its way. Responses arrive in `responses`; retransmits over UDP until one does."""

    def __init__(self, request: Message, *, transport: Transport, to: tuple[str, int]) -> None:
        self.request, self.to, self._transport = request, to, transport
        self.responses: asyncio.Queue[Message] = asyncio.Queue()
        self.final: Message | None = None
        self._provisional = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Send the request."""
        self._transport.send(self.request, self.to)
        if not self._transport.reliable:
            self._task = asyncio.create_task(self._retransmit())

    async def _retransmit(self) -> None:
        wait, spent = T1, 0.0
        while spent < LIFETIME and not self.final:
            await asyncio.sleep(wait)
            spent += wait
            if self.final or (self._provisional and self.request.method == "INVITE"):
                return
            self._transport.send(self.request, self.to)
            wait = wait * 2 if self.request.method == "INVITE" else min(wait * 2, T2)

    def receive(self, response: Message) -> None:
        """Take a response; ACK it if it refuses an INVITE."""
        if response.status < 200:
            self._provisional = True
        elif self.request.method == "INVITE" and response.status >= 300:
            self._transport.send(self._acknowledge(response), self.to)
        if self.final:
            return
        if response.status >= 200:
            self.final = response
        self.responses.put_nowait(response)

    def _acknowledge(self, response: Message) -> Message:
        """The ACK within the INVITE's transaction (RFC 3261 17.1.1.3)."""
        ack = Message(method="ACK", uri=self.request.uri)
        ack.add("Via", self.request.get("Via"))
        for route in self.request.all("Route"):
            ack.add("Route", route)
        ack.add("From", self.request.get("From"))
        ack.add("To", response.get("To"))
        ack.add("Call-ID", self.request.get("Call-ID"))
        ack.add("CSeq", f"{self.request.cseq[0]} ACK")
        ack.add("Max-Forwards", 70)
        return ack

    def cancel(self) -> Message:
        """The CANCEL of this INVITE (RFC 3261 9.1)."""
        cancel = Message(method="CANCEL", uri=self.request.uri)
        cancel.add("Via", self.request.get("Via"))
        for route in self.request.all("Route"):
            cancel.add("Route", route)
        for name in ("From", "To", "Call-ID"):
            cancel.add(name, self.request.get(name))
        cancel.add("CSeq", f"{self.request.cseq[0]} CANCEL")
        cancel.add("Max-Forwards", 70)
        return cancel

    async def next(self, within: float = LIFETIME) -> Message:
        """Return the next response."""
        try:
            return await asyncio.wait_for(self.responses.get(), within)
        except TimeoutError:
            raise Timeout(f"no answer to {self.request.method} {self.request.uri} within {within} s") from None

    async def result(self, within: float = LIFETIME) -> Message:
        """Return the final response."""
        while True:
            response = await self.next(within)
            if response.status >= 200:
                return response


class ServerTransaction:
    """One request received; repeats its last response when the request is, and a 2xx to INVITE until the ACK."""

    def __init__(self, request: Message, *, transport: Transport, source: tuple[str, int]) -> None:
        self.request, self.source, self._transport = request, source, transport
        self.last: Message | None = None
        self.acknowledged = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def respond(
        self, status: int, reason: str, *, tag: str = "", headers: tuple[tuple[str, str], ...] = (), body: bytes = b""
    ) -> None:
        """Send a response."""
        response = Message(status=status, reason=reason, body=body)
        for via in self.request.all("Via"):
            response.add("Via", via)
        for route in self.request.all("Record-Route"):
            response.add("Record-Route", route)
        response.add("From", self.request.get("From"))
        to = self.request.get("To")
        response.add("To", f"{to};tag={tag}" if tag and ";tag=" not in to and status > 100 else to)
        response.add("Call-ID", self.request.get("Call-ID"))
        response.add("CSeq", self.request.get("CSeq"))
        for name, value in headers:
            response.add(name, value)
        self.last = response
        self._transport.send(response, self.source)
        if self.request.method == "INVITE" and 200 <= status < 300:
            self._task = asyncio.create_task(self._repeat(response))

    async def _repeat(self, response: Message) -> None:
        wait, spent = T1, 0.0
        while spent < LIFETIME:
            try:
                await asyncio.wait_for(self.acknowledged.wait(), wait)
                return
            except TimeoutError:
                self._transport.send(response, self.source)
                spent, wait = spent + wait, min(wait * 2, T2)

    def again(self) -> None:
        """The request came again: repeat what we said."""
        if self.last:
            self._transport.send(self.last, self.source)

    def stop(self) -> None:
        """Stop repeating."""
        self.acknowledged.set()


def new_branch() -> str:
    """A branch with the magic cookie."""
    return "z9hG4bK" + secrets.token_hex(8)
