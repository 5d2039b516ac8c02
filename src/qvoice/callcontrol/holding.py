"""Hold within a conversation: by phone (re-INVITE), key or API; the held party hears the holder's music.

A phone's hold by somebody without music of his own is left to Asterisk, which plays the system's.
"""

from __future__ import annotations

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.legs import CallLeg
from qvoice.callcontrol.live import LiveCall
from qvoice.callcontrol.music import Music
from qvoice.core.dialing.endpoint import merge
from qvoice.core.flow.callers import endpoint_of_device


def music_of(call: LiveCall, holder: CallLeg) -> str:
    """Return the media id that the other hears whom `holder` holds: for a caller that of the group he called, else the
    holder's user's, device's, account's; '' for the system's.
    """
    if call.group_music and holder is not call.caller:
        return call.group_music
    facts = call.facts
    if facts is None:
        return ""
    endpoint = endpoint_of_device(facts.world, holder.device_id) if holder.is_ours else None
    if endpoint is None:
        user = {**(facts.world.user(holder.owner_id) or {}), "id": holder.owner_id} if holder.owner_id else None
        endpoint = merge({**facts.world.account, "id": facts.account_id}, user, None)
    return endpoint.music_on_hold


class Holding:
    """Who holds whom in a conversation of the caller with `leg`. The held party is outside the bridge meanwhile."""

    def __init__(self, call: LiveCall, leg: CallLeg) -> None:
        self.call, self.leg = call, leg
        self.holder: CallLeg | None = None
        self._music: Music | None = None
        self._key = ""

    @property
    def held(self) -> CallLeg:
        """The party that hears music."""
        return self.call.caller if self.holder is self.leg else self.leg

    async def start(self, by: CallLeg, *, music: str = "", key: str = "") -> bool:
        """Hold; `key` of the holder ends it. False when somebody is held already."""
        if self.holder is not None:
            return False
        call = self.call
        self.holder, self._key = by, key
        call.held_by, call.held_key = by.channel, key
        call.exchange.journal.touch(call)
        call.ari.tell("POST", f"bridges/{call.bridge}/removeChannel", {"channel": self.held.channel})
        call.ari.tell("DELETE", f"channels/{self.held.channel}/moh")
        self._music = Music(call, self.held, music or music_of(call, by) or None)
        await self._music.start()
        return True

    async def by_phone(self, by: CallLeg) -> None:
        """A phone holds: with music of its own we play it."""
        if music_of(self.call, by):
            await self.start(by)

    def unheld_by_phone(self, by: CallLeg) -> None:
        """A phone resumes."""
        if self.holder is by:
            self.resume()

    async def again(self) -> None:
        """After a restart of this process: somebody was held."""
        by = self.call.held_by
        if by:
            await self.start(self.leg if by == self.leg.channel else self.call.caller, key=self.call.held_key)

    def key(self, by: CallLeg, digit: str) -> bool:
        """Take a key of a party; True when it ended the hold."""
        if self._key and self.holder is by and digit == self._key:
            return self.resume()
        return False

    async def heard(self, message: wire.Message) -> None:
        """A playback is over: music goes on."""
        if self._music is not None:
            await self._music.heard(message)

    def resume(self) -> bool:
        """Bring the two together again; False when nobody is held."""
        if self.holder is None:
            return False
        held = self.held
        self.end()
        self.call.ari.tell("POST", f"bridges/{self.call.bridge}/addChannel", {"channel": held.channel})
        return True

    def end(self) -> None:
        """Stop the music; the party stays where it is."""
        if self._music is not None:
            self._music.stop()
        if self.holder is not None:
            self.call.held_by = ""
            self.call.exchange.journal.touch(self.call)
        self.holder, self._music, self._key = None, None, ""
