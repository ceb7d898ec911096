"""The period of a target, and the outcome of a projected year over it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.annual import (
    AnnualDistribution,
    base_over,
    best_known,
    least_firm,
    monthly_values,
    response_over,
)
from models.errors import InvalidTarget
from models.series import FigureStatus, Month, Series

Array = NDArray[np.float64]

WHOLE_YEAR = "year"
MONTHS: Mapping[str, tuple[int, int]] = {
    WHOLE_YEAR: (1, 12),
    "Q1": (1, 3),
    "Q2": (4, 6),
    "Q3": (7, 9),
    "Q4": (10, 12),
    "H1": (1, 6),
    "H2": (7, 12),
    "9M": (1, 9),
    "remaining half": (7, 12),
}
_DATED_CODE = re.compile(r"(\d{4})[- ]?(Q[1-4]|H[12]|9M)")
_DAY = r"(\d{4}-\d{2}-\d{2})"
_UNTIL = re.compile(_DAY)
_FROM_TO = re.compile(rf"{_DAY}\.\.{_DAY}")


@dataclass(frozen=True)
class Period:
    """A range of days within a year, both ends included."""

    first: date
    last: date

    @property
    def months(self) -> tuple[int, int] | None:
        """First and last calendar month, 1 to 12; None unless the period is whole months."""
        ends = calendar.monthrange(self.last.year, self.last.month)[1]
        if self.first.day != 1 or self.last.day != ends:
            return None
        return self.first.month, self.last.month


def names_a_day(text: str) -> bool:
    """Whether a period is written with its last day, not as a part of the calendar year."""
    return bool(_UNTIL.fullmatch(text) or _FROM_TO.fullmatch(text))


def period_of(text: str, year: int) -> Period:
    """The days of a target's period.

    Parameters
    ----------
    text : a code of `MONTHS`, with or without the year ('Q3', '2021Q3');
        '2021-09-30' for 1 January through that day; '2021-07-15..2021-12-31'

    Raises
    ------
    InvalidTarget
        If it is not a period, or is outside the year.

    Examples
    --------
    >>> period_of("9M", 2021).last
    datetime.date(2021, 9, 30)
    """
    dated = _DATED_CODE.fullmatch(text)
    code = dated[2] if dated and int(dated[1]) == year else text
    if code in MONTHS:
        first, last = MONTHS[code]
        return Period(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))
    until, between = _UNTIL.fullmatch(text), _FROM_TO.fullmatch(text)
    try:
        if until:
            period = Period(date(year, 1, 1), date.fromisoformat(until[1]))
        elif between:
            period = Period(date.fromisoformat(between[1]), date.fromisoformat(between[2]))
        else:
            raise ValueError(text)
    except ValueError:
        raise InvalidTarget(
            "expected a period such as {MONTHS}, {year}-09-30 or "
            "{year}-07-15..{year}-12-31, found '{text}'.",
            MONTHS=", ".join(MONTHS),
            year=year,
            text=text,
        ) from None
    if not period.first.year == period.last.year == year or period.first > period.last:
        raise InvalidTarget(
            "expected a period within {year}, found '{text}'.", year=year, text=text
        )
    return period


def over_period(
    annual: AnnualDistribution, series: Series, first: int, last: int
) -> AnnualDistribution:
    """The outcome over some months of a projected year, on the same paths.

    Parameters
    ----------
    annual : of the whole year, calibrated
    series : the series of that year
    first, last : calendar months, 1 to 12

    Returns
    -------
    AnnualDistribution with arrays of these months only. A period from January that
    reaches the cutoff uses the published year to date; any other adds up its months.
    """
    if (first, last) == (1, 12):
        return annual
    months = slice(first - 1, last)
    known = int(np.clip(annual.months_known - months.start, 0, last - months.start))
    ahead = slice(
        max(first - 1 - annual.months_known, 0), max(last - annual.months_known, 0)
    )  # among the remaining months
    response = response_over(series, annual.year, annual.last_year, months)
    observed = annual.observed[months][:known]
    revision = _revision_over(annual, series, months, response, known)
    ends_with_it = known > 0 and months.start + known == annual.months_known
    reached = annual.reached if ends_with_it else None
    if reached is not None and months.start:  # of the nowcast month nothing counts as sure
        reached = float(observed[:-1].sum())
    return replace(
        annual,
        first_month=first,
        months_known=known,
        known=_known_over(annual, series, months, response, observed) + revision,
        revision=revision,
        observed=observed,
        months=annual.months[:, ahead],
        response=response[:, known:],
        base=base_over(series, annual.year, annual.last_year, months),
        last_year=annual.last_year[:, months],
        actual_to_date=None,
        data_status=_status_over(annual, series, months),
        middle=None,
        reached=reached,
    )


def _revision_over(
    annual: AnnualDistribution, series: Series, months: slice, response: Array, known: int
) -> Array:
    """Effect of the last month's revision on the outcome over the months, shape (n_paths,).

    Zero if the months are over (they are settled on the estimate) or end before it.
    """
    ends_with_it = known > 0 and months.start + known == annual.months_known
    settled = known == months.stop - months.start and annual.reached is None
    if not ends_with_it or settled:
        return np.zeros(len(annual.known))
    whole = response_over(series, annual.year, annual.last_year)[:, annual.months_known - 1]
    share = np.divide(response[:, known - 1], whole, out=np.zeros(len(whole)), where=whole != 0)
    return np.asarray(annual.revision * share, dtype=float)


def _known_over(
    annual: AnnualDistribution, series: Series, months: slice, response: Array, observed: Array
) -> Array:
    """The outcome over the months if the remaining months added nothing, shape (n_paths,)."""
    n_known = len(observed)
    if annual.traits.last_month_only:
        settled = n_known == months.stop - months.start
        return np.full(len(annual.known), observed[-1] if settled else 0.0)
    level = annual.traits.year.offset
    if months.start == 0 and n_known == annual.months_known:
        whole = response_over(series, annual.year, annual.last_year)
        firm = annual.known - annual.revision
        return np.asarray((firm - level) * response[:, 0] / whole[:, 0] + level)
    return np.asarray((observed * response[:, :n_known]).sum(axis=1) + level, dtype=float)


def _status_over(annual: AnnualDistribution, series: Series, months: slice) -> FigureStatus | None:
    """Status of the months known; the year to date's if the period reaches the cutoff."""
    if annual.months_known <= months.start:
        return None
    if annual.months_known <= months.stop:
        return annual.data_status
    first = Month(annual.year, 1).ordinal - series.start.ordinal
    places = range(first + months.start, first + months.stop)
    seen = [series.status[place] if place >= 0 else None for place in places]
    return least_firm(seen[-1:] if annual.traits.last_month_only else seen)


def base_known(
    series: Series, year: int, first: int, last: int
) -> tuple[float, FigureStatus] | None:
    """Last year's outcome over some months, as known at a vintage.

    Parameters
    ----------
    series : as of the vintage
    year : the year after the wanted year
    first, last : calendar months, 1 to 12

    Returns
    -------
    (outcome in the KPI's unit, its status); None if a month of it was not known yet,
    and for kind 'growth', which is itself a rate on last year
    """
    monthly = replace(series, values=monthly_values(series))
    months = monthly.calendar_year(year - 1)
    if series.year == year:
        months = best_known(series, months)
    if series.traits.outcome_is_rate or not np.isfinite(months[first - 1 : last]).all():
        return None
    january = Month(year - 1, 1).ordinal - series.start.ordinal
    status = series.base_status if series.year == year else None
    status = status or least_firm(series.status[january + first - 1 : january + last])
    value = float(base_over(series, year, months[None, :], slice(first - 1, last))[0])
    year_just_over = (first, last) == (1, 12) and series.cutoff == Month(year - 1, 12)
    if year_just_over and series.traits.adds_up and series.to_date is not None:
        return series.to_date, series.to_date_status or status
    return value, status
