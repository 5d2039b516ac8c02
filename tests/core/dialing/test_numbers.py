"""Normalising, classes, emergency numbers, patterns."""

from __future__ import annotations

import pytest

from qvoice.core.dialing import pattern
from qvoice.core.dialing.classify import classify
from qvoice.core.dialing.emergency import beats_extensions, emergency_number, is_emergency
from qvoice.core.dialing.normalise import country_of, to_e164


@pytest.mark.parametrize(
    ("dialled", "country", "expected"),
    [
        ("4165550100", "CA", "+14165550100"),
        ("14165550100", "US", "+14165550100"),
        ("(416) 555-0100", "CA", "+14165550100"),
        ("+14165550100", "CA", "+14165550100"),
        ("011442079460000", "CA", "+442079460000"),
        ("00442079460000", "CA", "+442079460000"),
        ("442079460000", "CA", "+442079460000"),
        ("1000", "CA", "1000"),
        ("*971000", "CA", "*971000"),
        ("911", "CA", "911"),
        ("5550100", "CA", "5550100"),
        ("0812345678", "TH", "+66812345678"),
        ("0066812345678", "GB", "+66812345678"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("0612345678", "FR", "+33612345678"),
        ("33612345678", "FR", "+33612345678"),
        ("1000", "FR", "1000"),
        ("bob.smith", "FR", "bob.smith"),
        ("undefinedMainNumber", "CA", "undefinedMainNumber"),
        ("٤١٦٥٥٥٠١٠٠", "CA", "٤١٦٥٥٥٠١٠٠"),
        ("", "CA", ""),
    ],
)
def test_D3_dialled_numbers_become_e164_by_country(dialled: str, country: str, expected: str) -> None:
    assert to_e164(dialled, country) == expected


def test_a_dial_plan_rewrites_before_the_rules() -> None:
    plan = {"^(\\d{7})$": {"prefix": "+1416", "description": "local"}, "system": ["x"], "^9(\\d+)$": {}}
    assert to_e164("5550100", "CA", dial_plan=plan) == "+14165550100"
    assert to_e164("94165550100", "CA", dial_plan=plan) == "+14165550100"
    assert to_e164("1000", "CA", dial_plan=plan) == "1000"


@pytest.mark.parametrize(
    ("account", "country"),
    [
        ({"timezone": "America/Toronto"}, "CA"),
        ({"timezone": "America/Los_Angeles"}, "US"),
        ({"timezone": "Asia/Bangkok"}, "TH"),
        ({"timezone": "UTC"}, "US"),
        ({"timezone": "Asia/Bangkok", "address": {"country": "fr"}}, "FR"),
        ({"dial_plan": {"country": "GB"}, "address": {"country": "FR"}}, "GB"),
        ({}, "US"),
        ({"timezone": 5, "address": "x", "country": ["US"]}, "US"),
    ],
)
def test_the_account_tells_its_country(account: dict[str, object], country: str) -> None:
    assert country_of(account) == country


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("+18005550100", "US", "tollfree_us"),
        ("+18335550100", "US", "tollfree_us"),
        ("+19005550100", "US", "toll_us"),
        ("911", "CA", "emergency"),
        ("933", "CA", "emergency"),
        ("+12425550100", "CA", "caribbean"),
        ("+14165550100", "CA", "did_us"),
        ("+442079460000", "CA", "international"),
        ("1000", "CA", "unknown"),
        ("*97", "CA", "unknown"),
        ("+66812345678", "TH", "national_mobile"),
        ("+6621234567", "TH", "national"),
        ("+14165550100", "TH", "international"),
        ("191", "TH", "emergency"),
    ],
)
def test_numbers_have_classes(number: str, country: str, expected: str) -> None:
    assert classify(number, country) == expected


@pytest.mark.parametrize(
    ("dialled", "country", "expected"),
    [
        ("911", "CA", "911"),
        ("+911", "US", "911"),
        ("9-1-1", "US", "911"),
        ("933", "US", "933"),
        ("112", "US", "112"),
        ("999", "GB", "999"),
        ("000", "AU", "000"),
        ("112", "FR", "112"),
        ("1000", "US", None),
        ("+14165550911", "US", None),
        ("91100", "US", None),
        ("", "US", None),
    ],
)
def test_B7_emergency_numbers_are_known_in_every_country(dialled: str, country: str, expected: str | None) -> None:
    assert emergency_number(dialled, country) == expected
    assert is_emergency(dialled, country) == (expected is not None)


def test_B7_911_beats_an_extension_but_112_in_north_america_does_not() -> None:
    assert beats_extensions("911", "CA")
    assert beats_extensions("112", "FR")
    assert not beats_extensions("112", "CA")
    assert not beats_extensions("1000", "CA")


def test_a_users_pattern_cannot_hang() -> None:
    assert pattern.search("(a+)+$", "a" * 500 + "b") is None
    assert pattern.search("^(a|aa)+$", "a" * 500) is not None


@pytest.mark.parametrize(
    "bad", ["(", "[", "(?=1)", "(?<!1)2", "\\1(a)", "a" * 2000, "a\x00b", "a\nb", "(a{1000}){1000}"]
)
def test_a_pattern_that_cannot_be_used_says_why_and_matches_nothing(bad: str) -> None:
    with pytest.raises(pattern.BadPattern) as problem:
        pattern.check(bad)
    assert len(str(problem.value)) > 20
    assert not pattern.matches(bad, "1")


def test_the_largest_capture_group_counts() -> None:
    match = pattern.search(r"^(\+?1)?(\d{10})$", "+14165550100")
    assert match is not None
    assert match.largest == "4165550100"
    assert match.first == "+1"
    assert pattern.search(r"^\d+$", "123").largest == "123"  # type: ignore[union-attr]
    named = pattern.search(r"^\*97(?P<box>\d+)$", "*971000")
    assert named is not None
    assert named.named == {"box": "1000"}
