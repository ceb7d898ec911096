"""Minimum-trace reconciliation: the nearest values that add up, none below its floor.

Forecasts of a total and of its parts, made apart, disagree. Of all values that agree, those
nearest to the forecasts, measured by the covariance of the forecasts' errors, have the least
expected squared error. It is computed for every path, so that paths agree one by one.

References
----------
Wickramasuriya, Athanasopoulos and Hyndman (2019), Journal of the American Statistical
Association 114(526). Values that must not be negative: Wickramasuriya, Turlach and Hyndman
(2020), Statistics and Computing 30(5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EXCHANGES = 12  # rounds in which a bound may be taken up and let go again
_TOLERANCE = 1e-9  # in standard deviations


@dataclass(frozen=True, eq=False)
class Constraints:
    """Linear conditions on k values.

    Attributes
    ----------
    sums : array, shape (n_sums, k): `sums @ values` is 0
    bounds : array, shape (n_bounds, k): `bounds @ values` is at least 0
    floors : array of bool, shape (k,): the value is not below its floor
    """

    sums: Array
    bounds: Array
    floors: NDArray[np.bool_]


def reconciled(values: Array, floors: Array, covariance: Array, given: Constraints) -> Array:
    """The values nearest to the given ones that fulfil all conditions, path by path.

    Parameters
    ----------
    values : array, shape (n_paths, k), forecasts
    floors : array, shape (n_paths, k), below which a value with a floor must not be
    covariance : array, shape (k, k), of the forecasts' errors; a value whose variance is 0
        does not move
    given : conditions

    Returns
    -------
    array, shape (n_paths, k); a path on which the conditions contradict each other is
    returned unchanged

    Notes
    -----
    A quadratic programme per path, by exchanging active bounds: bounds that are broken are
    taken up, those that hold a value back from where it would go are let go. After
    `EXCHANGES` rounds bounds are only taken up, so that it ends.
    """
    spread = np.sqrt(np.diag(covariance))
    moving = spread > 0
    scale = np.where(moving, spread, 1.0)
    shape = covariance / np.outer(scale, scale)
    unit = np.eye(len(scale))[given.floors & moving]
    rows = np.vstack([given.sums, given.bounds, unit]) * scale
    length = np.linalg.norm(rows * moving, axis=1)
    kept = length > 0  # a condition on values that do not move is not ours to fulfil
    rows = rows[kept] / length[kept, None]
    start = values / scale
    needed = np.zeros((len(values), len(kept)))
    needed[:, len(given.sums) + len(given.bounds) :] = floors[:, given.floors & moving]
    needed = needed[:, kept] / length[kept]
    always = (np.arange(len(kept)) < len(given.sums))[kept]
    found = _nearest(start, rows, needed, always, shape)
    excess = found @ rows.T - needed
    wrong = np.where(always, np.abs(excess), -excess).max(axis=1, initial=0.0)
    found[wrong > 1e-6 * (1.0 + np.abs(start).max(axis=1, initial=0.0))] = np.nan
    moved = np.where(np.isfinite(found), found * scale, values)
    return np.where(moving, moved, values)


def _nearest(
    start: Array, rows: Array, needed: Array, always: NDArray[np.bool_], shape: Array
) -> Array:
    """Minimise the distance to `start` under `rows @ x` = `needed`, or ≥ where not `always`."""
    found = start.copy()
    active = np.tile(always, (len(start), 1))
    waiting = np.arange(len(start))
    for turn in range(EXCHANGES + len(rows) + 1):
        if not len(waiting):
            break
        patterns, place = np.unique(active[waiting], axis=0, return_inverse=True)
        place = place.ravel()
        changed = np.zeros(len(waiting), dtype=bool)
        for number, pattern in enumerate(patterns):
            here = waiting[place == number]
            chosen = rows[pattern]
            pull = shape @ chosen.T
            gap = needed[np.ix_(here, pattern)] - start[here] @ chosen.T
            force = gap @ np.linalg.pinv(chosen @ pull, rcond=1e-12, hermitian=True)
            found[here] = start[here] + force @ pull.T
            broken = found[here] @ rows.T < needed[here] - _TOLERANCE
            broken[:, always] = False
            held = np.zeros_like(broken)
            held[:, pattern] = force > -_TOLERANCE if turn < EXCHANGES else True
            following = broken | held | always
            changed[place == number] = (following != pattern).any(axis=1)
            active[here] = following
        waiting = waiting[changed]
    return found
