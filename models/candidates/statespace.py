"""Drawing futures from a linear state-space model that statsmodels has filtered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.paths import Paths


def simulate(filtered: Any, horizon: int, n_paths: int, rng: np.random.Generator) -> Paths:
    """Draw the observations after the sample, with state and innovation uncertainty.

    Parameters
    ----------
    filtered : results of `filter` of a univariate statsmodels state-space model
        whose matrices do not change over time and whose scale is a parameter
    horizon, n_paths : int

    Returns
    -------
    array, shape (n_paths, horizon), on the model's scale; what regressors add
    is left to the caller

    References
    ----------
    Durbin and Koopman (2012), Time Series Analysis by State Space Methods, 4.9.
    """
    results = filtered.filter_results
    last = results.nobs
    spread = _root(results.predicted_state_cov[:, :, last])
    states = results.predicted_state[:, last] + _normal(rng, n_paths, spread) @ spread.T
    transition, intercept = results.transition[:, :, -1], results.state_intercept[:, -1]
    shocks = results.selection[:, :, -1] @ _root(results.state_cov[:, :, -1])
    design, noise = results.design[0, :, -1], np.sqrt(results.obs_cov[0, 0, -1])
    paths = np.empty((n_paths, horizon))
    for month in range(horizon):
        innovation = _normal(rng, n_paths, shocks)
        if noise:
            paths[:, month] = states @ design + noise * rng.standard_normal(n_paths)
        else:
            paths[:, month] = states @ design
        states = states @ transition.T + intercept + innovation @ shocks.T
    return paths


def _normal(
    rng: np.random.Generator, n_paths: int, root: NDArray[np.float64]
) -> NDArray[np.float64]:
    return rng.standard_normal((n_paths, root.shape[1]))


def _root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """A square root of a covariance that may be singular, shape (n, rank)."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    kept = values > 1e-12 * max(float(values.max(initial=0.0)), 1e-300)
    return np.asarray(vectors[:, kept] * np.sqrt(values[kept]), dtype=float)
