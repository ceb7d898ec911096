"""Counts and checklists against slow integrals, enumeration and planners' judgements."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.stats import gamma, poisson

from models.tasks.counts import (
    JUDGEMENT_WORTH,
    RUSH,
    Expectation,
    Window,
    chance_for,
    checklist,
    draw,
    equal_chance,
    expected_for,
    listed,
    remaining_work,
)

HALF = Window(date(2021, 7, 1), date(2021, 12, 31))
chances = st.floats(0.01, 0.99)


def test_a_windows_days_are_counted_with_both_ends() -> None:
    assert HALF.days == 184
    assert HALF.days_to(date(2021, 6, 30)) == 0
    assert HALF.days_to(date(2021, 7, 1)) == 1
    assert HALF.share(date(2022, 3, 1)) == 1.0


def test_remaining_work_is_the_gamma_poisson_integral() -> None:
    """Every rush integrated over a fine grid of expected work, then weighted."""
    counts = [(date(2021, 8, 31), 1), (date(2021, 10, 31), 5)]
    found = remaining_work(counts, HALF, Expectation(8.0, 2.0)).pmf
    expected = np.linspace(1e-4, 120.0, 24_000)
    step = expected[1] - expected[0]
    before = gamma.pdf(expected, 2.0, scale=8.0 / 2.0)
    total = np.zeros(len(found))
    for rush in RUSH:
        first, second = (HALF.share(day) ** rush for day, _ in counts)
        likelihood = poisson.pmf(1, expected * first) * poisson.pmf(4, expected * (second - first))
        joint = before * likelihood * step
        rest = expected * (1 - second)
        total += [(joint * poisson.pmf(more, rest)).sum() for more in range(len(found))]
    assert found == pytest.approx(total / total.sum(), abs=1e-5)
    assert found.sum() == pytest.approx(1.0)


def test_late_work_suggests_a_rush() -> None:
    day, later = date(2021, 9, 30), date(2021, 10, 31)
    steady = remaining_work([(day, 3), (later, 4)], HALF, Expectation(8.0, 2.0)).pmf
    rushed = remaining_work([(day, 0), (later, 4)], HALF, Expectation(8.0, 2.0)).pmf
    values = np.arange(max(len(steady), len(rushed)))
    assert (rushed * values[: len(rushed)]).sum() > (steady * values[: len(steady)]).sum()


@given(st.integers(0, 8), st.integers(1, 170))
def test_more_done_makes_the_goal_likelier(done: int, days: int) -> None:
    day = HALF.start + timedelta(days=days)
    chance = [
        remaining_work([(day, count)], HALF, Expectation(8.0, 2.0)).pmf[max(9 - count, 0) :].sum()
        for count in (done, done + 1)
    ]
    assert chance[0] < chance[1] + 1e-12


def test_remaining_work_spreads_over_the_months() -> None:
    found = remaining_work([(date(2021, 9, 30), 4)], HALF, Expectation(8.0, 2.0))
    ends = [date(2021, 9, 30), date(2021, 10, 31), date(2021, 11, 30), date(2021, 12, 31)]
    shares = found.shares(HALF, ends)
    assert shares.sum() == pytest.approx(1.0)
    assert shares[0] < 31 / 92
    assert shares[0] < shares[1] < shares[2]


@given(chances, st.integers(1, 40))
def test_a_judgement_is_reproduced_until_more_is_known(probability: float, needed: int) -> None:
    day = date(2021, 8, 15)
    expectation = Expectation(expected_for(probability, needed), JUDGEMENT_WORTH, day)
    found = remaining_work([(date(2021, 8, 10), 3)], HALF, expectation).pmf
    assert found[needed:].sum() == pytest.approx(probability, abs=1e-5)


@given(chances, st.integers(0, 20))
def test_a_judgement_of_an_upper_bound_is_reproduced(probability: float, allowed: int) -> None:
    expectation = Expectation(expected_for(probability, allowed, at_most=True), JUDGEMENT_WORTH)
    assert remaining_work([], HALF, expectation).pmf[: allowed + 1].sum() == pytest.approx(
        probability, abs=1e-5
    )


def test_reports_after_a_judgement_change_the_forecast() -> None:
    expectation = Expectation(expected_for(0.7, 8), JUDGEMENT_WORTH)
    day = date(2021, 10, 31)
    assert remaining_work([(day, 1)], HALF, expectation).pmf[7:].sum() < 0.4
    assert remaining_work([(day, 7)], HALF, expectation).pmf[1:].sum() > 0.9


def test_a_list_without_any_record_is_even() -> None:
    assert listed(4, 1.0, 1.0).tolist() == pytest.approx([0.2] * 5)  # a flat distribution
    many = listed(1, 12.5, 1.5)
    assert many[1] == pytest.approx(12.5 / 14)


@given(chances, st.integers(1, 12), st.data())
def test_a_judgement_of_a_list_is_given_back(
    probability: float, n_open: int, data: st.DataObject
) -> None:
    needed = data.draw(st.integers(1, n_open))
    made = JUDGEMENT_WORTH * chance_for(probability, n_open, needed)
    found = listed(n_open, made, JUDGEMENT_WORTH - made)
    assert found[needed:].sum() == pytest.approx(probability, abs=1e-6)
    chance = equal_chance(probability, n_open, needed)
    assert checklist([chance] * n_open)[needed:].sum() == pytest.approx(probability, abs=1e-6)


@given(st.lists(st.floats(0.0, 1.0), max_size=6))
def test_a_checklist_is_the_sum_over_all_ways(probabilities: list[float]) -> None:
    slow = np.zeros(len(probabilities) + 1)
    for way in product((0, 1), repeat=len(probabilities)):
        terms = [p if done else 1 - p for p, done in zip(probabilities, way, strict=True)]
        slow[sum(way)] += np.prod(terms)
    assert checklist(probabilities) == pytest.approx(slow)


def test_draws_keep_the_probabilities_exactly() -> None:
    drawn = draw(np.array([0.2, 0.8]), 2000, np.random.default_rng(1))
    assert drawn.mean() == 0.8
    assert not np.array_equal(drawn, np.sort(drawn))
    again = draw(np.array([0.2, 0.8]), 2000, np.random.default_rng(1))
    assert np.array_equal(drawn, again)
