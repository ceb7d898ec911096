"""Periods as headings and cells write them."""

from __future__ import annotations

import pytest

from data.readers.spreadsheet.periods import span_of


@pytest.mark.parametrize(
    ("text", "form", "month", "year"),
    [
        ("Tháng 1", "month", 1, None),
        ("T1/2015", "month", 1, 2015),
        ("Th.12 2015", "month", 12, 2015),
        ("tháng 6 năm 2021", "month", 6, 2021),
        ("06/2021", "month", 6, 2021),
        ("2021-06", "month", 6, 2021),
        ("2021M06", "month", 6, 2021),
        ("202106", "month", 6, 2021),
        ("January 2011", "month", 1, 2011),
        ("2010 January", "month", 1, 2010),
        ("2020Dec", "month", 12, 2020),
        ("Jan-15", "month", 1, 2015),
        ("Tháng Giêng", "month", 1, None),
        ("Quý II", "quarter", 6, None),
        ("Q3 2020", "quarter", 9, 2020),
        ("9 tháng 2020", "year_to_date", 9, 2020),
        ("6 tháng cuối năm 2020", "half", 12, 2020),
        ("Cả năm", "year", 12, None),
        ("2010 Annual", "year", 12, 2010),
    ],
)
def test_periods(text: str, form: str, month: int, year: int | None) -> None:
    span = span_of(text)
    assert span is not None
    assert (span.form, span.month, span.year) == (form, month, year)


@pytest.mark.parametrize("text", ["Thực hiện tháng 6", "Kế hoạch năm 2021", "Ghi chú", "13/2021"])
def test_other_headings_are_no_periods(text: str) -> None:
    assert span_of(text) is None
