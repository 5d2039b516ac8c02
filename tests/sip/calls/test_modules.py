"""D19: many modules in one call each, heard and seen on real phones: played, asked, recorded, shown, done after."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, sound, until
from tests.sip.agent.watching import Watching
from tests.sip.calls.test_recordings import kept, live, samples
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import call_in, connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

Node = tuple[str, dict[str, Any]]


def chain(*nodes: Node, **ends: Any) -> dict[str, Any]:
    """A flow of nodes one after the other; `ends` are the children of the last."""
    (module, data), *rest = nodes
    return {"module": module, "data": data, "children": {"_": chain(*rest, **ends)} if rest else ends}


async def test_D19_a_flow_sets_asks_branches_plays_presses_and_records_its_caller(
    platform: Platform, phone: Phones
) -> None:
    acme, made = platform.acme, Made(platform.acme)
    try:
        tone = made.tone(1300, seconds=1.5)
        gold = chain(
            ("manual_presence", {"presence_id": "desk7", "status": "busy"}),
            ("audio_macro", {"macros": [{"macro": "play", "id": tone}]}),
            ("send_dtmf", {"digits": "159", "duration_ms": 100}),
            ("record_caller", {"format": "wav", "time_limit": 10}),
            ("manual_presence", {"presence_id": "desk7", "status": "idle"}),
            ("wait_for_hangup", {}),
        )
        flow = chain(
            ("answer", {}),
            ("language", {"language": "fr-ca"}),
            ("set_variables", {"custom_application_vars": {"colour": "blue"}}),
            ("set_variable", {"variable": "tier", "value": "gold"}),
            ("noop", {}),
            ("edr", {"what": "tested"}),
            ("collect_dtmf", {"max_digits": 3, "timeout": 10_000, "collection_name": "spare"}),
            ("flush_dtmf", {"collection_name": "spare"}),
            ("branch_variable", {"variable": "tier"}),
            gold=gold,
            _={"module": "hangup", "data": {}, "children": {}},
        )
        made.add("callflows", name="Everything", numbers=["7720"], flow=flow)
        alice, bob = await phone(acme, "1000"), await phone(acme, "1001")
        lamp = await Watching(bob, "dialog", "desk7").begin()
        call = await (await alice.call("7720")).wait_answered()
        interaction = await live(acme)
        await call.media.press("123")
        await call.media.hears(1300)
        await lamp.lamp("confirmed")
        await until(lambda: call.media.digits == "159", what="the digits that the flow sends")
        call.media.tone(700)
        await call.media.hears_silence(seconds=1.0)
        await call.media.press("#")
        await lamp.lamp("terminated")
        await lamp.send(0)
        assert not call.over.is_set()
        await call.hang_up()
        audio, rate = samples(acme, await kept(acme, interaction))
        assert sound.share(audio[rate // 4 : rate // 2], 700, rate=rate) > 0.5
    finally:
        made.clear()


async def test_D3_what_a_flow_does_to_the_caller_is_seen_on_the_phone_and_after_the_talk_he_goes_on(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    acme, made = platform.acme, Made(platform.acme)
    number = acme.numbers[1]
    bob_id = acme.user("1001")["id"]
    try:
        flow = chain(
            ("set_cid", {"caller_id_name": "Shop"}),
            ("prepend_cid", {"caller_id_name_prefix": "VIP "}),
            ("set_alert_info", {"alert_info": "sales-ring"}),
            ("after_bridge", {"action": "transfer", "data": "1002"}),
            ("user", {"id": bob_id}),
        )
        made.change("callflows", acme.flow(number)["id"], flow=flow)
        bob, carol = await phone(acme, "1001"), await phone(acme, "1002")
        call = await call_in(carrier, number, name="Nobody")
        incoming = await bob.incoming()
        assert '"VIP Shop"' in incoming.invite.get("From")
        assert incoming.invite.get("Alert-Info") == "sales-ring"
        await incoming.answer()
        await call.wait_answered()
        await talk(call, incoming)
        await incoming.hang_up()
        then = await carol.incoming()
        await then.answer()
        await talk(call, then)
        await call.hang_up()
        await then.wait_over()
    finally:
        made.clear()


async def test_D19_a_caller_from_outside_gets_in_by_pin_and_dials_as_the_account(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    acme, made = platform.acme, Made(platform.acme)
    number = acme.numbers[1]
    try:
        made.change("callflows", acme.flow(number)["id"], flow=chain(("disa", {"pin": "471100"})))
        bob = await phone(acme, "1001")
        call = await (await call_in(carrier, number)).wait_answered()
        await call.media.hears_anything()
        await call.media.press("471100")

        async def dial_tone() -> bool:
            heard = await call.media.heard(0.4)
            return min(sound.share(heard, hz) for hz in (350, 440)) > 0.25

        await until(dial_tone, what="the dial tone")
        await call.media.press("1001#")
        incoming = await bob.incoming()
        await incoming.answer()
        await talk(call, incoming)
        await call.hang_up()
        await incoming.wait_over()
    finally:
        made.clear()


async def test_D8_in_call_keys_play_move_and_send_into_a_flow(platform: Platform, phone: Phones) -> None:
    acme, made = platform.acme, Made(platform.acme)
    try:
        over = made.add("callflows", name="After", numbers=["7721"], flow=chain(("play", {"id": made.tone(1700)})))
        keys = {
            "6": {"module": "play", "data": {"id": made.tone(1300, seconds=1.0), "leg": "peer"}},
            "7": {"module": "say", "data": {"text": "One moment.", "leg": "peer"}},
            "9": {"module": "move", "data": {"device_id": acme.device("1002")["id"]}},
            "8": {"module": "callflow", "data": {"id": over["id"]}},
        }
        made.change("users", acme.user("1000")["id"], metaflows={"numbers": keys})
        made.change("users", acme.user("1002")["id"], metaflows={"numbers": keys})
        alice, bob, carol = [await phone(acme, extension) for extension in ("1000", "1001", "1002")]
        call, incoming = await connected(alice, "1001", bob)
        await talk(call, incoming)
        call.media.tone(None)
        await call.media.press("*6")
        incoming.media.forget()
        await incoming.media.hears(1300)
        await incoming.media.hears_silence(seconds=0.5)
        await call.media.press("*7")
        await incoming.media.hears_anything(within=20)
        await call.media.press("*9")
        moved = await carol.incoming()
        await moved.answer()
        await call.wait_over()
        await talk(moved, incoming)
        await moved.media.press("*8")
        await moved.wait_over()
        incoming.media.forget()
        await incoming.media.hears(1700)
        await incoming.hang_up()
    finally:
        made.clear()
