"""Figures to a day: the days in words."""

from __future__ import annotations

from datetime import date

import pytest

from data.readers.spreadsheet.day_spans import day_span


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("đến 22/02", date(2021, 1, 1), date(2021, 2, 22)),
        ("Lũy kế đến hết ngày 22/02/2021", date(2021, 1, 1), date(2021, 2, 22)),
        ("Thực hiện đến ngày 15 tháng 6 năm 2021", date(2021, 1, 1), date(2021, 6, 15)),
        ("to 22 February", date(2021, 1, 1), date(2021, 2, 22)),
        ("từ ngày 01 đến 15/12/2021", date(2021, 12, 1), date(2021, 12, 15)),
        ("Từ 01/12 đến 15/12", date(2021, 12, 1), date(2021, 12, 15)),
        ("1 to 15 December 2021", date(2021, 12, 1), date(2021, 12, 15)),
        ("1-15/12/2021", date(2021, 12, 1), date(2021, 12, 15)),
    ],
)
def test_days_in_words(text: str, first: date, last: date) -> None:
    assert day_span(text, 2021) == (first, last)


@pytest.mark.parametrize(
    "text", ["tính đến 30/6/2021", "tháng 6/2021", "từ 01/6 đến 30/6/2021", "đến 31/02", ""]
)
def test_whole_months_and_days_that_do_not_exist_are_no_spans(text: str) -> None:
    assert day_span(text, 2021) is None


def test_without_a_year_there_are_no_days() -> None:
    assert day_span("đến 22/02") is None
