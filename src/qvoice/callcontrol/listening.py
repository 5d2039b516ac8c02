"""Play, Collect and the smaller commands: what the caller hears and the keys he presses.

Keys are kept in the order pressed (type-ahead): a menu whose choice was pressed before it spoke does not speak. A
command that
looks only for certain keys leaves others for the next one; ringing somebody throws them away.
"""

from __future__ import annotations

import asyncio

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.live import LiveCall
from qvoice.callcontrol.sounds import Beat, Run, language, render
from qvoice.core.flow.commands import Collect, Play, SendDtmf, Sound
from qvoice.core.flow.events import Collected, Done, Played
from qvoice.kit import log


async def play(call: LiveCall, command: Play) -> Played:
    """Carry out Play."""
    key = _take_key(call, command.terminators)
    while key is None:
        heard = asyncio.get_running_loop().time()
        key = await _hear(call, command.sounds, stop_keys=command.terminators, seek=command)
        if not command.loop:
            break
        if asyncio.get_running_loop().time() - heard < 0.2:
            # Nothing could be played: an endless loop must not turn at full speed.
            await _pause(call, 1.0, command.terminators)
    return Played(key)


async def collect(call: LiveCall, command: Collect) -> Collected:
    """Carry out Collect."""
    digits = ""
    wait = command.timeout_ms / 1000
    if not call.keys:
        await _hear(call, command.sounds, stop_keys="0123456789*#ABCD", keep=True)
    loop = asyncio.get_running_loop()
    while True:
        while call.keys:
            key = call.keys.popleft()
            if key in command.terminators:
                return Collected(digits, key)
            digits += key
            if len(digits) >= command.max_digits:
                return Collected(digits)
            wait = command.interdigit_ms / 1000
        if not await _wait_key(call, loop.time() + wait):
            return Collected(digits, timed_out=True)


async def send_dtmf(call: LiveCall, command: SendDtmf) -> Done:
    """Carry out SendDtmf."""
    gap = 0.1
    for digit in (d for d in command.digits.upper() if d in "0123456789*#ABCD"):
        # One at a time: Asterisk's channel is deaf while it sends, and a caller who leaves must be noticed.
        await call.ari.post(
            f"channels/{call.caller.channel}/dtmf", {"dtmf": digit, "duration": str(command.duration_ms)}
        )
        await sleep(call, command.duration_ms / 1000 + gap)
    return Done()


async def sleep(call: LiveCall, seconds: float) -> None:
    """Let time pass; the caller may leave meanwhile."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while await call.next(until) is not None:
        pass


async def _hear(
    call: LiveCall, sounds: tuple[Sound, ...], *, stop_keys: str, keep: bool = False, seek: Play | None = None
) -> str | None:
    """Play sounds until done or a key of `stop_keys`; the key is taken unless `keep`. `seek`: whose keys jump."""
    if not sounds:
        return None
    lang = language(call.facts.language if call.facts else "en")
    parts = await render(sounds, lang=lang, media_path=call.exchange.media_path(call))
    if parts:
        await call.progress()
    for part in parts:
        if isinstance(part, Run):
            key = await _playback(call, list(part.uris), lang, stop_keys, keep=keep, seek=seek)
        else:
            key = await _beat(call, part, lang, stop_keys, keep=keep)
        if key is not None:
            return key
    return None


async def _beat(call: LiveCall, beat: Beat, lang: str, stop_keys: str, *, keep: bool) -> str | None:
    until = asyncio.get_running_loop().time() + beat.seconds
    if beat.uri is not None:
        return await _playback(call, [beat.uri], lang, stop_keys, keep=keep, until=until)
    return await _pause(call, beat.seconds, stop_keys, keep=keep)


async def _pause(call: LiveCall, seconds: float, stop_keys: str, *, keep: bool = False) -> str | None:
    until = asyncio.get_running_loop().time() + seconds
    while await call.next(until) is not None:
        key = _peek(call, stop_keys) if keep else _take_key(call, stop_keys)
        if key is not None:
            return key
    return None


async def _playback(
    call: LiveCall,
    uris: list[str],
    lang: str,
    stop_keys: str,
    *,
    keep: bool = False,
    until: float | None = None,
    seek: Play | None = None,
) -> str | None:
    call.sounds += 1
    name = f"{call.id}.{call.sounds}"
    body: dict[str, object] = {"media": uris, "lang": lang, "playbackId": name}
    if seek is not None and (seek.rewind or seek.forward):
        body["skipms"] = seek.skip_ms
    await call.ari.post(f"channels/{call.caller.channel}/play", body=body)
    finished = False
    call.playing = name
    try:
        while True:
            item = await call.next(until)
            if item is None:
                return None
            if isinstance(item, wire.Message):
                if item.type == "PlaybackFinished" and item.playback is not None and item.playback.id == name:
                    finished = True
                    if item.playback.state == "failed":
                        await call.settle()
                        log.get().warning("sound.failed", call=call.id, media=uris)
                    return None
                if seek is not None:
                    _jump(call, name, seek)
                key = _peek(call, stop_keys) if keep else _take_key(call, stop_keys)
                if key is not None:
                    return key
    finally:
        call.playing = ""
        if not finished and not call.caller.gone:
            call.ari.tell("DELETE", f"playbacks/{name}")


def _jump(call: LiveCall, playback: str, seek: Play) -> None:
    """Carry out the keys that jump in the sound, and take them away."""
    for key, operation in ((seek.rewind, "reverse"), (seek.forward, "forward")):
        while key and key in call.keys:
            call.keys.remove(key)
            call.ari.tell("POST", f"playbacks/{playback}/control", {"operation": operation})


async def _wait_key(call: LiveCall, until: float) -> bool:
    while not call.keys:
        if await call.next(until) is None:
            return bool(call.keys)
    return True


def _peek(call: LiveCall, stop_keys: str) -> str | None:
    return next((key for key in call.keys if key in stop_keys), None)


def _take_key(call: LiveCall, stop_keys: str) -> str | None:
    """Take the first waiting key that stops the sound, and those before it: they were pressed at the sound too."""
    key = _peek(call, stop_keys) if stop_keys else None
    if key is not None:
        while call.keys and call.keys.popleft() != key:
            pass
    return key
