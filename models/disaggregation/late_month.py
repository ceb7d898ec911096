"""A month that is late: what KPIs that have it say of it, or leave of their total.

Months of one family share their surprises: a holiday that moved, a closure, a good month;
so do those of related KPIs elsewhere, such as a province's and the nation's.
A KPI whose month is not out yet is forecast by its own ensemble; what its siblings did in
that month beyond their own recent growth says how far the figure will lie from that forecast.

Ours: the logarithms of past figures ÷ own forecasts of a month ahead (from the backtest, as
known then) are regressed on the siblings' innovations in the same months, by ridge in its
dual form, so that many siblings and few months do. Each past year is answered without
itself; these answers give the weight of what the siblings say (shrunk towards none), the
spread, and whether it is used at all: only if it takes at least `LEAST_GAIN` off the mean
error of at least `FEWEST` past months.

Where the month of a printed total and of all its other parts is out, nothing is estimated:
the month is what they leave of it, as long as that was so in the year before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.disaggregation.to_a_day import extended
from models.revisions import Revision, of_unfinished_month
from models.series import ILLUSTRATIVE, FigureStatus, Month, Nowcast, Series

Array = NDArray[np.float64]
Surprises = Mapping[Month, float]  # month → log(figure ÷ own forecast of a month ahead)

FEWEST = 24  # past months needed
LEAST_GAIN = 0.05  # share of the mean error of past months that siblings must take off
RIDGE = 3.0  # of the regression on standardised innovations
DOUBT = 12.0  # months' worth of weight that no information carries
WIDER = 1.3  # of the spread that was left: years to come are less alike than past ones
APART = 0.05  # of a part's usual month; most that was ever left of its total besides
CLIP = 4.0  # robust spreads at which surprises and innovations are cut
_YEARS = 5  # years before whose same months are usual
_MONTHS, _KEPT = 3, 0.8  # months before, and what of their distance from usual stays
_MAD, _Z80, _LEAST = 1.4826, 1.2816, 1e-6


@dataclass(frozen=True)
class SiblingEstimate:
    """What siblings say of a late month.

    Attributes
    ----------
    shift : logarithm of the figure ÷ own forecast, median
    spread : its standard deviation
    gain : share of the mean error of past months that siblings took off, each year
        answered without itself
    cases : past months
    siblings : slugs of those that have the month
    """

    shift: float
    spread: float
    gain: float
    cases: int
    siblings: tuple[str, ...]

    @property
    def helps(self) -> bool:
        """Whether the past lets it in."""
        return self.cases >= FEWEST and self.gain >= LEAST_GAIN


def can_be_estimated(series: Series) -> bool:
    """Whether a month may be added to the series: its months add up, none is below zero, and
    the last was printed, so that what is missing is late and not merely never printed."""
    values = series.values[np.isfinite(series.values)]
    grows = series.traits.adds_up and series.traits.only_grows
    printed = series.nowcast is None and series.status[-1] != "reconstructed"
    return grows and printed and bool((values >= 0).all())


def sibling_estimate(
    surprises: Surprises, month: Month, siblings: Mapping[str, Series]
) -> SiblingEstimate | None:
    """What siblings say of a month of a KPI.

    Parameters
    ----------
    surprises : the KPI's past ones, from forecasts that had not seen the month
    month : the late one
    siblings : series that may have the month, by slug; others are left out

    Returns
    -------
    SiblingEstimate; None without a sibling that has the month, or with fewer than `FEWEST`
        surprises
    """
    past = sorted(one for one in surprises if np.isfinite(surprises[one]) and one < month)
    if len(past) < FEWEST:
        return None
    rows: list[Array] = []
    names: list[str] = []
    for slug in sorted(siblings):
        row = _standardised(siblings[slug], [*past, month])
        if row is not None:
            rows.append(row)
            names.append(slug)
    if not rows:
        return None
    moved = np.stack(rows, axis=1)  # (n_past + 1, n_siblings)
    own = np.array([surprises[one] for one in past])
    scale = max(_MAD * float(np.median(np.abs(own))), _LEAST)
    cut = np.clip(own / scale, -CLIP, CLIP)
    kernel = moved @ moved.T / moved.shape[1]
    years = np.array([one.year for one in past])
    answers = np.empty(len(past))
    for year in np.unique(years):
        out, rest = years == year, years != year
        answers[out] = _ridge(
            kernel[np.ix_(rest, rest)], cut[rest], kernel[:-1][out][:, :-1][:, rest]
        )
    weight = _weight(answers, cut)
    left = np.abs(own - scale * weight * answers)
    gain = 1.0 - float(left.sum()) / max(float(np.abs(own).sum()), _LEAST)
    [now] = _ridge(kernel[:-1, :-1], cut, kernel[-1:, :-1])
    spread = max(WIDER * float(np.quantile(left, 0.8)) / _Z80, _LEAST)
    return SiblingEstimate(scale * weight * float(now), spread, gain, len(past), tuple(names))


def with_late_month(series: Series, forecast: float, said: SiblingEstimate) -> Series:
    """The series with the month after its cutoff as siblings let expect it, and its spread.

    Parameters
    ----------
    series : of a kind whose months add up, none below zero
    forecast : its own of the month, median, in the unit of the months
    said : from `sibling_estimate`, of the same month
    """
    value = forecast * float(np.exp(said.shift))
    return _with_month(series, value, said.spread, siblings=said.siblings, gain=said.gain)


def with_month_left(
    series: Series,
    totals: Iterable[tuple[str, tuple[str, ...]]],
    printed: Mapping[str, Series],
    usual: Revision,
) -> Series | None:
    """The series with the month after its cutoff as what the other parts leave of their total.

    Parameters
    ----------
    series : a part, of a kind whose months add up, none below zero
    totals : those that it is a part of, each with all its parts
    printed : series that may have the month, by slug
    usual : revision of the part's first estimates

    Returns
    -------
    Series, by the first total that gives it. None if a total or another part lacks the month
        or has only an estimate of ours, if less than nothing is left, or if a month of the
        year before was off by more than `APART`. Its spread is that of a revision, and the
        most that those months were off; its year to date is what the others leave too
    """
    own = series.key.rpartition("/")[2]
    for total, parts in totals:
        names = (total, *(one for one in parts if one != own))
        if all(name in printed for name in names):
            found = _left(series, {name: printed[name] for name in names}, usual)
            if found is not None:
                return found
    return None


def _left(series: Series, others: Mapping[str, Series], usual: Revision) -> Series | None:
    """The same for one total, the first of the others."""
    month = series.cutoff.plus(1)
    months = [month.plus(-lag) for lag in range(12, -1, -1)]
    own = _printed(series, months[:-1])
    known = [
        one for one in (_printed(each, months) for each in others.values()) if one is not None
    ]
    if own is None or len(known) < len(others):
        return None
    left = known[0] - np.sum(known[1:], axis=0)
    apart = float(np.abs(left[:-1] - own).max()) / max(float(own.mean()), _LEAST)
    if left[-1] < 0 or apart > APART:
        return None
    unfinished = max(one.unfinished for one in others.values())
    revised = of_unfinished_month(usual, unfinished, series.values).spread
    spread = float(np.hypot(revised, apart))
    ends = [one.to_date for one in others.values() if one.cutoff == month]
    to_dates = [one for one in ends if one is not None]
    to_date = to_dates[0] - sum(to_dates[1:]) if len(to_dates) == len(others) else None
    longer = _with_month(series, float(left[-1]), spread, to_date, left=tuple(others))
    drawn = series.status[-1] in ILLUSTRATIVE  # what was made up stays so
    status: FigureStatus | None = series.status[-1] if drawn else "derived"
    return replace(longer, status=(*series.status, status), to_date_status=status)


def _with_month(
    series: Series, value: float, spread: float, to_date: float | None = None, **of: Any
) -> Series:
    """The series with the month after its cutoff, and what the month is `of`: see `Nowcast`.

    Without a year to date it is the one before and the month.
    """
    month = series.cutoff.plus(1)
    before = 0.0
    if month.month > 1:
        so_far = float(series.calendar_year(series.year)[: series.months_known].sum())
        before = so_far if series.to_date is None else series.to_date
    first = date(month.year, month.month, 1)
    nowcast = Nowcast(first, month.last_day, 0.0, 0.0, value, spread, **of)
    through = before + value if to_date is None else to_date
    return extended(series, np.array([value]), through, nowcast, min(before, through))


def _printed(series: Series, months: Sequence[Month]) -> Array | None:
    """The figures of some months, shape (n_months,); None if one is missing or estimated."""
    places = [one.ordinal - series.start.ordinal for one in months]
    if places[0] < 0 or places[-1] >= len(series.values):
        return None
    given = {series.status[place] for place in places}
    return None if given & {None, "reconstructed"} else series.values[places]


def _ridge(kernel: Array, given: Array, wanted: Array) -> Array:
    """Kernel ridge: the answers to `wanted`, shape (n_wanted, n_given)."""
    if not len(given):
        return np.zeros(len(wanted))
    solved = np.linalg.solve(kernel + RIDGE * np.eye(len(given)), given)
    return np.asarray(wanted @ solved, dtype=float)


def _weight(answers: Array, actual: Array) -> float:
    """The best multiple of the answers, shrunk towards 0, between 0 and 1."""
    explained, size = float(answers @ actual), float(answers @ answers)
    size *= 1.0 + DOUBT / len(answers)
    return float(np.clip(explained / size, 0.0, 1.0)) if size > 0 else 0.0


def _standardised(series: Series, months: Sequence[Month]) -> Array | None:
    """A sibling's innovations in some months, shape (n_months,); None without the last.

    An innovation is how far the logarithm lies above its mean in the same month of the
    years before, less `_KEPT` of the mean of that in the months before; in robust spreads,
    0 where it is not known.
    """
    values = series.values
    place = months[-1].ordinal - series.start.ordinal
    if not 0 <= place < len(values) or len(values) < 12 + _MONTHS + FEWEST:
        return None
    logs = np.log(np.where(values > 0, values, np.nan))
    earlier = np.stack([_lagged(logs, 12 * lag) for lag in range(1, _YEARS + 1)])
    known = np.isfinite(earlier)
    count = known.sum(axis=0)
    mean = np.where(known, earlier, 0.0).sum(axis=0) / np.maximum(count, 1)
    above = np.where(count > 0, logs - mean, np.nan)
    usual = np.mean([_lagged(above, lag) for lag in range(1, _MONTHS + 1)], axis=0)
    found = above - _KEPT * usual
    known = np.isfinite(found[:place])
    if not np.isfinite(found[place]) or known.sum() < FEWEST:
        return None
    spread = max(_MAD * float(np.median(np.abs(found[:place][known]))), _LEAST)
    places = np.array([one.ordinal - series.start.ordinal for one in months])
    inside = (places >= 0) & (places < len(values))
    moved = np.where(inside, found[np.where(inside, places, 0)], np.nan) / spread
    return np.clip(np.nan_to_num(moved), -CLIP, CLIP)


def _lagged(values: Array, lag: int) -> Array:
    """Each month's value `lag` months before; NaN where there is none."""
    found = np.full(len(values), np.nan)
    found[lag:] = values[:-lag]
    return found
