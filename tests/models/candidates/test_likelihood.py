from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.candidates import likelihood
from models.candidates.likelihood import maximise
from models.errors import CannotForecast
from tests.models.strategies import made

SERIES = made(np.ones(12))


def hill(top: tuple[float, float]) -> Callable[[Any], float]:
    return lambda chosen: -float((chosen[0] - top[0]) ** 2 + 10 * (chosen[1] - top[1]) ** 2)


def found(top: tuple[float, float], *starts: tuple[float, float]) -> np.ndarray:
    return maximise(hill(top), starts, [(0.0, 1.0)] * 2, SERIES, "made up")


def test_the_top_of_a_hill_is_found() -> None:
    np.testing.assert_allclose(found((0.3, 0.7), (0.5, 0.5)), [0.3, 0.7], atol=1e-5)


def test_a_top_outside_of_the_bounds_is_looked_for_on_them() -> None:
    np.testing.assert_allclose(found((2.0, 0.7), (0.5, 0.5)), [1.0, 0.7], atol=1e-5)
    np.testing.assert_allclose(found((0.2, -1.0), (1.0, 1.0)), [0.2, 0.0], atol=1e-5)


def test_the_best_start_leads_to_the_higher_of_two_tops() -> None:
    def two_tops(chosen: np.ndarray) -> float:
        return float(
            np.exp(-100 * (chosen[0] - 0.2) ** 2) + 2 * np.exp(-100 * (chosen[0] - 0.8) ** 2)
        )

    for starts in ([(0.2,), (0.75,)], [(0.75,), (0.2,)]):
        top = maximise(two_tops, starts, [(0.0, 1.0)], SERIES, "made up")
        assert top[0] == pytest.approx(0.8, abs=1e-3)


def test_a_search_that_does_not_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likelihood, "MAXITER", 1)
    with pytest.raises(CannotForecast, match=r"made up of made/series at cutoff 2018-12 did not"):
        found((0.3, 0.7), (0.9, 0.1))


def test_a_likelihood_that_is_no_number_is_not_an_optimum() -> None:
    with pytest.raises(CannotForecast, match="did not converge"):
        maximise(lambda chosen: np.nan, [(0.5,)], [(0.0, 1.0)], SERIES, "made up")
