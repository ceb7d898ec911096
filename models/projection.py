"""The projection of a KPI's year (design, section 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.annual import AnnualDistribution, BaseStatus, status_to_date, year_to_date
from models.events.projects import Added
from models.kinds import Kind
from models.paths import Paths, quantiles
from models.series import FigureStatus, Month, Nowcast, Series
from models.targets.attainment import Attainment, no_basis, settled_by
from models.targets.fulfilment import Informed
from models.targets.target import Remark, Status, Target
from models.targets.task_view import TaskSummary
from models.year_months import months_known

NO_METHOD = "none"
NO_FORECAST = Remark("no_forecast")


@dataclass(frozen=True)
class Growth:
    """Growth of the year on last year.

    Attributes
    ----------
    median : per cent
    base : last year's outcome, in the KPI's unit (100 for kind 'growth')
    """

    median: float
    base: float
    base_status: BaseStatus | None


@dataclass(frozen=True)
class Rest:
    """What some parts leave of a total that has others too.

    Attributes
    ----------
    parts : slugs
    value : the total's median as shown, less those of the parts, in the KPI's unit
    """

    parts: tuple[str, ...]
    value: float


@dataclass(frozen=True)
class Reconciled:
    """What reconciliation with other KPIs did to a year.

    Attributes
    ----------
    before : median of the KPI's own forecast, or of the sum of its parts' own, in its unit
    others : slugs of the KPIs that it was reconciled with
    rests : of the sums of several KPIs that it contains
    """

    before: float
    others: tuple[str, ...]
    rests: tuple[Rest, ...] = ()


@dataclass(frozen=True)
class ProjectedMonth:
    """One month of the year.

    Attributes
    ----------
    status : of the observed figure, or 'projected'
    median : the figure, or the median of its paths; kind 'growth': per cent on
        the same month of last year, else in the KPI's unit
    quantiles : by level; empty for an observed month
    cumulative : quantiles of the year to date through this month, for projected months
        of flows and counts (quantiles of months do not add up); empty otherwise
    """

    month: Month
    status: FigureStatus | Literal["projected"]
    median: float
    quantiles: Mapping[str, float]
    cumulative: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Projection:
    """The projected year of a KPI as of a vintage.

    Attributes
    ----------
    key : 'family/kpi'
    actual_to_date : published year to date, see `AnnualDistribution`
    annual : the distribution; None without a basis
    growth : None if last year is not known
    attainments : one per target, in the order given
    months : the year's months, observed and projected; empty without a basis
    method : 'ensemble', a single candidate's name, 'published' for a year that is
        over, 'none' without a basis
    fallback : the candidate used because history is short, else None
    failures : candidate (or 'year') → why it is not in the forecast
    cutoff : last month known, for a task the month of its newest report; None without
        figures
    probability, status : of the assigned target
    task : None for a series
    informed : what the plan did to the forecast; None without plans of earlier years
    reconciled : None for a KPI that was not reconciled with others
    projects : what accepted projects add to the year
    nowcast : set if the last months known follow from a figure to a day
    """

    key: str
    unit: str
    kind: Kind
    year: int
    as_of: date
    cutoff: Month | None
    actual_to_date: float | None
    data_status: FigureStatus | None
    annual: AnnualDistribution | None
    growth: Growth | None
    attainments: tuple[Attainment, ...]
    months: tuple[ProjectedMonth, ...]
    method: str
    fallback: str | None
    failures: Mapping[str, str]
    probability: float | None
    status: Status
    task: TaskSummary | None = None
    informed: Informed | None = None
    reconciled: Reconciled | None = None
    projects: tuple[Added, ...] = ()
    nowcast: Nowcast | None = None

    @property
    def met(self) -> NDArray[np.bool_] | None:
        """Whether each path meets the assigned target that `probability` refers to.

        Shape (n_paths,), in the family's joint order; None without such a target or
        basis.
        """
        if self.probability is None:
            return None
        of_year = (one for one in self.attainments if one.target.level == "assigned")
        return next((one.met for one in of_year if one.probability == self.probability), None)


def with_basis(
    series: Series,
    annual: AnnualDistribution,
    attainments: Sequence[Attainment],
    method: str,
    fallback: str | None,
    failures: Mapping[str, str],
) -> Projection:
    """The projection of a calibrated annual distribution."""
    probability, status = _headline(attainments)
    return Projection(
        key=series.key,
        unit=series.unit,
        kind=series.kind,
        year=annual.year,
        as_of=series.as_of,
        cutoff=series.cutoff,
        actual_to_date=annual.actual_to_date,
        data_status=annual.data_status,
        annual=annual,
        growth=_growth(annual),
        attainments=tuple(attainments),
        months=_months(series, annual),
        method=method,
        fallback=fallback,
        failures=dict(failures),
        probability=probability,
        status=status,
        nowcast=series.nowcast if annual.year == series.year else None,
    )


def without_basis(
    series: Series,
    year: int,
    targets: Sequence[Target],
    failures: Mapping[str, str],
    reason: Remark = NO_FORECAST,
) -> Projection:
    """The projection of a KPI without a basis: no projected figure, and the reasons.

    `reason` stands with each target, `failures` with the candidates. What is known stays
    known: the year to date, and a target that it has settled.
    """
    empty = without_figures(
        series.key, series.kind, series.unit, year, series.as_of, targets, failures, reason
    )
    n_known = months_known(series, year)
    actual = year_to_date(series, year, np.full((1, 12), np.nan))
    attainments = [
        settled_by(target, series, year) or known
        for target, known in zip(targets, empty.attainments, strict=True)
    ]
    probability, status = _headline(attainments)
    return replace(
        empty,
        cutoff=series.cutoff,
        actual_to_date=actual,
        data_status=None if actual is None else status_to_date(series, year, n_known),
        attainments=tuple(attainments),
        probability=probability,
        status=status if probability is not None else "no_basis",
    )


def without_figures(
    key: str,
    kind: Kind,
    unit: str,
    year: int,
    day: date,
    targets: Sequence[Target],
    failures: Mapping[str, str],
    reason: Remark = NO_FORECAST,
) -> Projection:
    """The projection of a KPI without figures up to `day`."""
    return Projection(
        key=key,
        unit=unit,
        kind=kind,
        year=year,
        as_of=day,
        cutoff=None,
        actual_to_date=None,
        data_status=None,
        annual=None,
        growth=None,
        attainments=tuple(no_basis(target, reason) for target in targets),
        months=(),
        method=NO_METHOD,
        fallback=None,
        failures=dict(failures),
        probability=None,
        status="no_basis",
    )


def _headline(attainments: Sequence[Attainment]) -> tuple[float | None, Status]:
    """Probability and status of the assigned target of the year."""
    for one in attainments:
        if one.target.level == "assigned" and one.target.period == "year":
            return one.probability, one.status
    return None, "no_target"


def _growth(annual: AnnualDistribution) -> Growth | None:
    growth = annual.growth
    if not np.isfinite(growth).all():
        return None
    base = float(np.median(annual.base))
    if annual.middle is not None and base > 0:  # of the figure shown, so that both agree
        return Growth(100.0 * (annual.shown_median / base - 1.0), base, annual.base_status)
    return Growth(float(np.median(growth)), base, annual.base_status)


def _months(series: Series, annual: AnnualDistribution) -> tuple[ProjectedMonth, ...]:
    observed, projected = annual.observed, annual.months
    if annual.traits.known_by_rates:
        last_year = annual.last_year
        before = np.median(last_year, axis=0)[: annual.months_known]
        observed = 100.0 * (observed / before - 1.0)
        projected = 100.0 * (projected / last_year[:, annual.months_known :] - 1.0)
    rows = []
    for place, value in enumerate(observed):
        month = Month(annual.year, place + 1)
        status = _status(series, month)
        rows.append(ProjectedMonth(month, status, float(value), {}, {}))
    return (*rows, *months_to_come(annual, projected))


def months_to_come(
    annual: AnnualDistribution, shown: Paths | None = None
) -> tuple[ProjectedMonth, ...]:
    """The projected months of a projection.

    Parameters
    ----------
    shown : array, shape of `annual.months`, the values to summarise; default the
        months themselves
    """
    shown = annual.months if shown is None else shown
    cumulative = annual.known[:, None] + np.cumsum(annual.months, axis=1)
    first = Month(annual.year, annual.first_month).plus(annual.months_known)
    to_date = [quantiles(row) for row in cumulative.T] if annual.traits.accumulates else []
    if to_date and annual.middle is not None:  # through December it is the year
        to_date[-1]["0.5"] = annual.shown_median
    return tuple(
        ProjectedMonth(
            first.plus(ahead),
            "projected",
            float(np.median(shown[:, ahead])),
            quantiles(shown[:, ahead]),
            to_date[ahead] if to_date else {},
        )
        for ahead in range(shown.shape[1])
    )


def _status(series: Series, month: Month) -> FigureStatus:
    """Status of an observed month; a missing month was filled: reconstructed."""
    place = month.ordinal - series.start.ordinal
    return (series.status[place] if place >= 0 else None) or "reconstructed"
