from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from models.annual import AnnualDistribution, annual_distribution
from models.series import Month, Series
from models.targets.attainment import Attainment, Thresholds, attainment, no_basis
from models.targets.target import Remark, Target
from tests.models.strategies import made, series_with_paths

START = Month(2019, 1)
LAST_YEAR = 120.0  # ten a month, as is this year so far


def june(**given: Any) -> Series:
    return made(np.full(30, 10.0), start=START, **given)


def ending_at(*outcomes: float, one: Series | None = None) -> tuple[AnnualDistribution, Series]:
    """A year with one path per outcome of a flow that stands at 60 in June."""
    chosen = one or june()
    rest = (np.array(outcomes) - 60.0) / 6
    return annual_distribution(chosen, np.repeat(rest[:, None], 6, axis=1)), chosen


def stand(target: Target, *outcomes: float, **given: Any) -> Attainment:
    annual, one = ending_at(*outcomes)
    return attainment(annual, target, one, **given)


# comparators, by hand: outcomes 100, 110, 120, 130


OUTCOMES = (100.0, 110.0, 120.0, 130.0)


@pytest.mark.parametrize(
    ("target", "probability", "exceeded", "gap"),
    [
        (Target("at_least", lower=110.0), 0.75, None, 5.0),
        (Target("at_least", lower=110.1), 0.5, None, 4.9),
        (Target("at_most", upper=110.0), 0.5, None, 5.0),
        (Target("at_most", upper=109.9), 0.25, None, 5.1),
        (Target("between", lower=110.0, upper=120.0), 0.75, 0.25, 5.0),
        (Target("between", lower=100.0, upper=119.0), 1.0, 0.5, 15.0),
        (Target("about", lower=110.0, upper=120.0), 0.75, 0.25, 5.0),
        (Target("about", lower=110.0), 0.75, None, 5.0),
        (Target("at_least", lower=131.0, upper=140.0), 0.0, None, -16.0),
    ],
)
def test_absolute_targets(
    target: Target, probability: float, exceeded: float | None, gap: float
) -> None:
    one = stand(target, *OUTCOMES)
    assert one.probability == probability
    assert one.exceeded == exceeded
    assert one.expected_gap == pytest.approx(gap)
    assert (one.lower_value, one.upper_value) == (target.lower, target.upper)
    assert one.target is target


@pytest.mark.parametrize(
    ("target", "probability", "exceeded", "values"),
    [
        (Target("at_least", lower=0.0, form="growth"), 0.5, None, (120.0, None)),
        (Target("at_most", upper=-5.0, form="growth"), 0.5, None, (None, 114.0)),
        (Target("between", lower=-10.0, upper=5.0, form="growth"), 0.75, 0.25, (108.0, 126.0)),
        (Target("about", lower=4.0, upper=5.0, form="growth"), 0.25, 0.25, (124.8, 126.0)),
    ],
)
def test_growth_targets_are_on_last_year(
    target: Target,
    probability: float,
    exceeded: float | None,
    values: tuple[float | None, float | None],
) -> None:
    one = stand(target, *OUTCOMES)
    assert (one.probability, one.exceeded) == (probability, exceeded)
    for found, wanted in zip((one.lower_value, one.upper_value), values, strict=True):
        assert found == (None if wanted is None else pytest.approx(wanted))


def test_a_growth_target_follows_the_base_of_each_path() -> None:
    values = np.full(30, 10.0)
    values[20] = np.nan
    values[19] = 13.0  # so that the draws of the missing month differ
    one = made(values, start=START)
    annual, _ = ending_at(121.0, 123.0, 130.0, one=one)
    target = Target("at_least", lower=2.0, form="growth")
    found = attainment(annual, target, one)
    assert annual.base.std() > 0
    assert found.probability == np.mean(annual.samples >= 1.02 * annual.base)
    assert found.lower_value == pytest.approx(1.02 * annual.base.mean())


@pytest.mark.parametrize("form", ["absolute", "growth"])
def test_a_target_of_a_growth_kpi_is_its_rate_whatever_the_form(form: Any) -> None:
    one = june(kind="growth")
    annual, _ = ending_at(126.0, 132.0, one=one)
    found = attainment(annual, Target("at_least", lower=8.0, form=form), one)
    assert (found.probability, found.lower_value) == (0.5, 8.0)
    assert found.expected_gap == pytest.approx(7.5 - 8.0)


def test_an_outcome_equal_to_the_bound_but_for_rounding_meets_it() -> None:
    third = 100.0 + 1e-12
    assert stand(Target("at_least", lower=third), 100.0).probability == 1.0
    assert stand(Target("at_most", upper=100.0), third).probability == 1.0
    assert stand(Target("at_least", lower=100.001), 100.0).probability == 0.0
    within = stand(Target("between", lower=90.0, upper=100.0), third)
    assert within.exceeded == 0.0


# status


@pytest.mark.parametrize(
    ("met", "status"),
    [(10, "on_track"), (8, "on_track"), (7, "at_risk"), (4, "at_risk"), (3, "off_track")],
)
def test_status_by_the_thresholds(met: int, status: str) -> None:
    outcomes = [110.0] * met + [90.0] * (10 - met)
    one = stand(Target("at_least", lower=100.0), *outcomes)
    assert (one.probability, one.status) == (met / 10, status)


def test_thresholds_are_a_setting() -> None:
    target, strict = Target("at_least", lower=105.0), Thresholds(on_track=0.95, at_risk=0.8)
    assert stand(target, *OUTCOMES, thresholds=strict).status == "off_track"
    assert stand(target, *OUTCOMES, thresholds=Thresholds(0.7, 0.2)).status == "on_track"


def test_all_paths_meeting_it_is_not_yet_achieved() -> None:
    one = stand(Target("at_least", lower=61.0), *OUTCOMES)
    assert (one.probability, one.status) == (1.0, "on_track")
    assert one.required is not None


def test_achieved_when_the_months_known_reach_the_bound() -> None:
    for target in (
        Target("at_least", lower=60.0),
        Target("about", lower=60.0, upper=70.0),
        Target("between", lower=-5.0, upper=70.0),
        Target("at_least", lower=-50.0, form="growth"),
    ):
        one = stand(target, *OUTCOMES)
        assert (one.status, one.required) == ("achieved", None)


def test_missed_when_the_months_known_break_an_upper_bound() -> None:
    one = stand(Target("at_most", upper=59.0), *OUTCOMES)
    assert (one.status, one.probability, one.required) == ("missed", 0.0, None)
    assert stand(Target("at_most", upper=60.0), *OUTCOMES).status == "off_track"


def test_an_upper_bound_is_not_achieved_and_a_lower_one_not_missed_before_the_end() -> None:
    assert stand(Target("at_most", upper=1e6), *OUTCOMES).status == "on_track"
    assert stand(Target("at_least", lower=1e6), *OUTCOMES).status == "off_track"
    assert stand(Target("between", lower=70.0, upper=71.0), *OUTCOMES).status == "on_track"


def test_where_a_month_is_missing_achieved_needs_every_draw() -> None:
    values = np.full(30, 10.0)
    values[27], values[[15, 16, 17]] = np.nan, [5.0, 20.0, 7.0]
    one = made(values, start=START)
    annual, _ = ending_at(*OUTCOMES, one=one)
    assert annual.known.std() > 0
    sure = Target("at_least", lower=float(annual.known.min()))
    unsure = Target("at_least", lower=float(np.median(annual.known)))
    assert attainment(annual, sure, one).status == "achieved"
    assert attainment(annual, unsure, one).status == "on_track"
    broken = Target("at_most", upper=float(annual.known.min()) * 0.999)
    hoped = Target("at_most", upper=float(np.median(annual.known)))
    assert attainment(annual, broken, one).status == "missed"
    assert attainment(annual, hoped, one).status == "off_track"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.full(30, -10.0), "flow"),
        (np.concatenate([np.full(29, 10.0), [-1.0]]), "flow"),
        (np.concatenate([np.full(29, 10.0), [-1.0]]), "average"),
        (np.full(30, 10.0), "closing"),
        (np.full(30, 10.0), "ratio"),
    ],
)
@pytest.mark.parametrize(
    "target",
    [Target("at_least", lower=-1e9), Target("at_most", upper=-1e9)],
    ids=lambda t: t.comparator,
)
def test_what_may_fall_again_is_settled_at_year_end_alone(
    values: np.ndarray, kind: Any, target: Target
) -> None:
    below = np.full(30, 1.0) if kind == "ratio" else None
    one = made(values, start=START, kind=kind, denominator=below)
    annual = annual_distribution(one, np.full((4, 6), 5.0))
    assert attainment(annual, target, one).status in ("on_track", "off_track")
    finished = made(
        values[:24], start=START, kind=kind, denominator=None if below is None else below[:24]
    )
    over = attainment(annual_distribution(finished, np.empty((4, 0))), target, finished)
    assert over.status == ("achieved" if target.comparator == "at_least" else "missed")


@pytest.mark.parametrize(
    ("target", "status", "exceeded"),
    [
        (Target("at_least", lower=120.0), "achieved", None),
        (Target("at_least", lower=121.0), "missed", None),
        (Target("at_most", upper=120.0), "achieved", None),
        (Target("at_most", upper=119.0), "missed", None),
        (Target("between", lower=110.0, upper=130.0), "achieved", 0.0),
        (Target("between", lower=110.0, upper=119.0), "achieved", 1.0),
        (Target("between", lower=121.0, upper=130.0), "missed", 0.0),
        (Target("about", lower=0.0, upper=5.0, form="growth"), "achieved", 0.0),
        (Target("about", lower=4.0, upper=5.0, form="growth"), "missed", 0.0),
    ],
)
def test_a_finished_year_is_settled(target: Target, status: str, exceeded: float | None) -> None:
    one = made(np.full(24, 10.0), start=START)
    found = attainment(annual_distribution(one, np.empty((3, 0))), target, one)
    assert (found.status, found.exceeded, found.required) == (status, exceeded, None)
    assert found.probability == (1.0 if status == "achieved" else 0.0)


def test_a_finished_year_with_a_missing_month_is_settled_if_every_draw_agrees() -> None:
    values = np.full(24, 10.0)
    values[20], values[8:11] = np.nan, [7.0, 11.0, 15.0]
    one = made(values, start=START)
    annual = annual_distribution(one, np.empty((50, 0)))
    assert attainment(annual, Target("at_least", lower=110.0), one).status == "achieved"
    doubtful = Target("at_least", lower=annual.median)
    assert attainment(annual, doubtful, one).status == "at_risk"


def test_what_rests_on_estimates_is_provisional() -> None:
    for status, provisional in (("final", False), ("estimate", True), ("derived", True)):
        one = june(status=("final",) * 29 + (status,))
        annual, _ = ending_at(*OUTCOMES, one=one)
        assert attainment(annual, Target("at_least", lower=60.0), one).provisional is provisional


# no basis


@pytest.mark.parametrize("period", ["2021-09-15", "2021-08-10..2021-12-31", "six_months"])
def test_a_period_that_is_not_whole_months_has_no_basis(period: str) -> None:
    found = stand(Target("between", lower=50.0, upper=60.0, period=period), *OUTCOMES)
    assert (found.status, found.probability, found.required) == ("no_basis", None, None)
    assert (found.expected_gap, found.exceeded, found.period_outcome) == (None, None, "open")
    assert (found.lower_value, found.upper_value) == (50.0, 60.0)
    assert found.reason == Remark("period_not_months", {"period": period})


@pytest.mark.parametrize("last_year", [np.nan, 0.0, -10.0])
def test_growth_on_a_last_year_that_is_not_positive_has_no_basis(last_year: float) -> None:
    values = np.concatenate([np.full(12, 10.0), np.full(12, last_year), np.full(6, 10.0)])
    one = (
        made(values, start=START) if np.isfinite(last_year) else made(values[24:], Month(2021, 1))
    )
    annual, _ = ending_at(*OUTCOMES, one=one)
    found = attainment(annual, Target("at_least", lower=4.0, form="growth"), one)
    assert (found.status, found.probability, found.lower_value) == ("no_basis", None, None)
    code = "base_not_positive" if np.isfinite(last_year) else "base_unknown"
    assert found.reason == Remark(code, {"year": "2020"})
    absolute = attainment(annual, Target("at_least", lower=110.0), one)
    assert absolute.probability == 0.75


def test_no_basis_keeps_the_bounds_that_are_figures() -> None:
    why = Remark("no_forecast")
    assert no_basis(Target("at_least", lower=5.0), why).lower_value == 5.0
    assert no_basis(Target("at_least", lower=5.0, form="growth"), why).lower_value is None
    assert no_basis(Target("at_least", lower=5.0), why).provisional
    assert not no_basis(Target("at_least", lower=5.0), why, provisional=False).provisional


# properties


bounds = st.floats(0.2, 3.0)


@given(series_with_paths(kinds=("flow", "average", "closing", "count", "ratio")), bounds, bounds)
def test_a_harder_target_is_never_more_likely(
    drawn: tuple[Series, np.ndarray], one: float, other: float
) -> None:
    annual = annual_distribution(*drawn)
    easy, hard = (factor * abs(annual.median) for factor in sorted((one, other)))

    def chance(**given: Any) -> float:
        found = attainment(annual, Target(**given), drawn[0]).probability
        assert found is not None
        return found

    assert chance(comparator="at_least", lower=easy) >= chance(comparator="at_least", lower=hard)
    assert chance(comparator="at_most", upper=easy) <= chance(comparator="at_most", upper=hard)
    both = chance(comparator="at_least", lower=hard) + chance(comparator="at_most", upper=hard)
    assert both >= 1.0 - 1e-12
    within = attainment(annual, Target("between", easy, hard), drawn[0])
    inside = np.mean((annual.samples >= easy) & (annual.samples <= hard))
    assert within.probability is not None
    assert within.exceeded is not None
    assert within.probability - within.exceeded == pytest.approx(inside, abs=0.03)


@given(series_with_paths(kinds=("flow", "average", "count", "growth"), gaps=True), bounds)
def test_what_is_settled_no_further_month_can_change(
    drawn: tuple[Series, np.ndarray], factor: float
) -> None:
    one, paths = drawn
    annual = annual_distribution(one, paths)
    bound = factor * annual.median
    worst = replace(annual, months=np.zeros_like(annual.months))
    best = replace(annual, months=annual.months * 1e6 + 1e6)
    for target in (Target("at_least", lower=bound), Target("at_most", upper=bound)):
        status = attainment(annual, target, one).status
        if status in ("achieved", "missed"):
            wanted = 1.0 if status == "achieved" else 0.0
            for future in (worst, best):
                assert attainment(future, target, one).probability == wanted
