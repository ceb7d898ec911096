"""The plan at an origin is the one in force then, and never a later one."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from models.series import Month
from models.targets.fulfilment import FEWEST
from models.targets.target import Target
from training.backtest.origins import origins
from training.backtest.past_plans import PastPlans
from training.backtest.rolling_origin import Setup, backtest_years, run_backtest
from training.workers import Workers

NOW = date(2018, 6, 30)


def months(kpi: str, loaded: date | None = None) -> list[Observation]:
    """Months of 10, 2012 to 2017, each printed at its end or all on one day."""
    every = [Month(2012, 1).plus(ahead) for ahead in range(72)]
    return [
        Observation(kpi, one, "month", 10.0, "final", loaded or one.last_day, "made")
        for one in every
    ]


def share(kpi: str, month: int, cumulative: float, of_plan: float) -> list[Observation]:
    """A report that implies a plan of `cumulative` ÷ `of_plan`."""
    month_, day = Month(2017, month), Month(2017, month).last_day
    return [
        Observation(kpi, month_, "year_to_date", cumulative, "estimate", day, "made"),
        Observation(kpi, month_, "share_of_plan", 100 * of_plan, "estimate", day, "made"),
    ]


def adopted(*versions: tuple[date, float]) -> Plan:
    return Plan(
        slug="family-2017",
        family="family",
        year=2017,
        body="",
        name_vi="",
        name_en="",
        kpis=(),
        versions=tuple(
            PlanVersion(number, day, "made", (("coal", Target("at_least", value)),))
            for number, (day, value) in enumerate(versions, 1)
        ),
    )


def plans_at(panel: Panel, *plans: Plan) -> list[float | None]:
    """The plan's value at each origin of 2017."""
    past = PastPlans(panel, plans, "coal", 2017)
    found = [past.at(origin) for origin in origins(panel, "coal", 2017, NOW)]
    return [targets[0].lower if targets else None for targets in found]


def of(figures: list[Observation], *kpis: str) -> Panel:
    names = kpis or ("coal",)
    return Panel.of("family", [Kpi(one, "", "", "t") for one in names], figures)


@pytest.mark.parametrize("loaded", [None, date(2018, 6, 1)])
def test_a_version_counts_from_the_day_of_its_adoption(loaded: date | None) -> None:
    plan = adopted((date(2017, 2, 28), 100.0), (date(2017, 9, 15), 130.0))
    found = plans_at(of(months("coal", loaded)), plan)
    assert found == [None, None, *[100.0] * 7, *[130.0] * 3]


@pytest.mark.parametrize("loaded", [None, date(2018, 6, 1)])
def test_a_plan_without_a_document_is_the_one_that_reports_imply(loaded: date | None) -> None:
    figures = months("coal", loaded) + share("coal", 4, 40.0, 0.4) + share("coal", 9, 90.0, 0.6)
    assert plans_at(of(figures)) == [*[None] * 4, *[100.0] * 5, *[150.0] * 3]


def test_an_adopted_plan_comes_before_an_implied_one() -> None:
    panel = of(months("coal") + share("coal", 4, 40.0, 0.4))
    assert plans_at(panel, adopted((date(2017, 1, 1), 120.0)))[1:] == [120.0] * 11


def test_a_year_does_not_learn_from_its_own_plans() -> None:
    """All plans are of the last year: its own forecasts stand, the next year's will move."""
    kpis = [f"k{number}" for number in range(FEWEST)]
    rng = np.random.default_rng(1)
    figures: list[Observation] = []
    for kpi in kpis:
        level = float(rng.uniform(0.7, 1.4))
        figures += months(kpi) + share(kpi, 3, 30.0, 0.3 / level)
    panel = of(figures, *kpis)
    bare = of([one for one in figures if one.form != "share_of_plan"], *kpis)
    found = {}
    for name, given in (("plans", panel), ("bare", bare)):
        setup = Setup(given, NOW, n_paths=50)
        assert {year for year, _ in backtest_years(setup, kpis)} == {2015, 2016, 2017}
        with Workers(setup) as pool:
            found[name] = run_backtest(pool, setup, kpis)
    scores = [one.scores.frame() for one in found.values()]
    assert scores[0].equals(scores[1])
    learned = found["plans"].lessons["k0"].fulfilment
    assert learned["absolute"].n_plans == FEWEST
    assert found["bare"].lessons["k0"].fulfilment == {}
