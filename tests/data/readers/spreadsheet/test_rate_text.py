"""Rates with words and signs."""

from __future__ import annotations

import pytest

from data.readers.spreadsheet.rate_text import index_of, rate_of
from data.readers.spreadsheet.tables import Cell


@pytest.mark.parametrize(
    ("text", "number", "scale"),
    [
        ("1,045 lần", 1.045, "times"),
        ("gấp 2,4 lần", 2.4, "times"),
        ("x2.4", 2.4, "times"),
        ("+4,2%", "4,2", "growth"),
        ("tăng 4,2", "4,2", "growth"),
        ("-3,1%", "3,1", "fall"),
        ("−3,1", "3,1", "fall"),
        ("giảm 3,1%", "3,1", "fall"),
        ("(3,1)", "3,1", "fall"),
        ("104,2%", "104,2%", None),
        ("n/a", "n/a", None),
    ],
)
def test_the_scale_that_a_text_tells(text: str, number: str | float, scale: str | None) -> None:
    cell, told = rate_of(Cell(text, None, "A1"))
    assert (cell.value, told) == (number, scale)


def test_all_scales_have_100_for_unchanged() -> None:
    assert index_of(1.045, "times") == 104.5
    assert index_of(4.2, "growth") == 104.2
    assert index_of(3.1, "fall") == 96.9
