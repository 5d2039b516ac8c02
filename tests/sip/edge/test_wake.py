"""A phone is asked to fetch its configuration (NOTIFY check-sync) wherever it is registered from."""

from __future__ import annotations

import pytest

from qvoice.cli.rest import Refused
from tests.fixtures.platform import Platform
from tests.sip.agent import until
from tests.sip.conftest import Phones
from tests.sip.scenes import nobody_registered

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_F1_a_registered_phone_is_woken_by_rest(platform: Platform, phone: Phones) -> None:
    account = platform.acme
    await nobody_registered(account)
    path = account.path("devices", account.device("1002")["id"], "sync")
    with pytest.raises(Refused, match="registered nowhere"):
        account.rest.post(path, {})
    carol = await phone(account, "1002")
    for data, event in (({}, "check-sync;reboot=false"), ({"reboot": True}, "check-sync;reboot=true")):
        account.rest.post(path, data)

        def woken(event: str = event) -> bool:
            return any(notice.get("Event") == event for notice in carol.notices)

        await until(woken, what=event)
