"""D8: the portal rings my own phone and then calls somebody, as if I had dialled."""

from __future__ import annotations

import pytest

from qvoice.cli.rest import Refused
from tests.fixtures.platform import Platform
from tests.sip.conftest import Phones
from tests.sip.scenes import eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_D8_quickcall_rings_my_phone_then_calls_with_my_rights(platform: Platform, phone: Phones) -> None:
    acme = platform.acme
    alice, carol = await phone(acme, "1000"), await phone(acme, "1002")
    mine = acme.path("users", acme.user("1000")["id"], "quickcall", "1002")
    acme.rest.post(f"{mine}?auto_answer=true&cid-name=Click", {})
    ringing = await alice.incoming()
    assert ringing.invite
    assert "answer-after=0" in ringing.invite.get("Call-Info")
    assert "1002" in ringing.invite.get("From")
    ringing.ring()
    await ringing.answer()
    called = await carol.incoming()
    assert called.invite
    assert "Alice" in called.invite.get("From")
    assert "1000" in called.invite.get("From")
    called.ring()
    await called.answer()
    await talk(ringing, called)
    rows = await eventually(lambda: [r for r in acme.rest.get(acme.path("channels")) if r["answered"]])
    assert len(rows) == 2
    await ringing.hang_up()
    await called.wait_over()
    await eventually(lambda: not acme.rest.get(acme.path("channels")), what="no channel left")

    def recorded() -> bool:
        newest = acme.rest.get(acme.path("cdrs"))[:2]
        return [leg["hangup_cause"] for leg in newest] == ["NORMAL_CLEARING"] * 2 and (
            len({leg["interaction_id"] for leg in newest}) == 1
        )

    await eventually(recorded, what="a record of each leg, of one conversation")


async def test_D8_a_quickcall_nobody_answers_calls_nobody(platform: Platform, phone: Phones) -> None:
    acme, globex = platform.acme, platform.globex
    alice, carol = await phone(acme, "1000"), await phone(acme, "1002")
    device = acme.device("1000")["id"]
    acme.rest.post(acme.path("devices", device, "quickcall", "1002"), {})
    ringing = await alice.incoming()
    ringing.reject(486)
    await ringing.wait_over()
    await eventually(lambda: not acme.rest.get(acme.path("channels")), what="no channel left")
    assert not carol.calls
    with pytest.raises(Refused, match="404"):
        globex.rest.post(globex.path("devices", device, "quickcall", "1000"), {})
