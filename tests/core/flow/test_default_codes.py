"""Feature codes of new accounts: what is dialled reaches the module it should, and no number is taken (D17)."""

from __future__ import annotations

import pytest

from qvoice.core.flow.lookup import build_index, find
from qvoice.features.callflows.defaults import FEATURE_CODES, feature_flow

FLOWS = [(code.name, feature_flow(code)) for code in FEATURE_CODES]
INDEX = build_index(FLOWS)


@pytest.mark.parametrize(
    ("dialled", "name", "captured"),
    [
        ("*97", "voicemail[single_mailbox_login]", None),
        ("*981003", "voicemail[action=check]", "1003"),
        ("**1003", 'voicemail[action="direct"]', "1003"),
        ("*724165550177", "call_forward[action=activate]", "4165550177"),
        ("*73", "call_forward[action=deactivate]", None),
        ("*78", 'do_not_disturb[action="activate"]', None),
        ("*674165550177", "privacy[mode=full]", "4165550177"),
        ("*01001", "intercom", "1001"),
        ("*3101", "park_and_retrieve", "101"),
        ("*4", "park_valet", None),
        ("*661001", "camping_feature", "1001"),
        ("6683", "move", None),
    ],
)
def test_D17_a_code_reaches_its_flow_with_the_digits_that_follow(dialled: str, name: str, captured: str | None) -> None:
    hit = find(INDEX, dialled)
    assert hit is not None
    assert (hit.flow_id, hit.capture_group) == (name, captured)


def test_D17_codes_take_no_numbers_so_that_clients_may_make_their_own() -> None:
    assert all(document["numbers"] == [] for _, document in FLOWS)
    own = build_index([*FLOWS, ("mine", {"numbers": ["*73"]})])
    hit = find(own, "*73")
    assert hit is not None
    assert hit.flow_id == "mine"
