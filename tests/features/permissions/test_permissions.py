"""A7, G1: what the API tells a client it may do is what its routes then allow."""

from __future__ import annotations

import pytest

from qvoice.api.app import endpoints
from qvoice.core.access.roles import Role

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def test_A7_a_client_is_told_exactly_what_the_routes_allow(world):
    people = {
        Role.ADMIN: world.reseller,
        **{
            role: await world.user(world.reseller, str(role), priv_level="admin", admin_type=str(role))
            for role in (Role.READ_ONLY, Role.USER_ACTIVATION, Role.CALL_CENTRE)
        },
        Role.USER: await world.user(world.reseller, "plain"),
    }
    needed = {e.permit for e in endpoints(world.app) if e.permit and not e.permit.public and "{account_id}" in e.path}
    for role, who in people.items():
        told = await who.get("accounts/{A}/permissions")
        # Whoever may read the lists of all menus is told so, and the routes answer accordingly.
        menus = await who.call("GET", "accounts/{A}/menus")
        assert (menus.status_code == 200) == ("read" in told["may"].get("menus", [])), role
        made = await who.call("PUT", "accounts/{A}/menus", {"name": f"By {role}"})
        assert (made.status_code == 201) == ("create" in told["may"].get("menus", [])), role
        assert {resource for resource in told["own"]} <= {permit.resource for permit in needed}
    reader = await people[Role.READ_ONLY].get("accounts/{A}/permissions")
    assert {a for resource, actions in reader["may"].items() if resource != "token_auth" for a in actions} == {"read"}
    clerk = await people[Role.USER_ACTIVATION].get("accounts/{A}/permissions")
    assert clerk["may"]["users"] == ["invite", "read", "update"]
    assert clerk["fields"] == {"users": ["enabled"]}


async def test_A7_what_is_kept_above_is_not_among_what_one_may_at_home_and_is_below(world):
    home = await world.reseller.get("accounts/{A}/permissions")
    below = await world.reseller.get(f"accounts/{world.customer.account_id}/permissions")
    assert "update" not in home["may"]["limits"]
    assert "update" in below["may"]["limits"]
    assert "promote" not in below["may"]["accounts"]
    assert (await world.stranger.call("GET", f"accounts/{world.customer.account_id}/permissions")).status_code == 403
