"""What travels on the ARI socket, as msgspec structs: only the fields that callcontrol reads.

Field meanings: Asterisk's `rest-api/events.json` and "ARI REST over WebSocket". One struct serves every event: the
fields
that an event lacks keep their defaults, so that a frame is decoded in one pass.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Party(msgspec.Struct):
    """A caller id as Asterisk has it: strings from the network, not yet cleaned."""

    name: str = ""
    number: str = ""


class Channel(msgspec.Struct):
    """A channel snapshot. `state`: Down, Ring, Ringing, Up, …; `creationtime` ISO 8601; `name` such as
    PJSIP/edge-0000002a.
    """

    id: str
    name: str = ""
    state: str = ""
    caller: Party = msgspec.field(default_factory=Party)
    creationtime: str = ""
    protocol_id: str = ""
    channelvars: dict[str, str] = msgspec.field(default_factory=dict)


class Bridge(msgspec.Struct):
    """A bridge with the ids of the channels in it."""

    id: str
    name: str = ""
    channels: list[str] = msgspec.field(default_factory=list)


class Playback(msgspec.Struct):
    """A playback; `state` is `done` or `failed` when it has finished."""

    id: str
    target_uri: str = ""
    state: str = ""


class LiveRecording(msgspec.Struct):
    """A recording; `duration` whole seconds; `cause` says why it failed."""

    name: str
    target_uri: str = ""
    state: str = ""
    duration: int = 0
    cause: str = ""


class Extra(msgspec.Struct):
    """A parameter of a Refer-To or Referred-By header."""

    parameter_name: str = ""
    parameter_value: str = ""


class Destination(msgspec.Struct):
    """Where a REFER points: a user part (blind) or a dialog (attended)."""

    protocol_id: str = ""
    destination: str = ""
    additional_protocol_params: list[Extra] = msgspec.field(default_factory=list)


class ReferTo(msgspec.Struct):
    """The target of a transfer; channels are given when Asterisk knows the replaced dialog."""

    requested_destination: Destination = msgspec.field(default_factory=Destination)
    destination_channel: Channel | None = None
    connected_channel: Channel | None = None


class ReferredBy(msgspec.Struct):
    """Who asks for the transfer."""

    source_channel: Channel | None = None
    connected_channel: Channel | None = None


class Message(msgspec.Struct):
    """Any frame from Asterisk: an event, or the answer to a request (`RESTResponse`)."""

    type: str
    timestamp: str = ""
    application: str = ""
    asterisk_id: str = ""
    # RESTResponse
    request_id: str = ""
    status_code: int = 0
    reason_phrase: str = ""
    message_body: str = ""
    # events
    args: list[str] = msgspec.field(default_factory=list)
    channel: Channel | None = None
    peer: Channel | None = None
    dialstatus: str = ""
    digit: str = ""
    cause: int = 0
    tech_cause: int = 0
    playback: Playback | None = None
    recording: LiveRecording | None = None
    state: Any = None
    refer_to: ReferTo | None = None
    referred_by: ReferredBy | None = None


class Pair(msgspec.Struct):
    """A name and a value of a query string."""

    name: str
    value: str


class Request(msgspec.Struct, omit_defaults=True):
    """A REST request; `uri` has no leading slash; `message_body` is JSON text."""

    request_id: str
    method: str
    uri: str
    type: str = "RESTRequest"
    query_strings: list[Pair] = msgspec.field(default_factory=list)
    content_type: str = ""
    message_body: str = ""


_decoder = msgspec.json.Decoder(Message)
_encoder = msgspec.json.Encoder()
_channels = msgspec.json.Decoder(list[Channel])
_bridges = msgspec.json.Decoder(list[Bridge])


def decode(frame: bytes) -> Message:
    """Decode one frame; raises msgspec.DecodeError when it is not an ARI message."""
    return _decoder.decode(frame)


def encode(request: Request) -> bytes:
    """Encode a request (`type` is always written)."""
    return b'{"type":"RESTRequest",' + _encoder.encode(request)[1:]


def decode_channels(body: bytes) -> list[Channel]:
    """Decode the answer of GET channels."""
    return _channels.decode(body)


def decode_bridges(body: bytes) -> list[Bridge]:
    """Decode the answer of GET bridges."""
    return _bridges.decode(body)


def moment(timestamp: str) -> float:
    """Return Unix seconds of an ARI timestamp such as 2026-11-24T02:10:41.123+0000."""
    return datetime.fromisoformat(timestamp).timestamp()
