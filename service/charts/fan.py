"""The months of a projection as rows for a chart: actual, ahead, and cumulative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.series import Month, Series
from service.texts import Lang, assigned, month_name

MONTHS_BEFORE = 30  # months of history shown
BANDS = {"low80": "0.1", "high80": "0.9", "low95": "0.025", "high95": "0.975"}

Row = dict[str, Any]


@dataclass(frozen=True)
class Fan:
    """Rows with 'month' (a local time), 'label', 'value', 'status', and ahead the `BANDS`.

    Attributes
    ----------
    actual, ahead : months as published, months projected; growth in per cent
        on the same month of last year
    cumulative_actual, cumulative_ahead : January through each month, where
        months add up
    last_year : the same for last year, placed under this year's months
    needed, cumulative_needed : the path that would just meet the assigned target,
        begun at the last month known; empty where nothing is left to bring
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
        """January of the year, where labels of the target begin."""
        rows = self.last_year or self.cumulative_actual or self.cumulative_ahead
        return str(rows[0]["month"])


def fan_of(projection: Any, series: Series, lang: Lang) -> Fan:
    """What the chart of a projection draws.

    Parameters
    ----------
    projection : the API's JSON of one KPI; without a basis only the past is drawn
    series : the KPI's months at the same vintage
    """
    year = projection["year"]
    to_come = [month for month in projection["months"] if month["status"] == "projected"]
    ahead = tuple(_band_row(entry["month"], entry["quantiles"], lang) for entry in to_come)
    actual = _actual(series, lang)
    needed = _needed(projection, lang)
    begun = (*actual[-1:], *needed) if needed else ()
    if not series.traits.adds_up:
        return Fan(actual, ahead, needed=begun)
    now = _running(series.calendar_year(year), year, lang)
    if now and series.year == year and projection["actual_to_date"] is not None:
        now = (*now[:-1], {**now[-1], "value": projection["actual_to_date"]})
    cumulative = tuple(_band_row(entry["month"], entry["cumulative"], lang) for entry in to_come)
    before = _running(series.calendar_year(year - 1), year - 1, lang)
    moved = tuple({**row, "month": f"{year}{row['month'][4:]}"} for row in before)
    on_the_way = _added(now[-1:], needed)
    return Fan(actual, ahead, now, cumulative, moved, begun, on_the_way)


def _needed(projection: Any, lang: Lang) -> tuple[Row, ...]:
    """What each month to come must at least bring for the assigned target to be just met."""
    target = assigned(projection)
    required = target.get("required") if target else None
    return tuple(
        _row(Month.parse(entry["month"]), entry["minimum"], "projected", lang)
        for entry in (required["months"] if required else ())
    )


def _added(start: tuple[Row, ...], months: tuple[Row, ...]) -> tuple[Row, ...]:
    """The months added up on what is known; empty without any."""
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


def _band_row(month: str, quantiles: Any, lang: Lang) -> Row:
    row = _row(Month.parse(month), quantiles["0.5"], "projected", lang)
    return row | {band: quantiles[level] for band, level in BANDS.items()}


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
