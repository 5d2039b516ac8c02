"""Range requests and file names in headers."""

from __future__ import annotations

import pytest

from qvoice.features.media.ranges import Span, Unsatisfiable, disposition, read_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-", Span(0, 99)),
        ("bytes=10-19", Span(10, 19)),
        ("bytes=90-500", Span(90, 99)),
        ("bytes=-5", Span(95, 99)),
        ("bytes=-500", Span(0, 99)),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_D16_ranges_are_read_as_the_standard_says(header, span):
    assert read_range(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_ranges_outside_the_file_are_unsatisfiable(header):
    with pytest.raises(Unsatisfiable):
        read_range(header, 100)


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename="evil.exe',
        "../../etc/passwd",
        "x\r\nSet-Cookie: a=b",
        "\u202efdp.exe",
        "",
        "...",
        "é\U0001f600",
        "a%0d%0ab",
    ],
)
def test_no_name_breaks_out_of_the_content_disposition(name):
    header = disposition(name, "wav")
    header.encode("latin-1")
    assert header.startswith('attachment; filename="')
    assert header.count('"') == 2
    assert "\r" not in header
    assert "\n" not in header
    inner = header.split('"')[1]
    assert "/" not in inner
    assert "\\" not in inner
    assert inner.endswith(".wav")
    assert not inner.startswith(".")
