"""The table of quarters and months: what each must bring, and what it brings.

Every row has the need, the actual figure or the forecast, and the gap between them; for a
remaining period also the growth on last year that the need means, and how often that growth
was reached before.
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
from service.analysis.quarter_needs import QuarterNeed, quarter_needs
from service.pages.views.target_line import gap_words
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
    signed,
)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PeriodRow:
    """A quarter or a month; '' for a missing value.

    Attributes
    ----------
    quarter : True for a quarter; its months follow
    ahead : whether any month of it is still to come
    planned : the plan's own target for the period
    needed : what just meets the target; of a past quarter the plan's seasonal share
    brought, status : the actual figure with its status, or the forecast
    gap, enough : what it brings beyond the need; None if unknown
    growth : that the need means on last year's same period
    actual_growth : of an observed period
    reached : in how many past years the growth needed was reached
    """

    name: str
    quarter: bool
    ahead: bool
    planned: str
    needed: str
    brought: str
    status: str
    gap: str
    enough: bool | None
    growth: str
    actual_growth: str
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
    for need in quarter_needs(one):
        places = slice(3 * need.quarter - 3, 3 * need.quarter)
        inside = one.months[places]
        entry = quarters.get(str(need.quarter))
        name = TEXT[lang][f"report.quarter.{need.quarter}"].format(year=one.projection.year)
        planned = _planned(one, version, f"Q{need.quarter}", lang)
        row = _row(one, inside, need, entry, history, places, lang)
        rows.append(replace(row, name=name, quarter=True, planned=planned))
        for place, month in enumerate(inside, places.start):
            wanted = months.get(month.month)
            alone = replace(
                need,
                over=month.status != "projected",
                needed=wanted.minimum if wanted else None,
                brought=month.value,
            )
            row = _row(one, [month], alone, wanted, history, slice(place, place + 1), lang)
            rows.append(replace(row, name=month_name(month.month, lang)))
    return rows


def _row(
    one: Facts,
    months: Sequence[MonthFact],
    need: QuarterNeed,
    entry: RequiredQuarterView | RequiredMonthView | None,
    history: Array | None,
    places: slice,
    lang: Lang,
) -> PeriodRow:
    known = [month for month in months if month.status != "projected"]
    decimals, rates = one.kpi.decimals, one.kpi.traits.outcome_is_rate
    value = _combined(one.kpi.traits, known) if known else None
    before = _last_year(one.kpi.traits, months) if len(known) == len(months) else None
    growth = None if not before or value is None else 100 * (value / before - 1)
    if before and value is not None and one.kpi.changes_by_points:
        growth = value - before
    printed = months[0].growth if len(months) == 1 else None
    required = change = entry.growth if entry else None
    if entry and required is not None and one.kpi.changes_by_points:
        change = points_of(entry.minimum, required)
    coming = () if need.over else ("projected",)
    return PeriodRow(
        name="",
        quarter=False,
        ahead=not need.over,
        planned="",
        needed=_figure(need.needed, decimals, lang),
        brought=_figure(need.brought, decimals, lang),
        status=_statuses((*(month.status for month in known), *coming), lang),
        gap=_gap(need, decimals, lang),
        enough=need.enough,
        growth="" if rates else _on_year(change, one, lang),
        actual_growth=_on_year(printed.value if printed else growth, one, lang),
        reached=_reached(one, required, history, places, lang),
    )


def _figure(value: float | None, decimals: int, lang: Lang) -> str:
    return "" if value is None else number(value, lang, decimals)


def _gap(need: QuarterNeed, decimals: int, lang: Lang) -> str:
    """The gap in the unit and in per cent of the need: '−11,0 (−8,3%)'."""
    if need.gap is None:
        return ""
    gap = signed(need.gap, lang, decimals)
    return gap if need.points or need.share is None else f"{gap} ({gap_words(need, lang)})"


def _on_year(change: float | None, one: Facts, lang: Lang) -> str:
    return "" if change is None else change_of(change, lang, one.kpi.changes_by_points)


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


def _statuses(codes: Sequence[str], lang: Lang) -> str:
    """The statuses in words, each word once: 'illustrative, estimate, forecast'."""
    words = (word for code in codes for word in FIGURE[lang][code].split(", "))
    return ", ".join(dict.fromkeys(words))


def _planned(one: Facts, version: PlanVersion | None, period: str, lang: Lang) -> str:
    """The plan's targets for a quarter, as written in the plan."""
    if version is None:
        return ""
    targets = [target for target in version.targets_of(one.kpi.slug) if target.period == period]
    shown = [plain_bounds(target, one.kpi.unit, lang, one.kpi.decimals) for target in targets]
    return "; ".join(shown)


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
        return ""
    if one.kpi.traits.last_month_only:
        places = slice(places.stop - 1, places.stop)
    ceiling = one.target.comparator == "at_most"
    times, years = reached_before(history, places, growth, ceiling)
    if not years:
        return ""
    return TEXT[lang]["quarters.reached"].format(times=times, years=years)
