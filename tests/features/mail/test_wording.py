"""A9: an account's own words for its mails, inherited down the tree, previewed, and harmless."""

from __future__ import annotations

import pytest

from qvoice.db import Scope
from qvoice.features.mail.queue_mail import worded
from qvoice.features.mail.wording import NEEDED, SAMPLES, kinds, ours

pytestmark = [pytest.mark.db, pytest.mark.anyio]
MINE = {"language": "en", "subject": "Hi {{ first_name }}", "body": "{{account}} calls: {{ link }}"}
FACTS = {"first_name": "Ann", "account": "Acme", "link": "LINK", "extension": "", "hours": "72", "name": "Ann Lee",
         "username": "ann"}  # fmt: skip


async def words(world, client, language: str) -> tuple[str, str]:
    info = await world.app.state.directory.account(client.account_id)
    async with world.db.tx(Scope(info.id, info.path)) as s:
        return await worded(s, "invitation", language, FACTS)


async def test_A9_a_resellers_words_greet_its_customers_users_and_nobody_elses(world):
    place = "accounts/{A}/notifications/invitation"
    assert (await world.reseller.get(place))["languages"]["en"]["origin"] == "system"
    changed = await world.reseller.post(place, MINE)
    assert changed["languages"]["en"] == {"subject": MINE["subject"], "body": MINE["body"], "origin": "account"}
    assert (await world.customer.get(place))["languages"]["en"]["origin"] == "above"
    assert await words(world, world.customer, "en-us") == ("Hi Ann", "Acme calls: LINK")
    assert (await words(world, world.customer, "fr-ca"))[0].startswith("Bienvenue")
    assert (await words(world, world.stranger, "en-us"))[0].startswith("Welcome to")
    await world.customer.post(place, {**MINE, "subject": "Own"})
    assert (await words(world, world.customer, "en-us"))[0] == "Own"
    await world.customer.delete(place)
    assert (await words(world, world.customer, "en-us"))[0] == "Hi Ann"


async def test_A9_words_are_previewed_and_cannot_do_anything(world):
    place = "accounts/{A}/notifications/invitation"
    seen = await world.customer.post(f"{place}/preview", MINE)
    assert seen == {"subject": "Hi Ann", "body": f"Example calls: {SAMPLES['link']}"}
    for bad in (
        {**MINE, "body": "no way in"},
        {**MINE, "subject": "{{ password }}"},
        {**MINE, "body": "{{ link }} {% for i in range(9999999) %}x{% endfor %}"},
        {**MINE, "language": "de"},
        {**MINE, "subject": "x" * 201},
        {**MINE, "body": 7},
    ):
        for path in (place, f"{place}/preview"):
            assert (await world.customer.call("POST", path, bad)).status_code == 400, bad
    harmless = {**MINE, "body": "{{ link.__class__ }} {{ 7*7 }} {{ link }}"}
    assert "49" not in (await world.customer.post(f"{place}/preview", harmless))["body"]
    assert (await world.customer.call("GET", "accounts/{A}/notifications/no_such")).status_code == 404


def test_every_kind_of_mail_has_both_languages_and_samples():
    for kind, facts in kinds().items():
        assert facts <= set(SAMPLES), kind
        for language in ("en", "fr"):
            subject, body = ours(kind, language)
            assert subject
            if kind in NEEDED:
                assert "{{ link }}" in body
