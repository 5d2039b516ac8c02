"""A subscription of a phone (RFC 6665): its dialog, and what its NOTIFYs said."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from tests.sip.agent.message import Message, address, parameter
from tests.sip.agent.ua import UserAgent
from tests.sip.agent.wait import until


class Watching:
    """`await Watching(agent, "dialog", "1001").begin()`; then `lamp()`, `told`, `refresh`, `end`."""

    def __init__(self, agent: UserAgent, event: str, to: str, *, realm: str = "") -> None:
        self.agent, self.event = agent, event
        self.uri = f"sip:{to}@{realm or agent.realm}"
        self.call_id, self.tag, self.sequence = secrets.token_hex(10), secrets.token_hex(4), 0
        self.remote, self.target, self.routes = f"<{self.uri}>", self.uri, [""][:0]

    async def begin(self, expires: int = 300) -> Watching:
        """SUBSCRIBE and insist on 200."""
        answer = await self.send(expires)
        assert answer.status == 200, f"SUBSCRIBE {self.uri}: {answer.status} {answer.reason}"
        return self

    async def send(self, expires: int = 300) -> Message:
        """SUBSCRIBE (a refresh, once begun); returns the final response."""
        self.sequence += 1
        message = self.agent._plain(
            "SUBSCRIBE", self.target, self.uri, call_id=self.call_id, sequence=self.sequence, tag=self.tag
        )
        message.headers = [(k, self.remote if k == "To" else v) for k, v in message.headers]
        for route in self.routes:
            message.headers.insert(1, ("Route", f"<{route}>"))
        message.add("Event", self.event)
        message.add("Expires", expires)
        answer = await self.agent.exchange(message, self.agent.proxy, renumber=self._number)
        if answer.status == 200:
            self.remote = answer.get("To")
            self.target = address(answer.get("Contact"))
            self.routes = self.routes or [address(one) for one in answer.all("Record-Route")]
        return answer

    def _number(self) -> int:
        self.sequence += 1
        return self.sequence

    @property
    def told(self) -> list[Message]:
        """Our NOTIFYs, in order."""
        return [one for one in self.agent.notices if one.get("Call-ID") == self.call_id]

    @property
    def ours(self) -> str:
        """The notifier's tag."""
        return parameter(self.remote, "tag")

    @property
    def last(self) -> str:
        """The last NOTIFY's body."""
        return self.told[-1].body.decode() if self.told else ""

    @property
    def states(self) -> list[str]:
        """The dialogs' states that the last NOTIFY gave."""
        return re.findall(r"<state>(\w+)</state>", self.last)

    async def lamp(self, *states: str, what: Callable[[str], bool] = bool, within: float = 10) -> str:
        """Wait until the last NOTIFY shows these states (and `what` holds of its body); return the body."""
        await until(
            lambda: self.states == list(states) and what(self.last),
            within=within,
            what=f"{self.uri} to show {states}; it shows {self.last}",
        )
        return self.last

    async def end(self) -> None:
        """Unsubscribe, and wait for the last NOTIFY."""
        before = len(self.told)
        answer = await self.send(0)
        assert answer.status == 200

        def over() -> bool:
            return len(self.told) > before and self.told[-1].get("Subscription-State").startswith("terminated")

        await until(over, what="the last NOTIFY")
