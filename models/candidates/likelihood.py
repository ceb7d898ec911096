"""Maximum likelihood estimation within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from models.errors import CannotForecast
from models.series import Series

Array = NDArray[np.float64]

MAXITER = 100
# Of the finite differences, away from the nearer bound. A shorter one divides rounding errors,
# which differ between processors: with 1e-8 a flat likelihood ended elsewhere on each.
_STEP = 1e-5
_PRECISION = 1e-12  # of the likelihood, relative; scipy's own leaves parameters in its noise
_TOO_MANY_STEPS = 1  # status of scipy's search


def maximise(
    log_likelihood: Callable[[Array], float],
    starts: Iterable[Sequence[float]],
    bounds: Sequence[tuple[float, float]],
    series: Series,
    candidate: str,
) -> Array:
    """Parameters at the local optimum from the best of `starts`, by L-BFGS-B.

    Parameters
    ----------
    log_likelihood : of parameters, shape (n_parameters,); up to a constant
    starts : initial parameters to choose from
    bounds : one pair per parameter

    Returns
    -------
    array, shape (n_parameters,)

    Raises
    ------
    CannotForecast
        If the search has not converged after 100 steps; a stop due to rounding counts
        as convergence.
    """
    start = max((np.asarray(start, dtype=float) for start in starts), key=log_likelihood)
    middle = np.array([(low + high) / 2 for low, high in bounds])

    def value_and_gradient(parameters: Array) -> tuple[float, Array]:
        here = -log_likelihood(parameters)
        slope = np.empty(len(parameters))
        for place, step in enumerate(np.where(parameters < middle, _STEP, -_STEP)):
            changed = parameters.copy()
            changed[place] += step
            slope[place] = (-log_likelihood(changed) - here) / step
        return here, slope

    found = scipy.optimize.minimize(
        value_and_gradient,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": MAXITER, "ftol": _PRECISION},
    )
    if found.status == _TOO_MANY_STEPS or not np.isfinite(found.fun):
        raise CannotForecast(
            f"{candidate} of {series.key} at cutoff {series.cutoff} did not converge within "
            f"{MAXITER} steps. Other candidates serve the series."
        )
    return np.asarray(found.x, dtype=float)
