"""A7: every endpoint × every role × every relation, generated from the application's own routes.

What each role may do is written down here a second time, by hand and by other means than in `core.access`: a new route
is closed to everybody but total administrators until somebody adds it to a list below.
"""

from __future__ import annotations

import pytest
from tests.api.test_access import url

from qvoice.api.app import endpoints
from qvoice.core.access import decide as access
from qvoice.core.access.roles import Role
from qvoice.features.auth.permit import Principal, allowed

pytestmark = [pytest.mark.db, pytest.mark.anyio]

HOME = ("m", "r", "c")
"""The path of the account that everybody in this test logs in to: master, reseller, customer."""
RELATIONS = {"self": HOME, "child": (*HOME, "d"), "parent": ("m", "r"), "master": ("m",), "sibling": ("m", "r", "s"),
             "stranger": ("m", "x")}  # fmt: skip
PERSONAL = {
    "users", "devices", "vmboxes", "messages", "media", "cdrs", "recordings", "channels", "quickcall", "registrations",
    "faxes", "sms", "presence", "events", "conferences", "softphones", "passwords", "sessions", "second_factors",
}  # fmt: skip
"""What belongs to people: each may do something with their own, whatever their role, and only at home."""
OPEN = {"about", "schemas", "user_auth", "token_auth"}
KEPT_ABOVE = ("master-only", "reseller-only", "from-above-only")
"""Why even a total administrator may not do everything."""
ACTIVATION = {("users", "read"), ("users", "update"), ("users", "invite"), ("accounts", "read"), ("devices", "read")}
CALL_CENTRE_READS = {"accounts", "users", "acdc_call_stats", "channels", "cdrs", "recordings", "presence"}
CALL_CENTRE_ALL = {"queues", "agents"}


def expected(role: Role, relation: str, permit) -> bool | None:
    """Return whether the role may (before any document is known); None: it depends on reseller and master rights."""
    resource, action = permit.resource, permit.action
    if relation not in ("self", "child"):
        return False
    if resource in OPEN:
        return True
    if role == Role.ADMIN:
        return None
    may = {
        Role.READ_ONLY: action == "read",
        Role.USER_ACTIVATION: (resource, action) in ACTIVATION,
        Role.CALL_CENTRE: resource in CALL_CENTRE_ALL
        or (resource in CALL_CENTRE_READS and action == "read")
        or (resource, action) == ("channels", "eavesdrop"),
        Role.USER: False,
    }[role]
    if may:
        return True
    return None if relation == "self" and permit.own and resource in PERSONAL else False


def principal(role: Role, *, is_reseller: bool = False) -> Principal:
    """Return somebody of a role in the account at HOME."""
    actor = access.Actor(HOME, role, "u" * 32, is_reseller)
    return Principal(HOME[-1], "u" * 32, actor, "test", "t", 0)


async def test_A7_every_endpoint_for_every_role_in_every_relation(shared_world):
    wrong, seen = [], 0
    for endpoint in endpoints(shared_world.app):
        permit = endpoint.permit
        if permit.public or "{account_id}" not in endpoint.path:
            continue
        for role in Role:
            for relation, path in RELATIONS.items():
                answer = allowed(principal(role), permit, path)
                may = isinstance(answer, access.Allowed)
                wanted = expected(role, relation, permit)
                seen += 1
                if wanted and isinstance(answer, access.Denied) and answer.reason in KEPT_ABOVE:
                    continue
                if wanted is not None and may != wanted:
                    wrong.append((str(role), relation, sorted(endpoint.methods), endpoint.path, may))
                if may and role == Role.USER and permit.resource not in OPEN and answer.only_owner is None:
                    wrong.append(("user sees others'", relation, sorted(endpoint.methods), endpoint.path))
                if isinstance(answer, access.Denied) and relation not in ("self", "child"):
                    assert answer.hidden, "who may not enter an account must not learn that it is there"
    assert wrong == []
    assert seen > 6 * len(Role) * 100


async def test_A7_total_administrators_may_all_but_what_is_kept_above_them(shared_world):
    kept = set()
    for endpoint in endpoints(shared_world.app):
        permit = endpoint.permit
        if permit.public or "{account_id}" not in endpoint.path:
            continue
        for relation in ("self", "child"):
            answer = allowed(principal(Role.ADMIN), permit, RELATIONS[relation])
            if isinstance(answer, access.Denied):
                kept.add((permit.resource, permit.action))
                reseller = allowed(principal(Role.ADMIN, is_reseller=True), permit, RELATIONS[relation])
                assert answer.reason in KEPT_ABOVE, endpoint.path
                if answer.reason == "master-only":
                    assert isinstance(reseller, access.Denied), endpoint.path
    for must in (("accounts", "promote"), ("accounts", "demote"), ("accounts", "create"), ("accounts", "delete"),
                 ("accounts", "move"), ("accounts", "restore"), ("limits", "update"),
                 ("allotments", "update")):  # fmt: skip
        assert must in kept, must


async def test_A7_what_a_role_may_not_is_refused_over_http_at_home_and_below(world):
    """The same question asked of the running application: the permit must really be in the way. Each route is asked by
    one role, in turn; that it is the same for the others is decided in one place, which the test above walks through.
    """
    admin = {"priv_level": "admin"}
    people = {
        Role.READ_ONLY: await world.user(world.reseller, "reader", **admin, admin_type="read-only"),
        Role.USER_ACTIVATION: await world.user(
            world.reseller, "clerk", priv_level="admin", admin_type="user-activation"
        ),
        Role.CALL_CENTRE: await world.user(world.reseller, "boss", priv_level="admin", admin_type="call-centre"),
        Role.USER: await world.user(world.reseller, "plain"),
    }
    wrong, asked, turn = [], 0, 0
    for endpoint in endpoints(world.app):
        permit = endpoint.permit
        if permit.public or "{account_id}" not in endpoint.path:
            continue
        turn += 1
        for role, who in list(people.items())[turn % 4 : turn % 4 + 1]:
            relation, account = [("self", who.account_id), ("child", world.customer.account_id)][turn // 4 % 2]
            if expected(role, relation, permit) is False:
                for method in endpoint.methods - {"HEAD"}:
                    answer = await who.call(method, url(endpoint, account), None if method == "GET" else {})
                    asked += 1
                    if answer.status_code != 403:
                        wrong.append((str(role), relation, method, endpoint.path, answer.status_code))
    assert wrong == []
    assert asked > 100


async def test_A7_a_clerk_switches_people_on_and_off_and_nothing_else(world):
    clerk = await world.user(world.customer, "clerk", priv_level="admin", admin_type="user-activation")
    target = await world.user(world.customer, "target")
    place = f"accounts/{{A}}/users/{target.user_id}"
    assert (await clerk.patch(place, {"enabled": False}))["enabled"] is False
    assert (await target.call("GET", place)).status_code == 401, "switched off, one is out at once"
    assert (await clerk.patch(place, {"enabled": True}))["enabled"] is True
    whole = await clerk.get(place)
    assert (await clerk.call("POST", place, {**whole, "enabled": False})).status_code == 200
    for change in ({"first_name": "X"}, {"password": "another-password"}, {"priv_level": "admin"}, {"email": "a@b.ca"},
                   {"enabled": True, "presence_id": "1"}):  # fmt: skip
        assert (await clerk.call("PATCH", place, change)).status_code == 403, change
        assert (await clerk.call("POST", place, {**whole, **change})).status_code == 403, change
    for admin in (world.customer.user_id, clerk.user_id):
        answer = await clerk.call("PATCH", f"accounts/{{A}}/users/{admin}", {"enabled": False})
        assert answer.status_code == 403 or admin == clerk.user_id
    assert (await world.customer.get(f"accounts/{{A}}/users/{world.customer.user_id}"))["enabled"] is True
