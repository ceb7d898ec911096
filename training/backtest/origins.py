"""Rolling origins: what was known of a KPI month by month in a past year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from data.vintages.observation import Form
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.series import Month, Series

YEARS_NEEDED = 3  # full years before the one that is forecast
LATE = timedelta(days=100)  # a month first printed later than this has no vintage of its own

_MONTHLY: frozenset[Form] = frozenset(("month", "quarter", "half", "year_to_date"))
_GROWTH: frozenset[Form] = frozenset(("rate_on_year", "rate_on_month"))


@dataclass(frozen=True, eq=False)
class Origin:
    """A KPI as it was known when so many months of a year were.

    Attributes
    ----------
    months_known : 0 (December's report is out, the year has not begun) to 11
    series : ends with that month
    reconstructed : the figures were loaded too late to have a vintage of that
        time; the series is today's, cut off
    """

    months_known: int
    series: Series
    reconstructed: bool


def origins(panel: Panel, kpi: str, year: int, as_of: date) -> Iterator[Origin]:
    """The origins of one KPI and year, at most twelve, in order.

    An origin's vintage is the day on which its month was first printed: what was
    known then, not what is known now. A month that was never the last one known
    (two were printed on one day) has no origin. Where history was loaded long
    after the fact there is no vintage; today's figures are cut off instead.

    Parameters
    ----------
    as_of : nothing published later is looked at
    """
    printed = first_printed(panel, kpi)
    for known in range(12):
        month = Month(year, 1).plus(known - 1)
        day = printed.get(month)
        if day is None or day > as_of:
            continue
        late = day > month.last_day + LATE
        try:
            series = panel.series_as_of(kpi, as_of if late else day)
        except NoObservations:
            continue
        if late:
            series = cut(series, month)
        if series.cutoff == month:
            yield Origin(known, series, late)


def first_printed(panel: Panel, kpi: str) -> dict[Month, date]:
    """The day on which each month was first printed; of a KPI made of others, of the last."""
    definition = panel.definition(kpi)
    members = list(definition.parts)
    if definition.traits.has_denominator:
        members = [name for name in (definition.numerator, definition.denominator) if name]
    if members:
        each = [first_printed(panel, member) for member in members]
        common = set.intersection(*(set(days) for days in each))
        return {month: max(days[month] for days in each) for month in common}
    forms = _GROWTH if definition.traits.known_by_rates else _MONTHLY
    days: dict[Month, date] = {}
    for figure in panel.printed.get(kpi, ()):
        if figure.form in forms and figure.published <= days.get(figure.month, date.max):
            days[figure.month] = figure.published
    return days


def cut(series: Series, month: Month) -> Series:
    """The series up to a month, without what was published for later ones."""
    if not series.start <= month < series.cutoff:
        return series
    shorter = series.until(month)
    base = shorter.calendar_year(month.year - 1)
    return replace(shorter, base=base, base_status="restated" if np.isfinite(base).any() else None)


def full_years(series: Series, year: int) -> list[int]:
    """Years before `year` of which every month is known."""
    candidates = range(series.start.year, min(year, series.year + 1))
    return [one for one in candidates if np.isfinite(series.calendar_year(one)).all()]
