"""Joint simulated futures, arrays of shape (n_paths, horizon), and their seeded generator."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Paths = NDArray[np.float64]

N_PATHS = 2000
QUANTILE_LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)  # published in a projection


def generator(*names: str) -> np.random.Generator:
    """A generator seeded by names (family, KPI, vintage…), not by call order.

    The same names give the same digits on every run, in any order of KPIs and
    for any number of workers.
    """
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))


def quantiles(
    samples: NDArray[np.float64], levels: Sequence[float] = QUANTILE_LEVELS
) -> dict[str, float]:
    """Quantiles by level as in a projection: {'0.1': 12.3, …}."""
    values = np.quantile(samples, levels)
    return {f"{level:g}": float(value) for level, value in zip(levels, values, strict=True)}


def expected_sum(paths: Paths) -> float:
    """The sum of the months' medians, in their unit.

    Ours: if months are drawn on logarithms, the median of their sum lies above the
    sum of their medians, the more so the wider the distribution. On public panels
    the sum of the medians is the better forecast of a year
    (`experiments/panels_left_out`).

    Examples
    --------
    >>> expected_sum(np.array([[1.0, 5.0], [2.0, 2.0], [8.0, 3.0]]))
    5.0
    """
    return float(np.median(paths, axis=0).sum())


def centred(paths: Paths) -> Paths:
    """The paths, adjusted so that the median of their sums is `expected_sum`.

    Multiplied by a common factor if no value is negative, else shifted by a common amount
    per month; unchanged if `expected_sum` is zero.
    """
    goal, middle = expected_sum(paths), float(np.median(paths.sum(axis=1)))
    if (paths >= 0).all():
        return np.asarray(paths * (goal / middle), dtype=float) if goal > 0 else paths
    return np.asarray(paths + (goal - middle) / paths.shape[1], dtype=float)


def autocorrelated(
    spread: float, persistence: float, horizon: int, n_paths: int, rng: np.random.Generator
) -> Paths:
    """Stationary first-order autoregressive noise, shape (n_paths, horizon).

    Parameters
    ----------
    spread : standard deviation of each month's value
    persistence : correlation of one month with the next, in [0, 1)
    """
    noise = rng.standard_normal((n_paths, horizon))
    path = np.empty_like(noise)
    if horizon:
        path[:, 0] = noise[:, 0]
    step = np.sqrt(1.0 - persistence**2)
    for month in range(1, horizon):
        path[:, month] = persistence * path[:, month - 1] + step * noise[:, month]
    return spread * path
