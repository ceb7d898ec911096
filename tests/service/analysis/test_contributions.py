"""Contributions of components to growth, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.rows import load_plan, save_plan
from data.settings import Settings
from models.series import Month
from service.analysis.contributions import contributions, table_of
from service.state.app_state import AppState

PLAN, JUNE = "demo-2018", date(2018, 6, 30)


@pytest.fixture
def app_state(home: Path) -> Any:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    plan = load_plan(store, PLAN)
    parents = {"coal": "both", "steel": "both"}
    kpis = tuple(replace(kpi, parent=parents.get(kpi.slug)) for kpi in plan.kpis)
    late = Kpi("gate", "Cửa khẩu", "Gate", "thousand tonnes", parent="both")
    other = Kpi("power", "Điện", "Power", "million kWh", parent="both")
    save_plan(store, replace(plan, kpis=(*kpis, late, other)))
    app_state = AppState(settings, store)
    yield app_state
    app_state.jobs.close()


def six_months(app_state: AppState, kpi: str, year: int) -> float:
    series = app_state.basis(PLAN, JUNE).panel.series_as_of(kpi, JUNE)
    return float(series.calendar_year(year)[:6].sum())


def test_contributions_are_those_of_a_pencil(app_state: AppState) -> None:
    found = contributions(app_state.basis(PLAN, JUNE), "both")
    now, before = (
        {kpi: six_months(app_state, kpi, year) for kpi in ("coal", "steel")}
        for year in (2018, 2017)
    )
    total = sum(before.values())
    (breakdown,) = found.breakdowns
    for row in breakdown.parts:
        kpi = row.kpi
        assert row.to_date == pytest.approx(now[kpi])
        assert row.same_period == pytest.approx(before[kpi])
        assert row.contribution == pytest.approx(100 * (now[kpi] - before[kpi]) / total)
    assert found.growth == pytest.approx(100 * (sum(now.values()) / total - 1))
    assert (found.cutoff, found.unit, found.data_status) == (
        Month(2018, 6),
        "thousand tonnes",
        "estimate",
    )


def test_parts_and_remainder_add_up_to_the_last_digit(app_state: AppState) -> None:
    found = contributions(app_state.basis(PLAN, JUNE), "both")
    (breakdown,) = found.breakdowns
    shares = [row.contribution for row in breakdown.parts] + [breakdown.remainder.contribution]
    assert sum(Decimal(repr(one)) for one in shares) == Decimal(repr(found.growth))
    assert breakdown.remainder.contribution == pytest.approx(0, abs=1e-6)


def test_what_a_component_leaves_out_is_the_remainder(app_state: AppState) -> None:
    plan = load_plan(app_state.store, PLAN)
    kpis = tuple(replace(kpi, unit="tonnes") if kpi.slug == "steel" else kpi for kpi in plan.kpis)
    save_plan(app_state.store, replace(plan, kpis=kpis))
    found = contributions(app_state.basis(PLAN, JUNE), "both")
    (breakdown,) = found.breakdowns
    steel = six_months(app_state, "steel", 2018) - six_months(app_state, "steel", 2017)
    total = six_months(app_state, "coal", 2017) + six_months(app_state, "steel", 2017)
    assert [row.kpi for row in breakdown.parts] == ["coal"]
    assert breakdown.remainder.contribution == pytest.approx(100 * steel / total)
    assert found.sentence is not None
    assert "Phần còn lại" in found.sentence.vi


def test_components_that_cannot_be_added_say_why(app_state: AppState) -> None:
    (breakdown,) = contributions(app_state.basis(PLAN, JUNE), "both").breakdowns
    left_out = {one.kpi: one.reason.en for one in breakdown.left_out}
    assert "not complete" in left_out["gate"]
    assert "unit" in left_out["power"]


def test_components_told_apart_by_different_things_are_not_added(app_state: AppState) -> None:
    plan = load_plan(app_state.store, PLAN)
    kpis = tuple(
        replace(kpi, dimensions={"product": "steel"}) if kpi.slug == "steel" else kpi
        for kpi in plan.kpis
    )
    save_plan(app_state.store, replace(plan, kpis=kpis))
    found = contributions(app_state.basis(PLAN, JUNE), "both").breakdowns
    assert [(one.by, [row.kpi for row in one.parts]) for one in found] == [
        ((), ["coal"]),
        (("product",), ["steel"]),
    ]


@pytest.mark.parametrize(
    ("kpi", "words"),
    [("output", "not a sum"), ("bridge", "no figures"), ("steel", "declares no components")],
)
def test_where_there_are_none_it_says_why(app_state: AppState, kpi: str, words: str) -> None:
    found = contributions(app_state.basis(PLAN, JUNE), kpi)
    assert found.breakdowns == ()
    assert found.reason is not None
    assert words in found.reason.en


def test_an_earlier_vintage_does_not_know_later_months(app_state: AppState) -> None:
    march = contributions(app_state.basis(PLAN, date(2018, 3, 31)), "both")
    assert march.cutoff == Month(2018, 3)
    assert march.growth is not None
    assert np.isfinite(march.growth)
    assert any("Coal" in line for line in table_of(march, "en"))
