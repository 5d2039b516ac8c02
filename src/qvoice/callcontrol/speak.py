"""Call a number in an account's name and speak digits to whoever answers: how a number elsewhere is verified.

The leg goes to the edge and comes back as a call of the account (X-QV-Dest `loop`), so the account's own way out,
restrictions and records apply to it as to any other call.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.sounds import language
from qvoice.kit import log
from qvoice.kit.errors import Invalid, Unavailable
from qvoice.kit.ids import is_id, new_id

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange

RING_SECONDS, SPEECH_SECONDS = 45.0, 40.0
REPEATS = 2
_NUMBER = re.compile(r"\+[1-9][0-9]{2,14}")
_DIGITS = re.compile(r"[0-9]{1,16}")


class Speaker:
    """Carries out `speak`; keeps its tasks until they end."""

    def __init__(self, exchange: Exchange, *, edge: str) -> None:
        """`edge`: host:port of the edge's private side."""
        self._exchange, self._edge = exchange, edge
        self._tasks: set[asyncio.Task[None]] = set()

    async def speak(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Start the call and return at once: nobody waits for a phone to be answered. `account`, `number` (E.164),
        `digits`, `language`; raises Invalid, Unavailable.
        """
        account, number, digits = (str(arguments.get(key) or "") for key in ("account", "number", "digits"))
        if not is_id(account) or not _NUMBER.fullmatch(number) or not _DIGITS.fullmatch(digits):
            raise Invalid.field("number", "invalid", "speak needs an account, a number in E.164 and digits")
        if not self._exchange.ready:
            raise Unavailable("Asterisk is not connected to call control")
        spoken = language(str(arguments.get("language") or "en"))
        task = asyncio.get_running_loop().create_task(self._call(account, number, digits, spoken))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return {}

    async def _call(self, account: str, number: str, digits: str, spoken: str) -> None:
        exchange, channel = self._exchange, new_id()
        watch = exchange.watch(channel)
        try:
            await exchange.ari.post("channels/create", body=_body(account, number, channel, spoken, self._edge))
            until = asyncio.get_running_loop().time() + RING_SECONDS
            while (item := await watch.get(until)) is not None:
                if not isinstance(item, wire.Message):
                    continue
                if item.type == "StasisStart":
                    await exchange.ari.post(f"channels/{channel}/dial", {"timeout": str(int(RING_SECONDS))})
                elif item.type == "ChannelStateChange" and item.channel is not None and item.channel.state == "Up":
                    until = asyncio.get_running_loop().time() + SPEECH_SECONDS
                    media = ["sound:silence/1", f"digits:{digits}"] * REPEATS
                    await exchange.ari.post(
                        f"channels/{channel}/play", body={"media": media, "lang": spoken, "playbackId": channel}
                    )
                elif item.type == "PlaybackFinished" or item.type == "ChannelDestroyed":
                    break
        except AriError as problem:
            log.get().warning("speak.failed", account=account, number=number, problem=str(problem))
        finally:
            exchange.unwatch(channel)
            exchange.ari.tell("DELETE", f"channels/{channel}")


def _body(account: str, number: str, channel: str, spoken: str, edge: str) -> dict[str, Any]:
    """Return the body of POST channels/create. The account itself authorises: no device or user of it asked."""
    return {
        "endpoint": f"PJSIP/edge/sip:{number}@{edge}",
        "app": "qvoice",
        "appArgs": f"leg,speak,{channel}",
        "channelId": channel,
        "formats": "ulaw",
        "variables": {
            "PJSIP_HEADER(add,X-QV-Dest)": "loop",
            "PJSIP_HEADER(add,X-QV-Account)": account,
            "PJSIP_HEADER(add,X-QV-Call)": channel,
            "PJSIP_HEADER(add,X-QV-Hops)": "1",
            "PJSIP_HEADER(add,X-QV-Authorised)": account,
            "PJSIP_HEADER(add,X-QV-Device)": "-",
            "CHANNEL(language)": spoken,
        },
    }
