"""Months from totals: temporal disaggregation with a related monthly series.

Two methods, both exact: the months add up to every total.

Proportional Denton keeps the ratio of months to the indicator as steady as the
totals allow: it minimises the sum of (x_t/p_t − x_{t−1}/p_{t−1})². It needs a
single total, and handles unequal, overlapping and distant totals. Denton
(1971), Journal of the American Statistical Association 66(333); the form without
a condition on the first month is Cholette's (1984), Survey Methodology 10(1).

Chow–Lin regresses the totals on the indicator, with first-order
autoregressive errors, and spreads the residuals accordingly: best linear
unbiased. It needs many totals, and suits months that are not proportional to
the indicator. Chow and Lin (1971), Review of Economics and Statistics 53(4);
the persistence by maximum likelihood, as Bournay and Laroque (1979), Annales
de l'INSEE 36.

Both come with the uncertainty of the months. For Denton: if the ratio is a random
walk, the same solution is its mean given the totals (Harvey and Pierse 1984, JASA
79(385)), which also gives its covariance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import CannotForecast

Array = NDArray[np.float64]

SUITED = 12  # totals of several months needed for Chow–Lin
WALK = 0.05  # relative monthly step of the ratio, before any evidence
SEEN = 4.0  # weight of `WALK` against the observed steps, in totals
PERSISTENCE = np.linspace(0.0, 0.99, 34)  # grid for Chow–Lin's errors
SMALL = 1e-6  # of its median; minimum of the indicator
_NULL = 1e-10


@dataclass(frozen=True, eq=False)
class MonthlyPath:
    """Months that add up to the totals, and their uncertainty.

    Attributes
    ----------
    method : Denton or Chow–Lin
    values : array, shape (n_months,)
    doubt : array, shape (n_months, n_directions): `values + doubt @ z` with z
        standard normal is an equally good path, and adds up to the totals too. A row of
        zeros: the totals determine that month
    """

    method: Literal["denton", "chow_lin"]
    values: Array
    doubt: Array


def disaggregate(indicator: Array, weights: Array, totals: Array) -> MonthlyPath:
    """Months from totals, by Chow–Lin if there are enough totals, else by Denton.

    Parameters
    ----------
    indicator : array, shape (n_months,), in any unit; no gaps
    weights : array, shape (n_totals, n_months); total i is `weights[i] @ months`.
        No total follows from others (`models.disaggregation.totals.agree`)
    totals : array, shape (n_totals,)

    Raises
    ------
    CannotForecast
        If there are only rates (rows with weights below zero).
    """
    return _disaggregated(
        *(np.asarray(array, dtype=float).tobytes() for array in (indicator, weights, totals))
    )


@lru_cache(maxsize=64)  # a request needs the same months several times
def _disaggregated(
    indicator_bytes: bytes, weights_bytes: bytes, totals_bytes: bytes
) -> MonthlyPath:
    indicator, totals = np.frombuffer(indicator_bytes), np.frombuffer(totals_bytes)
    path = _better(indicator, np.frombuffer(weights_bytes).reshape(-1, len(indicator)), totals)
    path.values.flags.writeable = path.doubt.flags.writeable = False
    return path


def _better(indicator: Array, weights: Array, totals: Array) -> MonthlyPath:
    """Chow–Lin or Denton; see `disaggregate`."""
    several = int(((weights != 0).sum(axis=1) > 1).sum())
    if several >= SUITED and several > len(totals) / 2 and np.ptp(indicator) > 0:
        path = chow_lin(indicator, weights, totals)
        if (path.values >= 0).all() or (totals < 0).any():
            return path
    return denton(indicator, weights, totals)


def denton(indicator: Array, weights: Array, totals: Array) -> MonthlyPath:
    """Proportional Denton; parameters as `disaggregate`.

    If no total is negative, negative months are set to zero one at a time.
    """
    if (weights < 0).any(axis=1).all():
        raise CannotForecast("rates alone do not give the level; a printed level is needed.")
    usual = float(np.median(np.abs(indicator))) or 1.0
    related = np.maximum(indicator, SMALL * usual)
    path = _steady(related, weights, totals)
    while (totals >= 0).all() and path.values.min() < 0:
        least = int(np.argmin(path.values))
        if path.values[least] >= -_NULL * np.abs(path.values).max():
            return MonthlyPath(path.method, np.maximum(path.values, 0.0), path.doubt)
        if not path.doubt[least].any():
            break  # the totals determine it
        weights = np.vstack([weights, np.eye(len(related))[least]])
        totals = np.append(totals, 0.0)
        path = _steady(related, weights, totals)
    return path


def _steady(related: Array, weights: Array, totals: Array) -> MonthlyPath:
    """The path with the steadiest ratio to the related series."""
    ratio, free = _solutions(weights * related, totals)
    steps = np.diff(np.eye(len(related)), axis=0)
    moved = steps @ free
    if free.shape[1] == 0:
        return MonthlyPath("denton", related * ratio, np.zeros((len(related), 0)))
    ratio = ratio - free @ np.linalg.lstsq(moved, steps @ ratio, rcond=None)[0]
    squares = float(np.square(steps @ ratio).sum())
    usual = float(np.mean(np.abs(ratio)))
    further = len(related) - free.shape[1] - 1  # totals beyond the one that gives the level
    step = np.sqrt((SEEN * (WALK * usual) ** 2 + squares) / (SEEN + further))
    root = np.linalg.solve(np.linalg.cholesky(moved.T @ moved), free.T).T
    doubt = step * related[:, None] * root
    return MonthlyPath("denton", related * ratio, _certain(doubt, related * ratio))


def chow_lin(indicator: Array, weights: Array, totals: Array) -> MonthlyPath:
    """Chow–Lin with a constant and the indicator; parameters as `disaggregate`."""
    months = np.arange(len(indicator))
    distance = np.abs(months[:, None] - months)
    design = np.column_stack([np.ones(len(indicator)), indicator / np.abs(indicator).max()])
    fits: list[tuple[float, float]] = []
    for persistence in PERSISTENCE:
        factor, _, _, left = _regression(persistence**distance, design, weights, totals)
        squares = max(float(left @ left), float(np.finfo(float).tiny))
        likelihood = -len(totals) / 2 * np.log(squares) - np.log(np.diag(factor)).sum()
        fits.append((float(likelihood), float(persistence)))
    errors = max(fits)[1] ** distance
    factor, seen, slope, left = _regression(errors, design, weights, totals)
    spread = np.linalg.solve(factor, weights @ errors)  # (n_totals, n_months)
    values = design @ slope + spread.T @ left
    unseen = design - spread.T @ seen
    variance = float(left @ left) / max(len(totals) - design.shape[1], 1)
    covariance = errors - spread.T @ spread + unseen @ np.linalg.pinv(seen.T @ seen) @ unseen.T
    size, direction = np.linalg.eigh(covariance)
    kept = size > _NULL * size.max()
    doubt = np.sqrt(variance) * direction[:, kept] * np.sqrt(size[kept])
    return MonthlyPath("chow_lin", values, _certain(doubt, values))


def _regression(
    errors: Array, design: Array, weights: Array, totals: Array
) -> tuple[Array, Array, Array, Array]:
    """Generalised least squares of totals on the aggregated design.

    Returns the factor of the totals' covariance, the whitened design, slope, residuals.
    """
    factor = np.linalg.cholesky(weights @ errors @ weights.T)
    seen = np.linalg.solve(factor, weights @ design)
    goal = np.linalg.solve(factor, totals)
    slope = np.linalg.lstsq(seen, goal, rcond=None)[0]
    return (
        np.asarray(factor, dtype=float),
        np.asarray(seen, dtype=float),
        slope,
        goal - seen @ slope,
    )


def _solutions(rows: Array, totals: Array) -> tuple[Array, Array]:
    """A solution of `rows @ x = totals`, and an orthonormal basis of the null space."""
    length = np.linalg.norm(rows, axis=1)
    scaled, goal = rows / length[:, None], totals / length
    left, singular, right = np.linalg.svd(scaled)
    rank = int((singular > _NULL * singular[0]).sum())
    inverse = right[:rank].T @ (left[:, :rank] / singular[:rank]).T
    found = inverse @ goal
    found = found + inverse @ (goal - scaled @ found)  # iterative refinement
    return found, right[rank:].T


def _certain(doubt: Array, values: Array) -> Array:
    """The doubt with rounding errors replaced by exact zeros."""
    size = np.linalg.norm(doubt, axis=1, keepdims=True)
    return np.where(size > 1e-9 * np.abs(values).max(), doubt, 0.0)
