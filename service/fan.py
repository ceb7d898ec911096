"""The months of a projection as rows for a chart: actual, ahead, and cumulative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.pipeline import Projection
from models.series import Month, Series
from service.texts import Lang, month_name

MONTHS_BEFORE = 30  # months of history shown
BANDS = {"low80": 0.1, "high80": 0.9, "low95": 0.025, "high95": 0.975}
ADDED_UP = ("flow", "count")

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
    """

    actual: tuple[Row, ...]
    ahead: tuple[Row, ...]
    cumulative_actual: tuple[Row, ...] = ()
    cumulative_ahead: tuple[Row, ...] = ()
    last_year: tuple[Row, ...] = ()

    @property
    def first_month(self) -> str:
        """January of the year, where labels of the target begin."""
        rows = self.last_year or self.cumulative_actual or self.cumulative_ahead
        return str(rows[0]["month"])


def fan_of(projection: Projection, series: Series, lang: Lang) -> Fan:
    """What the chart of a projection draws.

    Parameters
    ----------
    projection : with its annual distribution; without one only the past is drawn
    series : the KPI's months at the same vintage
    """
    actual = _actual(series, lang)
    annual, year = projection.annual, projection.year
    ahead = () if annual is None else _ahead(annual.months, annual.first, series, lang)
    if series.kind not in ADDED_UP:
        return Fan(actual, ahead)
    now = _running(series.calendar_year(year), year, lang)
    if now and projection.actual_to_date is not None and series.year == year:
        now = (*now[:-1], {**now[-1], "value": projection.actual_to_date})
    cumulative: tuple[Row, ...] = ()
    if annual is not None:
        paths = annual.known[:, None] + np.cumsum(annual.months, axis=1)
        cumulative = _quantile_rows(paths, annual.first, lang)
    before = _running(series.calendar_year(year - 1), year - 1, lang)
    moved = tuple({**row, "month": f"{year}{row['month'][4:]}"} for row in before)
    return Fan(actual, ahead, now, cumulative, moved)


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
    if series.kind == "growth":
        rates = np.full(len(values), np.nan)
        rates[12:] = (values[12:] / values[:-12] - 1) * 100
        return rates
    if series.kind == "ratio" and series.denominator is not None:
        return np.asarray(values / series.denominator)
    return values


def _ahead(
    months: NDArray[np.float64], first: Month, series: Series, lang: Lang
) -> tuple[Row, ...]:
    """The projected months, from their paths, shape (n_paths, n_months)."""
    if series.kind == "growth":
        before = first.plus(-12).ordinal - series.start.ordinal
        base = series.values[before : before + months.shape[1]]
        if before < 0 or len(base) < months.shape[1]:
            return ()
        months = (months / base - 1) * 100
    return _quantile_rows(months, first, lang)


def _quantile_rows(paths: NDArray[np.float64], first: Month, lang: Lang) -> tuple[Row, ...]:
    rows = []
    for place in range(paths.shape[1]):
        low_to_high = np.quantile(paths[:, place], [0.5, *BANDS.values()])
        row = _row(first.plus(place), float(low_to_high[0]), "projected", lang)
        row.update(zip(BANDS, map(float, low_to_high[1:]), strict=True))
        rows.append(row)
    return tuple(rows)


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
