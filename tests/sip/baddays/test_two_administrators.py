"""Two administrators open the same document; the second to save is told."""

from __future__ import annotations

import asyncio

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


def test_patches_of_two_administrators_are_merged(platform: Platform) -> None:
    acme = platform.acme
    path = acme.path("users", acme.user("1003")["id"])
    before = acme.rest.get(path)
    try:
        acme.rest.patch(path, {"first_name": "David"})
        acme.rest.patch(path, {"caller_id": {"internal": {"name": "Desk of Dave"}}})
        now = acme.rest.get(path)
        assert now["first_name"] == "David"
        assert now["caller_id"]["internal"] == before["caller_id"]["internal"] | {"name": "Desk of Dave"}
    finally:
        acme.rest.patch(path, {key: before[key] for key in ("first_name", "caller_id")})
    assert acme.rest.get(path)["caller_id"] == before["caller_id"]


@pytest.mark.anyio
async def test_of_two_saves_at_the_same_moment_one_wins(platform: Platform) -> None:
    acme = platform.acme
    path = acme.path("users", acme.user("1003")["id"])
    mine, revision = acme.rest.read(path)

    def save(name: str) -> str | None:
        try:
            return acme.rest.post(path, mine | {"first_name": name}, revision=revision)["first_name"]
        except Refused as problem:
            if problem.status != 409:
                raise
            return None

    try:
        saved = await asyncio.gather(*(asyncio.to_thread(save, name) for name in ("Ann", "Ben", "Cid", "Don")))
        (winner,) = [name for name in saved if name]
        assert acme.rest.get(path)["first_name"] == winner
    finally:
        acme.rest.patch(path, {"first_name": mine["first_name"]})
