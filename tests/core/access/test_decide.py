"""Access: the tree, the roles, and what each may do."""

from __future__ import annotations

import itertools

import pytest

from qvoice.core.access.decide import Actor, Allowed, Denied, Target, decide, forbidden_changes
from qvoice.core.access.roles import Role, role_of
from qvoice.core.access.tree import from_ltree, is_at_or_below, is_below, nearest_reseller, to_ltree

MASTER = ("m",)
PATHS = [MASTER, ("m", "r"), ("m", "r", "c"), ("m", "r", "c2"), ("m", "r", "r2"), ("m", "r", "r2", "x"), ("m", "q")]
RESOURCES = ["users", "devices", "callflows", "vmboxes", "phone_numbers", "accounts", "limits", "queues", "resources"]
ACTIONS = ["read", "create", "update", "delete"]


def total(path: tuple[str, ...], reseller: bool = False) -> Actor:
    return Actor(path, Role.ADMIN, "u1", is_reseller=reseller)


@pytest.mark.parametrize(("mine", "theirs"), list(itertools.product(PATHS, PATHS)))
@pytest.mark.parametrize("role", list(Role))
def test_A5_nobody_reaches_up_or_sideways(mine: tuple[str, ...], theirs: tuple[str, ...], role: Role) -> None:
    actor = Actor(mine, role, "u1", is_reseller=True)
    for resource, action in itertools.product(RESOURCES, ACTIONS):
        verdict = decide(actor, Target(theirs, resource, action, "d1", "u1"))
        if theirs[: len(mine)] != mine:
            assert verdict == Denied("other-account", hidden=True)


def test_A2_rules_hold_six_levels_deep() -> None:
    deep = ("m", "1", "2", "3", "4", "5")
    for level in range(1, 7):
        assert decide(total(deep[:level]), Target(deep, "users", "create")) == Allowed()
    assert decide(total(deep), Target(deep[:5], "users", "read")) == Denied("other-account", hidden=True)


def test_A5_only_the_master_promotes_and_only_resellers_create_accounts() -> None:
    below = ("m", "r", "c")
    assert decide(total(MASTER), Target(below, "accounts", "promote")) == Allowed()
    assert decide(total(("m", "r"), True), Target(below, "accounts", "promote")) == Denied("master-only")
    assert decide(total(("m", "r"), True), Target(("m", "r"), "accounts", "create")) == Allowed()
    assert decide(total(below), Target(below, "accounts", "create")) == Denied("reseller-only")


def test_B1_only_the_master_adds_numbers() -> None:
    assert decide(total(MASTER), Target(("m", "r"), "phone_numbers", "create")) == Allowed()
    assert decide(total(("m", "r"), True), Target(("m", "r"), "phone_numbers", "create")) == Denied("master-only")
    assert decide(total(("m", "r"), True), Target(("m", "r", "c"), "phone_numbers", "update")) == Allowed()


def test_nobody_lifts_his_own_limits_or_deletes_his_own_account() -> None:
    mine = ("m", "r")
    assert decide(total(mine, True), Target(mine, "limits", "update")) == Denied("from-above-only")
    assert decide(total(mine, True), Target(("m", "r", "c"), "limits", "update")) == Allowed()
    assert decide(total(mine, True), Target(mine, "accounts", "delete")) == Denied("from-above-only")
    assert decide(total(MASTER), Target(MASTER, "accounts", "delete")) == Denied("from-above-only")
    assert decide(total(MASTER), Target(MASTER, "limits", "update")) == Allowed()


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("resource", RESOURCES)
def test_A7_a_read_only_administrator_reads_everything_and_writes_only_what_a_user_may(
    resource: str, action: str
) -> None:
    actor = Actor(("m", "r"), Role.READ_ONLY, "u1")
    verdict = decide(actor, Target(("m", "r"), resource, action, "d1", "other"))
    assert isinstance(verdict, Allowed) == (action == "read")
    assert decide(actor, Target(("m", "r", "c"), resource, "read")) == Allowed()


def test_A7_a_user_activator_activates_and_no_more() -> None:
    actor = Actor(("m", "r"), Role.USER_ACTIVATION, "u1")
    home = ("m", "r")
    assert decide(actor, Target(home, "users", "update", "u2")) == Allowed()
    before = {"enabled": True, "first_name": "Ann", "priv_level": "user"}
    assert forbidden_changes(actor, "users", before=before, after={**before, "enabled": False}) == []
    after = {**before, "first_name": "Bob", "priv_level": "admin", "password": "x"}
    assert forbidden_changes(actor, "users", before=before, after=after) == ["first_name", "password", "priv_level"]
    assert decide(actor, Target(home, "users", "invite", "u2")) == Allowed()
    assert isinstance(decide(actor, Target(home, "users", "delete", "u2")), Denied)
    assert isinstance(decide(actor, Target(home, "users", "create")), Denied)
    assert isinstance(decide(actor, Target(home, "callflows", "read", "f")), Denied)


def test_A7_a_call_centre_supervisor_has_queues_only() -> None:
    actor = Actor(("m", "r"), Role.CALL_CENTRE, "u1")
    for action in (*ACTIONS, "eavesdrop"):
        assert decide(actor, Target(("m", "r"), "queues", action, "q")) == Allowed()
    assert isinstance(decide(actor, Target(("m", "r"), "devices", "read", "d")), Denied)
    assert isinstance(decide(actor, Target(("m", "r"), "users", "create")), Denied)


def test_A7_a_plain_user_has_own_documents_only() -> None:
    user = Actor(("m", "r", "c"), Role.USER, "u1")
    home = ("m", "r", "c")
    assert decide(user, Target(home, "users", "read", "u1")) == Allowed(only_owner="u1")
    assert decide(user, Target(home, "users", "read", "u2")) == Denied("not-yours", hidden=True)
    assert decide(user, Target(home, "users", "read")) == Allowed(only_owner="u1")
    assert decide(user, Target(home, "vmboxes", "read", "b", "u1")) == Allowed(only_owner="u1")
    assert decide(user, Target(home, "vmboxes", "read", "b", None)) == Denied("not-yours", hidden=True)
    for resource, action in (
        ("callflows", "read"),
        ("users", "create"),
        ("devices", "update"),
        ("phone_numbers", "read"),
    ):
        assert isinstance(decide(user, Target(home, resource, action, "x", "u1")), Denied), (resource, action)
    above = Actor(("m", "r"), Role.USER, "u1")
    assert decide(above, Target(home, "vmboxes", "read", "b", "u1")) == Denied("role", hidden=True)
    assert decide(user, Target(home, "about", "read")) == Allowed()


def test_an_api_key_is_no_person() -> None:
    assert decide(Actor(("m", "r"), Role.USER, None), Target(("m", "r"), "users", "read")) == Denied("role")
    assert decide(Actor(("m", "r")), Target(("m", "r"), "users", "create")) == Allowed()


def test_A7_a_plain_user_cannot_raise_himself() -> None:
    user = Actor(("m", "r"), Role.USER, "u1")
    before = {"first_name": "B", "priv_level": "user", "presence_id": "1000"}
    after = {
        "first_name": "C",
        "priv_level": "admin",
        "presence_id": "1000",
        "caller_id": {"external": {"number": "1"}},
    }
    assert forbidden_changes(user, "users", before=before, after=after) == ["caller_id", "priv_level"]
    assert forbidden_changes(user, "users", before=before, after={**before, "first_name": "C"}) == []
    assert forbidden_changes(user, "vmboxes", before={"owner_id": "u1"}, after={"owner_id": "u2"}) == ["owner_id"]
    assert forbidden_changes(user, "vmboxes", before={"owner_id": "u1"}, after={}) == ["owner_id"]
    assert forbidden_changes(total(("m", "r")), "users", before=before, after=after) == []
    reader = Actor(("m", "r"), Role.READ_ONLY, "u1")
    assert forbidden_changes(reader, "users", before=before, after=after) == ["caller_id", "priv_level"]


@pytest.mark.parametrize(
    ("user", "role"),
    [
        ({}, Role.USER),
        ({"priv_level": "user", "admin_type": "total"}, Role.USER),
        ({"priv_level": "admin"}, Role.ADMIN),
        ({"priv_level": "admin", "admin_type": "read-only"}, Role.READ_ONLY),
        ({"priv_level": "admin", "admin_type": "call-center"}, Role.CALL_CENTRE),
        ({"priv_level": "admin", "admin_type": "nonsense"}, Role.READ_ONLY),
        ({"priv_level": "admin", "admin_type": {"x": 1}}, Role.READ_ONLY),
    ],
)
def test_A7_roles_of_user_documents(user: dict[str, object], role: Role) -> None:
    assert role_of(user) == role


def test_the_tree() -> None:
    assert is_at_or_below(("a", "b"), ("a",))
    assert not is_at_or_below(("ab",), ("a",))
    assert not is_at_or_below(("a",), ())
    assert is_below(("a", "b"), ("a",))
    assert not is_below(("a",), ("a",))
    assert from_ltree("a.b.c") == ("a", "b", "c")
    assert to_ltree(("a", "b")) == "a.b"
    assert nearest_reseller(("m", "r", "c", "d"), frozenset({"r"})) == "r"
    assert nearest_reseller(("m", "c"), frozenset()) == "m"
    assert nearest_reseller(("m",), frozenset()) is None
