"""Deviations: by hand, and not for the echo of a shock."""

from __future__ import annotations

import numpy as np
import pytest

from models.watching.deviations import SMALLEST, deviations
from tests.models.watching.made_months import months


def test_a_month_by_hand() -> None:
    values = months()
    found, place = deviations(values), 70
    logs = np.log(values)
    growths = [logs[t] - logs[t - 12] for t in range(place - 24, place)]
    growth = np.median(growths)
    on_year = logs[place] - logs[place - 12] - growth
    on_two = logs[place] - logs[place - 24] - 2 * growth
    assert found.on_year[place] == pytest.approx(on_year)
    assert found.on_two[place] == pytest.approx(on_two)
    nearer = min(on_year, on_two, key=abs) if on_year * on_two > 0 else 0.0
    assert found.size[place] == pytest.approx(nearer)
    before = found.on_year[:place][np.isfinite(found.on_year[:place])][-60:]
    spread = 1.4826 * np.median(np.abs(before - np.median(before)))
    assert found.usual[place] == pytest.approx(max(spread, SMALLEST))


def test_no_month_is_judged_by_a_later_one() -> None:
    values = months()
    whole, part = deviations(values), deviations(values[:60])
    np.testing.assert_array_equal(whole.size[:60], part.size)
    np.testing.assert_array_equal(whole.usual[:60], part.usual)


def test_the_return_from_a_shock_is_no_surprise() -> None:
    values = months(noise=0.0)
    values[58] *= 0.1
    found = deviations(values)
    assert found.size[58] == pytest.approx(np.log(0.1), abs=0.01)
    assert found.on_year[70] > 2
    assert found.size[70] == 0.0


def test_gaps_and_months_that_are_not_positive_are_not_judged() -> None:
    values = months()
    values[60], values[61] = np.nan, 0.0
    found = deviations(values)
    assert np.isnan(found.size[[60, 61]]).all()
    assert np.isfinite(found.size[62])
    assert np.isnan(deviations(values[:17]).size).all()  # no year of growths yet
    assert len(deviations(values[:5]).size) == 5
