"""Weights learned on past annual errors, and paths drawn from the candidates by weight."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.paths import Paths

Weights = Mapping[str, float]

SHRINK = 8  # past errors' worth of weight that the pooled error carries
SHARPNESS = 2.0  # weight falls with this power of the error
NEIGHBOUR = 0.5  # what an error one month of the year away counts


def learn_weights(
    own: Mapping[str, NDArray[np.float64]], pooled: Mapping[str, NDArray[np.float64]]
) -> dict[int, dict[str, float]]:
    """Weights of the candidates for each number of months known.

    Parameters
    ----------
    own : per candidate the KPI's annual errors (fractions of last year's total),
        shape (n_years, 12), column m for m months known; NaN where it failed
    pooled : the same for all KPIs of the family together, rows stacked

    Returns
    -------
    dict, months known (0 to 11) → candidate → weight; weights sum to 1; a
    candidate without any error gets none

    Notes
    -----
    Ours: the mean error at a month, its neighbours counting half, is shrunk
    towards the family's (scaled to the KPI's own level of difficulty), and
    weights are inverse squares of it: robust where years are few.
    """
    weights: dict[int, dict[str, float]] = {}
    for known in range(12):
        kernel = np.zeros(12)
        for step, weight in ((-1, NEIGHBOUR), (0, 1.0), (1, NEIGHBOUR)):
            if 0 <= known + step < 12:
                kernel[known + step] = weight
        family = {name: _mean(pooled[name], kernel)[0] for name in sorted(pooled)}
        family = {name: error for name, error in family.items() if np.isfinite(error)}
        mine = {name: _mean(own[name], kernel) for name in sorted(family) if name in own}
        seen = [name for name in mine if np.isfinite(mine[name][0])]
        level = _level({name: mine[name][0] for name in seen}, family)
        scores = {}
        for name, error in family.items():
            count = mine[name][1] if name in seen else 0.0
            value = mine[name][0] if name in seen else 0.0
            shrunk = (count * value + SHRINK * level * error) / (count + SHRINK)
            scores[name] = max(shrunk, 1e-9) ** -SHARPNESS
        total = sum(scores.values())
        weights[known] = {name: score / total for name, score in scores.items()}
    return weights


def combine(paths: Mapping[str, Paths], weights: Weights, rng: np.random.Generator) -> Paths:
    """Joint paths of the ensemble.

    Parameters
    ----------
    paths : per candidate, shape (n_paths, horizon)
    weights : per candidate; those without paths are left out and the rest scaled up

    Returns
    -------
    array, shape (n_paths, horizon): rows of the candidates in proportion to
    their weights, each candidate's first moved so that all agree on the
    ensemble's centre (the weighted median of their medians), half of the way:
    what the candidates disagree about stays visible in the spread
    """
    usable = sorted(name for name in paths if weights.get(name, 0.0) > 0)
    if not usable:
        usable = sorted(paths)
        weights = dict.fromkeys(usable, 1.0)
    share = np.array([weights[name] for name in usable])
    share = share / share.sum()
    n_paths = len(next(iter(paths.values())))
    ends = np.round(np.cumsum(share) * n_paths).astype(int)
    starts = np.r_[0, ends[:-1]]
    centres = {name: np.median(paths[name], axis=0) for name in usable}
    middle = np.array(
        [
            weighted_median(np.array([centres[name][month] for name in usable]), share)
            for month in range(next(iter(paths.values())).shape[1])
        ]
    )
    drawn = [
        paths[name][start:end] * _half_way(centres[name], middle)
        if (paths[name] > 0).all()
        else paths[name][start:end] + (middle - centres[name]) / 2
        for name, start, end in zip(usable, starts, ends, strict=True)
    ]
    mixed = np.concatenate(drawn)
    return mixed[rng.permutation(len(mixed))]


def weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """The weighted median, interpolated between the two values that meet at half the weight.

    Examples
    --------
    >>> weighted_median(np.array([1.0, 2.0, 9.0]), np.array([0.2, 0.6, 0.2]))
    2.0
    """
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weights[order]) - weights[order] / 2
    return float(np.interp(weights.sum() / 2, mass, values[order]))


def _half_way(centre: NDArray[np.float64], goal: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(np.maximum(goal, 1e-300) / centre), dtype=float)


def _mean(errors: NDArray[np.float64], kernel: NDArray[np.float64]) -> tuple[float, float]:
    """Kernel-weighted mean of the errors present, and how many they amount to."""
    if errors.size == 0:
        return float("nan"), 0.0
    present = np.isfinite(errors) & (kernel > 0)
    if not present.any():
        return float("nan"), 0.0
    mass = np.where(present, kernel, 0.0)
    mean = float(np.sum(mass * np.where(present, errors, 0.0)) / mass.sum())
    return mean, float(mass.sum() / kernel.sum())


def _level(own: Mapping[str, float], family: Mapping[str, float]) -> float:
    """How much harder this KPI is than the family, over the candidates seen for it."""
    ratios = [own[name] / family[name] for name in own if family[name] > 0]
    return float(np.median(ratios)) if ratios else 1.0
