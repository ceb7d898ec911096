"""Figures that stopped, and figures that repeat."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from models.series import Month
from models.watching.stale import FEWEST, SPARE, overdue, repeated
from tests.models.watching.made_months import months

DELAYS = (20, 25, 22, 31, 24, 20, 26)


def published(step: int = 1) -> dict[Month, date]:
    first = Month(2020, 1)
    return {
        (month := first.plus(step * place)): month.last_day + timedelta(days=delay)
        for place, delay in enumerate(DELAYS)
    }


def test_a_month_is_overdue_three_weeks_after_the_longest_delay() -> None:
    last_day = Month(2020, 8).last_day + timedelta(days=31 + SPARE)
    assert overdue(published(), last_day) is None
    found = overdue(published(), last_day + timedelta(days=1))
    assert found is not None
    assert (found.month, found.longest) == (Month(2020, 8), 31)


def test_a_quarter_is_awaited_every_third_month() -> None:
    known = published(3)
    due = max(known).plus(3)
    assert overdue(known, due.last_day + timedelta(days=31 + SPARE)) is None
    found = overdue(known, due.last_day + timedelta(days=31 + SPARE + 1))
    assert found is not None
    assert found.month == due


def test_too_few_months_say_nothing() -> None:
    few = dict(list(published().items())[: FEWEST - 1])
    assert overdue(few, date(2030, 1, 1)) is None


def test_copied_months_are_counted() -> None:
    values = np.round(months(), 1)
    assert repeated(values) == 0
    values[-1] = values[-2]
    assert repeated(values) == 0  # two may be equal
    values[-3:] = values[-3]
    assert repeated(values) == 3


def test_where_equal_months_are_usual_three_say_nothing() -> None:
    counts = np.repeat([3.0, 4.0, 3.0, 5.0, 4.0, 3.0, 2.0, 3.0, 4.0, 3.0], 3)
    assert repeated(counts) == 0
    assert repeated(np.zeros(40)) == 0
    assert repeated(np.append(months(), np.nan)) == 0
    assert repeated(np.array([5.0, 5.0, 5.0])) == 0
