"""Paths of complex exponential smoothing are distributed as statsforecast's own."""

from __future__ import annotations

import numpy as np
import pytest
from statsforecast.models import AutoCES

from models.candidates.ces import simulated
from tests.models.strategies import seasonal


@pytest.mark.parametrize("model", ["N", "S", "P", "F"])
def test_the_same_paths_by_one_matrix_product(model: str) -> None:
    values = seasonal(90, noise=0.1)
    fitted = AutoCES(season_length=12, model=model)
    fitted.fit(y=values / values.mean())
    ours = simulated(fitted.model_, 7, 6000, np.random.default_rng(1))
    theirs = fitted.simulate(h=7, n_paths=6000, seed=1)
    spread = theirs.std(axis=0)
    np.testing.assert_allclose(ours.mean(axis=0), theirs.mean(axis=0), atol=0.05 * spread.max())
    np.testing.assert_allclose(ours.std(axis=0), spread, rtol=0.05)
    np.testing.assert_allclose(np.corrcoef(ours.T), np.corrcoef(theirs.T), atol=0.05)
    total, other = ours.sum(axis=1), theirs.sum(axis=1)
    np.testing.assert_allclose(
        np.quantile(total, [0.1, 0.5, 0.9]),
        np.quantile(other, [0.1, 0.5, 0.9]),
        atol=0.08 * other.std(),
    )
