"""Rules that were removed because they do not matter, kept to be compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from models import ensemble
from models.calibration import LEVELS
from models.year_months import near
from training.backtest.rolling_origin import learn
from training.backtest.year import Lesson, YearResult

Floats = NDArray[np.float64]

OWN_YEARS = 4.0  # years of errors' worth of weight that the family carries against a KPI's own
TAIL, FREEDOM = 0.95, 5.0  # share of past errors used; degrees of freedom of what is beyond


def learn_with_own_years(results: Sequence[YearResult], kpis: Sequence[str]) -> dict[str, Lesson]:
    """`learn`, with weights from a KPI's own errors shrunk towards the family's."""
    lessons = learn(results, kpis)
    used = [one for one in results if not one.left_out]
    if not used:
        return lessons
    names = sorted({name for one in used for name in one.errors})
    family, _ = _means(used, names)
    found = {}
    for kpi in kpis:
        mine, years = _means([one for one in used if one.kpi == kpi], names)
        shrunk = (years * np.where(years > 0, mine, 0.0) + OWN_YEARS * family) / (
            years + OWN_YEARS
        )
        trust = np.array([ensemble.TRUST.get(name, 1.0) for name in names])
        scores = trust[:, None] * np.maximum(shrunk, ensemble.LEAST) ** -ensemble.SHARPNESS
        scores = np.where(np.isfinite(scores), scores, 0.0)
        weights = {
            known: dict(zip(names, map(float, column / column.sum()), strict=True))
            for known, column in enumerate(scores.T)
            if column.sum() > 0
        }
        found[kpi] = replace(lessons[kpi], weights=weights)
    return found


def _means(results: Sequence[YearResult], names: Sequence[str]) -> tuple[Floats, Floats]:
    """Mean relative error by candidate and months known, and the years behind it."""
    missing = np.full(12, np.nan)
    rows = [[one.errors.get(name, missing) for one in results] for name in names]
    errors = np.array(rows, dtype=float).reshape(len(names), len(results), 12)
    usual = np.nanmean(np.where(np.isfinite(errors), errors, np.nan), axis=0)
    relative = errors / np.where(usual > 0, usual, np.nan)
    seen, kernel = np.isfinite(relative), near(np.arange(12))
    mass = seen.sum(axis=1) @ kernel
    total = np.where(seen, relative, 0.0).sum(axis=1) @ kernel
    return np.where(mass > 0, total / np.maximum(mass, 1e-9), np.nan), mass / kernel.sum(axis=0)


def quantiles_of_most(sizes: Floats, mass: Floats) -> Floats:
    """Quantiles of past errors up to the share `TAIL`, from the 80 % interval on stretched."""
    order = np.argsort(sizes[mass > 0], kind="stable")
    ordered, weights = sizes[mass > 0][order], mass[mass > 0][order]
    share = np.cumsum(weights) / (weights.sum() + 1.0)
    upper = LEVELS[LEVELS > 0.5]
    inside = 2 * upper - 1
    top = min(TAIL, float(share[-1]))
    found = np.interp(np.minimum(inside, top), np.r_[0.0, share], np.r_[0.0, ordered])
    found *= np.where(inside > top, ndtri(upper) / ndtri((1 + top) / 2), 1.0)
    student = stdtrit(FREEDOM, upper) / stdtrit(FREEDOM, 0.9)
    found *= np.where(upper > 0.9, student / (ndtri(upper) / ndtri(0.9)), 1.0)
    return np.concatenate([-found[::-1], np.zeros(len(LEVELS) - 2 * len(upper)), found])
