"""What is known stays known where there is no forecast."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from models.projection import Projection, without_basis
from models.series import Month, Series
from models.targets.target import Target
from tests.models.strategies import made

NAN = np.nan


def answer(series: Series, *targets: Target) -> Projection:
    return without_basis(series, 2021, targets, {"year": "too short"})


JANUARY = Month(2021, 1)


def of(values: list[float], start: Month = JANUARY, **given: object) -> Series:
    return made(values, start=start, as_of=date(2021, 6, 30), **given)


def test_the_year_to_date_and_a_target_it_has_reached_are_kept() -> None:
    found = answer(of([10.0] * 6), Target("at_least", 50.0), Target("at_least", 70.0))
    assert (found.actual_to_date, found.annual) == (60.0, None)
    assert [one.status for one in found.attainments] == ["achieved", "no_basis"]
    assert (found.probability, found.status) == (1.0, "achieved")


def test_an_upper_bound_that_is_exceeded_is_missed() -> None:
    found = answer(of([10.0] * 6), Target("at_most", upper=50.0))
    assert (found.probability, found.status) == (0.0, "missed")
    assert answer(of([10.0] * 6), Target("at_most", upper=70.0)).status == "no_basis"


def test_figures_that_begin_within_the_year_count_from_then() -> None:
    assert answer(of([10.0] * 4, Month(2021, 3))).actual_to_date == 40.0
    assert answer(of([10.0] * 4, Month(2021, 3), kind="average")).actual_to_date is None


def test_a_missing_month_is_not_zero_but_the_others_may_settle_a_target() -> None:
    gap = of([10.0, NAN, 10.0, 10.0])
    assert answer(gap).actual_to_date is None
    assert answer(gap, Target("at_least", 30.0)).status == "achieved"
    assert answer(gap, Target("at_least", 31.0)).status == "no_basis"


@pytest.mark.parametrize("kind", ["average", "closing", "growth"])
def test_kinds_that_may_fall_settle_nothing(kind: str) -> None:
    assert answer(of([10.0] * 6, kind=kind), Target("at_least", 1.0)).status == "no_basis"
    signed = of([10.0, -1.0, 10.0, 10.0, 10.0, 10.0])
    assert answer(signed, Target("at_least", 1.0)).status == "no_basis"
