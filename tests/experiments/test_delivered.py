"""By hand: reliability of what is delivered, and what a copula's log score is expected to be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.delivered.joint import PAST_ONLY, SHIPPED, expected_density, log_density
from experiments.delivered.run import reliability


def answer(shape: str, year: int, chance: list[float], met: list[bool]) -> dict[str, object]:
    return {
        "panel": "a",
        "shape": shape,
        "kpi": "exports",
        "year": year,
        "chance": np.array(chance),
        "met": np.array(met),
    }


def test_reliability_takes_every_target_of_the_shipped_shape() -> None:
    rows = pd.DataFrame(
        [
            answer(SHIPPED, 2019, [0.12, 0.18], [True, False]),
            answer(SHIPPED, 2020, [0.13, 0.95], [False, True]),
            answer(PAST_ONLY, 2020, [0.5, 0.5], [True, True]),
        ]
    )
    low, high = reliability(rows).to_dict("records")
    assert (low["low"], low["n"], high["low"], high["n"]) == (0.1, 3, 0.9, 1)
    assert low["gap"] == pytest.approx(1 / 3 - (0.12 + 0.18 + 0.13) / 3)
    assert high["gap"] == pytest.approx(0.05)
    drawn = [(1 - 0.3) / 2, -0.13, (1 - 0.43) / 3]  # of 2019 alone, 2020 alone, both
    assert low["gap_low"] == pytest.approx(min(drawn))
    assert low["gap_high"] == pytest.approx(max(drawn))


def test_the_expected_log_score_is_that_of_draws_from_the_copula() -> None:
    alike = np.array([[1.0, 0.4, 0.1], [0.4, 1.0, 0.2], [0.1, 0.2, 1.0]])
    drawn = np.random.default_rng(1).multivariate_normal(np.zeros(3), alike, 100_000)
    scores = [log_density(alike, one) for one in drawn]
    mean, spread = expected_density(alike)
    assert mean == pytest.approx(np.mean(scores), abs=0.01)
    assert spread == pytest.approx(np.std(scores), rel=0.02)
