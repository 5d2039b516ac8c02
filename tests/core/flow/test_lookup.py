"""Which flow takes a number: exact, patterns by the longest capture, no_match."""

from __future__ import annotations

from qvoice.core.flow.lookup import Hit, build_index, find

FLOWS = [
    ("f1", {"numbers": ["1000", "+14165550100"], "patterns": []}),
    ("f2", {"numbers": [], "patterns": [r"^\*97(?P<box>[0-9]*)$"]}),
    ("f3", {"numbers": [], "patterns": [r"^\*9([0-9]*)$", "("]}),
    ("f4", {"numbers": ["no_match"]}),
    ("f5", {"numbers": ["1000", "undefinedconf"], "patterns": None}),
    ("f6", {"numbers": "7", "patterns": [5]}),
]
INDEX = build_index(FLOWS)


def test_an_exact_number_comes_first_as_dialled_then_as_e164() -> None:
    assert find(INDEX, "1000") == Hit("f1")
    assert find(INDEX, "4165550100", e164="+14165550100") == Hit("f1")
    assert find(INDEX, "undefinedconf") == Hit("f5")


def test_the_longest_capture_group_wins_and_names_are_kept() -> None:
    assert find(INDEX, "*971000") == Hit("f3", "71000")
    only = build_index(FLOWS[1:2])
    assert find(only, "*971000") == Hit("f2", "1000", (("box", "1000"),))
    assert find(only, "*97") == Hit("f2", "", (("box", ""),))


def test_no_match_is_only_for_those_who_may_and_for_numbers() -> None:
    assert find(INDEX, "5145550100") is None
    assert find(INDEX, "5145550100", no_match=True) == Hit("f4", no_match=True)
    assert find(INDEX, "bob", no_match=True) is None
    assert find(INDEX, "*55", no_match=True) is None
    assert find(build_index(FLOWS[:3]), "5145550100", no_match=True) is None


def test_nobody_dials_no_match_by_name() -> None:
    assert find(INDEX, "no_match", no_match=True) is None
