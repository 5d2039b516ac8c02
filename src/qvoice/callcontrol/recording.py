"""Record: the journal knows of a recording before its first byte, so that a crash half-way loses nothing."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from qvoice.callcontrol import tapes
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.live import CallerHungUp, LiveCall
from qvoice.core.flow.commands import Record
from qvoice.core.flow.events import CallerGone, Recorded
from qvoice.kit import log

FORMAT = "wav"
_HEADER = 44
_BYTES_A_SECOND = 16_000


async def record(call: LiveCall, command: Record) -> Recorded:
    """Carry out Record.

    When the caller hangs up meanwhile, raises CallerGone with the recording, complete and safely on disk.
    """
    call.keys.clear()
    call.sounds += 1
    name = f"{call.id}-{call.sounds}"
    try:
        details = tapes.details(call, call.caller, command.tape) if command.tape is not None else None
        await call.exchange.journal.recording_starts(
            call, name, purpose=command.purpose, owner=command.owner, details=details
        )
    except OSError as problem:
        log.get().error("recording.no_room", call=call.id, problem=str(problem))
        return Recorded(name, 0.0, "failed")
    query = {
        "name": name,
        "format": FORMAT,
        "ifExists": "overwrite",
        "terminateOn": "none",
        "beep": str(command.beep).lower(),
    }
    if command.max_seconds > 0:
        query["maxDurationSeconds"] = str(command.max_seconds)
    if command.silence_seconds > 0:
        query["maxSilenceSeconds"] = str(command.silence_seconds)
    try:
        await call.ari.post(f"channels/{call.caller.channel}/record", query)
    except AriError as problem:
        if call.caller.gone:
            raise CallerHungUp from problem
        log.get().error("recording.refused", call=call.id, problem=str(problem))
        return Recorded(name, 0.0, "failed")
    call.recording = name
    call.exchange.journal.touch(call)
    began = asyncio.get_running_loop().time()
    key: str | None = None
    over: wire.LiveRecording | None = None
    try:
        while True:
            item = await call.next()
            if isinstance(item, wire.Message) and (ended := _over(item, name)) is not None:
                over = ended
                if key is None:
                    await call.settle()
                break
            if key is None and (key := _key(call, command.terminators)) is not None:
                call.ari.tell("POST", f"recordings/live/{name}/stop")
    except CallerHungUp:
        over = over or await _rest(call, name)
        done = await _kept(call, name, over, "hangup", None)
        raise CallerGone(done if done.ended_by == "hangup" and done.seconds > 0 else None) from None
    finally:
        call.recording = ""
    how = "key" if key else _unasked(command, asyncio.get_running_loop().time() - began)
    return await _kept(call, name, over, how, key)


def _unasked(command: Record, elapsed: float) -> str:
    """Tell why a recording ended that nobody ended: one that neither limit nor silence can explain met a full disk.

    Asterisk calls that `done` too, and the file looks whole.
    """
    if 0 < command.max_seconds <= elapsed + 0.5:
        return "limit"
    return "silence" if 0 < command.silence_seconds <= elapsed + 0.5 else "failed"


def _over(message: wire.Message, name: str) -> wire.LiveRecording | None:
    recording = message.recording
    if message.type in ("RecordingFinished", "RecordingFailed") and recording is not None and recording.name == name:
        return recording
    return None


def _key(call: LiveCall, terminators: str) -> str | None:
    while call.keys:
        key = call.keys.popleft()
        if key in terminators:
            return key
    return None


async def _rest(call: LiveCall, name: str) -> wire.LiveRecording:
    """Wait a moment for Asterisk to say that it closed the file of a caller who left."""
    until = asyncio.get_running_loop().time() + 2
    while (item := await call.next_event(until)) is not None:
        if isinstance(item, wire.Message) and (over := _over(item, name)) is not None:
            return over
    return wire.LiveRecording(name)


async def _kept(call: LiveCall, name: str, over: wire.LiveRecording, how: str, key: str | None) -> Recorded:
    """Check the file and force it to disk; a recording that is not whole is `failed` (disk full, engine fault)."""
    path = call.exchange.recordings / f"{name}.{FORMAT}"
    try:
        seconds = await asyncio.to_thread(_settle, path)
    except OSError as problem:
        log.get().error("recording.lost", call=call.id, path=str(path), problem=str(problem))
        return Recorded(name, 0.0, "failed", key)
    # Asterisk counts whole seconds; a file much shorter than that was cut by a full disk.
    if how == "failed" or over.state == "failed" or seconds + 1.5 < over.duration:
        log.get().error("recording.cut", call=call.id, seconds=seconds, expected=over.duration, cause=over.cause)
        return Recorded(name, seconds, "failed", key)
    return Recorded(name, seconds, how, key)


def _settle(path: Path) -> float:
    """Flush the file to disk and return its length in seconds."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return max(os.fstat(file.fileno()).st_size - _HEADER, 0) / _BYTES_A_SECOND
