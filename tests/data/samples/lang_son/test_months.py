"""Drawn months: what they must meet, and what contradicts itself is refused."""

from __future__ import annotations

import numpy as np
import pytest

from data.samples.lang_son.months import N_MONTHS, _denton, _fitted, _rounded
from data.samples.lang_son.printed import FIRST, Condition
from models.errors import InputError

SHAPE = 10 + np.sin(np.arange(N_MONTHS))
START = FIRST.ordinal
YEAR = Condition(range(START, START + 12), level=240.0, exact=True)
QUARTER = Condition(range(START, START + 3), level=50.7, exact=True)
GROWTH = Condition(range(START + 12, START + 24), earlier=YEAR.span, ratio=1.1)


def test_conditions_hold_and_the_shape_stays() -> None:
    months = _fitted(SHAPE, [YEAR, GROWTH])
    assert months[:12].sum() == pytest.approx(240)
    assert months[12:24].sum() == pytest.approx(264)
    assert np.corrcoef(months[:12], SHAPE[:12])[0, 1] > 0.9


def test_rounded_months_keep_printed_sums() -> None:
    months = _rounded(_fitted(SHAPE, [YEAR, QUARTER]), [YEAR, QUARTER], 1)
    assert months[:3].sum() == pytest.approx(50.7, abs=1e-9)
    assert months[:12].sum() == pytest.approx(240.0, abs=1e-9)
    assert np.array_equal(months, np.round(months, 1))


def test_contradictory_conditions_are_refused() -> None:
    other = Condition(YEAR.span, level=250.0)
    with pytest.raises(InputError, match="contradict each other"):
        _denton(SHAPE, [(np.eye(N_MONTHS)[0], 5.0), (np.eye(N_MONTHS)[0], 6.0)])
    with pytest.raises(InputError, match="is missed by"):
        _fitted(SHAPE, [YEAR, other])


def test_months_stay_under_their_limit() -> None:
    most = np.full(N_MONTHS, 100.0)
    most[5] = 15.0
    months = _fitted(SHAPE, [YEAR], most)
    assert months[5] == pytest.approx(15.0)
    assert months[:12].sum() == pytest.approx(240)
