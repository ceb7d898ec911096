"""What a number format shows of a number."""

from __future__ import annotations

import pytest

from data.readers.parts.display import PLAIN, display_of, may_change


@pytest.mark.parametrize(
    ("code", "stored", "shown"),
    [
        ("0.0%", 1.045, 104.5),
        ("0%", -0.031, -3.1),
        ("0.00%;[Red]-0.00%", -0.031, -3.1),
        ('0.0"%"', 104.5, 104.5),
        (r"0.0\%", 104.5, 104.5),
        ("#,##0,", 1_234_000.0, 1234.0),
        ("#,##0.0,,", 1_234_000.0, 1.234),
        ('#,##0,"K"', 1_234_000.0, 1234.0),
        ("#,##0", 1_234_000.0, 1_234_000.0),
        ("[>=1000000]0.0,,;0", 2_500_000.0, 2.5),
        ("[>=1000000]0.0,,;0", 25.0, 25.0),
        ("General", 3.5, 3.5),
        ("_(* #,##0.00_);_(* (#,##0.00);_(* -??_)", -3.5, -3.5),
        ("0.00E+00", 3.5, 3.5),
        ("dd/mm/yyyy", 44_000.0, 44_000.0),
    ],
)
def test_shown(code: str, stored: float, shown: float) -> None:
    assert display_of(code, stored).shown(stored) == shown


def test_signs_and_words() -> None:
    assert display_of("+0.0;-0.0", 4.2).signed
    assert not display_of("+0.0;-0.0", -4.2).signed
    assert not display_of("0.00E+00", 4.2).signed
    assert display_of('0.000" lần"', 1.045).times
    assert display_of("0.0", 4.2) == PLAIN


def test_formats_that_change_nothing_are_not_looked_for() -> None:
    assert not may_change("#,##0.00")
    assert not may_change('0.0"%"')
    assert may_change("0.0%")
