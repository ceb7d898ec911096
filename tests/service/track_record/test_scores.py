"""Scores by hand: Brier, coverage, CRPS and estimates, each group and outcome apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from data.vintages.panel import Panel
from models.scores import crps_from_samples
from models.series import Month
from service.projections.issue import GRID
from service.shapes.registry import SettledScore
from service.track_record.outcomes import Came, Outcomes
from service.track_record.scores import estimate_scores, reliability_of, scores_of
from service.track_record.settled import Estimated, Given, Judged, SettledKpi
from tests.families import KPIS, demo_figures

AT = datetime(2018, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def came() -> Came:
    """Coal's year 2017: what December's report said, and since."""
    panel = Panel.of("demo", KPIS, demo_figures(estimated=0.9))
    found = Outcomes(panel, date(2018, 6, 30)).of("coal", 2017)
    assert found is not None
    assert found.final is not None
    return found


def judged(probability: float, met: bool, met_final: bool | None = None) -> Judged:
    return Judged("assigned", "year", "at_least", 1.0, None, 1, probability, met, met_final)


def given(came: Came, *targets: Judged, months: int = 6, off: float = 0.0, **more: Any) -> Given:
    """A projection whose middle is off by so much of last year, 20 % of it wide."""
    base = came.base or 0.0
    middle = came.first.value + off * base
    bands = tuple(middle + share * base for share in (-0.2, -0.1, 0.0, 0.1, 0.2))
    values: dict[str, Any] = {
        "as_of": date(2017, months, 28),
        "months_known": months,
        "origin": "live",
        "stamp": "A" * 12,
        "model_version": "1",
        "recorded_at": AT,
        "median": middle,
        "quantiles": bands,
        "grid": None,
        "targets": targets,
    }
    return Given(**{**values, **more})


def kpi_of(came: Came, *projections: Given, **more: Any) -> SettledKpi:
    values: dict[str, Any] = {
        "plan": "demo-2017",
        "kpi": "coal",
        "kind": "flow",
        "unit": "thousand tonnes",
        "office": "Sở Công Thương",
        "year": 2017,
        "came": came,
        "given": projections,
        "estimates": (),
    }
    return SettledKpi(**{**values, **more})


def only(scores: list[SettledScore], **asked: Any) -> SettledScore:
    (found,) = (
        one for one in scores if all(getattr(one, key) == value for key, value in asked.items())
    )
    return found


def test_probabilities_and_intervals_by_hand(came: Came) -> None:
    first = given(came, judged(0.8, True, False), months=3)
    second = given(came, judged(0.4, False, False), months=6, off=0.15)
    scores = scores_of([kpi_of(came, first, second)], ("all", "months_known"))
    both = only(scores, by="all", origin="live", settled_on="estimate")
    assert (both.probabilities, both.forecasts) == (2, 2)
    assert both.brier == pytest.approx((0.2**2 + 0.4**2) / 2)
    assert (both.share_met, both.brier_of_share) == (0.5, 0.25)
    assert both.annual_error == pytest.approx(0.15 / 2)
    assert (both.coverage_80, both.coverage_95) == (0.5, 1.0)
    assert both.width_80 == pytest.approx(0.2)
    assert (both.with_crps, both.crps) == (0, None)
    since = only(scores, by="all", settled_on="final")
    assert since.brier == pytest.approx((0.8**2 + 0.4**2) / 2)
    assert only(scores, group="03", settled_on="estimate").brier == pytest.approx(0.04)


def test_what_is_live_and_what_was_computed_afterwards_stand_apart(came: Came) -> None:
    live, later = given(came, judged(1.0, True)), given(came, judged(0.0, True), origin="backtest")
    scores = scores_of([kpi_of(came, live, later)], ("all",))
    assert only(scores, origin="live", settled_on="estimate").brier == 0.0
    assert only(scores, origin="backtest", settled_on="estimate").brier == 1.0


def test_by_kind_and_by_office(came: Came) -> None:
    one = kpi_of(came, given(came, judged(1.0, True)))
    other = replace(
        kpi_of(came, given(came, judged(1.0, False))), office="Bộ Công Thương", kind="average"
    )
    scores = scores_of([one, other], ("kind", "office"))
    asked = {"settled_on": "estimate"}
    assert only(scores, by="kind", group="average", **asked).brier == 1.0
    assert only(scores, by="office", group="Sở Công Thương", **asked).brier == 0.0


def test_the_crps_of_the_kept_distribution_is_that_of_its_samples(came: Came) -> None:
    base = came.base or 0.0
    rng = np.random.default_rng(1)
    samples = came.first.value * np.exp(0.1 * rng.standard_normal(4000))
    grid = tuple(np.quantile(samples, GRID))
    scores = scores_of([kpi_of(came, given(came, grid=grid))], ("all",))
    found = only(scores, settled_on="estimate").crps
    exact = crps_from_samples(came.first.value, samples) / base
    assert found == pytest.approx(exact, rel=0.01)


def test_reliability_by_band(came: Came) -> None:
    targets = [judged(0.81, True), judged(0.89, False), judged(0.1, False)]
    bands = reliability_of([kpi_of(came, given(came, *targets))], "live", "estimate")
    assert [(one.low, one.n, one.share_met) for one in bands] == [(0.1, 1, 0.0), (0.8, 2, 0.5)]
    assert reliability_of([kpi_of(came)], "live", "estimate") == ()


def test_estimates_by_hand(came: Came) -> None:
    base = came.base or 0.0

    def made(off: float, right: bool | None, forecast: float | None) -> Estimated:
        value = came.first.value + off * base
        known = None if forecast is None else came.first.value + forecast * base
        return Estimated(Month(2017, 9), value, "issued", "planner", AT, "live", right, known)

    one = kpi_of(came, estimates=(made(0.1, True, 0.05), made(-0.3, False, None)))
    (first, since) = estimate_scores([one], ("all",))
    assert (first.settled_on, since.settled_on) == ("estimate", "final")
    assert (first.n, first.with_forecast) == (2, 1)
    assert first.error == pytest.approx(0.2)
    assert first.bias == pytest.approx(-0.1)
    assert first.right == 0.5
    assert first.forecast_error == pytest.approx(0.05)
