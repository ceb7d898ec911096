"""The test for misses that are too frequent: by hand, and how often it cries wolf."""

from __future__ import annotations

import numpy as np
import pytest

from models.series import Month
from models.watching.betting import OF_A_FAMILY, OF_A_KPI, Bet, alarms_of

FIRST = Month(2020, 1)
ALARM, BETS = OF_A_FAMILY.alarm, OF_A_FAMILY.bets


def course(*shares: float) -> list[tuple[Month, float]]:
    return [(FIRST.plus(place), share) for place, share in enumerate(shares)]


def test_the_alarm_by_hand() -> None:
    shares = (1.0, 0.9, 0.9)
    wealth = [
        np.mean([np.prod([1 + bet * (x - 0.2) for x in shares[:n]]) for bet in BETS])
        for n in (1, 2, 3)
    ]
    assert wealth[1] < ALARM <= wealth[2]
    (alarm,) = alarms_of(course(*shares), OF_A_FAMILY)
    assert (alarm.month, alarm.months) == (Month(2020, 3), 3)
    assert alarm.share == pytest.approx(2.8 / 3)


def test_after_an_alarm_it_begins_anew() -> None:
    found = alarms_of(course(*(1.0, 0.9, 0.9) * 2), OF_A_FAMILY)
    assert [one.month for one in found] == [Month(2020, 3), Month(2020, 6)]
    assert alarms_of(course(1.0, 0.9, 0.9, 0.2, 0.2), OF_A_FAMILY) == found[:1]


def test_right_intervals_raise_it_in_few_of_many_courses() -> None:
    rng = np.random.default_rng(1)
    shares = rng.binomial(8, 0.2, size=(2000, 36)) / 8  # KPIs that are independent
    together = np.repeat(rng.random((2000, 36)) < 0.2, 1, axis=1).astype(float)  # and not at all
    for drawn in (shares, together):
        cried = sum(bool(alarms_of(course(*one), OF_A_FAMILY)) for one in drawn)
        assert cried / len(drawn) <= 1 / ALARM


def test_intervals_half_as_wide_raise_it_within_a_year() -> None:
    rng = np.random.default_rng(2)
    shares = rng.binomial(8, 0.52, size=(200, 12)) / 8  # outside ±0.64 standard deviations
    cried = sum(bool(alarms_of(course(*one), OF_A_FAMILY)) for one in shares)
    assert cried / len(shares) > 0.95


def test_one_kpi_that_misses_95_percent_intervals_month_after_month() -> None:
    (alarm,) = alarms_of(course(0.0, 1.0, 1.0, 1.0), OF_A_KPI)
    assert (alarm.month, alarm.months, alarm.share) == (Month(2020, 4), 4, 0.75)
    assert alarms_of(course(1.0, 0.0, 1.0, 0.0), OF_A_KPI) == []


def test_right_intervals_of_one_kpi_raise_it_in_few_of_many_courses() -> None:
    rng = np.random.default_rng(3)
    misses = (rng.random((4000, 48)) < 0.05).astype(float)
    cried = sum(bool(alarms_of(course(*one), OF_A_KPI)) for one in misses)
    assert 0 < cried / len(misses) <= 1 / OF_A_KPI.alarm


@pytest.mark.parametrize("bet", [OF_A_FAMILY, OF_A_KPI])
def test_no_bet_loses_all(bet: Bet) -> None:
    assert bet.bets.max() < 1 / bet.expected
