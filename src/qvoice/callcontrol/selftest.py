"""The self-test: a real call through media, edge and back, with a tone sent one way and heard on the other.

Leg: Asterisk → edge (X-QV-Dest `loop`) → Asterisk, where it arrives as a call to SELFTEST_NUMBER of no account. That
end answers and
speaks a prompt; this end asks Asterisk whether sound arrives. So a pass means that signalling and media
of all three engines work.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING, Any

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.kit.errors import Unavailable
from qvoice.kit.ids import new_id

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange

PREFIX = "qv-selftest-"
SECONDS = 8.0


async def selftest(exchange: Exchange, *, edge: str) -> dict[str, Any]:
    """Place the call; returns {"answered": …, "heard": …, "seconds": …}. Raises Unavailable saying what failed."""
    if not exchange.ready:
        raise Unavailable("Asterisk is not connected to call control")
    word = secrets.token_hex(8)
    channel = new_id()
    started = time.monotonic()
    watch = exchange.watch(channel)
    exchange.expected.add(PREFIX + word)
    account = "0" * 32
    variables = {
        "PJSIP_HEADER(add,X-QV-Dest)": "loop",
        "PJSIP_HEADER(add,X-QV-Account)": account,
        "PJSIP_HEADER(add,X-QV-Call)": channel,
        "PJSIP_HEADER(add,X-QV-Hops)": "1",
        "PJSIP_HEADER(add,X-QV-Authorised)": "-",
        "PJSIP_HEADER(add,X-QV-Device)": "-",
        "TALK_DETECT(set)": "2000,128",
        "CALLERID(num)": "selftest",
    }
    try:
        await exchange.ari.post(
            "channels/create",
            body={
                "endpoint": f"PJSIP/edge/sip:{PREFIX}{word}@{edge}",
                "app": "qvoice",
                "appArgs": f"leg,selftest,{channel}",
                "channelId": channel,
                "formats": "ulaw",
                "variables": variables,
            },
        )
        answered = heard = False
        until = asyncio.get_running_loop().time() + SECONDS
        while not heard:
            item = await watch.get(until)
            if item is None:
                raise Unavailable("self-test: answered, but no sound came back" if answered else "self-test: no answer")
            if not isinstance(item, wire.Message):
                continue
            if item.type == "StasisStart":
                await exchange.ari.post(f"channels/{channel}/dial", {"timeout": "8"})
            elif item.type == "ChannelStateChange" and item.channel is not None and item.channel.state == "Up":
                answered = True
            elif item.type == "ChannelTalkingStarted":
                heard = True
            elif item.type == "ChannelDestroyed":
                raise Unavailable(f"self-test: refused with SIP {item.tech_cause or '-'} (cause {item.cause})")
        return {"answered": answered, "heard": heard, "seconds": round(time.monotonic() - started, 3)}
    except AriError as problem:
        raise Unavailable(f"self-test: {problem}") from problem
    finally:
        exchange.expected.discard(PREFIX + word)
        exchange.unwatch(channel)
        exchange.ari.tell("DELETE", f"channels/{channel}")


def is_selftest(number: str, expected: set[str]) -> bool:
    """Tell whether this arriving call is the other end of a self-test that runs now (the word is random: nobody can
    guess it).
    """
    return number.startswith(PREFIX) and number in expected


async def echo_end(exchange: Exchange, channel: str) -> None:
    """Be the called end of a self-test: answer, speak for a few seconds, go."""
    try:
        await exchange.ari.post(f"channels/{channel}/answer")
        await exchange.ari.post(f"channels/{channel}/play", {"media": "sound:vm-intro,sound:vm-intro"})
        await asyncio.sleep(SECONDS)
    finally:
        exchange.ari.tell("DELETE", f"channels/{channel}")
