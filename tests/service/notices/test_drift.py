"""The test for intervals that are too narrow: by hand, and how often it cries wolf."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from data.db.store import Store
from data.plans.rows import load_plan
from data.settings import Settings
from data.vintages.panel import Panel
from models.series import Month
from service.notices import drift
from service.notices.drift import ALARM, BETS, alarms_of, first_printed
from service.projections.issue import issue
from service.state.app_state import AppState
from tests.families import KPIS, demo_figures, noisy_months

FIRST = Month(2020, 1)


def course(*shares: float) -> list[tuple[Month, float]]:
    return [(FIRST.plus(place), share) for place, share in enumerate(shares)]


def test_the_alarm_by_hand() -> None:
    shares = (1.0, 0.9, 0.9)
    wealth = [
        np.mean([np.prod([1 + bet * (x - 0.2) for x in shares[:n]]) for bet in BETS])
        for n in (1, 2, 3)
    ]
    assert wealth[1] < ALARM <= wealth[2]
    (alarm,) = alarms_of(course(*shares))
    assert (alarm.month, alarm.months) == (Month(2020, 3), 3)
    assert alarm.outside == pytest.approx(2.8 / 3)


def test_after_an_alarm_it_begins_anew() -> None:
    found = alarms_of(course(*(1.0, 0.9, 0.9) * 2))
    assert [one.month for one in found] == [Month(2020, 3), Month(2020, 6)]
    assert alarms_of(course(1.0, 0.9, 0.9, 0.2, 0.2)) == found[:1]


def test_right_intervals_raise_it_in_few_of_many_courses() -> None:
    rng = np.random.default_rng(1)
    shares = rng.binomial(8, 0.2, size=(2000, 36)) / 8  # KPIs that are independent
    together = np.repeat(rng.random((2000, 36)) < 0.2, 1, axis=1).astype(float)  # and not at all
    for drawn in (shares, together):
        cried = sum(bool(alarms_of(course(*one))) for one in drawn)
        assert cried / len(drawn) <= 1 / ALARM


def test_intervals_half_as_wide_raise_it_within_a_year() -> None:
    rng = np.random.default_rng(2)
    shares = rng.binomial(8, 0.52, size=(200, 12)) / 8  # outside ±0.64 standard deviations
    cried = sum(bool(alarms_of(course(*one))) for one in shares)
    assert cried / len(shares) > 0.95


def test_what_is_compared_is_the_first_year_to_date_of_a_month() -> None:
    panel = Panel.of("demo", KPIS, demo_figures(estimated=0.9))
    printed = first_printed(panel)
    months = noisy_months("coal", 100.0)
    expected = months[Month(2018, 1)] + 0.9 * months[Month(2018, 2)]
    assert printed["coal", Month(2018, 2)] == pytest.approx(expected)
    assert ("output", Month(2018, 2)) not in printed  # an index has no sum


def test_new_figures_are_held_against_the_interval_of_the_month_before(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    for day in (date(2018, 3, 31), date(2018, 5, 31)):
        issue(store, settings, "demo-2018", day)
    plan = load_plan(store, "demo-2018")
    app_state = AppState(settings, store)
    assert drift._shares(app_state, plan) == ()  # coal and steel alone are too few
    monkeypatch.setattr(drift, "LEAST", 2)
    shares = drift._shares(app_state, plan)
    assert [month for month, _ in shares] == [Month(2018, 4), Month(2018, 6)]
    assert all(share in (0.0, 0.5, 1.0) for _, share in shares)
    assert drift.drift_of(app_state, plan) is None
    store.close()
