"""Text messages: one interface, one real sender (any HTTP gateway), and the plain fact that none is set."""

from __future__ import annotations

from typing import Protocol

import httpx2

from qvoice.kit.settings import Settings

TIMEOUT_S = 20.0


class NotTaken(Exception):
    """The gateway did not take the message this time."""


class Refused(Exception):
    """The message cannot be sent, now or later; the text says why."""


class Sender(Protocol):
    """Sends one text message. Raises NotTaken to be asked again, Refused for good."""

    async def send(self, to: str, text: str, reference: str) -> None:
        """Send `text` to the E.164 number `to`; a gateway may use `reference` to see a message sent twice as one."""
        ...


class NotConfigured:
    """What there is when no gateway is set."""

    async def send(self, to: str, text: str, reference: str) -> None:
        """Refuse."""
        raise Refused("No SMS gateway is set: [sms] url in qvoice.toml.")


class HttpGateway:
    """`POST url` with `{to, from, text, reference}`; 2xx means taken, 4xx (but 408 and 429) never will be."""

    def __init__(self, settings: Settings) -> None:
        """Read where to and as whom."""
        self._url, self._from = settings.sms.url, settings.sms.sender
        file = settings.secrets / "sms-token"
        self._token = file.read_text().strip() if file.is_file() else ""

    async def send(self, to: str, text: str, reference: str) -> None:
        """Hand the message over."""
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        body = {"to": to, "from": self._from, "text": text, "reference": reference}
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_S) as http:
                answer = await http.post(self._url, json=body, headers=headers)
        except httpx2.HTTPError as away:
            raise NotTaken(f"The SMS gateway does not answer: {away or type(away).__name__}") from away
        if answer.is_success:
            return
        said = f"The SMS gateway answered {answer.status_code}: {answer.text[:200]}"
        raise (NotTaken if answer.status_code in (408, 429) or answer.status_code >= 500 else Refused)(said)


def sender(settings: Settings) -> Sender:
    """Return the sender of this installation."""
    return HttpGateway(settings) if settings.sms.url else NotConfigured()
