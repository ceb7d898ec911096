"""The search for maximum likelihood parameters within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from models.errors import CannotForecast
from models.series import Series

Array = NDArray[np.float64]

MAXITER = 100
_STEP = 1e-8  # of the forward differences, taken away from the nearer bound
_TOO_MANY_STEPS = 1  # status of scipy's search


def maximise(
    log_likelihood: Callable[[Array], float],
    starts: Iterable[Sequence[float]],
    bounds: Sequence[tuple[float, float]],
    series: Series,
    candidate: str,
) -> Array:
    """Parameters of the optimum next to the best of `starts`, by a quasi-Newton search (L-BFGS-B).

    Parameters
    ----------
    log_likelihood : of parameters, shape (n_parameters,); up to a constant
    starts : sets of parameters to begin with
    bounds : one pair per parameter

    Returns
    -------
    array, shape (n_parameters,)

    Raises
    ------
    CannotForecast
        When the search was still under way after 100 steps. One that can go no
        further for rounding has arrived.
    """
    start = max((np.asarray(one, dtype=float) for one in starts), key=log_likelihood)
    middle = np.array([(low + high) / 2 for low, high in bounds])

    def downhill(parameters: Array) -> tuple[float, Array]:
        here = -log_likelihood(parameters)
        slope = np.empty(len(parameters))
        for place, step in enumerate(np.where(parameters < middle, _STEP, -_STEP)):
            moved = parameters.copy()
            moved[place] += step
            slope[place] = (-log_likelihood(moved) - here) / step
        return here, slope

    found = scipy.optimize.minimize(
        downhill,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": MAXITER},
    )
    if found.status == _TOO_MANY_STEPS or not np.isfinite(found.fun):
        raise CannotForecast(
            f"{candidate} of {series.key} at cutoff {series.cutoff} did not converge within "
            f"{MAXITER} steps. Other candidates serve the series."
        )
    return np.asarray(found.x, dtype=float)
