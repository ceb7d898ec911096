"""Scores of forecasts; lower is better unless stated otherwise."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.errors import InvalidLevel

Array = NDArray[np.float64]


def pinball_loss(actual: ArrayLike, quantile: ArrayLike, level: ArrayLike) -> Array:
    """Score a quantile forecast; lower is better.

    Parameters
    ----------
    actual, quantile : array-like, broadcast together, in the KPI's unit
    level : array-like, strictly between 0 and 1

    Returns
    -------
    array, same unit; half the absolute error at level 0.5

    Raises
    ------
    InvalidLevel
        If `level` is outside (0, 1).

    References
    ----------
    Koenker and Bassett (1978), Econometrica 46(1).

    Examples
    --------
    >>> float(pinball_loss(10.0, 12.0, level=0.75))
    0.5
    """
    levels = np.asarray(level, dtype=float)
    if not ((levels > 0) & (levels < 1)).all():
        raise InvalidLevel(f"expected probability levels between 0 and 1, found {level!r}.")
    gap = np.asarray(actual, dtype=float) - np.asarray(quantile, dtype=float)
    return np.asarray(np.maximum(levels * gap, (levels - 1) * gap), dtype=float)


def crps_from_samples(actual: float, samples: Array) -> float:
    """Continuous ranked probability score of equally likely samples, in their unit.

    References
    ----------
    Gneiting and Raftery (2007), Journal of the American Statistical Association
    102; the sorted form takes n log n steps.

    Examples
    --------
    >>> crps_from_samples(2.0, np.array([1.0, 3.0]))
    0.5
    """
    ordered = np.sort(samples)
    n = len(ordered)
    spread = 2.0 * np.sum((2 * np.arange(1, n + 1) - n - 1) * ordered) / n**2
    return float(np.mean(np.abs(ordered - actual)) - spread / 2)


def crps_from_quantiles(actual: ArrayLike, quantiles: Array, levels: Array) -> Array:
    """CRPS from a grid of quantiles: twice the mean pinball loss over even levels.

    Parameters
    ----------
    actual : array-like, shape (...)
    quantiles : array, shape (..., n_levels), in the unit of `actual`
    levels : array, shape (n_levels,), evenly spaced in (0, 1)

    Returns
    -------
    array, shape (...)
    """
    losses = pinball_loss(np.asarray(actual)[..., None], quantiles, levels)
    return np.asarray(2.0 * losses.mean(axis=-1), dtype=float)


def coverage(actual: Array, lower: Array, upper: Array) -> float:
    """Share of outcomes inside their intervals, bounds included; a share, not a loss."""
    return float(np.mean((actual >= lower) & (actual <= upper)))


def brier_score(met: NDArray[np.bool_], probability: Array) -> float:
    """Mean squared difference of probability and outcome (0 or 1); Brier (1950).

    Examples
    --------
    >>> brier_score(np.array([True, False]), np.array([0.8, 0.4]))
    0.1
    """
    return round(float(np.mean((probability - met.astype(float)) ** 2)), 12)


def reliability_table(
    met: NDArray[np.bool_], probability: Array, bins: int = 10
) -> list[dict[str, float]]:
    """How often targets were met, by the forecast probability.

    Returns
    -------
    list of rows `low, high, n, mean_probability, share_met`; empty bins left out
    """
    edges = np.arange(1, bins) / bins
    place = np.searchsorted(edges, probability, side="right")
    rows = []
    for index in range(bins):
        inside = place == index
        if inside.any():
            rows.append(
                {
                    "low": index / bins,
                    "high": (index + 1) / bins,
                    "n": float(inside.sum()),
                    "mean_probability": float(probability[inside].mean()),
                    "share_met": float(met[inside].mean()),
                }
            )
    return rows


def annual_error(forecast: ArrayLike, actual: ArrayLike, last_year: ArrayLike) -> Array:
    """Absolute error of the annual total as a fraction of last year's total.

    NaN if last year's total is not positive.
    """
    error = np.abs(np.asarray(forecast, dtype=float) - np.asarray(actual, dtype=float))
    scale = np.asarray(last_year, dtype=float)
    return np.asarray(error / np.where(scale > 0, scale, np.nan), dtype=float)
