"""The way of one number: series in, projection out."""

from __future__ import annotations

import numpy as np
import pytest

from models.candidates import REGISTRY
from models.pipeline import Learned, fit_candidates, forecastable, project, simulate
from models.target import Target
from tests.models.strategies import made, seasonal

CHEAP = {name: REGISTRY[name] for name in ("pace", "seasonal_naive", "theta")}
GOAL = Target("at_least", 1500.0)


class Broken:
    """A candidate that draws what is no number."""

    name = "broken"

    def fit(self, series: object) -> dict[str, object]:
        return {}

    def paths(
        self, series: object, parameters: object, horizon: int, n_paths: int, rng: object
    ) -> np.ndarray:
        return np.full((n_paths, horizon), np.nan)


def learned(values: np.ndarray) -> Learned:
    return Learned(*fit_candidates(made(values), CHEAP))


def test_the_same_question_has_the_same_answer() -> None:
    series, known = made(seasonal(42)), learned(seasonal(42))
    one = project(series, (GOAL,), known, n_paths=200, candidates=CHEAP).to_dict()
    two = project(series, (GOAL,), known, n_paths=200, candidates=CHEAP).to_dict()
    assert one == two
    other = project(series, (GOAL,), known, n_paths=200, seed="other", candidates=CHEAP)
    assert other.to_dict()["projected"] != one["projected"]


def test_the_ensemble_answers_and_says_so() -> None:
    found = project(made(seasonal(42)), (GOAL,), learned(seasonal(42)), candidates=CHEAP)
    assert (found.method, found.fallback) == ("ensemble", None)
    assert found.probability is not None
    assert 0 <= found.probability <= 1
    assert [month.status for month in found.months].count("projected") == 6


def test_short_history_falls_back_by_name() -> None:
    values = seasonal(18)
    found = project(made(values), (), learned(values), candidates=CHEAP)
    assert found.method == found.fallback == "pace"
    assert "36" in found.failures["theta"]


def test_without_a_year_there_is_no_number_but_a_reason() -> None:
    values = seasonal(8)
    found = project(made(values), (GOAL,), learned(values), candidates=CHEAP)
    assert (found.status, found.annual, found.months) == ("no_basis", None, ())
    assert "8 months" in found.failures["year"]
    assert found.attainments[0].status == "no_basis"


def test_a_candidate_that_fails_stays_visible() -> None:
    with_broken = {**CHEAP, "broken": Broken()}
    known = learned(seasonal(42))
    known = Learned({**known.parameters, "broken": {}})
    found = project(made(seasonal(42)), (), known, candidates=with_broken)  # type: ignore[arg-type]
    assert found.method == "ensemble"
    assert "not finite" in found.failures["broken"]


def test_a_year_that_is_over_has_no_spread() -> None:
    series = made(seasonal(48))
    found = project(series, (GOAL,), learned(seasonal(48)), candidates=CHEAP)
    assert found.method == "published"
    assert found.annual is not None
    assert np.ptp(found.annual.samples) == 0.0
    assert found.annual.median == pytest.approx(series.values[-12:].sum())
    assert found.status in ("achieved", "missed")


def test_the_year_to_come_can_be_asked() -> None:
    values = seasonal(48)
    found = project(made(values), (), learned(values), year=2022, candidates=CHEAP)
    assert found.year == 2022
    assert found.annual is not None
    assert found.annual.months_known == 0


def test_candidates_see_the_ratio_of_a_ratio() -> None:
    top, below = seasonal(42), 2 * seasonal(42)
    series = made(top, kind="ratio", denominator=below)
    np.testing.assert_allclose(forecastable(series).values, 0.5)


def test_more_candidates_do_not_change_the_draws_of_others() -> None:
    series, known = made(seasonal(42)), learned(seasonal(42))
    alone = simulate(series, {"theta": known.parameters["theta"]}, 6, 50, "s", CHEAP)
    together = simulate(series, known.parameters, 6, 50, "s", CHEAP)
    np.testing.assert_array_equal(alone.paths["theta"], together.paths["theta"])
