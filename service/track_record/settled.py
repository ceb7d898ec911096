"""Projections and official estimates whose year, or whose target's period, is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from data.db.store import Store
from data.ledger.projections import ledger_of
from data.plans.plan import Plan
from data.sign_off.rows import months_begun, sign_off
from data.sign_off.rules import SignOff, State
from data.vintages.panel import Panel
from models.kinds import Kind
from models.series import Month
from models.targets.periods import WHOLE_YEAR
from models.targets.target import Comparator, Target, TargetLevel
from service.projections.basis import AHEAD
from service.projections.replay import Entry, entry_of
from service.projections.shape import if_known
from service.projections.view import ProjectionView, TargetView
from service.track_record.outcomes import Came, Outcomes

Origin = Literal["live", "backtest"]
SIGNED: tuple[State, ...] = ("approved", "issued")  # an estimate that counts


@dataclass(frozen=True)
class Dated:
    """An entry of the ledger, and when it was recorded."""

    entry: Entry
    recorded_at: datetime

    def in_time(self, came: date) -> bool:
        """Whether it was recorded soon after its day, and before its outcome was published."""
        recorded = self.recorded_at.date()
        return recorded < came and recorded <= self.entry.projection.as_of + AHEAD


@dataclass(frozen=True)
class Judged:
    """A probability that was given, and whether its target was met.

    Attributes
    ----------
    lower_value, upper_value : the bounds as they were understood then, in the KPI's unit
    lower, upper : as they were set, per cent for a target of growth
    met, met_final : on December's estimate (of a part of the year, on its first figure), and
        on the figure since restated; None if that cannot be said
    """

    level: TargetLevel
    period: str
    comparator: Comparator
    lower_value: float | None
    upper_value: float | None
    plan_version: int | None
    probability: float
    met: bool
    met_final: bool | None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Given:
    """A projection that was given out for a month, before its outcome was published.

    Attributes
    ----------
    live : entered in the ledger in time, and before anybody could know the outcome;
        otherwise it was computed afterwards, from the figures of its day
    quantiles : at 0.025, 0.1, 0.5, 0.9, 0.975, in the KPI's unit; None unless the year is over
    grid : see `service.projections.replay.Entry`
    """

    as_of: date
    months_known: int
    origin: Origin
    stamp: str
    model_version: str | None
    recorded_at: datetime
    median: float | None
    quantiles: tuple[float, float, float, float, float] | None
    grid: tuple[float, ...] | None
    targets: tuple[Judged, ...]


@dataclass(frozen=True)
class Estimated:
    """An official estimate of the year that was approved or issued.

    `right` says whether it was on the right side of the assigned target, on December's
    estimate; None without one. `forecast` is the median of the projection of its month.
    """

    month: Month
    value: float
    state: State
    author: str
    entered_at: datetime
    origin: Origin
    right: bool | None
    forecast: float | None


@dataclass(frozen=True)
class SettledKpi:
    """A KPI's year in the record; `came` is None while only a part of the year is over."""

    plan: str
    kpi: str
    kind: Kind
    unit: str
    office: str
    year: int
    came: Came | None
    given: tuple[Given, ...]
    estimates: tuple[Estimated, ...]


def settled_of(store: Store, panel: Panel, plan: Plan, day: date) -> tuple[SettledKpi, ...]:
    """What was given out and estimated of a plan, where the outcome is known on a day.

    Parameters
    ----------
    panel : of the plan's family
    day : nothing published, given out or entered later counts

    Returns
    -------
    tuple, in the plan's order; a figure that carries a label (illustrative) never enters
    """
    outcomes = Outcomes(panel, day)
    signed = [
        sign_off(store, plan.slug, month)
        for month in months_begun(store, plan.slug)
        if month.year <= plan.year and month <= Month(day.year, day.month)
    ]
    entries: dict[str, list[Dated]] = {}
    for one in ledger_of(store, plan.slug):
        entry = entry_of(one.payload)
        if entry.projection.label is None and entry.projection.as_of <= day:
            entries.setdefault(entry.projection.kpi, []).append(Dated(entry, one.recorded_at))
    found = []
    for kpi in plan.kpis:
        came = outcomes.of(kpi.slug, plan.year)
        given = tuple(_given(entries.get(kpi.slug, []), outcomes, plan.year, came))
        estimates = tuple(_estimates(signed, plan, kpi.slug, came, given))
        if given or estimates:
            found.append(
                SettledKpi(
                    plan=plan.slug,
                    kpi=kpi.slug,
                    kind=kpi.kind,
                    unit=kpi.unit,
                    office=plan.body,
                    year=plan.year,
                    came=came,
                    given=given,
                    estimates=estimates,
                )
            )
    return tuple(found)


def _given(
    entries: Sequence[Dated], outcomes: Outcomes, year: int, came: Came | None
) -> Iterator[Given]:
    """One projection a month: what was given out in time, else what was computed since."""
    chosen: dict[tuple[int, int], tuple[tuple[bool, date, datetime], Given]] = {}
    for one in entries:
        view = one.entry.projection
        over = came is not None and view.as_of < came.first.day
        targets = tuple(_judged(one, entries, outcomes, year))
        if not (targets or (over and view.projected is not None)):
            continue
        live = one.in_time(date.max if came is None else came.first.day)
        made = _projection(one, over, targets, "live" if live else "backtest")
        month = (view.as_of.year, view.as_of.month)
        rank = (live, view.as_of, one.recorded_at)
        if month not in chosen or chosen[month][0] <= rank:
            chosen[month] = (rank, made)
    return (chosen[month][1] for month in sorted(chosen))


def _projection(one: Dated, over: bool, targets: tuple[Judged, ...], origin: Origin) -> Given:
    """A projection as the record keeps it; `over`: its whole year is."""
    view = one.entry.projection
    year = view.projected if over else None
    bands = year.quantiles if year else None
    return Given(
        as_of=view.as_of,
        months_known=_months_known(view),
        origin=origin,
        stamp=view.stamp,
        model_version=view.method.model_version,
        recorded_at=one.recorded_at,
        median=year.median if year else None,
        quantiles=if_known(bands, lambda one: (one.q025, one.q10, one.q50, one.q90, one.q975)),
        grid=one.entry.grid if over else None,
        targets=targets,
    )


def _judged(
    one: Dated, entries: Sequence[Dated], outcomes: Outcomes, year: int
) -> Iterator[Judged]:
    """The probabilities of a projection whose target's period is over since."""
    view = one.entry.projection
    for target in view.targets:
        if target.probability is None or target.mark != "open":
            continue
        met, met_final = _met(view, target, entries, outcomes, year)
        if met is not None:
            yield Judged(
                level=target.level,
                period=target.period,
                comparator=target.comparator,
                lower_value=target.lower_value,
                upper_value=target.upper_value,
                plan_version=target.plan_version,
                probability=target.probability,
                met=met,
                met_final=met_final,
                lower=target.lower,
                upper=target.upper,
            )


def _met(
    view: ProjectionView,
    target: TargetView,
    entries: Sequence[Dated],
    outcomes: Outcomes,
    year: int,
) -> tuple[bool | None, bool | None]:
    """Whether a target was met, on the first figure and on the one since."""
    if view.task is not None:  # counted or ticked off: the ledger says how it ended
        marks = (
            other.mark
            for later in entries
            for other in later.entry.projection.targets
            if (other.level, other.period) == (target.level, target.period)
            if later.entry.projection.as_of > view.as_of and other.mark != "open"
        )
        mark = next(marks, None)
        return (None, None) if mark is None else (mark == "met", None)
    came = outcomes.of(view.kpi, year, target.period)
    if came is None or view.as_of >= came.first.day:
        return None, None
    asked = target_of(target)
    return came.met(asked), came.met(asked, final=True)


def target_of(view: TargetView) -> Target:
    """A target as it stood in a projection."""
    return Target(
        comparator=view.comparator,
        lower=view.lower,
        upper=view.upper,
        form=view.form,
        level=view.level,
        period=view.period,
    )


def _months_known(view: ProjectionView) -> int:
    """Months of the plan's year that were known; of a task those that were over."""
    last = view.cutoff or Month(view.as_of.year, view.as_of.month)
    return last.month if last.year == view.year else 0


def _estimates(
    months: Sequence[SignOff], plan: Plan, kpi: str, came: Came | None, given: Sequence[Given]
) -> Iterator[Estimated]:
    """The official estimates of a KPI whose year is over, the newest that was signed a month."""
    if came is None:
        return
    forecasts = {(one.as_of.year, one.as_of.month): one.median for one in given}
    for record in months:
        signed = [one for one in record.estimates if one.kpi == kpi and one.state in SIGNED]
        if not signed:
            continue
        one, month = signed[-1], record.month
        entered = one.steps[0].at
        goal = next(
            (
                target
                for target in plan.targets_on(kpi, month.last_day)
                if (target.level, target.period) == ("assigned", WHOLE_YEAR)
            ),
            None,
        )
        right = None
        if goal is not None and (met := came.met(goal)) is not None:
            right = came.meets(goal, one.value) == met
        yield Estimated(
            month=month,
            value=one.value,
            state=one.state,
            author=one.author,
            entered_at=entered,
            origin="live" if entered.date() < came.first.day else "backtest",
            right=right,
            forecast=forecasts.get((month.year, month.month)),
        )
