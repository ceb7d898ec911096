"""What plans of earlier years say of this year's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.annual import AnnualDistribution, annual_distribution
from models.targets.fulfilment import (
    FEWEST,
    Fulfilment,
    PastPlan,
    informed,
    learn_fulfilment,
    past_plan,
    planned,
)
from models.targets.target import Target, TargetForm
from tests.models.strategies import made

PULL = Fulfilment(usual=1.0, weights=(0.5,) * 12, n_plans=20, met=0.5)
HALF_WAY: dict[TargetForm, Fulfilment] = {"absolute": PULL}


def year(values: float = 100.0, known: int = 6, spread: float = 0.1) -> AnnualDistribution:
    """Months of `values` each, `known` of them observed, the rest drawn around them."""
    series = made(np.full(36 + known, values))
    rng = np.random.default_rng(1)
    shared = 1 + spread * rng.standard_normal((2001, 1))
    return annual_distribution(series, values * shared * np.ones((1, 12 - known)))


def pairs(share: float, fulfilled: float, n: int = 40) -> list[list[PastPlan]]:
    """Plans whose outcomes lie `share` of the way from forecast to plan × `fulfilled`."""
    rng = np.random.default_rng(2)
    plans = []
    for plan in 100 * np.exp(0.2 * rng.standard_normal(n)):
        goal = plan * fulfilled
        forecast = goal * np.exp(0.2 * rng.standard_normal())
        outcome = forecast * (goal / forecast) ** share
        plans.append([PastPlan("absolute", known, forecast, plan, outcome) for known in range(12)])
    return plans


def test_the_share_of_the_way_is_learned_and_shrunk() -> None:
    found = learn_fulfilment(pairs(1.0, 0.9))["absolute"]
    assert found.usual == pytest.approx(0.9, rel=1e-6)  # outcome = plan × 0.9 throughout
    assert all(0.7 < weight < 1.0 for weight in found.weights)
    assert (found.n_plans, found.met) == (40, 0.0)
    none = learn_fulfilment(pairs(0.0, 1.0))["absolute"]
    assert max(none.weights) < 0.1


def test_too_few_plans_say_nothing() -> None:
    assert learn_fulfilment(pairs(0.5, 1.0, FEWEST - 1)) == {}
    assert learn_fulfilment([[], *pairs(0.5, 1.0, FEWEST - 1)]) == {}
    assert learn_fulfilment(pairs(0.5, 1.0, FEWEST)).keys() == {"absolute"}


@pytest.mark.parametrize("plan", [1000.0, 1500.0])
def test_the_year_moves_part_of_the_way_to_the_plan(plan: float) -> None:
    annual = year()
    moved, plan_said = informed(annual, [Target("at_least", plan)], HALF_WAY)
    assert moved.median == pytest.approx(annual.median * (plan / annual.median) ** 0.5, rel=1e-6)
    assert plan_said is not None
    assert (plan_said.before, plan_said.plan, plan_said.weight) == (annual.median, plan, 0.5)
    assert (moved.known == annual.known).all()


def test_upwards_the_width_stays() -> None:
    annual = year()
    moved, _ = informed(annual, [Target("at_least", 1500.0)], HALF_WAY)
    low, high = annual.interval(0.8)
    below, above = moved.interval(0.8)
    assert above - below == pytest.approx(high - low)


def test_downwards_no_month_falls_below_zero() -> None:
    annual = year(spread=0.4)
    moved, _ = informed(annual, [Target("at_least", 400.0)], HALF_WAY)
    assert moved.median < annual.median
    assert (moved.months >= 0).all()


def test_without_a_plan_or_earlier_plans_nothing_moves() -> None:
    annual = year()
    ceiling = Target("at_most", upper=500.0)
    assert informed(annual, [], HALF_WAY) == (annual, None)
    assert informed(annual, [ceiling], HALF_WAY) == (annual, None)
    assert informed(annual, [Target("at_least", 1500.0)], {}) == (annual, None)
    part = Target("at_least", 700.0, period="2021H1")
    stretch = Target("at_least", 1500.0, level="stretch")
    assert informed(annual, [part, stretch], HALF_WAY) == (annual, None)


def test_amounts_say_nothing_of_rates_of_growth() -> None:
    annual = year()
    growth = Target("about", 20.0, form="growth")
    assert informed(annual, [growth], HALF_WAY) == (annual, None)
    moved, _ = informed(annual, [growth], {"growth": PULL})
    assert moved.median > annual.median


def test_a_plan_in_other_terms_moves_the_year_by_a_factor_of_two_at_most() -> None:
    annual = year()
    whole: dict[TargetForm, Fulfilment] = {"absolute": replace(PULL, weights=(1.0,) * 12)}
    moved, _ = informed(annual, [Target("at_least", 1e6)], whole)
    assert moved.median < 2.1 * annual.median


def test_a_growth_target_is_a_plan_on_last_year() -> None:
    assert planned(Target("about", 5.0, form="growth"), year()) == pytest.approx(1260.0)


def test_a_past_plan_needs_outcome_and_forecast_above_zero() -> None:
    target = [Target("at_least", 1000.0)]
    assert past_plan(year(), target, 0.0) is None
    assert past_plan(year(), [], 900.0) is None
    found = past_plan(year(), target, 900.0)
    assert found is not None
    assert (found.months_known, found.plan, found.outcome) == (6, 1000.0, 900.0)


def occasional(chance: float) -> AnnualDistribution:
    """A year of which nothing more happens with a chance of 1 − `chance`."""
    series = made(np.where(np.arange(42) % 5 == 0, 100.0, 0.0))
    happens = np.arange(2001) < chance * 2001
    return annual_distribution(series, 50.0 * happens[:, None] * np.ones((1, 6)))


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_nothing_more_stays_nothing_more(factor: float) -> None:
    annual = occasional(0.7)
    plan = Target("at_least", annual.median * factor)
    moved, done = informed(annual, [plan], HALF_WAY)
    np.testing.assert_array_equal(moved.rest == 0, annual.rest == 0)
    assert moved.median == pytest.approx(annual.median * factor**0.5, rel=1e-6)
    assert done is not None


def test_where_nothing_more_is_the_middle_the_plan_moves_nothing() -> None:
    annual = occasional(0.4)
    moved, done = informed(annual, [Target("at_least", 2 * annual.median)], HALF_WAY)
    assert (moved, done) == (annual, None)
