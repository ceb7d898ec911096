"""The month that an annex reports, by the headings of its tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from data.readers.gso.headers import Column
from models.series import Month

_MONTHS = re.compile(r"\b12 thang|\bthang \d|months|quy|quarter|december")


def report_month(tables: Sequence[Iterable[Column]]) -> Month | None:
    """The month that most tables report: the latest with a level or rate of its own.

    A column of the plan, or of an estimate for the year, is of no month of a report: in
    'so với kế hoạch năm 2009' the year is not December. None if no heading names a month.
    """
    votes: Counter[Month] = Counter()
    for columns in tables:
        months = [
            Month(column.period.year, column.period.month)
            for column in columns
            if column.period is not None
            and column.period.year is not None
            and not column.period.quarter
            and column.figure not in ("plan", "share_of_plan")
            and not _of_a_year(column)
        ]
        if months:
            votes[max(months)] += 1
    return max(votes, key=lambda month: (votes[month], month)) if votes else None


def _of_a_year(column: Column) -> bool:
    """Whether the words name a year alone, which is read as January to December."""
    period = column.period
    whole = period is not None and period.to_date and period.month == 12
    return whole and not _MONTHS.search(column.words)
