"""The questions of the benchmark: a series, a year, the months known, and what the year became."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.series import Month
from training.prior.corpus import SMALLEST_BASE, History

MIN_PRIOR_YEARS = 3


@dataclass(frozen=True, eq=False)
class Instance:
    """One question: the year's total when `cut` of its months are known.

    Attributes
    ----------
    series_id : str
    year, cut : int
    history : array, shape (n_months,), gap-free, ends with month `cut` of `year`
    actual : float, the year's total A
    last_year : float, last year's total B, the unit of every score
    closing : the year is the level of its last month, in place of the total
    """

    series_id: str
    year: int
    cut: int
    history: NDArray[np.float64]
    actual: float
    last_year: float
    closing: bool = False

    @property
    def key(self) -> tuple[str, int, int]:
        return self.series_id, self.year, self.cut

    @property
    def to_date(self) -> float:
        """Sum of the months known."""
        return float(self.history[-self.cut :].sum())

    @property
    def horizon(self) -> int:
        return 12 - self.cut

    def year_with(self, coming: NDArray[np.float64]) -> NDArray[np.float64]:
        """The year's outcome with the months to come, shape (..., horizon)."""
        outcome = coming[..., -1] if self.closing else self.to_date + coming.sum(axis=-1)
        return np.asarray(outcome, dtype=float)


@dataclass(frozen=True)
class Questions:
    """What a panel asks, and what was left out and why (counts of series and years)."""

    instances: tuple[Instance, ...]
    left_out: dict[str, int]


def questions(
    panel: Sequence[History],
    *,
    cuts: Sequence[int] = (3, 6, 9),
    years: str = "last",
    n_series: int | None = None,
    first_year: int | None = None,
    last_year: int | None = None,
    min_prior_years: int = MIN_PRIOR_YEARS,
) -> Questions:
    """Every (series, year, cut) that can be forecast and scored.

    A year counts when its twelve months and at least `min_prior_years` full
    years right before it are there without a gap. The history given to the
    methods is the gap-free run of months up to the cut.

    Parameters
    ----------
    years : 'last' (each series' last full year in range) or 'all'
    n_series : how many series to draw (by a hash of their name); None for all
    first_year, last_year : limits of the forecast years
    """
    left_out = {"base not positive": 0, "base below 10 % of the usual year": 0}
    found: dict[str, list[Instance]] = {}
    for series in panel:
        instances: list[Instance] = []
        for year in reversed(_full_years(series, min_prior_years)):
            if (first_year and year < first_year) or (last_year and year > last_year):
                continue
            asked, reason = _ask(series, year, cuts)
            if reason:
                left_out[reason] += 1
            instances = asked + instances
            if years == "last":
                break
        if instances:
            found[series.series_id] = instances
    chosen = sorted(found, key=_draw)[:n_series]
    return Questions(tuple(one for name in sorted(chosen) for one in found[name]), left_out)


def _draw(series_id: str) -> str:
    """A hash that orders series at random, the same on every machine."""
    return hashlib.sha256(series_id.encode()).hexdigest()


def _full_years(series: History, min_prior_years: int) -> list[int]:
    """Years whose months, and those of the years before, are all there."""
    first = series.start.ordinal
    known = np.concatenate([[0], np.cumsum(np.isfinite(series.values))])
    needed = 12 * (min_prior_years + 1)
    result = []
    for year in range(series.start.year + min_prior_years, series.start.year + 1000):
        end = Month(year, 12).ordinal + 1 - first
        if end > len(series.values):
            break
        if end >= needed and known[end] - known[end - needed] == needed:
            result.append(year)
    return result


def _ask(series: History, year: int, cuts: Sequence[int]) -> tuple[list[Instance], str]:
    """The instances of one year, or the reason for leaving it out."""
    begin = Month(year, 1).ordinal - series.start.ordinal
    gaps = np.flatnonzero(np.isnan(series.values[:begin]))
    run = series.values[gaps[-1] + 1 if gaps.size else 0 : begin + 12]
    before = run[:-12]
    totals = before[len(before) % 12 :].reshape(-1, 12).sum(axis=1)
    base = float(totals[-1])
    if base <= 0:
        return [], "base not positive"
    if base < SMALLEST_BASE * float(np.median(totals)):
        return [], "base below 10 % of the usual year"
    actual = float(run[-12:].sum())
    return [
        Instance(series.series_id, year, cut, run[: len(before) + cut].copy(), actual, base)
        for cut in cuts
    ], ""
