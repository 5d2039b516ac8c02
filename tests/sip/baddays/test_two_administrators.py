"""Two administrators open the same document; the second to save is told."""

from __future__ import annotations

import pytest

from qvoice.cli.rest import Refused
from tests.fixtures.platform import Platform

pytestmark = pytest.mark.sip


def test_the_second_save_is_a_conflict_and_the_first_is_kept(platform: Platform) -> None:
    acme = platform.acme
    path = acme.path("users", acme.user("1003")["id"])
    mine, revision = acme.rest.read(path)
    theirs, same = acme.rest.read(path)
    assert revision == same
    acme.rest.post(path, mine | {"first_name": "David"}, revision=revision)
    try:
        with pytest.raises(Refused) as refused:
            acme.rest.post(path, theirs | {"last_name": "Lost"}, revision=same)
        assert refused.value.status == 409
        now, _ = acme.rest.read(path)
        assert (now["first_name"], now["last_name"]) == ("David", mine["last_name"])
    finally:
        acme.rest.patch(path, {"first_name": mine["first_name"]})
