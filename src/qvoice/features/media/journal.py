"""The journal of recordings on this node's disk: what a recording is for is written down before its first sample.

A small JSON file stands beside each `<data>/asterisk/recordings/<ref>.wav`. It is made (and synced) before Asterisk is
told to record and removed after the transaction that stored the audio has committed. So whatever dies half-way, also
while the database is away, the audio and what it is for are found again (`features/vmboxes/recover.py`). ADR 0041 says
why this is a file and not a row.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from qvoice.kit.errors import Invalid, NotFound

_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
BLOB_PREFIX = "blob-"
"""A reference that begins so names stored audio (a blob id follows), not a file of the journal."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a recording is for. `purpose`: `message`, `greeting`, `name`, `media` or `call`; `owner`: the box's or
    menu's id, or the call's. `started`: unix seconds. `details`: of a `call`, see features/recordings/store.py.
    """

    call_id: str
    account_id: str
    purpose: str
    owner: str
    started: float
    caller_number: str = ""
    caller_name: str = ""
    dialled: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    due: bool = False
    """The caller has finished: it must be stored, but the database was away."""

    def replaced_by(self, later: Intent) -> bool:
        """Tell whether this is an earlier take of the same message, which the caller recorded again."""
        same = (self.call_id, self.account_id, self.owner, self.purpose) == (
            later.call_id,
            later.account_id,
            later.owner,
            later.purpose,
        )
        return same and not self.due and self.started < later.started


def safe_ref(ref: str) -> str:
    """Return `ref` when it is fit to be a file name; raises Invalid (a reference never holds a path)."""
    if not _REF.fullmatch(ref) or ".." in ref or ref.startswith(BLOB_PREFIX):
        raise Invalid.field(
            "ref", "pattern", "A recording's reference holds letters, digits, dots, dashes and underscores."
        )
    return ref


@dataclass(frozen=True, slots=True)
class Journal:
    """The recordings folder of this node. Its methods block (they sync the disk): call them in a thread."""

    folder: Path

    def audio(self, ref: str) -> Path:
        """Return where Asterisk writes the recording."""
        return self.folder / f"{safe_ref(ref)}.wav"

    def _note(self, ref: str) -> Path:
        return self.folder / f"{safe_ref(ref)}.json"

    def begin(self, ref: str, intent: Intent) -> None:
        """Write down what `ref` is for, surviving a power cut. Raises OSError (for example: disk full): then do not
        record.
        """
        target = self._note(ref)
        fresh = target.with_suffix(".json.new")
        try:
            with fresh.open("w", encoding="utf-8") as out:
                json.dump(asdict(intent), out)
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(target)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        self._sync_folder()

    def intent(self, ref: str) -> Intent | None:
        """Return what `ref` is for, or None when nothing readable was written down."""
        try:
            return Intent(**json.loads(self._note(ref).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def mark_due(self, ref: str) -> None:
        """Note that a recording must be stored although its call is over. Raises OSError as `begin`."""
        intent = self.intent(ref)
        if intent is not None and not intent.due:
            self.begin(ref, replace(intent, due=True))

    def read(self, ref: str) -> bytes:
        """Return the recording's file; raises NotFound when there is none."""
        try:
            return self.audio(ref).read_bytes()
        except FileNotFoundError as problem:
            raise NotFound("The recording does not exist on this node.", ref=ref) from problem

    def read_any(self, ref: str) -> bytes:
        """As `read`; a wide-band recording too, which Asterisk names `.wav16`."""
        wide = self.audio(ref).with_suffix(".wav16")
        return wide.read_bytes() if wide.is_file() else self.read(ref)

    def finish(self, ref: str) -> None:
        """Forget a recording that is stored or not wanted: the audio goes first, so that a note never lacks its
        meaning.
        """
        self.audio(ref).unlink(missing_ok=True)
        self.audio(ref).with_suffix(".wav16").unlink(missing_ok=True)
        self._note(ref).unlink(missing_ok=True)

    def leftovers(self) -> Iterator[tuple[str, Intent | None]]:
        """Yield every recording here with its intent, oldest first; audio without a note has intent None."""
        names = {path.stem for pattern in ("*.json", "*.wav") for path in self.folder.glob(pattern)}
        found = [(ref, self.intent(ref)) for ref in names if _REF.fullmatch(ref) and not ref.startswith(BLOB_PREFIX)]
        yield from sorted(found, key=lambda item: (item[1].started if item[1] else 0.0, item[0]))

    def _sync_folder(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with contextlib.suppress(OSError):  # some file systems cannot sync a folder; the file itself is synced
                os.fsync(handle)
        finally:
            os.close(handle)
