"""A break: three months in a row on one side, unless an event explains it."""

from __future__ import annotations

import numpy as np
import pytest

from models.events.event import Event
from models.series import Month
from models.watching.breaks import RECENT, find_break
from tests.models.watching.made_months import START, months, series

SINCE = START.plus(69)


def fallen(months_ago: int = 3, size: float = -0.4) -> np.ndarray:
    values = months()
    values[72 - months_ago :] *= 1 + size
    return values


def test_a_new_level_is_found_with_its_month_and_size() -> None:
    found = find_break(series(fallen()))
    assert found is not None
    assert found.since == SINCE
    assert found.size == pytest.approx(-0.4, abs=0.07)


def test_two_months_are_no_break_and_an_old_one_is_no_news() -> None:
    assert find_break(series(fallen(2))) is None
    assert find_break(series(fallen(RECENT))) is not None
    assert find_break(series(fallen(RECENT + 1))) is None
    assert find_break(series(months())) is None


def test_an_accepted_event_explains_it() -> None:
    event = Event("", Month(2020, 1), "step", -0.4, accepted=True)
    values = months()
    values[60:] *= 0.6
    values[69:] *= 0.6
    assert find_break(series(values), [event]) is not None  # another is not explained by it
    assert find_break(series(fallen()), [Event("", SINCE, "step", -0.4, accepted=True)]) is None
    early = Event("", SINCE.plus(-4), "pulse", -0.4, length=7, accepted=True)
    assert find_break(series(fallen()), [early]) is None  # by its size, not by its month


def test_what_was_rejected_is_not_reported_again() -> None:
    assert find_break(series(fallen()), [Event("", SINCE, "step", -0.4, accepted=False)]) is None


def test_the_year_after_a_shock_is_no_break() -> None:
    values = months(84)
    values[62:68] *= 0.3
    found = [find_break(series(values[:end])) for end in range(70, 85)]
    assert found == [None] * 15
