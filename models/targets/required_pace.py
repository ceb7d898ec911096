"""The required pace: what the rest of the year must bring to just meet a target."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.annual import AnnualDistribution, monthly_values
from models.series import Month, Series

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RequiredMonth:
    """A month's minimum (for an upper bound: maximum) and its growth on last year, per cent."""

    month: Month
    minimum: float
    growth: float | None


@dataclass(frozen=True)
class RequiredQuarter:
    """A whole quarter, written '2021Q3', including the months already known.

    `minimum` is the quarter's sum (average: mean; closing: level at its end;
    ratio: mean ratio; growth: the growth itself), `growth` per cent on the same
    quarter of last year, `rank` as `RequiredPace.rank_in_history` for the quarter.
    """

    quarter: str
    minimum: float
    growth: float | None
    rank: float | None


@dataclass(frozen=True)
class RequiredPace:
    """The level and growth of the rest of the year that just meets a target.

    Attributes
    ----------
    monthly_average : required mean of the remaining months, in the KPI's unit (for an
        upper bound: permitted mean; closing: the last month's level)
    ratio_to_last_year : the required rest ÷ the same months of last year; None
        if last year's are unknown or not positive
    rank_in_history : share of past years whose growth over the same months was below
        the required growth: 0 if every past year reached it, 1 if no past year did;
        None without two full past years of these months
    months, quarters : with the season of the projection
    """

    monthly_average: float
    ratio_to_last_year: float | None
    rank_in_history: float | None
    months: tuple[RequiredMonth, ...]
    quarters: tuple[RequiredQuarter, ...]


def required_pace(
    annual: AnnualDistribution, bound: float, series: Series | None
) -> RequiredPace | None:
    """The pace that ends the year, or the part of it, exactly at `bound`.

    Parameters
    ----------
    annual : gives the season (its mean months) and the months known
    bound : the outcome to be reached, in the KPI's unit
    series : the KPI's history for the rank, or None

    Returns
    -------
    RequiredPace, or None if no remaining month can change the outcome

    Notes
    -----
    Ours: the projected mean months are multiplied by a common factor, or, if the
    required or projected rest is zero or less, shifted by a common amount, so that the
    months known, as published, and the rest make `bound`: the revision that the months
    known may still see is in the projection, not in what a reader can check. Kind
    'growth' reports growth rates instead of levels: its unit is per cent. Only quarters
    that lie wholly in the period and have no missing month are listed.
    """
    if not annual.response.any():
        return None
    needed = _required_months(annual, bound)
    before = np.median(annual.last_year, axis=0)
    history = _history(series, annual)
    first, n_months = annual.months_known, annual.n_months
    rest = slice(n_months - 1 if annual.traits.last_month_only else first, n_months)
    ratio = _ratio(needed[rest], before[rest])
    return RequiredPace(
        monthly_average=_level(annual, float(needed[rest].mean()), ratio),
        ratio_to_last_year=ratio,
        rank_in_history=_rank(ratio, history, rest),
        months=tuple(_month(annual, needed, before, month) for month in range(first, n_months)),
        quarters=tuple(
            _quarter(annual, needed, before, history, months)
            for months in _quarters(annual)
            if np.isfinite(needed[months]).all()
        ),
    )


def _quarters(annual: AnnualDistribution) -> list[slice]:
    """The unfinished quarters that lie wholly in the period, as slices of its months."""
    january = 1 - annual.first_month
    quarters = [slice(january + start, january + start + 3) for start in (0, 3, 6, 9)]
    return [
        months
        for months in quarters
        if months.start >= 0 and annual.months_known < months.stop <= annual.n_months
    ]


def _required_months(annual: AnnualDistribution, bound: float) -> Array:
    """The period's months: known, then required, shape (n_months,)."""
    wanted = bound - float((annual.known - annual.revision).mean())
    shape, response = annual.months.mean(axis=0), annual.response.mean(axis=0)
    projected = float(shape @ response)
    if wanted > 0 and projected > 0 and (shape >= 0).all():
        rest = shape * (wanted / projected)
    else:
        rest = shape + (wanted - projected) / response.sum()
    return np.concatenate([annual.observed, rest])


def _month(annual: AnnualDistribution, needed: Array, before: Array, month: int) -> RequiredMonth:
    ratio = _ratio(needed[month : month + 1], before[month : month + 1])
    level = _level(annual, float(needed[month]), ratio)
    return RequiredMonth(Month(annual.year, annual.first_month + month), level, _per_cent(ratio))


def _quarter(
    annual: AnnualDistribution, needed: Array, before: Array, history: Array, months: slice
) -> RequiredQuarter:
    number = (annual.first_month - 1 + months.start) // 3 + 1
    if annual.traits.last_month_only:
        months = slice(months.stop - 1, months.stop)
    ratio = _ratio(needed[months], before[months])
    summed = annual.traits.sums_months
    level = float(needed[months].sum() if summed else needed[months].mean())
    return RequiredQuarter(
        quarter=f"{annual.year}Q{number}",
        minimum=_level(annual, level, ratio),
        growth=_per_cent(ratio),
        rank=_rank(ratio, history, months),
    )


def _level(annual: AnnualDistribution, level: float, ratio: float | None) -> float:
    """The level in the KPI's unit; for kind 'growth' the growth itself."""
    growth = _per_cent(ratio)
    return growth if annual.traits.outcome_is_rate and growth is not None else level


def _ratio(months: Array, before: Array) -> float | None:
    total = float(before.sum())
    return float(months.sum()) / total if np.isfinite(total) and total > 0 else None


def _per_cent(ratio: float | None) -> float | None:
    return None if ratio is None else 100.0 * (ratio - 1.0)


def _history(series: Series | None, annual: AnnualDistribution) -> Array:
    """The same months of the years before, oldest first, shape (n_years, n_months).

    NaN if not known.
    """
    if series is None:
        return np.empty((0, annual.n_months))
    monthly = replace(series, values=monthly_values(series), denominator=None)
    first = annual.first_month - 1
    years = range(series.start.year, annual.year)
    past = [monthly.calendar_year(year)[first : first + annual.n_months] for year in years]
    return np.array(past).reshape(-1, annual.n_months)


def _rank(ratio: float | None, history: Array, months: slice) -> float | None:
    """Share of past years whose months grew by less than `ratio` on the year before."""
    totals = history[:, months].sum(axis=1)
    usable = np.isfinite(totals[1:]) & (totals[:-1] > 0)
    if ratio is None or usable.sum() < 1:
        return None
    growth = totals[1:][usable] / totals[:-1][usable]
    return float(np.mean(growth < ratio))
