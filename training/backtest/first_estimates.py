"""Past revisions of first estimates: each vintage of a KPI compared with the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np

from data.vintages.panel import Panel
from models.annual import monthly_values
from models.errors import NoObservations
from models.revisions import NO_REVISION, Revision, learn_revisions
from models.series import Month, Series
from training.backtest.origins import LATE, first_printed


class PastRevision(NamedTuple):
    """A relative revision of a first estimate, and the day of the revising report."""

    day: date
    revision: float


def past_revisions(
    panel: Panel, kpi: str, as_of: date, known: Mapping[Month, float] | None = None
) -> tuple[PastRevision, ...]:
    """The revision of each month's first estimate in the next report.

    Revisions are those of the year to date: if a cumulative figure is published, all
    changes of the next report to the months up to then, as a share of the month's
    estimate. Months loaded long after the fact have no vintages and are left out, as are
    months first printed as final.

    Parameters
    ----------
    as_of : later publications are ignored
    known : see `revisions_by_month`
    """
    printed = _days(panel, kpi, as_of)
    found = revisions_by_month(panel, kpi, as_of, known)
    return tuple(PastRevision(printed[month], found[month]) for month in found)


def revisions_by_month(
    panel: Panel, kpi: str, as_of: date, known: Mapping[Month, float] | None = None
) -> dict[Month, float]:
    """The same by the month whose report revises, in order.

    Parameters
    ----------
    known : revisions found before, NaN for a month without one: these are not computed again
    """
    printed, found = _days(panel, kpi, as_of), {}
    vintages: dict[Month, Series | None] = {}

    def vintage(month: Month) -> Series | None:
        """The series that ends with a month, as known when it was first printed."""
        if month not in vintages:
            try:
                series = panel.series_as_of(kpi, printed[month])
            except NoObservations:
                vintages[month] = None
            else:
                vintages[month] = series if series.cutoff == month else None
        return vintages[month]

    for month in sorted(printed):
        earlier = month.plus(-1)
        if known and month in known and (earlier in known or earlier not in printed):
            revision = known[month]
        else:
            before = vintage(earlier) if earlier in printed else None
            provisional = before is not None and before.provisional
            after = vintage(month) if provisional else None
            revision = revised_by(before, after) if before and after else float("nan")
        if np.isfinite(revision):
            found[month] = revision
    return found


def revisions_up_to(panel: Panel, kpi: str, up_to: date) -> dict[Month, float]:
    """The same of every month printed up to a day, NaN for one without a revision."""
    found = revisions_by_month(panel, kpi, up_to)
    return {month: found.get(month, float("nan")) for month in sorted(_days(panel, kpi, up_to))}


def _days(panel: Panel, kpi: str, as_of: date) -> dict[Month, date]:
    """The day on which each month was first printed, if it was printed in time."""
    return {
        month: day
        for month, day in first_printed(panel, kpi).items()
        if day <= min(as_of, month.last_day + LATE)
    }


def revised_by(before: Series, after: Series) -> float:
    """The revision of `before`'s last month in `after`, which is a month longer.

    Returns
    -------
    float, relative to the estimate; NaN where the estimate is zero or negative, or
    the month is missing in `after`
    """
    estimate = float(monthly_values(before)[-1])
    if not estimate > 0:
        return float("nan")
    then, now = _published(before, before.months_known), _published(after, before.months_known)
    if after.year == before.year and then is not None and now is not None:
        return (now - then) / estimate
    place = before.cutoff.ordinal - after.start.ordinal
    if place < 0:
        return float("nan")
    return float(monthly_values(after)[place]) / estimate - 1.0


def _published(series: Series, months: int) -> float | None:
    """The published year to date through `months`, in the unit of the months, or None."""
    if series.to_date is None or not series.traits.sums_months:
        return None
    later = float(series.calendar_year(series.year)[months : series.months_known].sum())
    if not series.traits.outcome_is_rate:
        return series.to_date - later
    base = float(series.base[: series.months_known].sum())
    return (1 + series.to_date / 100) * base - later


def revisions_before(
    past: Mapping[str, Iterable[PastRevision]], day: date | None = None
) -> dict[str, Revision]:
    """The usual revision of each KPI from past revisions before a day (default: all).

    KPIs of a family are pooled; a KPI without any gets the family's.
    """
    history = {
        kpi: np.array([one.revision for one in revisions if day is None or one.day < day])
        for kpi, revisions in past.items()
    }
    learned = learn_revisions(history)
    return {kpi: learned.get(kpi, NO_REVISION) for kpi in past}
