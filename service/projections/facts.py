"""What is known about each KPI of a plan at a vintage: the numbers that a report states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.vintages.demonstration import series_to_project
from data.vintages.figures import Newest
from data.vintages.observation import Form
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.kinds import traits_of
from models.series import Month, Series
from service.texts import assigned, round_half_up

Json = Any  # until its readers ask a view by attribute

# exceeded, met, missed: settled, or the approved estimate says so for the year
Verdict = Literal[
    "exceeded", "met", "missed", "likely", "at_risk", "unlikely", "no_target", "no_basis"
]
_BY_STATUS: Mapping[str, Verdict] = {
    "on_track": "likely",
    "at_risk": "at_risk",
    "off_track": "unlikely",
    "no_target": "no_target",
    "no_basis": "no_basis",
}
_APPROVED = ("approved", "issued")


@dataclass(frozen=True)
class Percentage:
    """Per cent; `printed` by the source, or computed again from printed figures."""

    value: float
    printed: bool


@dataclass(frozen=True)
class MonthFact:
    """One month: its figure (kind growth: per cent on the same month of last year)."""

    month: Month
    value: float
    status: str
    last_year: float | None
    growth: Percentage | None
    quantiles: Json  # of a month to come
    minimum: float | None  # what the assigned target needs of it


@dataclass(frozen=True)
class Facts:
    """One KPI; figures in its unit, growth in per cent.

    Attributes
    ----------
    kpi : its definition
    projection : the API's JSON
    cutoff : the last month observed of the plan's year; None without any
    to_date, to_date_status : January through the cutoff, as published
    growth_to_date : on the same months of last year; None for kind growth, whose
        figure is itself a growth
    of_plan : the figure to date as per cent of the bound that decides
    target : the assigned target of the year, from the projection
    estimate : the official estimate of the year once it is approved
    pending : one that is not approved yet
    verdict : how the year stands to the target
    months : of the plan's year, observed and to come
    """

    kpi: Kpi
    projection: Json
    cutoff: Month | None
    to_date: float | None
    to_date_status: str | None
    growth_to_date: Percentage | None
    of_plan: Percentage | None
    target: Json | None
    estimate: Json | None
    pending: Json | None
    verdict: Verdict
    months: tuple[MonthFact, ...]

    @property
    def bound(self) -> float | None:
        """The bound that decides: the upper one of 'at most', else the lower one."""
        return bound_of(self.target)

    @property
    def month(self) -> MonthFact | None:
        """The cutoff month."""
        return next((one for one in self.months if one.month == self.cutoff), None)

    @property
    def estimate_of_plan(self) -> float | None:
        """The approved estimate as per cent of the bound; None for kind growth."""
        if self.estimate is None or not self.bound or self.kpi.traits.outcome_is_rate:
            return None
        return 100 * float(self.estimate["value"]) / self.bound


def facts_of(
    plan: Plan, projections: Sequence[Json], panel: Panel, day: date
) -> tuple[Facts, ...]:
    """The facts of every projected KPI, in the plan's order.

    Parameters
    ----------
    plan : gives names, units, decimals and parents
    projections : the API's JSON of the plan's KPIs at the vintage
    panel : what was printed, for percentages as printed
    day : the vintage
    """
    return tuple(_facts(plan.kpi(one["kpi"]), one, panel, day) for one in projections)


def numbers_of(facts: Sequence[Facts]) -> tuple[str, ...]:
    """'1', '2', and '2.1' for a KPI whose parent stands in the list before it."""
    numbers: dict[str, str] = {}
    below: dict[str | None, int] = {}
    for one in facts:
        parent = one.kpi.parent if one.kpi.parent in numbers else None
        below[parent] = below.get(parent, 0) + 1
        place = str(below[parent])
        numbers[one.kpi.slug] = f"{numbers[parent]}.{place}" if parent else place
    return tuple(numbers.values())


def bound_of(target: Json | None) -> float | None:
    """The bound of a target that decides, as an outcome of the year."""
    if target is None:
        return None
    upper = target["comparator"] == "at_most"
    value: float | None = target["upper_value"] if upper else target["lower_value"]
    return value


def _facts(kpi: Kpi, one: Json, panel: Panel, day: date) -> Facts:
    figures = panel.newest(kpi.slug, day)
    try:
        series = series_to_project(panel, kpi.slug, day)
    except NoObservations:
        series = None
    target, entered = assigned(one), one["official_estimate"]
    approved = entered is not None and entered["state"] in _APPROVED
    estimate = entered if approved else None
    cutoff = Month.parse(one["cutoff"]) if one["cutoff"] else None
    if cutoff and cutoff.year != one["year"]:
        cutoff = None
    return Facts(
        kpi=kpi,
        projection=one,
        cutoff=cutoff,
        to_date=one["actual_to_date"] if cutoff else None,
        to_date_status=one["data_status"] if cutoff else None,
        growth_to_date=_growth_to_date(one, series, figures, cutoff),
        of_plan=_of_plan(one, target, figures, cutoff),
        target=target,
        estimate=estimate,
        pending=None if approved else entered,
        verdict=_verdict(one, target, estimate, kpi.decimals),
        months=_months(one, target, series, figures),
    )


def _growth_to_date(
    one: Json, series: Series | None, figures: Newest, cutoff: Month | None
) -> Percentage | None:
    """As printed, else the figure to date on last year's same months."""
    if cutoff is None or traits_of(one["kind"]).outcome_is_rate:
        return None
    forms: tuple[Form, ...] = ("rate_to_date",)
    if cutoff.month == 1:
        forms += ("rate_on_year",)
    printed = _printed(figures, forms, cutoff)
    if printed is not None:
        return Percentage(printed - 100, printed=True)
    if series is None or one["actual_to_date"] is None:
        return None
    before = _last_year(series, cutoff.year)[: cutoff.month]
    base = traits_of(one["kind"]).year.combined(before)
    if base is None or not base > 0:
        return None
    return Percentage(100 * (one["actual_to_date"] / base - 1), printed=False)


def _last_year(series: Series, year: int) -> NDArray[np.float64]:
    """Last year's months, shape (12,), as best known; NaN where unknown."""
    if series.year == year and np.isfinite(series.base).any():
        return series.base
    return series.calendar_year(year - 1)


def _of_plan(
    one: Json, target: Json | None, figures: Newest, cutoff: Month | None
) -> Percentage | None:
    """As printed, else the figure to date ÷ the bound; None where years do not add up."""
    if cutoff is None or target is None or not traits_of(one["kind"]).adds_up:
        return None
    printed = _printed(figures, ("share_of_plan",), cutoff)
    if printed is not None:
        return Percentage(printed, printed=True)
    bound, to_date = bound_of(target), one["actual_to_date"]
    if not bound or to_date is None:
        return None
    return Percentage(100 * to_date / bound, printed=False)


def _printed(figures: Newest, forms: Sequence[Form], month: Month) -> float | None:
    for form in forms:
        figure = figures.get(form, {}).get(month.ordinal)
        if figure is not None:
            return figure.value
    return None


def _verdict(one: Json, target: Json | None, estimate: Json | None, decimals: int) -> Verdict:
    """Settled by the figures, else by the approved estimate, else by the projection."""
    if target is None:
        return "no_target"
    to_date = one["actual_to_date"]
    if target["status"] == "missed":
        return "missed"
    if target["status"] == "achieved":
        beyond = to_date is not None and _beyond(to_date, target, decimals)
        return "exceeded" if beyond else "met"
    if estimate is not None and bound_of(target) is not None:
        return _by_estimate(float(estimate["value"]), target, decimals)
    return _BY_STATUS[target["status"]]


def _by_estimate(value: float, target: Json, decimals: int) -> Verdict:
    bound = bound_of(target)
    assert bound is not None
    outcome, needed = round_half_up(value, decimals), round_half_up(bound, decimals)
    met = outcome <= needed if target["comparator"] == "at_most" else outcome >= needed
    if not met:
        return "unlikely"
    return "exceeded" if _beyond(value, target, decimals) else "met"


def _beyond(value: float, target: Json, decimals: int) -> bool:
    """Above the target, or above its range; never for one that is a ceiling."""
    if target["comparator"] == "at_most":
        return False
    top = target["upper_value"] if target["upper_value"] is not None else target["lower_value"]
    return round_half_up(value, decimals) > round_half_up(top, decimals)


def _months(
    one: Json, target: Json | None, series: Series | None, figures: Newest
) -> tuple[MonthFact, ...]:
    required = target["required"]["months"] if target and target["required"] else ()
    minimums = {entry["month"]: entry["minimum"] for entry in required}
    before = np.full(12, np.nan) if series is None else series.calendar_year(one["year"] - 1)
    rows = []
    for entry in one["months"]:
        month = Month.parse(entry["month"])
        last_year = float(before[month.month - 1])
        known = np.isfinite(last_year) and traits_of(one["kind"]).months_on_last_year
        rows.append(
            MonthFact(
                month=month,
                value=entry["median"],
                status=entry["status"],
                last_year=last_year if known else None,
                growth=_growth_of_month(entry, one["kind"], last_year, figures),
                quantiles=entry["quantiles"],
                minimum=minimums.get(entry["month"]),
            )
        )
    return tuple(rows)


def _growth_of_month(
    entry: Json, kind: str, last_year: float, figures: Newest
) -> Percentage | None:
    """Of an observed month on the same month of last year."""
    if entry["status"] == "projected" or not traits_of(kind).months_on_last_year:
        return None
    printed = _printed(figures, ("rate_on_year",), Month.parse(entry["month"]))
    if printed is not None:
        return Percentage(printed - 100, printed=True)
    if not last_year > 0:
        return None
    return Percentage(100 * (entry["median"] / last_year - 1), printed=False)
