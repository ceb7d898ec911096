"""A vintage's series truncated at an earlier month.

It separates a new vintage's revisions of past months from its new months: the
revisions are those of the new vintage truncated at the old vintage's cutoff.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from data.vintages.panel import Panel
from models.series import FigureStatus, Month, Series


def truncate(panel: Panel, kpi: str, series: Series, cutoff: Month, day: date) -> Series:
    """The series up to a month, with its year to date from the same vintage.

    Parameters
    ----------
    panel, kpi : the source of the series
    series : of the vintage of `day`
    cutoff : a month of the series; the last month returns the series itself
    day : the vintage

    Returns
    -------
    Series; the year to date of sums is that of the series less the months after the
    cutoff, if these are in the same year, so that the new months add exactly their
    own figures; a rate to date is the one printed for the cutoff; None if unavailable

    Raises
    ------
    ValueError
        If the cutoff is not in the series.
    """
    if not series.start <= cutoff <= series.cutoff:
        raise ValueError(
            f"{series.key}: expected a month of {series.start} to {series.cutoff}, found {cutoff}"
        )
    if cutoff == series.cutoff:
        return series
    to_date, status = _to_date(panel, kpi, series, cutoff, day)
    same_year = cutoff.year == series.year
    shorter = replace(series.until(cutoff), to_date=to_date, to_date_status=status)
    if same_year:
        return shorter
    return replace(shorter, base=shorter.calendar_year(cutoff.year - 1), base_status=None)


def same_figures(one: Series, other: Series) -> bool:
    """Whether two series have the same figures, whatever their vintages."""
    arrays = ("values", "base", "denominator", "doubt")
    plain = (
        *("key", "kind", "start", "status", "to_date", "to_date_status", "base_status"),
        *("nowcast", "floor"),
    )
    return all(getattr(one, name) == getattr(other, name) for name in plain) and all(
        _equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


def _equal(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=True))


def _to_date(
    panel: Panel, kpi: str, series: Series, cutoff: Month, day: date
) -> tuple[float | None, FigureStatus | None]:
    """The year to date at the cutoff, with its status; None if unavailable."""
    if cutoff.year != series.year:
        return None, None
    if series.traits.known_by_rates:
        rate = panel.newest(kpi, day).get("rate_to_date", {}).get(cutoff.ordinal)
        return (rate.value - 100, rate.status) if rate else (None, None)
    if not series.traits.adds_up:
        return None, None
    later = series.values[cutoff.ordinal - series.start.ordinal + 1 :]
    if series.to_date is not None and np.isfinite(later).all():
        return float(series.to_date - later.sum()), series.to_date_status
    printed = panel.newest(kpi, day).get("year_to_date", {}).get(cutoff.ordinal)
    return (printed.value, printed.status) if printed else (None, None)
