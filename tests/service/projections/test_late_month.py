"""A KPI whose month is late: estimated from those that have it, said so, and replayed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import PlanVersion
from data.plans.rows import save_plan
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import add_observations
from models.series import Month
from models.targets.target import Target
from service.analysis.changes import changes
from service.app import create_app
from service.projections.basis import basis_of
from service.projections.issue import Issued, issue, issue_kpi
from service.projections.replay import replay
from service.projections.tables import nowcast_line
from service.state.app_state import AppState
from service.state.revisions import Revisions
from tests.families import SOURCE, flow, import_of, small_plan, train
from tests.homes import Run

FIRST, LAST = Month(2009, 1), Month(2018, 6)
COUNT = LAST.ordinal - FIRST.ordinal + 1
NAMES = ("coal", "lime", "sand", "steel")
FUELS = ("coal", "gas", "oil")
NATION = ("gravel", "sand", "steel")
JUNE = date(2018, 6, 30)
FELL = -0.4  # logarithm by which June 2018 fell for all


def months(kpi: str) -> dict[Month, float]:
    """Months of a KPI that takes the family's shocks and a little noise of its own."""
    shocks = 0.1 * np.random.default_rng(5).standard_normal(COUNT)
    shocks[-1] = FELL
    own = 0.01 * np.random.default_rng([ord(letter) for letter in kpi]).standard_normal(COUNT)
    values = 100 * np.exp(shocks + own)
    return {FIRST.plus(place): float(value) for place, value in enumerate(values)}


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, this_run: Run
) -> Iterator[tuple[Store, Settings]]:
    """A model as of May 2018; then June came for all but coal."""
    home: Path = tmp_path_factory.mktemp("late") / "home"
    home.mkdir()
    store = this_run.new_store(home)
    kpis = [Kpi(name, name, name, "tonnes", decimals=1) for name in NAMES]
    target = ("coal", Target("at_least", 1200.0, source=SOURCE))
    version = PlanVersion(1, date(2018, 1, 15), "made up", (target,))
    save_plan(store, small_plan("late", 2018, kpis, (version,)))
    figures = []
    for name in NAMES:
        known = months(name)
        if name == "coal":
            del known[LAST]
        figures += flow(name, known)
    add_observations(store, "late", figures, import_of())
    settings = Settings(home=home, mlflow_tracking_uri=None)
    train(store, settings, "late-2018", date(2018, 5, 31), promote=True)
    yield store, settings
    store.close()


def coal(office: tuple[Store, Settings], day: date) -> Issued:
    return issue_kpi(basis_of(*office, "late-2018", day), "coal")


def test_the_late_month_is_estimated_from_those_that_have_it(
    office: tuple[Store, Settings],
) -> None:
    found = coal(office, JUNE).view
    assert (found.cutoff, found.data_status) == (LAST, "reconstructed")
    done = found.nowcast
    assert done is not None
    assert done.siblings == ("lime", "sand", "steel")
    assert (done.gain or 0.0) > 0.05
    known = sum(months("coal")[Month(2018, month)] for month in range(1, 6))
    june = found.actual_to_date - known if found.actual_to_date else 0.0
    assert 60 < june < 90  # 67 came; without the siblings 100
    assert known < done.low < known + june < done.high


def test_before_the_siblings_have_it_nothing_is_estimated(
    office: tuple[Store, Settings],
) -> None:
    found = coal(office, date(2018, 5, 31)).view
    assert (found.cutoff, found.nowcast) == (Month(2018, 5), None)


def test_a_sibling_itself_is_not_estimated(office: tuple[Store, Settings]) -> None:
    found = issue_kpi(basis_of(*office, "late-2018", JUNE), "steel").view
    assert (found.cutoff, found.nowcast) == (LAST, None)


def test_the_estimate_is_said_in_both_languages(office: tuple[Store, Settings]) -> None:
    basis = basis_of(*office, "late-2018", JUNE)
    found = issue_kpi(basis, "coal").view
    vietnamese = nowcast_line(found, basis.plan, "vi") or ""
    assert "ước từ 3 chỉ tiêu đã có số liệu tháng này (lime, sand, steel)" in vietnamese
    assert "estimated from 3 KPIs" in (nowcast_line(found, basis.plan, "en") or "")


def test_the_desk_still_asks_for_the_figure(
    office: tuple[Store, Settings], client_of: Any
) -> None:
    store, settings = office
    page = client_of(create_app(settings, store)).get(
        "/plans/late-2018/today?as_of=2018-06&lang=vi"
    )
    assert "Chưa có số liệu tháng 6/2018: coal" in page.text


def test_the_estimate_replays_to_the_same_digits(office: tuple[Store, Settings]) -> None:
    issued = issue(*office, "late-2018", JUNE)
    stamp = next(one.stamp for one in issued if one.view.kpi == "coal")
    again = replay(*office, stamp)
    assert again.same, again


@pytest.fixture(scope="module")
def province(
    tmp_path_factory: pytest.TempPathFactory, this_run: Run
) -> Iterator[tuple[Store, Settings]]:
    """A province's coal and lime to May 2018; a nation's three KPIs to June, two of them named."""
    home: Path = tmp_path_factory.mktemp("province") / "home"
    home.mkdir()
    store = this_run.new_store(home)
    nation = [Kpi(name, f"{name} cả nước", f"National {name}", "tonnes") for name in NATION]
    save_plan(store, small_plan("nation", 2018, nation))
    for name in NATION:
        add_observations(store, "nation", flow(name, months(name)), import_of())
    named = {"coal": "nation/sand", "lime": "nation/steel"}
    kpis = [Kpi(one, one, one, "tonnes", indicator=other) for one, other in named.items()]
    save_plan(store, small_plan("province", 2018, kpis))
    for name in named:
        known = {month: value for month, value in months(name).items() if month < LAST}
        add_observations(store, "province", flow(name, known), import_of())
    settings = Settings(home=home, mlflow_tracking_uri=None)
    train(store, settings, "province-2018", date(2018, 5, 31), promote=True)
    yield store, settings
    store.close()


def test_the_figures_of_another_family_that_the_plan_names_estimate_the_month(
    province: tuple[Store, Settings],
) -> None:
    found = issue_kpi(basis_of(*province, "province-2018", JUNE), "coal").view
    done = found.nowcast
    assert done is not None
    assert (found.cutoff, done.siblings) == (LAST, ("nation/sand", "nation/steel"))
    known = sum(months("coal")[Month(2018, month)] for month in range(1, 6))
    assert 60 < (found.actual_to_date or 0.0) - known < 90  # 67 came; without the nation 100
    assert [(one.kpi, one.name.en, one.plan.vi) for one in done.elsewhere] == [
        ("nation/sand", "National sand", "Kế hoạch thử"),
        ("nation/steel", "National steel", "Kế hoạch thử"),
    ]


def test_before_the_other_family_publishes_nothing_is_estimated(
    province: tuple[Store, Settings],
) -> None:
    day = date(2018, 6, 29)  # the nation's June is published on the 30th
    assert issue_kpi(basis_of(*province, "province-2018", day), "coal").view.nowcast is None


def test_figures_of_the_other_family_are_in_the_data_of_the_stamp(
    province: tuple[Store, Settings],
) -> None:
    issued = issue(*province, "province-2018", JUNE)
    [coal_june] = [one for one in issued if one.view.kpi == "coal"]
    assert replay(*province, coal_june.stamp).same
    before = basis_of(*province, "province-2018", date(2018, 6, 29))
    assert coal_june.inputs.data != before.data_hash
    store, settings = province
    revision = Revisions(store).of("province").figures
    moved = Observation("sand", LAST, "month", 130.0, "restated", JUNE, "made")
    add_observations(store, "nation", [moved], import_of(datetime.now(UTC)))
    assert Revisions(store).of("province").figures != revision
    again = issue_kpi(basis_of(store, settings, "province-2018", JUNE), "coal")
    assert again.inputs.data != coal_june.inputs.data
    assert again.view.actual_to_date != coal_june.view.actual_to_date
    found = replay(store, settings, coal_june.stamp)  # with the figures stored then
    assert found.same, found
    assert found.stored_at is not None


def test_the_other_plan_is_named_in_both_languages(province: tuple[Store, Settings]) -> None:
    basis = basis_of(*province, "province-2018", JUNE)
    found = issue_kpi(basis, "coal").view
    assert "(sand cả nước trong kế hoạch Kế hoạch thử, " in (
        nowcast_line(found, basis.plan, "vi") or ""
    )
    assert "(National sand of the plan Trial plan, " in (
        nowcast_line(found, basis.plan, "en") or ""
    )


def test_why_the_projection_moved_names_the_other_plan(province: tuple[Store, Settings]) -> None:
    store, settings = province
    app_state = AppState(settings, store)
    [change] = changes(app_state, "province-2018", date(2018, 5, 31), JUNE, "coal").changes
    assert "chỉ tiêu khác, trong đó có chỉ tiêu của kế hoạch Kế hoạch thử" in change.sentence.vi
    assert "from other KPIs, among them of the plan Trial plan" in change.sentence.en


@pytest.fixture(scope="module")
def trade(
    tmp_path_factory: pytest.TempPathFactory, this_run: Run
) -> Iterator[tuple[Store, Settings]]:
    """Coal is a printed part of fuel; its June is late, that of fuel and of the rest is out."""
    home: Path = tmp_path_factory.mktemp("trade") / "home"
    home.mkdir()
    store = this_run.new_store(home)
    kpis = [Kpi(name, f"{name} vi", f"{name} en", "tonnes", decimals=1) for name in FUELS]
    total = Kpi("fuel", "fuel vi", "fuel en", "tonnes", decimals=1, printed_parts=(FUELS,))
    save_plan(store, small_plan("trade", 2018, [total, *kpis]))
    every = {name: months(name) for name in FUELS}
    every["fuel"] = {month: sum(every[name][month] for name in FUELS) for month in every["gas"]}
    del every["coal"][LAST]
    for name, known in every.items():
        add_observations(store, "trade", flow(name, known), import_of())
    settings = Settings(home=home, mlflow_tracking_uri=None)
    train(store, settings, "trade-2018", date(2018, 5, 31), promote=True)
    yield store, settings
    store.close()


def test_a_late_part_is_what_the_others_leave_of_the_total(
    trade: tuple[Store, Settings],
) -> None:
    store, settings = trade
    issued = issue(store, settings, "trade-2018", JUNE)
    [coal_june] = [one for one in issued if one.view.kpi == "coal"]
    found, basis = coal_june.view, basis_of(store, settings, "trade-2018", JUNE)
    year_to_date = sum(months("coal")[Month(2018, month)] for month in range(1, 7))
    assert found.actual_to_date == pytest.approx(year_to_date, rel=1e-5)
    assert (found.cutoff, found.data_status) == (LAST, "derived")
    assert found.nowcast is not None
    assert found.nowcast.left == ("fuel", "gas", "oil")
    assert found.nowcast.high - found.nowcast.low < 0.1
    assert "lấy tổng (fuel vi) trừ các thành phần khác (gas vi, oil vi)" in (
        nowcast_line(found, basis.plan, "vi") or ""
    )
    assert "other parts (gas en, oil en) leave of the total (fuel en)" in (
        nowcast_line(found, basis.plan, "en") or ""
    )
    app_state = AppState(settings, store)
    [change] = changes(app_state, "trade-2018", date(2018, 5, 31), JUNE, "coal").changes
    assert "June 2018, which the other parts leave of the total" in change.sentence.en
    assert replay(store, settings, coal_june.stamp).same
