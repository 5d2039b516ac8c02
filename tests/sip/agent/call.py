"""One call: its dialog (RFC 3261 section 12), its media, and what a person does with it."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
from typing import TYPE_CHECKING

from tests.sip.agent import sdp, srtp
from tests.sip.agent.message import Message, address, parameter
from tests.sip.agent.rtp import RtpSession
from tests.sip.agent.transaction import ClientTransaction, ServerTransaction
from tests.sip.agent.wait import until

if TYPE_CHECKING:
    from tests.sip.agent.ua import UserAgent

CODECS = {
    "PCMU": (0, "PCMU", 8000),
    "PCMA": (8, "PCMA", 8000),
    "G722": (9, "G722", 8000),
    "OPUS": (111, "opus", 48000),
    "G729": (18, "G729", 8000),
}
"""G729 can be offered, not spoken."""


class Call:
    """A call placed or received. `status` is the last one seen or sent; `over` is set when it has ended."""

    def __init__(self, agent: UserAgent, *, call_id: str, local: str, remote: str, target: str) -> None:
        self.agent, self.call_id = agent, call_id
        self.local, self.remote, self.target = local, remote, target
        """From and To as we see them, tags included; where requests of the dialog go."""
        self.routes: list[str] = []
        self.sequence = secrets.randbelow(1000) + 1
        self.media: RtpSession | None = None
        self.offered: sdp.Audio | None = None
        self.answered_with: sdp.Audio | None = None
        self.status = 0
        self.reason = ""
        self.responses: list[Message] = []
        self.invite: Message | None = None
        self.received: list[Message] = []
        self.notified: list[Message] = []
        self.over = asyncio.Event()
        self.answered = asyncio.Event()
        self.client: ClientTransaction | None = None
        self.server: ServerTransaction | None = None
        self.direction = "sendrecv"
        self._version = 1
        self._session = secrets.randbelow(1 << 31)
        self._key: tuple[str, str] | None = None
        self._tag = "1"
        """An answer repeats the tag of the suite it takes (RFC 4568 5.1.2)."""
        self._codecs = agent.codecs

    # --- descriptions -------------------------------------------------------------------------------------------------

    async def describe(self, codecs: tuple[str, ...] | None = None, *, secure: bool | None = None) -> bytes:
        """Return our SDP, opening the RTP socket the first time."""
        if not self.media:
            self.media = await RtpSession.bind(self.agent.media_host)
        self._codecs = codecs or self._codecs
        secure = self.agent.srtp if secure is None else secure
        if secure and not self._key:
            self._key = (self._tag, srtp.new_key())
            self.media.seal = srtp.Stream(self._key[1])
        theirs = sdp.parse(self.invite.body) if self.invite and self.invite.body else None
        # An answer names the payload types of the offer (RFC 3264 6.1).
        named = {name.upper(): (pt, name, rate) for pt, name, rate in (theirs.codecs if theirs else ())}
        ours = sdp.Audio(
            host=self.media.local[0],
            port=self.media.local[1],
            codecs=tuple(named.get(name) or CODECS[name] for name in self._codecs),
            # The offer's payload type for 8 kHz key events: a wide-band offer has another one too (RFC 4733 2.5.1.1).
            dtmf=((theirs.dtmf if theirs else None) or 101) if self.agent.key_events else None,
            direction=self.direction,
            profile="RTP/SAVP" if secure else "RTP/AVP",
            crypto=((self._key[0], srtp.SUITE, self._key[1]),) if secure and self._key else (),
        )
        self._version += 1
        return sdp.build(ours, session=self._session, version=self._version)

    def hear(self, body: bytes) -> None:
        """Take the other side's SDP and start (or redirect) the media."""
        theirs = sdp.parse(body)
        self.answered_with = theirs
        assert self.media
        if self.media.seal:
            keys = [key for _, suite, key in theirs.crypto if suite == srtp.SUITE]
            assert keys, f"asked for SRTP, got {body.decode()}"
            self.media.open = srtp.Stream(keys[0])
        self.media.start(theirs, speaks=self._codecs)

    # --- the caller's side --------------------------------------------------------------------------------------------

    def take(self, response: Message) -> None:
        """Take a response to our INVITE: dialog state, early or final SDP."""
        self.status, self.reason = response.status, response.reason
        self.responses.append(response)
        if parameter(response.get("To"), "tag"):
            self.remote = response.get("To")
        if response.get("Contact"):
            self.target = address(response.get("Contact"))
        if 100 < response.status < 300:
            self.routes = [address(r) for r in reversed(response.all("Record-Route"))]
        if response.body and 100 < response.status < 300:
            self.hear(response.body)
        if 200 <= response.status < 300:
            self.acknowledge(response.cseq[0])
            self.answered.set()
        elif response.status >= 300:
            self.end()

    def acknowledge(self, sequence: int, body: bytes = b"") -> None:
        """ACK a 2xx (RFC 3261 13.2.2.4)."""
        ack = self._request("ACK", sequence=sequence, body=body)
        self.agent.transport.send(ack, self._next_hop())

    async def wait_status(self, *statuses: int, within: float = 10.0) -> int:
        """Wait until a response with one of `statuses` came; return it."""
        await until(
            lambda: any(r.status in statuses for r in self.responses), within=within, what=f"{statuses}: {self}"
        )
        return next(r.status for r in self.responses if r.status in statuses)

    async def wait_answered(self, within: float = 15.0) -> Call:
        """Wait for the 200; AssertionError with the final status otherwise."""
        await until(lambda: self.answered.is_set() or self.over.is_set(), within=within, what=f"an answer: {self}")
        assert self.answered.is_set(), f"not answered: {self}"
        return self

    async def wait_over(self, within: float = 10.0) -> Call:
        """Wait until the call has ended, by whom ever."""
        await until(self.over.is_set, within=within, what=f"the end: {self}")
        return self

    async def cancel(self) -> None:
        """Give up before the answer."""
        assert self.client, "only a caller cancels"
        await until(lambda: self.responses, what="a provisional response before CANCEL")
        self.agent.fire(self.client.cancel(), self.client.to)

    # --- the callee's side --------------------------------------------------------------------------------------------

    def _respond(self, status: int, reason: str, body: bytes = b"", extra: tuple[tuple[str, str], ...] = ()) -> None:
        assert self.server
        self.status, self.reason = status, reason
        headers = (("Contact", f"<{self.agent.contact}>"), ("Allow", self.agent.allow), *extra)
        if body:
            headers = (*headers, ("Content-Type", "application/sdp"))
        self.server.respond(status, reason, tag=parameter(self.local, "tag"), headers=headers, body=body)
        if status >= 300:
            self.end()

    def ring(self) -> None:
        """180."""
        self._respond(180, "Ringing")

    async def progress(self) -> None:
        """183 with SDP: early media."""
        body = await self.describe()
        self.hear(self.invite.body if self.invite else b"")
        self._respond(183, "Session Progress", body)

    async def answer(self, codecs: tuple[str, ...] | None = None) -> Call:
        """200 with SDP, and wait for the ACK."""
        assert self.invite
        assert self.server
        if self.over.is_set():
            raise AssertionError(f"already over: {self}")
        offer = sdp.parse(self.invite.body) if self.invite.body else None
        wanted = codecs or self._shared(offer)
        self._tag = next((tag for tag, suite, _ in (offer.crypto if offer else ()) if suite == srtp.SUITE), self._tag)
        body = await self.describe(wanted or None, secure="SAVP" in offer.profile if offer else None)
        if self.invite.body:
            self.hear(self.invite.body)
        self._respond(200, "OK", body)
        await asyncio.wait_for(self.server.acknowledged.wait(), 10)
        self.answered.set()
        return self

    def _shared(self, offer: sdp.Audio | None) -> tuple[str, ...]:
        """The first codec of the offer that our phone speaks."""
        offered = (name.upper() for _, name, _ in offer.codecs) if offer else self.agent.codecs
        return tuple(name for name in offered if name in self.agent.codecs)[:1]

    def reject(self, status: int = 486, reason: str = "Busy Here") -> None:
        """Refuse."""
        self._respond(status, reason)

    def redirect(self, uri: str) -> None:
        """302."""
        self._respond(302, "Moved Temporarily", extra=(("Contact", f"<{uri}>"),))

    # --- both ---------------------------------------------------------------------------------------------------------

    def _next_hop(self) -> tuple[str, int]:
        return self.agent.resolve(self.routes[0] if self.routes else self.target)

    def _request(
        self, method: str, *, sequence: int | None = None, body: bytes = b"", kind: str = "application/sdp"
    ) -> Message:
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        request = Message(method=method, uri=self.target, body=body)
        request.add("Via", self.agent.via())
        for route in self.routes:
            request.add("Route", f"<{route}>")
        request.add("From", self.local)
        request.add("To", self.remote)
        request.add("Call-ID", self.call_id)
        request.add("CSeq", f"{sequence} {method}")
        request.add("Contact", f"<{self.agent.contact}>")
        request.add("Max-Forwards", 70)
        if body:
            request.add("Content-Type", kind)
        return request

    async def request(self, method: str, *headers: tuple[str, str], body: bytes = b"", within: float = 10) -> Message:
        """Send a request in the dialog; return its final response. A challenge is answered."""
        kind = dict(headers).get("Content-Type", "application/sdp")
        message = self._request(method, body=body, kind=kind)
        for name, value in headers:
            if name != "Content-Type":
                message.add(name, value)
        return await self.agent.exchange(message, self._next_hop(), within=within, renumber=self._number)

    def _number(self) -> int:
        self.sequence += 1
        return self.sequence

    async def hang_up(self) -> None:
        """BYE (or CANCEL, or 603) and wait for the end."""
        if self.over.is_set():
            return
        if not self.answered.is_set():
            if self.server:
                self.reject(603, "Decline")
            else:
                await self.cancel()
                await self.wait_over()
            return
        self.over.set()
        response = await self.request("BYE")
        self.end()
        assert response.status in (200, 481), f"BYE answered {response.status} {response.reason}"

    def vanish(self) -> None:
        """Be gone without a word: no BYE, no media, no answers to this dialog."""
        self.agent.calls.pop(self.call_id, None)
        self.agent.ghosts.add(self.call_id)
        self.end()

    async def reinvite(self, direction: str = "sendrecv") -> Message:
        """Re-INVITE with another direction: `sendonly` holds, `sendrecv` resumes."""
        self.direction = direction
        body = await self.describe()
        response = await self.request("INVITE", body=body)
        if 200 <= response.status < 300:
            self.acknowledge(response.cseq[0])
            self.hear(response.body)
        return response

    async def refer(self, to: str, *, replaces: Call | None = None) -> Message:
        """REFER (RFC 3515), attended with `replaces` (RFC 3891); NOTIFYs arrive in `notified`."""
        uri = to if to.startswith("sip:") else f"sip:{to}@{self.agent.realm}"
        if replaces:
            tags = (parameter(replaces.remote, "tag"), parameter(replaces.local, "tag"))
            uri += f"?Replaces={replaces.call_id}%3Bto-tag%3D{tags[0]}%3Bfrom-tag%3D{tags[1]}"
        return await self.request("REFER", ("Refer-To", f"<{uri}>"), ("Referred-By", f"<{self.agent.aor}>"))

    def handle(self, transaction: ServerTransaction) -> None:
        """Take a request of the dialog."""
        message = transaction.request
        self.received.append(message)
        if message.method == "BYE":
            transaction.respond(200, "OK")
            self.end()
        elif message.method in ("INVITE", "UPDATE"):
            self.agent.spawn(self._renegotiate(transaction))
        elif message.method in ("INFO", "NOTIFY", "MESSAGE", "OPTIONS", "PRACK"):
            if message.method == "NOTIFY":
                self.notified.append(message)
            transaction.respond(200, "OK", headers=(("Contact", f"<{self.agent.contact}>"),))
        else:
            transaction.respond(405, "Method Not Allowed", headers=(("Allow", self.agent.allow),))

    async def _renegotiate(self, transaction: ServerTransaction) -> None:
        """Answer a re-INVITE or UPDATE: the mirror of its direction."""
        self.target = address(transaction.request.get("Contact")) or self.target
        headers: tuple[tuple[str, str], ...] = (("Contact", f"<{self.agent.contact}>"),)
        body = b""
        if transaction.request.body and b"m=audio" not in transaction.request.body:
            transaction.respond(488, "Not Acceptable Here", tag=parameter(self.local, "tag"), headers=headers)
            return
        if transaction.request.body or transaction.request.method == "INVITE":
            if transaction.request.body:
                theirs = sdp.parse(transaction.request.body)
                mirror = {"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
                self.direction = mirror.get(theirs.direction, "sendrecv")
                body = await self.describe(self._shared(theirs) or None)
                self.hear(transaction.request.body)
            else:
                body = await self.describe()
            headers = (*headers, ("Content-Type", "application/sdp"))
        transaction.respond(200, "OK", tag=parameter(self.local, "tag"), headers=headers, body=body)

    def end(self) -> None:
        """Mark the call as over and stop its media."""
        self.over.set()
        if self.media:
            self.media.close()
        if self.server:
            self.server.stop()

    @property
    def offer(self) -> sdp.Audio:
        """The SDP of the INVITE we received."""
        assert self.invite
        return sdp.parse(self.invite.body)

    def replaced_media(self, **changes: object) -> sdp.Audio:
        """The other side's SDP with `changes`: for tests that lie about media."""
        assert self.answered_with
        return dataclasses.replace(self.answered_with, **changes)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        path = " ".join(f"{r.status}" for r in self.responses)
        return f"<Call {self.local} -> {self.remote} [{path}] {self.status} {self.reason} over={self.over.is_set()}>"
