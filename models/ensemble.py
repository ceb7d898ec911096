"""The ensemble: weights learned from past annual errors, joint paths combined."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.paths import Paths
from models.year_months import MONTHS, near

Array = NDArray[np.float64]
Weights = Mapping[str, float]  # candidate → weight

SHARPNESS = 4.0  # weight falls with this power of the error
TRUST = {"prior": 4.0}  # factor on a candidate's weight; 1 for all others
REACH = float(np.log(3.0))  # candidates' medians are clipped at this distance from the middle
LEAST = 1e-6  # minimum of a relative error
_TIE = 1e-9  # of the weight


def learn_weights(errors: Mapping[str, Array]) -> dict[int, dict[str, float]]:
    """Weights of a family's candidates for each number of months known.

    Parameters
    ----------
    errors : per candidate the annual errors |median − outcome| ÷ last year's outcome,
        shape (n_rows, 12), column m for m months known; NaN where the candidate gave no
        forecast. Row i is the same KPI and year for every candidate

    Returns
    -------
    dict, months known (0 to 11) → candidate → weight; weights sum to 1; a candidate
        without any error gets no weight

    Notes
    -----
    Ours: an error is divided by the mean of all candidates at the same origin, so that
    neither a hard KPI nor a hard year dominates. Weights are inverse fourth powers of the
    mean at a month, to which neighbouring months count half. All KPIs of a family have the
    same: a KPI's own few years add nothing (experiments/constants). `TRUST`
    adds earlier evidence: few years say little, and the prior has learned from thousands
    of series. Both were chosen on public panels that the prior had not seen.
    """
    names = sorted(errors)
    relative = _relative(names, errors)
    present = np.isfinite(relative)
    counts = present.sum(axis=1)  # (n_names, 12)
    totals = np.where(present, relative, 0.0).sum(axis=1)
    weights: dict[int, dict[str, float]] = {}
    for known, kernel in enumerate(near(np.arange(MONTHS))):
        mass = counts @ kernel
        mean = np.divide(totals @ kernel, mass, out=np.full(len(mass), np.inf), where=mass > 0)
        scores = _trust(names) * np.maximum(mean, LEAST) ** -SHARPNESS
        if scores.sum() > 0:
            share = scores / scores.sum()
            weights[known] = {
                name: float(part) for name, part in zip(names, share, strict=True) if part > 0
            }
    return weights


def combine(paths: Mapping[str, Paths], weights: Weights, rng: np.random.Generator) -> Paths:
    """Joint paths of the ensemble.

    Parameters
    ----------
    paths : per candidate, shape (n_paths, horizon); without failed candidates
    weights : per candidate; those without paths are dropped and the rest scaled
        up; without any weight, `TRUST` alone decides
    rng : shuffles the paths, so that the first few are a sample of all

    Returns
    -------
    array, shape (n_paths, horizon): each candidate contributes paths in proportion to
    its weight, then all are scaled or shifted to the ensemble's centre

    Notes
    -----
    Ours: the centre of the months' sum is the weighted geometric mean of the
    candidates' medians, each clipped to within a factor of 3 of their weighted
    median, so that an outlier cannot shift the ensemble. If a sum may be zero or
    negative, the mean is arithmetic and the clipping distance is the candidates'
    median spread (of their central 80 %).
    """
    names = sorted(name for name in paths if weights.get(name, 0.0) > 0) or sorted(paths)
    share = _shares(names, weights)
    medians = np.array([float(np.median(paths[name].sum(axis=1))) for name in names])
    spreads = np.array([_spread(paths[name]) for name in names])
    ratios = all(bool((paths[name] >= 0).all()) for name in names) and bool((medians > 0).all())
    goal, trusted = _centre(medians, share, spreads, ratios)
    adjustments = trusted / medians if ratios else trusted - medians
    mixed = _mixture([paths[name] for name in names], share, adjustments, ratios)
    middle = float(np.median(mixed.sum(axis=1)))
    if ratios and middle > 0:
        mixed = mixed * (goal / middle)
    else:
        mixed = mixed + (goal - middle) / mixed.shape[1]
    return mixed[rng.permutation(len(mixed))]


def centre(medians: Mapping[str, float], weights: Weights, spread: float) -> float:
    """The centre of `combine` for the rest of the year, from medians alone.

    Parameters
    ----------
    medians : per candidate, of the sum of the remaining months; not finite if it failed
    weights : per candidate; without any weight, `TRUST` alone decides
    spread : the usual width of their central 80 %, for sums that may be negative
    """
    finite = {name: value for name, value in medians.items() if np.isfinite(value)}
    names = sorted(name for name in finite if weights.get(name, 0.0) > 0) or sorted(finite)
    middles = np.array([finite[name] for name in names])
    spreads, ratios = np.full(len(names), spread), bool((middles > 0).all())
    return _centre(middles, _shares(names, weights), spreads, ratios)[0]


def _shares(names: list[str], weights: Weights) -> Array:
    share = np.array([weights.get(name, 0.0) for name in names])
    if not share.sum() > 0:
        share = _trust(names)
    return np.asarray(share / share.sum(), dtype=float)


def _trust(names: list[str]) -> Array:
    return np.array([TRUST.get(name, 1.0) for name in names])


def _centre(medians: Array, share: Array, spreads: Array, ratios: bool) -> tuple[float, Array]:
    """The weighted mean of the clipped medians, and the clipped medians; see `combine`."""
    if ratios:
        logs = np.log(medians)
        middle = weighted_median(logs, share)
        trusted = np.clip(logs, middle - REACH, middle + REACH)
        return float(np.exp(share @ trusted)), np.exp(trusted)
    middle = weighted_median(medians, share)
    reach = weighted_median(spreads, share)
    trusted = np.clip(medians, middle - reach, middle + reach)
    return float(share @ trusted), trusted


def weighted_median(values: Array, weights: Array) -> float:
    """The value at which half the weight is reached; the mean of two values at a tie.

    There is no interpolation otherwise: a value with more than half the weight is the
    median, whatever the others are.

    Examples
    --------
    >>> weighted_median(np.array([1.0, 2.0, 9.0]), np.array([0.2, 0.6, 0.2]))
    2.0
    """
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weights[order]) / weights.sum()
    low, high = np.searchsorted(mass, [0.5 - _TIE, 0.5 + _TIE])
    return float((values[order[low]] + values[order[high]]) / 2)


def _mixture(candidates: list[Paths], share: Array, adjustments: Array, ratios: bool) -> Paths:
    """Paths of every candidate in proportion to its share, each candidate adjusted."""
    n_paths, horizon = candidates[0].shape
    ends = np.round(np.cumsum(share) * n_paths).astype(int)
    starts = np.r_[0, ends[:-1]]
    parts = [
        paths[start:end] * by if ratios else paths[start:end] + by / horizon
        for paths, start, end, by in zip(candidates, starts, ends, adjustments, strict=True)
    ]
    return np.concatenate(parts)


def _spread(paths: Paths) -> float:
    low, high = np.quantile(paths.sum(axis=1), [0.1, 0.9])
    return float(high - low)


def _relative(names: list[str], errors: Mapping[str, Array]) -> Array:
    """Errors ÷ the mean of all candidates at the same origin, shape (n_names, n_rows, 12)."""
    stacked = np.stack([errors[name] for name in names])
    present = np.isfinite(stacked)
    count = present.sum(axis=0)
    total = np.where(present, stacked, 0.0).sum(axis=0)
    usual = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    relative = np.full(stacked.shape, np.nan)
    np.divide(stacked, usual, out=relative, where=present & (usual > 0))
    return relative
