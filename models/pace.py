"""What the rest of the year must bring for a target to be just met."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.annual import AnnualDistribution, monthly_values
from models.series import Month, Series

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RequiredMonth:
    """One month: its minimum (for an upper bound: maximum) and growth on last year, per cent."""

    month: Month
    minimum: float
    growth: float | None


@dataclass(frozen=True)
class RequiredQuarter:
    """One quarter, written '2021Q3', whole: months already known are in it.

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
    monthly_average : what an average remaining month must bring, in the KPI's
        unit (for an upper bound: may at most bring; closing: December's level)
    ratio_to_last_year : the rest required ÷ the same months of last year; None
        where last year's are unknown or not positive
    rank_in_history : share of past years whose growth over the same months fell
        short of the required one: 0 when every past year did as much, 1 when
        none ever did; None without two full past years of these months
    months, quarters : shaped by season as the projection is
    """

    monthly_average: float
    ratio_to_last_year: float | None
    rank_in_history: float | None
    months: tuple[RequiredMonth, ...]
    quarters: tuple[RequiredQuarter, ...]


def required_pace(annual: AnnualDistribution, bound: float, series: Series) -> RequiredPace | None:
    """The pace that ends the year exactly at `bound`.

    Parameters
    ----------
    annual : gives the season's shape (its mean months) and what is known
    bound : the year's outcome to be reached, in the KPI's unit
    series : the KPI's history

    Returns
    -------
    RequiredPace, or None when no month is left that could change the outcome

    Notes
    -----
    Ours: the projected mean months are multiplied by one factor, or, where that
    is not possible (a required or projected rest of zero or less), shifted by one
    amount, so that the outcome is `bound`. Kind 'growth' reports growth rates in
    place of levels: its unit is per cent.
    """
    if not annual.response.any():
        return None
    needed = _required_months(annual, bound)
    before = np.median(annual.last_year, axis=0)
    history = _history(series, annual.year)
    first = annual.months_known
    rest = slice(11 if annual.kind == "closing" else first, 12)
    ratio = _ratio(needed[rest], before[rest])
    return RequiredPace(
        monthly_average=_level(annual, float(needed[rest].mean()), ratio),
        ratio_to_last_year=ratio,
        rank_in_history=_rank(ratio, history, rest),
        months=tuple(_month(annual, needed, before, month) for month in range(first, 12)),
        quarters=tuple(
            _quarter(annual, needed, before, history, quarter) for quarter in range(first // 3, 4)
        ),
    )


def _required_months(annual: AnnualDistribution, bound: float) -> Array:
    """The year's twelve months: as known, then as required, shape (12,)."""
    wanted = bound - float(annual.known.mean())
    shape, response = annual.months.mean(axis=0), annual.response.mean(axis=0)
    brings = float(shape @ response)
    if wanted > 0 and brings > 0 and (shape >= 0).all():
        rest = shape * (wanted / brings)
    else:
        rest = shape + (wanted - brings) / response.sum()
    return np.concatenate([annual.observed, rest])


def _month(annual: AnnualDistribution, needed: Array, before: Array, month: int) -> RequiredMonth:
    ratio = _ratio(needed[month : month + 1], before[month : month + 1])
    level = _level(annual, float(needed[month]), ratio)
    return RequiredMonth(Month(annual.year, month + 1), level, _per_cent(ratio))


def _quarter(
    annual: AnnualDistribution, needed: Array, before: Array, history: Array, quarter: int
) -> RequiredQuarter:
    months = slice(3 * quarter, 3 * quarter + 3)
    if annual.kind == "closing":
        months = slice(3 * quarter + 2, 3 * quarter + 3)
    ratio = _ratio(needed[months], before[months])
    total = annual.kind in ("flow", "count", "growth")
    level = float(needed[months].sum() if total else needed[months].mean())
    return RequiredQuarter(
        quarter=f"{annual.year}Q{quarter + 1}",
        minimum=_level(annual, level, ratio),
        growth=_per_cent(ratio),
        rank=_rank(ratio, history, months),
    )


def _level(annual: AnnualDistribution, level: float, ratio: float | None) -> float:
    """The level in the KPI's unit: for kind 'growth' that is the growth itself."""
    growth = _per_cent(ratio)
    return growth if annual.kind == "growth" and growth is not None else level


def _ratio(months: Array, before: Array) -> float | None:
    total = float(before.sum())
    return float(months.sum()) / total if np.isfinite(total) and total > 0 else None


def _per_cent(ratio: float | None) -> float | None:
    return None if ratio is None else 100.0 * (ratio - 1.0)


def _history(series: Series, year: int) -> Array:
    """The years before `year`, oldest first, shape (n_years, 12); NaN where not known."""
    monthly = replace(series, values=monthly_values(series), denominator=None)
    years = range(series.start.year, year)
    return np.array([monthly.calendar_year(past) for past in years]).reshape(-1, 12)


def _rank(ratio: float | None, history: Array, months: slice) -> float | None:
    """Share of past years whose months grew less on the year before than `ratio` asks."""
    totals = history[:, months].sum(axis=1)
    usable = np.isfinite(totals[1:]) & (totals[:-1] > 0)
    if ratio is None or usable.sum() < 1:
        return None
    growth = totals[1:][usable] / totals[:-1][usable]
    return float(np.mean(growth < ratio))
