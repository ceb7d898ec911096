"""The facts that reports state about each KPI of a plan at a vintage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.sign_off.rules import State
from data.vintages.figures import Newest
from data.vintages.observation import Form
from data.vintages.panel import Panel
from models.annual import monthly_values
from models.errors import NoObservations
from models.series import FigureStatus, Month, Series
from models.targets.periods import base_known
from models.targets.target import Status
from service.projections.shape import Quantiles, if_known
from service.projections.view import (
    BaseStatus,
    EstimateView,
    MonthView,
    ProjectionView,
    TargetView,
)
from service.texts import round_half_up

# exceeded, met, missed: settled by figures, or by the approved estimate of the year
Verdict = Literal[
    "exceeded", "met", "missed", "likely", "at_risk", "unlikely", "no_target", "no_basis"
]
_BY_STATUS: Mapping[Status, Verdict] = {
    "on_track": "likely",
    "at_risk": "at_risk",
    "off_track": "unlikely",
    "no_target": "no_target",
    "no_basis": "no_basis",
}
_APPROVED: tuple[State, ...] = ("approved", "issued")
Office = Literal["statistics", "department"]
_STATISTICS = re.compile(
    r"thống kê|thong ke|statistics office|\b(?:gso|nso)\b", re.IGNORECASE
)  # in a source
_FULL_YEARS = 5  # years behind `Facts.usual`


@dataclass(frozen=True)
class Percentage:
    """Per cent, or percentage points of a KPI that is itself a per cent.

    `printed` in the source, else computed from printed figures.
    """

    value: float
    printed: bool
    points: bool = False


@dataclass(frozen=True)
class OtherFigure:
    """A figure to date beside the one in force, and whose it is."""

    value: float
    office: Office


@dataclass(frozen=True)
class MonthFact:
    """One month of the plan's year, compared with the same month of last year.

    Attributes
    ----------
    view : the month in the projection
    last_year : figure of the same month of last year
    growth : of an observed month, on the same month of last year
    minimum : required to just meet the assigned target
    """

    view: MonthView
    last_year: float | None
    growth: Percentage | None
    minimum: float | None

    @property
    def month(self) -> Month:
        return self.view.month

    @property
    def value(self) -> float:
        """Observed value, else the median (kind growth: per cent on the same month last year)."""
        return self.view.median

    @property
    def status(self) -> BaseStatus:
        return self.view.status

    @property
    def quantiles(self) -> Quantiles | None:
        """None for an observed month."""
        return self.view.quantiles


@dataclass(frozen=True)
class Facts:
    """One KPI; figures in its unit, growth in per cent.

    Attributes
    ----------
    kpi : definition
    projection : at the vintage
    growth_to_date : on the same months of last year; None for kind growth, whose
        figure is itself a growth
    of_plan : figure to date as per cent of the deciding bound
    verdict : the year against the target
    months : of the plan's year, observed and projected
    usual : share of the year usually done by each month, 12 fractions: the mean of the
        last full years, five at most; None without two of them
    other_office : the figure to date that another office printed, if it differs
    growth_years : past years with known growth over the months that are left, which
        `rank_in_history` counts
    missing : months of the plan's year, up to the cutoff, of which nothing was published
    """

    kpi: Kpi
    projection: ProjectionView
    growth_to_date: Percentage | None
    of_plan: Percentage | None
    verdict: Verdict
    months: tuple[MonthFact, ...]
    usual: tuple[float, ...] | None = None
    other_office: OtherFigure | None = None
    growth_years: int = 0
    missing: tuple[Month, ...] = ()

    @property
    def cutoff(self) -> Month | None:
        """The last observed month of the plan's year; None without any."""
        return _cutoff(self.projection)

    @property
    def to_date(self) -> float | None:
        """January through the cutoff, as published."""
        return self.projection.actual_to_date if self.cutoff else None

    @property
    def to_date_status(self) -> FigureStatus | None:
        return self.projection.data_status if self.cutoff else None

    @property
    def target(self) -> TargetView | None:
        """The assigned target of the year."""
        return self.projection.assigned

    @property
    def estimate(self) -> EstimateView | None:
        """The official estimate of the year, if approved."""
        return _approved(self.projection)

    @property
    def pending(self) -> EstimateView | None:
        """The official estimate, if not approved yet."""
        return None if self.estimate else self.projection.official_estimate

    @property
    def bound(self) -> float | None:
        """The deciding bound of the target."""
        return None if self.target is None else self.target.bound

    @property
    def month(self) -> MonthFact | None:
        """The cutoff month."""
        return next((one for one in self.months if one.month == self.cutoff), None)

    @property
    def estimate_of_plan(self) -> float | None:
        """The approved estimate as per cent of the bound; None for kind growth."""
        if self.estimate is None or not self.bound or self.kpi.traits.outcome_is_rate:
            return None
        return 100 * self.estimate.value / self.bound


def facts_of(
    plan: Plan, projections: Sequence[ProjectionView], panel: Panel, day: date
) -> tuple[Facts, ...]:
    """The facts of every projected KPI, in the plan's order.

    Parameters
    ----------
    plan : source of names, units, decimals and parents
    projections : of the plan's KPIs at the vintage
    panel : printed figures, for percentages as printed
    day : the vintage
    """
    return tuple(_facts(plan.kpi(one.kpi), one, panel, day) for one in projections)


def numbers_of(facts: Sequence[Facts]) -> tuple[str, ...]:
    """'1', '2', and '2.1' for a KPI whose parent precedes it in the list."""
    numbers: dict[str, str] = {}
    below: dict[str | None, int] = {}
    for one in facts:
        parent = one.kpi.parent if one.kpi.parent in numbers else None
        below[parent] = below.get(parent, 0) + 1
        place = str(below[parent])
        numbers[one.kpi.slug] = f"{numbers[parent]}.{place}" if parent else place
    return tuple(numbers.values())


def _facts(kpi: Kpi, one: ProjectionView, panel: Panel, day: date) -> Facts:
    figures = panel.newest(kpi.slug, day)
    try:
        series = panel.series_as_of(kpi.slug, day)
    except NoObservations:
        series = None
    return Facts(
        kpi=kpi,
        projection=one,
        growth_to_date=_growth_to_date(one, series, figures),
        of_plan=_of_plan(one, figures),
        verdict=_verdict(one, kpi.decimals),
        months=_months(one, series, figures),
        usual=_usual(one, series),
        other_office=_other_office(kpi, one, panel, day),
        growth_years=_growth_years(one, series),
        missing=_missing(one, series),
    )


def _missing(one: ProjectionView, series: Series | None) -> tuple[Month, ...]:
    cutoff = _cutoff(one)
    if series is None or cutoff is None:
        return ()
    year = series.calendar_year(one.year)[: cutoff.month]
    return tuple(Month(one.year, int(place) + 1) for place in np.flatnonzero(np.isnan(year)))


def _usual(one: ProjectionView, series: Series | None) -> tuple[float, ...] | None:
    if series is None or not one.traits.adds_up:
        return None
    years = [series.calendar_year(year) for year in range(one.year - _FULL_YEARS, one.year)]
    full = [year for year in years if np.isfinite(year).all() and (year >= 0).all() and year.any()]
    if len(full) < 2:
        return None
    return tuple(np.mean([np.cumsum(year) / year.sum() for year in full], axis=0).tolist())


def _growth_years(one: ProjectionView, series: Series | None) -> int:
    cutoff = _cutoff(one)
    if series is None or cutoff is None:
        return 0
    years = range(series.start.year, one.year)
    totals = np.array([series.calendar_year(year)[cutoff.month :].sum() for year in years])
    return int((np.isfinite(totals[1:]) & (totals[:-1] > 0)).sum())


def _other_office(kpi: Kpi, one: ProjectionView, panel: Panel, day: date) -> OtherFigure | None:
    """The newest figure to date of the office whose figure is not in force, if it differs."""
    cutoff = _cutoff(one)
    if cutoff is None or one.actual_to_date is None:
        return None
    newest: dict[Office, float] = {}
    for printed in panel.observations(kpi.slug, day):
        if printed.form == "year_to_date" and printed.month == cutoff:
            newest[_office(printed.source)] = printed.value
    for office, value in newest.items():
        if round_half_up(value, kpi.decimals) != round_half_up(one.actual_to_date, kpi.decimals):
            return OtherFigure(value, office) if len(newest) > 1 else None
    return None


def _office(source: str) -> Office:
    return "statistics" if _STATISTICS.search(source) else "department"


def _cutoff(one: ProjectionView) -> Month | None:
    """The last observed month, if in the plan's year."""
    return one.cutoff if one.cutoff and one.cutoff.year == one.year else None


def _approved(one: ProjectionView) -> EstimateView | None:
    entered = one.official_estimate
    return entered if entered is not None and entered.state in _APPROVED else None


def _growth_to_date(
    one: ProjectionView, series: Series | None, figures: Newest
) -> Percentage | None:
    """As printed, else the figure to date on the same months of last year.

    Of a KPI that is itself a per cent the difference in points.
    """
    cutoff = _cutoff(one)
    if cutoff is None or one.traits.outcome_is_rate:
        return None
    if one.in_points:
        known = None if series is None else base_known(series, cutoff.year, 1, cutoff.month)
        if known is None or one.actual_to_date is None:
            return None
        return Percentage(one.actual_to_date - known[0], printed=False, points=True)
    forms: tuple[Form, ...] = ("rate_to_date",)
    if cutoff.month == 1:
        forms += ("rate_on_year",)
    printed = _printed(figures, forms, cutoff)
    if printed is not None:
        return Percentage(printed - 100, printed=True)
    if series is None or one.actual_to_date is None:
        return None
    before = _last_year(series, cutoff.year)[: cutoff.month]
    base = one.traits.year.combined(before)
    if base is None or not base > 0:
        return None
    return Percentage(100 * (one.actual_to_date / base - 1), printed=False)


def _last_year(series: Series, year: int) -> NDArray[np.float64]:
    """Months of last year, shape (12,), from the best source; NaN if unknown."""
    if series.year == year and np.isfinite(series.base).any():
        return series.base
    return series.calendar_year(year - 1)


def _of_plan(one: ProjectionView, figures: Newest) -> Percentage | None:
    """As printed, else figure to date ÷ bound; None for kinds that do not add up."""
    cutoff, target = _cutoff(one), one.assigned
    if cutoff is None or target is None or not one.traits.adds_up:
        return None
    printed = _printed(figures, ("share_of_plan",), cutoff)
    if printed is not None:
        return Percentage(printed, printed=True)
    if not target.bound or one.actual_to_date is None:
        return None
    return Percentage(100 * one.actual_to_date / target.bound, printed=False)


def _printed(figures: Newest, forms: Sequence[Form], month: Month) -> float | None:
    for form in forms:
        figure = figures.get(form, {}).get(month.ordinal)
        if figure is not None:
            return figure.value
    return None


def _verdict(one: ProjectionView, decimals: int) -> Verdict:
    """From settled figures, else the approved estimate, else the projection."""
    target, estimate, to_date = one.assigned, _approved(one), one.actual_to_date
    if target is None:
        return "no_target"
    if target.status == "missed":
        return "missed"
    if target.status == "achieved":
        beyond = to_date is not None and _beyond(to_date, target, decimals)
        return "exceeded" if beyond else "met"
    if estimate is not None and target.bound is not None:
        return _by_estimate(estimate.value, target, target.bound, decimals)
    return _BY_STATUS[target.status]


def _by_estimate(value: float, target: TargetView, bound: float, decimals: int) -> Verdict:
    outcome, needed = round_half_up(value, decimals), round_half_up(bound, decimals)
    met = outcome <= needed if target.comparator == "at_most" else outcome >= needed
    if not met:
        return "unlikely"
    return "exceeded" if _beyond(value, target, decimals) else "met"


def _beyond(value: float, target: TargetView, decimals: int) -> bool:
    """Above the target or its range; never for an upper limit."""
    top = target.lower_value if target.upper_value is None else target.upper_value
    if target.comparator == "at_most" or top is None:
        return False
    return round_half_up(value, decimals) > round_half_up(top, decimals)


def _months(one: ProjectionView, series: Series | None, figures: Newest) -> tuple[MonthFact, ...]:
    required = if_known(one.assigned, lambda target: target.required)
    minimums = {} if required is None else {of.month: of.minimum for of in required.months}
    before = np.full(12, np.nan)
    if series is not None:
        before = replace(series, values=monthly_values(series)).calendar_year(one.year - 1)
    rows = []
    for view in one.months:
        last_year = float(before[view.month.month - 1])
        known = np.isfinite(last_year) and one.traits.months_on_last_year
        rows.append(
            MonthFact(
                view=view,
                last_year=last_year if known else None,
                growth=_growth_of_month(view, one, last_year, figures),
                minimum=minimums.get(view.month),
            )
        )
    return tuple(rows)


def _growth_of_month(
    view: MonthView, one: ProjectionView, last_year: float, figures: Newest
) -> Percentage | None:
    """Growth of an observed month on the same month of last year."""
    if view.status == "projected" or not one.traits.months_on_last_year:
        return None
    if one.in_points:
        points = view.median - last_year
        return Percentage(points, printed=False, points=True) if np.isfinite(points) else None
    printed = _printed(figures, ("rate_on_year",), view.month)
    if printed is not None:
        return Percentage(printed - 100, printed=True)
    if not last_year > 0:
        return None
    return Percentage(100 * (view.median / last_year - 1), printed=False)
