"""A KPI whose month is late: estimated from its siblings, said so, and replayed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import PlanVersion
from data.plans.rows import save_plan
from data.settings import Settings
from data.vintages.rows import add_observations
from models.series import Month
from models.targets.target import Target
from service.projections.basis import basis_of
from service.projections.issue import Issued, issue, issue_kpi
from service.projections.replay import replay
from service.projections.tables import nowcast_line
from tests.families import SOURCE, flow, import_of, small_plan, train
from tests.homes import Run

FIRST, LAST = Month(2009, 1), Month(2018, 6)
COUNT = LAST.ordinal - FIRST.ordinal + 1
NAMES = ("coal", "lime", "sand", "steel")
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


def test_the_estimate_replays_to_the_same_digits(office: tuple[Store, Settings]) -> None:
    issued = issue(*office, "late-2018", JUNE)
    stamp = next(one.stamp for one in issued if one.view.kpi == "coal")
    again = replay(*office, stamp)
    assert again.same, again
