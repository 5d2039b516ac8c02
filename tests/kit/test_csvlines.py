"""CSV text of any system is read; what cannot be read is told by its line."""

from __future__ import annotations

import pytest

from qvoice.kit.csvlines import csv_lines
from qvoice.kit.errors import Invalid


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2\n", "\ufeffa,b\r\n1,2\r\n", "a,b\r1,2\r", "a;b\n1;2", '"a","b"\n\n, \n"1",2', "a,b\n1\0,2"],
    ids=["unix", "excel", "old mac", "semicolons", "quotes and empty lines", "nul"],
)
def test_B1_files_of_any_system_are_read(text):
    assert csv_lines(text) == [["a", "b"], ["1", "2"]]


def test_B1_a_line_that_cannot_be_read_is_named():
    with pytest.raises(Invalid) as refused:
        csv_lines("a,b\n1,2\n3," + "x" * 140_000)
    assert refused.value.fields["csv"]["invalid"]["target"] == 3
    assert csv_lines("") == csv_lines("\r\r\n ,\n") == []
