"""What is held against the intervals given out: first printed figures, of all KPIs and of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from data.db.store import Store
from data.plans.rows import load_plan
from data.settings import Settings
from data.vintages.panel import Panel
from models.series import Month
from service.notices import drift
from service.notices.drift import Settled, beyond_of, drift_of, first_printed
from service.projections.issue import issue
from service.state.app_state import AppState
from tests.families import KPIS, demo_figures, noisy_months


def test_what_is_compared_is_the_first_year_to_date_of_a_month() -> None:
    panel = Panel.of("demo", KPIS, demo_figures(estimated=0.9))
    printed = first_printed(panel)
    months = noisy_months("coal", 100.0)
    expected = months[Month(2018, 1)] + 0.9 * months[Month(2018, 2)]
    assert printed["coal", Month(2018, 2)] == pytest.approx(expected)
    assert ("output", Month(2018, 2)) not in printed  # an index has no sum


def test_new_figures_are_held_against_the_interval_of_the_month_before(
    home: Path,
) -> None:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    for day in (date(2018, 3, 31), date(2018, 5, 31)):
        issue(store, settings, "demo-2018", day)
    plan = load_plan(store, "demo-2018")
    app_state = AppState(settings, store)
    found = drift._kept(app_state, plan)
    assert {one.kpi for one in found} == {"coal", "steel"}
    assert {one.month for one in found} == {Month(2018, 4), Month(2018, 6)}
    assert all(one.outside_80 or not one.outside_95 for one in found)
    assert drift_of(app_state, plan) is None
    assert beyond_of(app_state, plan) == {}
    store.close()


def settled(kpis: Sequence[str], outside: Sequence[bool]) -> tuple[Settled, ...]:
    first = Month(2018, 1)
    return tuple(
        Settled(kpi, first.plus(place), out, out)
        for kpi in kpis
        for place, out in enumerate(outside)
    )


def test_misses_of_several_kpis_are_drift_and_of_one_its_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(Settings(home=home, mlflow_tracking_uri=None).store_url)
    plan = load_plan(store, "demo-2018")
    app_state = AppState(Settings(home=home, mlflow_tracking_uri=None), store)
    found = (*settled(["coal"], [True] * 3), *settled(["steel", "bridge"], [False] * 3))
    monkeypatch.setattr(drift, "_kept", lambda *_: found)
    (kpi, alarm), *others = beyond_of(app_state, plan).items()
    assert (kpi, alarm.month, others) == ("coal", Month(2018, 3), [])
    assert drift_of(app_state, plan) is None
    few = settled(["coal", "steel"], [True] * 3)
    monkeypatch.setattr(drift, "_kept", lambda *_: few)
    assert drift_of(app_state, plan) is None  # two KPIs are too few
    monkeypatch.setattr(drift, "_kept", lambda *_: (*few, *settled(["bridge"], [True] * 3)))
    together = drift_of(app_state, plan)
    assert together is not None
    assert together.month == Month(2018, 3)
    store.close()
