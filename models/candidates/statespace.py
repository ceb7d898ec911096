"""Fitting statsmodels' state-space models, filtering them forward, drawing their futures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import estimation
from models.errors import CannotForecast
from models.paths import Paths
from models.series import Series


def fit(model: Any, series: Series, candidate: str, maxiter: int) -> list[float]:
    """Maximum likelihood parameters of a statsmodels model, its scale the last of them.

    Raises
    ------
    CannotForecast
        When the optimum was not reached within `maxiter` steps.
    """
    with estimation(series, candidate):
        fitted = model.fit(disp=0, maxiter=maxiter, cov_type="none")
    parameters = [float(value) for value in (*fitted.params, fitted.scale)]
    if not fitted.mle_retvals["converged"] or not np.isfinite(parameters).all():
        raise CannotForecast(
            f"{candidate} of {series.key} at cutoff {series.cutoff} did not converge within "
            f"{maxiter} steps. Other candidates serve the series."
        )
    return parameters


def filter_forward(model: Any, parameters: Sequence[float], series: Series, candidate: str) -> Any:
    """Run the series through fitted parameters; nothing is estimated."""
    with estimation(series, candidate):
        return model.filter(np.asarray(parameters, dtype=float), return_ssm=True)


def simulate(results: Any, horizon: int, n_paths: int, rng: np.random.Generator) -> Paths:
    """Draw the observations after the sample, with state and innovation uncertainty.

    Parameters
    ----------
    results : of `filter_forward`, for a univariate model whose matrices do not
        change over time
    horizon, n_paths : int

    Returns
    -------
    array, shape (n_paths, horizon), on the model's scale; what regressors add
    is left to the caller

    References
    ----------
    Durbin and Koopman (2012), Time Series Analysis by State Space Methods, 4.9.
    """
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
