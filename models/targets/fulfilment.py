"""The plan as information: how years turned out beside the plans set for them.

A plan is set by people who know what the figures do not show yet: a works that starts, a
budget that was cut. On plans of earlier years the outcome lies between the forecast and
the plan times its usual fulfilment, early in the year about half way, later ever nearer
to the forecast. The part of the way is a regression through the origin of
log(outcome ÷ forecast) on log(plan × usual fulfilment ÷ forecast), per months known,
pooled over a family and shrunk towards none (ridge). Amounts and rates of growth are
learned apart: a budget to be spent and a growth to be hoped for are other plans. Only
plans and outcomes of earlier years are used.

Ours; chosen on the plans of 2016 to 2018 of the investment bodies in the statistics
office's annexes, judged on those of 2019 to 2021 (experiments/hindsight_2021).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.annual import AnnualDistribution
from models.calibration import with_rest
from models.targets.target import Target, TargetForm
from models.year_months import near

Array = NDArray[np.float64]

FEWEST = 8  # plans with outcomes, of different KPIs or years, needed
RIDGE = 20.0  # pairs' worth of weight that no information carries
REACH = 0.7  # logarithms beyond it (a factor of 2) are cut: a plan in other terms


@dataclass(frozen=True)
class PastPlan:
    """A plan of a finished year beside its forecast, as known then, and its outcome.

    All three count from what no activity gives (`YearRule.offset`: a rate of growth from
    −100 %), in the KPI's unit. `forecast` is the median with `months_known` months known,
    from an origin of the backtest.
    """

    form: TargetForm
    months_known: int
    forecast: float
    plan: float
    outcome: float


@dataclass(frozen=True)
class Fulfilment:
    """What plans of earlier years say of this year's.

    Attributes
    ----------
    usual : outcome ÷ plan, the median
    weights : 12 shares, by months known: the part of the way (on logarithms) from the
        forecast to plan × `usual`
    n_plans : plans with outcomes that it was learned from
    met : the share of them that was met, as they last stood
    """

    usual: float
    weights: tuple[float, ...]
    n_plans: int
    met: float


@dataclass(frozen=True)
class Informed:
    """What the plan did to a forecast.

    Attributes
    ----------
    before : median of the year without the plan, in the KPI's unit
    plan : the plan's value, in the KPI's unit
    weight : the part of the way that the forecast went
    learned : from the plans of earlier years
    """

    before: float
    plan: float
    weight: float
    learned: Fulfilment


def learn_fulfilment(past: Sequence[Sequence[PastPlan]]) -> dict[TargetForm, Fulfilment]:
    """Pool the plans of a family's earlier years.

    Parameters
    ----------
    past : one sequence for each KPI and year, with an entry for each origin

    Returns
    -------
    dict, form → Fulfilment, without a form of which there are fewer than `FEWEST` plans
    """
    found: dict[TargetForm, Fulfilment] = {}
    for form in sorted({one.form for plan in past for one in plan}):
        plans = [[one for one in plan if one.form == form] for plan in past]
        plans = [plan for plan in plans if plan]
        if len(plans) >= FEWEST:
            found[form] = _pooled(plans)
    return found


def _pooled(plans: Sequence[Sequence[PastPlan]]) -> Fulfilment:
    pairs = [one for plan in plans for one in plan]
    known = np.array([one.months_known for one in pairs])
    to_plan = _log([one.plan / one.forecast for one in pairs])
    to_outcome = _log([one.outcome / one.forecast for one in pairs])
    newest = [plan[-1] for plan in plans]  # the plan as it last stood
    usual = float(np.median(_log([one.outcome / one.plan for one in newest])))
    away = to_plan + usual
    mass = near(known)
    explained, spread = mass @ (away * to_outcome), mass @ away**2
    ridge = RIDGE * float(np.mean(away**2))
    weights = np.clip(explained / np.maximum(spread + ridge, 1e-12), 0.0, 1.0)
    met = float(np.mean([one.outcome >= one.plan for one in newest]))
    return Fulfilment(float(np.exp(usual)), tuple(map(float, weights)), len(plans), met)


def past_plan(
    annual: AnnualDistribution, targets: Sequence[Target], outcome: float
) -> PastPlan | None:
    """The plan of a finished year beside the forecast of an origin; None without a plan."""
    target, offset = leading(targets), annual.traits.year.offset
    plan = planned(target, annual)
    forecast, outcome = annual.median - offset, outcome - offset
    if target is None or plan is None or not (forecast > 0 and outcome > 0):
        return None
    return PastPlan(target.form, annual.months_known, forecast, plan - offset, outcome)


def informed(
    annual: AnnualDistribution,
    targets: Sequence[Target],
    learned: Mapping[TargetForm, Fulfilment],
) -> tuple[AnnualDistribution, Informed | None]:
    """The year moved towards plan × usual fulfilment, its width unchanged.

    Upwards every path gets the same amount; downwards the open months of every path are
    multiplied by the same factor, so that none falls below zero. Without a plan, without
    plans of earlier years, and for a year that is over nothing moves.
    """
    target, offset = leading(targets), annual.traits.year.offset
    plan, before = planned(target, annual), annual.median - offset
    fulfilment = learned.get(target.form) if target else None
    if plan is None or fulfilment is None or annual.over or not before > 0:
        return annual, None
    weight = fulfilment.weights[annual.months_known]
    [way] = _log([(plan - offset) * fulfilment.usual / before])
    added = before * float(np.expm1(weight * way))
    middle = float(np.median(annual.rest))
    shrinks = added < 0 < middle
    rest = annual.rest * max(1.0 + added / middle, 0.0) if shrinks else annual.rest + added
    moved = with_rest(annual, rest)
    return moved, Informed(annual.median, plan, weight, fulfilment)


def leading(targets: Sequence[Target]) -> Target | None:
    """The assigned target of the whole year with a lower bound, which is a plan.

    A ceiling (`at_most`) does not say what will be reached.
    """
    return next(
        (
            one
            for one in targets
            if one.level == "assigned" and one.period == "year" and one.lower is not None
        ),
        None,
    )


def planned(target: Target | None, annual: AnnualDistribution) -> float | None:
    """The plan's value for the year, in the KPI's unit; None without one."""
    if target is None or target.lower is None:
        return None
    value = target.lower
    if target.form == "growth" and not annual.traits.outcome_is_rate:
        value = float(np.median(annual.base)) * (1.0 + target.lower / 100.0)
    return value if np.isfinite(value) and value > annual.traits.year.offset else None


def _log(ratios: Sequence[float]) -> Array:
    logs = np.log(np.asarray(ratios, dtype=float))
    return np.asarray(np.clip(logs, -REACH, REACH), dtype=float)
