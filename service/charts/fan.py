"""The months of a projection as rows of a chart: actual, projected, and cumulative."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.series import Month, Series
from service.projections.shape import Quantiles
from service.projections.view import ProjectionView
from service.texts import Lang, month_name

MONTHS_BEFORE = 30  # months of history shown
BANDS = ("low80", "high80", "low95", "high95")

Row = dict[str, Any]


@dataclass(frozen=True)
class Fan:
    """Rows with 'month' (a local time), 'label', 'value', 'status'; projected rows add `BANDS`.

    Attributes
    ----------
    actual, ahead : published and projected months; growth in per cent on the same
        month of last year
    cumulative_actual, cumulative_ahead : January through each month; empty unless
        months add up
    last_year : last year's cumulative figures, dated as this year's months
    needed, cumulative_needed : the path that would just meet the assigned target,
        from the last known month; empty if no month remains
    """

    actual: tuple[Row, ...]
    ahead: tuple[Row, ...]
    cumulative_actual: tuple[Row, ...] = ()
    cumulative_ahead: tuple[Row, ...] = ()
    last_year: tuple[Row, ...] = ()
    needed: tuple[Row, ...] = ()
    cumulative_needed: tuple[Row, ...] = ()

    @property
    def first_month(self) -> str:
        """January of the year, where the target's labels start."""
        rows = self.last_year or self.cumulative_actual or self.cumulative_ahead
        return str(rows[0]["month"])


def fan_of(projection: ProjectionView, series: Series, lang: Lang) -> Fan:
    """What the chart of a projection draws.

    Parameters
    ----------
    projection : of one KPI; if the model could not forecast, only the past is drawn
    series : the KPI's months at the same vintage
    """
    year = projection.year
    projected = [one for one in projection.months if one.status == "projected"]
    ahead = _band_rows(((one.month, one.quantiles) for one in projected), lang)
    actual = _actual(series, lang)
    needed = _needed(projection, lang)
    monthly_path = (*actual[-1:], *needed) if needed else ()
    if not series.traits.adds_up:
        return Fan(actual, ahead, needed=monthly_path)
    now = _running(series.calendar_year(year), year, lang)
    if now and series.year == year and projection.actual_to_date is not None:
        now = (*now[:-1], {**now[-1], "value": projection.actual_to_date})
    cumulative = _band_rows(((one.month, one.cumulative) for one in projected), lang)
    before = _running(series.calendar_year(year - 1), year - 1, lang)
    last_year = tuple({**row, "month": f"{year}{row['month'][4:]}"} for row in before)
    cumulative_path = _cumulated(now[-1:], needed)
    return Fan(actual, ahead, now, cumulative, last_year, monthly_path, cumulative_path)


def _needed(projection: ProjectionView, lang: Lang) -> tuple[Row, ...]:
    """The minimum of each remaining month that just meets the assigned target."""
    target = projection.assigned
    if target is None or target.required is None:
        return ()
    months = target.required.months
    return tuple(_row(one.month, one.minimum, "projected", lang) for one in months)


def _cumulated(start: tuple[Row, ...], months: tuple[Row, ...]) -> tuple[Row, ...]:
    """Cumulative figures of the months, from the last known one; empty without months."""
    if not months:
        return ()
    known = start[0]["value"] if start else 0.0
    totals = known + np.cumsum([row["value"] for row in months])
    ahead = ({**row, "value": float(total)} for row, total in zip(months, totals, strict=True))
    return (*start, *ahead)


def _actual(series: Series, lang: Lang) -> tuple[Row, ...]:
    """The observed months of the last years; a gap has no row."""
    values = _shown(series)
    rows = []
    for place in range(max(0, len(values) - MONTHS_BEFORE), len(values)):
        status = series.status[place]
        if np.isfinite(values[place]) and status is not None:
            rows.append(_row(series.start.plus(place), float(values[place]), status, lang))
    return tuple(rows)


def _shown(series: Series) -> NDArray[np.float64]:
    """Rates on the same month of last year for growth, quotients for ratios, else values."""
    values = np.array(series.values)
    if series.traits.known_by_rates:
        rates = np.full(len(values), np.nan)
        rates[12:] = (values[12:] / values[:-12] - 1) * 100
        return rates
    if series.denominator is not None:
        return np.asarray(values / series.denominator)
    return values


def _band_rows(months: Iterable[tuple[Month, Quantiles | None]], lang: Lang) -> tuple[Row, ...]:
    return tuple(
        _row(month, band.q50, "projected", lang)
        | dict(zip(BANDS, (band.q10, band.q90, band.q025, band.q975), strict=True))
        for month, band in months
        if band is not None
    )


def _running(months: NDArray[np.float64], year: int, lang: Lang) -> tuple[Row, ...]:
    """Cumulative figures of a year up to its first gap, shape of `months` (12,)."""
    finite = np.isfinite(months)
    known = 12 if finite.all() else int(np.argmin(finite))
    totals = np.cumsum(months[:known])
    return tuple(
        _row(Month(year, place + 1), float(totals[place]), "final", lang) for place in range(known)
    )


def _row(month: Month, value: float, status: str, lang: Lang) -> Row:
    """One month; a local time, because a bare date would be read as UTC and slip."""
    return {
        "month": f"{month}-01T00:00:00",
        "label": month_name(str(month), lang),
        "value": value,
        "status": status,
    }
