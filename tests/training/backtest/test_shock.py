"""A shock of last year with the default candidates, prior included: accepted, and not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from models.candidates import EXTRA
from models.candidates.base import Candidate
from models.events.event import Event, find_events
from models.pipeline import Learned, fit_candidates, project
from models.projection import Projection
from models.series import Month, Series
from tests.models.strategies import made, seasonal
from training.prior.editions import candidates_for

OCTOBER = Month(2022, 10)


@pytest.fixture(scope="module")
def default() -> Mapping[str, Candidate]:
    every = candidates_for(2022)
    return {name: one for name, one in every.items() if name not in EXTRA}


def known(shock: float = 1.0) -> Series:
    """To June 2022; October 2021 is multiplied by the shock."""
    values = seasonal(54)
    values[45] *= shock
    return made(values, as_of=date(2022, 6, 30))


def said(series: Series, default: Mapping[str, Candidate], *events: Event) -> Projection:
    learned = Learned(*fit_candidates(series, default, events))
    return project(series, (), learned, events=events, candidates=default)


def october(found: Projection) -> float:
    return next(one.median for one in found.months if one.month == OCTOBER)


@pytest.mark.parametrize("shock", [0.4, 1.8])
def test_a_proposed_shock_once_accepted_leaves_no_trace(
    default: Mapping[str, Candidate], shock: float
) -> None:
    plain = said(known(), default)
    [proposed] = find_events(known(shock))
    assert (proposed.start, proposed.shape) == (Month(2021, 10), "pulse")
    exact = Event("shock", Month(2021, 10), "pulse", shock - 1, accepted=True)
    found = said(known(shock), default, exact)
    assert october(found) == pytest.approx(october(plain), rel=0.02)
    # as proposed, its size is estimated: within a tenth
    accepted = Event("", proposed.start, "pulse", proposed.size, accepted=True)
    assert october(said(known(shock), default, accepted)) == pytest.approx(october(plain), rel=0.1)


@pytest.mark.parametrize(("shock", "passed_on"), [(0.4, 0.40), (1.8, 0.37)])
def test_not_accepted_four_tenths_of_it_come_again_in_the_month_and_little_in_the_year(
    default: Mapping[str, Candidate], shock: float, passed_on: float
) -> None:
    plain, found = said(known(), default), said(known(shock), default)
    share = (october(found) / october(plain) - 1.0) / (shock - 1.0)
    assert share == pytest.approx(passed_on, abs=0.05)
    assert found.annual is not None
    assert plain.annual is not None
    assert abs(found.annual.median / plain.annual.median - 1.0) < 0.035
