"""The peers that could serve a kind: simulated months, or a point where a method has no more."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsforecast.models import (
    AutoETS,
    DynamicOptimizedTheta,
    RandomWalkWithDrift,
    SeasonalNaive,
)

from experiments.kinds.cases import Truth

Floats = NDArray[np.float64]

PATHS = 400
RECENT = 36  # months of the count forecast
_MODELS: Mapping[str, Callable[[int], Any]] = {
    "snaive": lambda season: SeasonalNaive(season_length=season),
    "auto_ets": lambda season: AutoETS(season_length=season),
    "dot": lambda season: DynamicOptimizedTheta(season_length=season),
    "drift": lambda season: RandomWalkWithDrift(),
}
OF_KIND: Mapping[str, tuple[str, ...]] = {
    "closing": ("snaive", "auto_ets", "dot", "drift", "last_value"),
    "count": ("snaive", "auto_ets", "dot", "pace", "negative_binomial"),
    "growth": ("snaive", "auto_ets", "dot", "last_rate"),
}
USUAL = ("snaive", "auto_ets", "dot", "pace")


def peer_outcomes(
    truth: Truth, place: int, cut: int, name: str
) -> dict[str, tuple[float, Floats]]:
    """Method → point and simulated outcomes, shape (n_paths,), empty without a distribution.

    Parameters
    ----------
    place : of January of the year asked, in `truth.months`
    cut : months of it known
    name : seeds the draws
    """
    found = {}
    for method in OF_KIND.get(truth.kind, USUAL):
        rng = np.random.default_rng(_seed(f"{name} {cut} {method}"))
        if method in _MODELS:
            point, paths = _simulated(method, truth, place + cut, 12 - cut, rng)
            outcomes = _outcome(truth, place, cut, np.vstack([point, paths]))
        else:
            paths = _SIMPLE[method](truth, place, cut, rng)
            outcomes = _outcome(truth, place, cut, paths)
        middle = outcomes[0] if method in _MODELS else float(np.median(outcomes))
        drawn = outcomes[1:] if method in _MODELS else outcomes
        found[method] = (float(middle), drawn if len(drawn) > 1 else np.empty(0))
    return found


def _simulated(
    method: str, truth: Truth, end: int, horizon: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Point, shape (horizon,), and paths, shape (n_paths, horizon); quarters stay in their
    last month, the other months are zero. Seasonal naive stands in for a model that fails."""
    step = 12 // truth.per_year
    history = truth.months[:end].reshape(-1, step).sum(axis=1)
    ahead = horizon // step
    model = _MODELS[method](truth.per_year)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            model.fit(y=history)
            point = np.asarray(model.predict(h=ahead)["mean"], dtype=float)
            seed = int(rng.integers(2**31))
            paths = np.asarray(model.simulate(h=ahead, n_paths=PATHS, seed=seed), dtype=float)
            if not (np.isfinite(point).all() and np.isfinite(paths).all()):
                raise ValueError(f"{method} is not finite")
        except Exception:  # statsforecast raises plain Exception
            if method == "snaive":
                raise
            return _simulated("snaive", truth, end, horizon, rng)
    spread = np.zeros((len(paths) + 1, horizon))
    spread[:, step - 1 :: step] = np.vstack([point, paths])
    return spread[0], spread[1:]


def _outcome(truth: Truth, place: int, cut: int, paths: Floats) -> Floats:
    """The year's outcome on paths of its remaining months, shape (n_paths, 12 − cut)."""
    known = truth.months[place : place + cut]
    last = truth.months[place - 12 : place]
    months = np.hstack([np.broadcast_to(known, (len(paths), cut)), paths])
    if truth.kind == "average":
        return np.asarray(months.mean(axis=1))
    if truth.kind == "closing":
        return months[:, -1]
    if truth.kind == "growth":
        return np.asarray(100 * (months.sum(axis=1) / last.sum() - 1))
    if truth.divisors is not None:
        before = truth.divisors[place - 12 : place]
        now = truth.divisors[place : place + cut]
        grown = before[cut:] * now.sum() / before[:cut].sum()
        weights = np.concatenate([now, grown])
        return np.asarray(months @ weights / weights.sum())
    return np.asarray(months.sum(axis=1))


def _pace(truth: Truth, place: int, cut: int, rng: np.random.Generator) -> Floats:
    """Last year's months to come × the growth of the year to date."""
    last, known = truth.months[place - 12 : place], truth.months[place : place + cut]
    growth = known.sum() / last[:cut].sum() if last[:cut].sum() > 0 else 1.0
    return (last[cut:] * growth)[None, :]


def _last_rate(truth: Truth, place: int, cut: int, rng: np.random.Generator) -> Floats:
    """The cumulative rate stays as it was last printed."""
    return _pace(truth, place, cut, rng)


def _last_value(truth: Truth, place: int, cut: int, rng: np.random.Generator) -> Floats:
    """The newest level, with the past changes over as many months."""
    history, horizon = truth.months[: place + cut], 12 - cut
    ratios = history[horizon:] / history[:-horizon]
    drawn = rng.choice(ratios[-60:], PATHS)
    return np.repeat((history[-1] * drawn / np.median(drawn))[:, None], horizon, axis=1)


def _negative_binomial(truth: Truth, place: int, cut: int, rng: np.random.Generator) -> Floats:
    """Months drawn with the mean and variance of the last three years, Poisson at least."""
    recent = truth.months[max(0, place + cut - RECENT) : place + cut]
    mean, variance = max(float(recent.mean()), 0.5 / len(recent)), float(recent.var(ddof=1))
    shape = (PATHS, 12 - cut)
    if variance <= mean:
        return rng.poisson(mean, shape).astype(float)
    size = mean**2 / (variance - mean)
    return rng.negative_binomial(size, size / (size + mean), shape).astype(float)


_SIMPLE: Mapping[str, Callable[[Truth, int, int, np.random.Generator], Floats]] = {
    "pace": _pace,
    "last_rate": _last_rate,
    "last_value": _last_value,
    "negative_binomial": _negative_binomial,
}


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
