"""A user agent: one address, one account, its registrations, calls and notices."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import secrets
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.sip.agent import digest
from tests.sip.agent.call import Call
from tests.sip.agent.message import Message, address, host_port, parameter
from tests.sip.agent.transaction import ClientTransaction, ServerTransaction, Transport, new_branch
from tests.sip.agent.transport import StreamTransport, UdpTransport
from tests.sip.agent.wait import until


class UserAgent:
    """A phone or a carrier. Use `async with await UserAgent.start(...)`; incoming calls wait in `incoming()`."""

    allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER, INFO, UPDATE, MESSAGE"

    def __init__(self, *, user: str, realm: str, password: str, proxy: tuple[str, int]) -> None:
        self.user, self.realm, self.password, self.proxy = user, realm, password, proxy
        self.name = ""
        self.srtp = False
        self.key_events = True
        """Whether our SDP names telephone-event (RFC 4733)."""
        self.codecs: tuple[str, ...] = ("PCMU", "PCMA")
        """What it speaks, best first: PCMU PCMA G722 OPUS."""
        self.transport: Transport
        self.media_host = "127.0.0.1"
        self.calls: dict[str, Call] = {}
        self.ghosts: set[str] = set()
        self.notices: list[Message] = []
        """NOTIFYs outside calls, such as message-summary."""
        self.messages: list[Message] = []
        self.requests: list[Message] = []
        """Every request received, in order."""
        self.deaf = False
        """True: nothing that arrives is looked at, as if the phone had lost power."""
        self.on_invite: Callable[[Call], None] | None = None
        self._incoming: asyncio.Queue[Call] = asyncio.Queue()
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._servers: dict[tuple[str, str], ServerTransaction] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._registration = (secrets.token_hex(8), secrets.token_hex(4), 0)

    @classmethod
    async def start(
        cls,
        *,
        proxy: tuple[str, int],
        user: str = "",
        realm: str = "",
        password: str = "",
        transport: str = "udp",
        host: str = "127.0.0.1",
        port: int = 0,
        ca: Path | None = None,
        srtp: bool = False,
        codecs: tuple[str, ...] = ("PCMU", "PCMA"),
    ) -> UserAgent:
        """Open the socket (udp) or connect to `proxy` (tcp, tls); TLS trusts `ca`, and checks nothing without it."""
        self = cls(user=user, realm=realm, password=password, proxy=proxy)
        self.srtp, self.media_host, self.codecs = srtp, host, codecs
        if transport == "udp":
            self.transport = await UdpTransport.bind(host, port, self._receive)
        else:
            context = None
            if transport == "tls":
                context = ssl.create_default_context(cafile=str(ca) if ca else None)
                if not ca:
                    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.transport = await StreamTransport.connect(proxy, self._receive, tls=context, source=host)
        return self

    async def __aenter__(self) -> UserAgent:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up what is left, and close the sockets."""
        for call in list(self.calls.values()):
            with contextlib.suppress(AssertionError, TimeoutError):
                await asyncio.wait_for(call.hang_up(), 3)
            call.end()
        for task in self._tasks:
            task.cancel()
        self.transport.close()

    # --- addresses ----------------------------------------------------------------------------------------------------

    @property
    def aor(self) -> str:
        """Our address of record."""
        return f"sip:{self.user}@{self.realm}"

    @property
    def contact(self) -> str:
        """Where requests reach us."""
        host, port = self.transport.local
        suffix = "" if self.transport.name == "UDP" else f";transport={self.transport.name.lower()}"
        return f"sip:{self.user or 'carrier'}@{host}:{port}{suffix}"

    def via(self, branch: str = "") -> str:
        """A new Via value."""
        host, port = self.transport.local
        return f"SIP/2.0/{self.transport.name} {host}:{port};rport;branch={branch or new_branch()}"

    def resolve(self, uri: str) -> tuple[str, int]:
        """Where to send for `uri`: its own address if it is an IP one, else the proxy."""
        host, port = host_port(uri)
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return self.proxy
        return host, port

    # --- sending ------------------------------------------------------------------------------------------------------

    def fire(self, message: Message, to: tuple[str, int]) -> ClientTransaction:
        """Start a client transaction."""
        transaction = ClientTransaction(message, transport=self.transport, to=to)
        self._clients[message.branch, message.method] = transaction
        transaction.start()
        return transaction

    async def exchange(
        self, message: Message, to: tuple[str, int], *, within: float = 10, renumber: Callable[[], int] | None = None
    ) -> Message:
        """Send, answer one challenge, return the final response. `renumber` gives the next CSeq."""
        response = await self.fire(message, to).result(within)
        again = self.authorised(message, response, renumber() if renumber else message.cseq[0] + 1)
        return await self.fire(again, to).result(within) if again else response

    def authorised(self, message: Message, response: Message, sequence: int) -> Message | None:
        """Return `message` with credentials if `response` challenges and we have not yet tried."""
        if response.status not in (401, 407) or not self.password:
            return None
        name = "Authorization" if response.status == 401 else "Proxy-Authorization"
        if message.get(name):
            return None
        asked = digest.challenge(response.get("WWW-Authenticate" if response.status == 401 else "Proxy-Authenticate"))
        value = digest.response(
            asked, username=self.user, password=self.password, method=message.method, uri=message.uri
        )
        again = Message(method=message.method, uri=message.uri, body=message.body)
        for key, old in message.headers:
            if key == "Via":
                again.add("Via", self.via())
            elif key == "CSeq":
                again.add("CSeq", f"{sequence} {message.method}")
            else:
                again.add(key, old)
        again.add(name, value)
        return again

    def _plain(self, method: str, uri: str, to: str, *, call_id: str = "", sequence: int = 1, tag: str = "") -> Message:
        message = Message(method=method, uri=uri)
        message.add("Via", self.via())
        message.add("From", f"<{self.aor}>;tag={tag or secrets.token_hex(4)}")
        message.add("To", f"<{to}>")
        message.add("Call-ID", call_id or secrets.token_hex(10))
        message.add("CSeq", f"{sequence} {method}")
        message.add("Contact", f"<{self.contact}>")
        message.add("Max-Forwards", 70)
        message.add("User-Agent", "QVOICE test agent")
        return message

    async def register(self, expires: int = 300, *, within: float = 10) -> Message:
        """REGISTER with digest; returns the final response, whatever it is. 0 unregisters."""
        call_id, tag, sequence = self._registration
        message = self._plain(
            "REGISTER", f"sip:{self.realm}", self.aor, call_id=call_id, sequence=sequence + 1, tag=tag
        )
        message.add("Expires", expires)
        message.add("Allow", self.allow)
        self._registration = (call_id, tag, sequence + 2)
        return await self.exchange(message, self.proxy, within=within)

    async def registered(self) -> UserAgent:
        """REGISTER and insist on 200."""
        response = await self.register()
        assert response.status == 200, f"REGISTER {self.aor}: {response.status} {response.reason}"
        return self

    async def options(self, uri: str = "", *, within: float = 5) -> Message:
        """OPTIONS; returns the final response."""
        uri = uri or f"sip:{self.realm}"
        return await self.exchange(self._plain("OPTIONS", uri, uri), self.proxy, within=within)

    async def subscribe(self, event: str, to: str = "", *, accept: str = "", expires: int = 300) -> Message:
        """SUBSCRIBE (RFC 6665); the NOTIFYs arrive in `notices`."""
        uri = f"sip:{to}@{self.realm}" if to else self.aor
        message = self._plain("SUBSCRIBE", uri, uri)
        message.add("Event", event)
        message.add("Expires", expires)
        if accept:
            message.add("Accept", accept)
        return await self.exchange(message, self.proxy)

    async def call(
        self,
        to: str,
        *headers: tuple[str, str],
        codecs: tuple[str, ...] | None = None,
        caller: str = "",
        name: str = "",
        proxy: tuple[str, int] | None = None,
        offerless: bool = False,
        call_id: str = "",
    ) -> Call:
        """INVITE `to` (a number in our realm, or a URI) and return at once. `caller`, `name`: what the From says."""
        uri = to if to.startswith(("sip:", "tel:")) else f"sip:{to}@{self.realm}"
        sender = caller if caller.startswith("sip:") else (f"sip:{caller}@{self.realm}" if caller else self.aor)
        shown = f'"{name or self.name}" ' if name or self.name else ""
        call = Call(
            self,
            call_id=call_id or secrets.token_hex(10),
            local=f"{shown}<{sender}>;tag={secrets.token_hex(4)}",
            remote=f"<{uri}>",
            target=uri,
        )
        invite = call._request("INVITE", body=b"" if offerless else await call.describe(codecs))
        invite.add("Allow", self.allow)
        invite.add("User-Agent", "QVOICE test agent")
        for key, value in headers:
            invite.add(key, value)
        self.calls[call.call_id] = call
        destination = proxy or self.proxy
        call.client = self.fire(invite, destination)
        self.spawn(self._follow(call, invite, destination))
        return call

    async def _follow(self, call: Call, invite: Message, to: tuple[str, int]) -> None:
        """Feed the responses to an INVITE into its call; answer a challenge."""
        assert call.client
        while True:
            response = await call.client.next(180)
            again = self.authorised(invite, response, call.sequence + 1)
            if again:
                call.sequence += 1
                invite = again
                call.client = self.fire(again, to)
                continue
            call.take(response)
            if response.status >= 200:
                return

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run something beside, and keep it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            self.errors.append(task.exception())  # type: ignore[arg-type]

    @property
    def errors(self) -> list[BaseException]:
        """What went wrong beside; a test may look."""
        return self.__dict__.setdefault("_errors", [])

    # --- receiving ----------------------------------------------------------------------------------------------------

    async def incoming(self, within: float = 10.0) -> Call:
        """Return the next incoming call."""
        try:
            return await asyncio.wait_for(self._incoming.get(), within)
        except TimeoutError:
            raise AssertionError(f"no call for {self.aor or self.contact} within {within} s") from None

    def no_call(self) -> bool:
        """True if no incoming call waits."""
        return self._incoming.empty()

    async def notice(self, event: str, contains: str = "", *, within: float = 10.0, after: int = 0) -> Message:
        """Wait for a NOTIFY of `event` whose body has `contains`, not counting the first `after` notices."""

        def check() -> Message | None:
            mine = [n for n in self.notices[after:] if n.get("Event").split(";")[0] == event]
            return next((n for n in mine if contains in n.body.decode()), None)

        try:
            found = await until(check, within=within)
        except AssertionError:
            seen = [n.body.decode() for n in self.notices]
            raise AssertionError(f"no NOTIFY {event} with {contains!r} within {within} s; seen: {seen}") from None
        assert found
        return found

    def _receive(self, message: Message, source: tuple[str, int]) -> None:
        if self.deaf:
            return
        if not message.is_request:
            self._response(message)
            return
        if message.method == "ACK":
            call = self.calls.get(message.get("Call-ID"))
            if call and call.server:
                call.server.acknowledged.set()
            for transaction in self._servers.values():
                asked = transaction.request
                if asked.get("Call-ID") == message.get("Call-ID") and asked.cseq[0] == message.cseq[0]:
                    transaction.acknowledged.set()
            return
        key = (message.branch, message.method)
        if key in self._servers:
            self._servers[key].again()
            return
        if message.get("Call-ID") in self.ghosts:
            return
        self.requests.append(message)
        transaction = self._servers[key] = ServerTransaction(message, transport=self.transport, source=source)
        self._request(message, transaction)

    def _response(self, message: Message) -> None:
        transaction = self._clients.get((message.branch, message.cseq[1]))
        call = self.calls.get(message.get("Call-ID"))
        if transaction and transaction.final and call and message.cseq[1] == "INVITE" and 200 <= message.status < 300:
            call.acknowledge(message.cseq[0])  # our ACK was lost
        elif transaction:
            transaction.receive(message)

    def _request(self, message: Message, transaction: ServerTransaction) -> None:
        call = self.calls.get(message.get("Call-ID"))
        if message.method == "CANCEL":
            invited = self._servers.get((message.branch, "INVITE"))
            if not invited:
                transaction.respond(481, "Call/Transaction Does Not Exist")
                return
            transaction.respond(200, "OK")
            if call and not call.over.is_set():
                call.received.append(message)
                # Too late after our 200 (RFC 3261 9.2): the caller will say BYE.
                if call.status < 200:
                    call.reject(487, "Request Terminated")
        elif parameter(message.get("To"), "tag") and call:
            call.handle(transaction)
        elif message.method == "INVITE" and not parameter(message.get("To"), "tag"):
            self._invited(message, transaction)
        elif message.method == "NOTIFY":
            self.notices.append(message)
            transaction.respond(200, "OK", tag=secrets.token_hex(4))
        elif message.method in ("OPTIONS", "MESSAGE"):
            if message.method == "MESSAGE":
                self.messages.append(message)
            transaction.respond(200, "OK", tag=secrets.token_hex(4), headers=(("Allow", self.allow),))
        elif parameter(message.get("To"), "tag"):
            transaction.respond(481, "Call/Transaction Does Not Exist")
        else:
            transaction.respond(405, "Method Not Allowed", headers=(("Allow", self.allow),))

    def _invited(self, message: Message, transaction: ServerTransaction) -> None:
        call = Call(
            self,
            call_id=message.get("Call-ID"),
            local=f"{message.get('To')};tag={secrets.token_hex(4)}",
            remote=message.get("From"),
            target=address(message.get("Contact")),
        )
        call.routes = [address(r) for r in message.all("Record-Route")]
        call.invite, call.server = message, transaction
        self.calls[call.call_id] = call
        transaction.respond(100, "Trying")
        if self.on_invite:
            self.on_invite(call)
        self._incoming.put_nowait(call)
