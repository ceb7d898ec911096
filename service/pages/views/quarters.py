"""The table of quarters and months: what each remaining one must bring.

Every row has the plan, the actual figure and, for a remaining period, the seasonal
minimum that meets the target, the growth on last year that it means, and how often
that growth was reached before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.plans.plan import PlanVersion
from models.annual import monthly_values
from models.kinds import KindTraits
from models.series import Series
from service.projections.facts import Facts, MonthFact
from service.projections.view import RequiredMonthView, RequiredQuarterView
from service.texts import (
    FIGURE,
    TEXT,
    Lang,
    change_of,
    month_name,
    number,
    plain_bounds,
    points_of,
)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PeriodRow:
    """A quarter or a month; '–' for a missing value.

    Attributes
    ----------
    quarter : True for a quarter; its months follow
    ahead : whether any month of it is still to come
    planned : the plan's own target for the period
    actual, actual_status, actual_growth : so far
    minimum, growth : required, and per cent on last year's same period
    projected : the median forecast of a month
    reached : in how many past years that growth was reached
    """

    name: str
    quarter: bool
    ahead: bool
    planned: str
    actual: str
    actual_status: str
    actual_growth: str
    projected: str
    minimum: str
    growth: str
    reached: str


def period_rows(
    one: Facts, series: Series | None, version: PlanVersion | None, lang: Lang
) -> list[PeriodRow]:
    """Each quarter followed by its months; empty unless all twelve months are known or projected.

    Parameters
    ----------
    one : the KPI's facts at the vintage
    series : its months, to see how often a growth was reached
    version : the plan in force, which may set targets for quarters
    """
    if len(one.months) != 12:
        return []
    required = one.target.required if one.target else None
    quarters = {entry.quarter[-1]: entry for entry in required.quarters} if required else {}
    months = {entry.month: entry for entry in required.months} if required else {}
    history = None if series is None else _history(series, one.projection.year)
    rows = []
    for number_ in range(1, 5):
        places = slice(3 * number_ - 3, 3 * number_)
        inside = one.months[places]
        needed = quarters.get(str(number_))
        rows.append(
            replace(
                _row(one, inside, needed, history, places, lang),
                name=TEXT[lang][f"report.quarter.{number_}"].format(year=one.projection.year),
                quarter=True,
                planned=_planned(one, version, f"Q{number_}", lang),
            )
        )
        for place, month in enumerate(inside, places.start):
            entry = months.get(month.month)
            row = _row(one, [month], entry, history, slice(place, place + 1), lang)
            rows.append(replace(row, name=month_name(month.month, lang)))
    return rows


def _row(
    one: Facts,
    months: Sequence[MonthFact],
    needed: RequiredQuarterView | RequiredMonthView | None,
    history: Array | None,
    places: slice,
    lang: Lang,
) -> PeriodRow:
    known = [month for month in months if month.status != "projected"]
    decimals, rates = one.kpi.decimals, one.kpi.traits.outcome_is_rate
    single = len(months) == 1
    value = _combined(one.kpi.traits, known) if known else None
    before = _last_year(one.kpi.traits, months) if len(known) == len(months) else None
    growth = None if not before or value is None else 100 * (value / before - 1)
    if before and value is not None and one.kpi.changes_by_points:
        growth = value - before
    printed = months[0].growth if single else None
    minimum = needed.minimum if needed else None
    required_growth = needed_change = needed.growth if needed else None
    if needed and required_growth is not None and one.kpi.changes_by_points:
        needed_change = points_of(needed.minimum, required_growth)
    return PeriodRow(
        name="",
        quarter=False,
        ahead=len(known) < len(months),
        planned="–",
        actual=number(value, lang, decimals),
        actual_status=_statuses(known, lang),
        actual_growth=_on_year(printed.value if printed else growth, one, lang),
        projected=number(months[0].value, lang, decimals) if single and not known else "–",
        minimum=number(minimum, lang, decimals),
        growth="–" if rates else _on_year(needed_change, one, lang),
        reached=_reached(one, required_growth, history, places, lang),
    )


def _on_year(change: float | None, one: Facts, lang: Lang) -> str:
    return "–" if change is None else change_of(change, lang, one.kpi.changes_by_points)


def _combined(traits: KindTraits, months: Sequence[MonthFact]) -> float | None:
    """The known months combined; None for rates, which do not combine."""
    values = [month.value for month in months]
    return values[0] if len(values) == 1 else traits.year.combined(np.array(values))


def _last_year(traits: KindTraits, months: Sequence[MonthFact]) -> float | None:
    """Last year's same period; None unless every month is known."""
    values = [month.last_year for month in months]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    return traits.year.combined(np.array(known))


def _statuses(months: Sequence[MonthFact], lang: Lang) -> str:
    """The statuses of the known months, each once."""
    return ", ".join(dict.fromkeys(FIGURE[lang][month.status] for month in months))


def _planned(one: Facts, version: PlanVersion | None, period: str, lang: Lang) -> str:
    """The plan's targets for a quarter, as written in the plan."""
    if version is None:
        return "–"
    targets = [target for target in version.targets_of(one.kpi.slug) if target.period == period]
    shown = [plain_bounds(target, one.kpi.unit, lang, one.kpi.decimals) for target in targets]
    return "; ".join(shown) or "–"


def _history(series: Series, year: int) -> Array:
    """The months of earlier years, oldest first, shape (n_years, 12); NaN if unknown."""
    monthly = replace(series, values=monthly_values(series), denominator=None)
    past = [monthly.calendar_year(before) for before in range(series.start.year, year)]
    return np.array(past).reshape(-1, 12)


def reached_before(history: Array, places: slice, growth: float, ceiling: bool) -> tuple[int, int]:
    """Past years in which the same months reached a growth, and number of known years.

    Parameters
    ----------
    history : array, shape (n_years, 12), oldest first
    places : of the period's months
    growth : per cent on last year's same months
    ceiling : the target is an upper bound, reached by staying below
    """
    totals = history[:, places].sum(axis=1)
    usable = np.isfinite(totals[1:]) & (totals[:-1] > 0)
    rates = 100 * (totals[1:][usable] / totals[:-1][usable] - 1)
    met = rates <= growth if ceiling else rates >= growth
    return int(met.sum()), int(usable.sum())


def _reached(
    one: Facts, growth: float | None, history: Array | None, places: slice, lang: Lang
) -> str:
    if growth is None or history is None or one.target is None:
        return "–"
    if one.kpi.traits.last_month_only:
        places = slice(places.stop - 1, places.stop)
    ceiling = one.target.comparator == "at_most"
    times, years = reached_before(history, places, growth, ceiling)
    if not years:
        return "–"
    return TEXT[lang]["quarters.reached"].format(times=times, years=years)
