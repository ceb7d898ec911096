"""Rolling origins: a KPI as known month by month in a past year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from data.vintages.observation import Form
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.series import FigureStatus, Month, Series

YEARS_NEEDED = 3  # full years before the forecast year
LATE = timedelta(days=100)  # a month first printed later has no vintage of its own

_MONTHLY: frozenset[Form] = frozenset(("month", "quarter", "half", "year_to_date"))
_GROWTH: frozenset[Form] = frozenset(("rate_on_year", "rate_on_month"))


@dataclass(frozen=True, eq=False)
class Origin:
    """A KPI as known when `months_known` months of a year were known.

    Attributes
    ----------
    months_known : 0 (December's report is out, the year has not begun) to 11
    series : ends with that month
    reconstructed : the figures were loaded too late to have a vintage of that
        time; the series is today's, truncated, as of the last day of its last month: so
        what is forecast from it does not depend on the day of a retraining
    """

    months_known: int
    series: Series
    reconstructed: bool


def origins(panel: Panel, kpi: str, year: int, as_of: date) -> Iterator[Origin]:
    """The origins of a KPI and year, at most twelve, in order.

    An origin's vintage is the day on which its month was first printed. A month that was
    never the last month known (two were printed on the same day) has no origin. History
    that was loaded long after the fact has no vintages; today's figures are truncated
    instead.

    Parameters
    ----------
    as_of : later publications are ignored
    """
    printed = first_printed(panel, kpi)
    for known in range(12):
        month = Month(year, 1).plus(known - 1)
        day = printed.get(month)
        if day is None or day > as_of:
            continue
        late = is_late(month, day)
        try:
            series = panel.series_as_of(kpi, as_of if late else day)
        except NoObservations:
            continue
        if late:
            series = reconstructed(series, month)
        if series.cutoff == month:
            yield Origin(known, series, late)


def is_late(month: Month, day: date) -> bool:
    """Whether a month was first printed so late that it has no vintage of its time."""
    return day > month.last_day + LATE


def first_printed(panel: Panel, kpi: str) -> dict[Month, date]:
    """The day each month was first printed; of a derived KPI, the latest of its parts' days."""
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


def truncate(series: Series, month: Month) -> Series:
    """The series up to a month, without figures published for later months."""
    if not series.start <= month < series.cutoff:
        return series
    shorter = series.until(month)
    base = shorter.calendar_year(month.year - 1)
    status: FigureStatus | None = "restated" if np.isfinite(base).any() else None
    return replace(shorter, base=base, base_status=status)


def reconstructed(series: Series, month: Month) -> Series:
    """Today's series as if it had been known at the end of a month."""
    return replace(truncate(series, month), as_of=month.last_day)


def full_years(series: Series, year: int) -> list[int]:
    """Years before `year` with every month known."""
    earlier = range(series.start.year, min(year, series.year + 1))
    return [one for one in earlier if np.isfinite(series.calendar_year(one)).all()]
