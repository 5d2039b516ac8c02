"""Caller ids: the order of precedence of features row D3, one step per test."""

from __future__ import annotations

from typing import Any

from qvoice.core.dialing.caller_id import outgoing, owned, with_privacy
from qvoice.core.dialing.endpoint import Endpoint, merge
from qvoice.core.ring.plan import CallerId

ACCOUNT: dict[str, Any] = {
    "id": "a",
    "realm": "r",
    "timezone": "America/Toronto",
    "caller_id": {"external": {"name": "Acme", "number": "4165550100"}},
}
USER: dict[str, Any] = {"id": "u", "first_name": "Bob", "last_name": "Builder", "presence_id": "1000"}
NUMBERS = frozenset({"+14165550100", "+14165550101"})
SIP = CallerId("phone", "1234")


def endpoint(**user: Any) -> Endpoint:
    return merge(ACCOUNT, {**USER, **user}, {"id": "d", "owner_id": "u"})


def cid(kind: str, e: Endpoint | None = None, **more: Any) -> CallerId:
    return outgoing(kind, endpoint=e or endpoint(), sip=SIP, account=ACCOUNT, numbers=NUMBERS, **more)


def test_D3_a_kept_caller_id_goes_out_as_it_came() -> None:
    kept = CallerId("Far", "+442079460000")
    assert cid("external", kept=kept, dynamic=CallerId("x", "1"), privacy="full") == kept


def test_D3_the_calls_own_caller_id_comes_before_the_endpoints() -> None:
    assert cid("external", dynamic=CallerId("Sales", "+14165550101")) == CallerId("Sales", "+14165550101")
    assert cid("external", dynamic=CallerId("Sales")) == CallerId("Sales", "4165550100")


def test_D3_the_endpoints_caller_id_of_the_kind() -> None:
    e = endpoint(caller_id={"external": {"number": "+14165550101"}, "internal": {"name": "Boss", "number": "1"}})
    assert cid("external", e) == CallerId("Acme", "+14165550101")
    assert cid("internal", e) == CallerId("Boss", "1")


def test_D3_internal_calls_fall_to_extension_and_name() -> None:
    assert cid("internal") == CallerId("Bob Builder", "1000")


def test_D3_what_the_phone_sent_comes_last() -> None:
    bare = merge({"id": "a"}, None, {"id": "d"})
    assert outgoing("internal", endpoint=bare, sip=SIP, account={}, numbers=frozenset()) == SIP


def test_D3_nobody_shows_a_number_that_is_not_his() -> None:
    e = endpoint(caller_id={"external": {"name": "Bank", "number": "+18005550199"}})
    assert cid("external", e).number == "4165550100"
    assert cid("external", dynamic=CallerId("Bank", "+18005550199")).number == "4165550100"
    free = {**ACCOUNT, "ensure_valid_caller_id": False}
    assert outgoing("external", endpoint=e, sip=SIP, account=free, numbers=NUMBERS).number == "+18005550199"


def test_D3_without_an_owned_external_number_the_first_in_service_is_shown() -> None:
    account = {**ACCOUNT, "caller_id": {"external": {"number": "+18005550199"}}}
    assert owned("1000", account, NUMBERS) == "+14165550100"
    assert owned("1000", account, frozenset()) == ""
    assert owned("(416) 555-0101", account, NUMBERS) == "(416) 555-0101"


def test_B7_emergency_takes_its_own_then_external_then_the_platforms_and_is_never_private() -> None:
    e = endpoint(caller_id={"emergency": {"number": "+14165550101"}})
    assert cid("emergency", e, privacy="full") == CallerId("Acme", "+14165550101")
    assert cid("emergency").number == "4165550100"
    nobody = outgoing(
        "emergency", endpoint=endpoint(), sip=SIP, account=ACCOUNT, numbers=frozenset(), default_number="+15005550100"
    )
    assert nobody.number == "+15005550100"
    free = {**ACCOUNT, "ensure_valid_caller_id": False}
    e = endpoint(caller_id={"emergency": {"number": "+18005550199"}})
    assert outgoing("emergency", endpoint=e, sip=SIP, account=free, numbers=NUMBERS).number == "4165550100"


def test_D3_prefixes_formatters_and_hostile_names() -> None:
    assert cid("internal", prefix=("Sales: ", "9")) == CallerId("Sales: Bob Builder", "91000")
    assert cid("external", prefix=("Sales: ", "9")).number == "4165550100"
    e = endpoint(formatters={"outbound_caller_id_number": {"regex": r"^416(\d+)$", "prefix": "+1416"}})
    assert cid("external", e).number == "+14165550100"
    evil = cid("internal", dynamic=CallerId('x"\r\nVia: evil\x00', "1\r\n2"))
    assert evil.name.isprintable()
    assert evil.number.isprintable()


def test_D3_privacy_modes() -> None:
    bob = CallerId("Bob", "1000")
    assert with_privacy(bob, "full") == CallerId("Anonymous", "1000", private=True)
    assert with_privacy(bob, "number") == CallerId("Bob", "1000", private=True)
    assert with_privacy(bob, "name") == CallerId("", "1000")
    assert with_privacy(bob, "none") == bob
    e = endpoint(caller_id_options={"outbound_privacy": "full"})
    assert cid("external", e).private
    assert cid("external", privacy="full").private


def test_B8_a_numbers_own_name_is_shown_unless_somebody_chose_one() -> None:
    names = {"+14165550100": "ACME SALES"}
    assert cid("external", display_names=names).name == "ACME SALES"
    assert cid("internal", display_names=names).name == "Bob Builder"
    own = endpoint(caller_id={"external": {"name": "Bob", "number": "+14165550100"}})
    assert cid("external", own, display_names=names).name == "Bob"
    assert cid("external", dynamic=CallerId("Desk"), display_names=names).name == "Desk"
