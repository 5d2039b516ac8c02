"""Text that strangers write reaches no header, no mail and no other eye than as one plain line."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]

PERSON = {"first_name": "Ann", "last_name": "Lee"}


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"first_name": "Ann\r\nBcc: all@example.test"}, "first_name"),
        ({"last_name": "\u202egnp.exe"}, "last_name"),
        ({"username": "ann\u200b"}, "username"),
        ({"username": "ann\n"}, "username"),
        ({"email": "<ann@example.test>"}, "email"),
        ({"email": "ann@example.test, bob@example.test"}, "email"),
        ({"caller_id": {"external": {"name": "Ann\r\nX-Evil: 1"}}}, "caller_id.external.name"),
    ],
)
async def test_A5_a_persons_names_are_plain_lines(shared_world, document, field):
    answer = await shared_world.customer.call("PUT", "accounts/{A}/users", {**PERSON, **document})
    assert answer.status_code == 400
    assert field in answer.json()["data"]


async def test_A5_user_names_that_look_the_same_are_the_same(shared_world):
    secret = {**PERSON, "password": "Correct-horse-1"}
    await shared_world.customer.put("accounts/{A}/users", {**secret, "username": "Ann.Lee"})
    answer = await shared_world.customer.call("PUT", "accounts/{A}/users", {**secret, "username": "\uff41nn.lee"})
    assert answer.json()["data"]["username"]["unique"]["message"]
    person = {"first_name": "Ana\u00efs", "last_name": "\u05d0\u05d1 \U0001f600"}
    await shared_world.customer.put("accounts/{A}/users", person)


@pytest.mark.parametrize("realm", ["192.0.2.10", "127.0.0.1", "1.2"])
async def test_A3_an_address_is_no_realm(shared_world, realm):
    answer = await shared_world.customer.call("PATCH", "accounts/{A}", {"realm": realm})
    assert answer.json()["data"]["realm"]["invalid"]["message"]


async def test_H1_an_account_always_has_caller_ids_to_edit(shared_world):
    assert (await shared_world.customer.get("accounts/{A}"))["caller_id"] == {}


async def test_A9_nobody_is_invited_unless_named(shared_world):
    for body in ({}, {"user_ids": ["0" * 32]}):
        answer = await shared_world.customer.call("PUT", "accounts/{A}/invitations", body)
        assert "users" in answer.json()["data"]
    assert await shared_world.customer.get("accounts/{A}/invitations") == []


async def test_no_path_is_an_error_of_ours(shared_world):
    for path in ("/assets/%00", "/v2/about/%00", "/%00"):
        assert (await shared_world.http.get(path)).status_code == 400
