"""From a task and what was reported about it to the same projection a series gets."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from models.annual import AnnualDistribution
from models.errors import InvalidTarget
from models.kinds import Kind
from models.paths import N_PATHS, Paths, generator
from models.projection import NO_METHOD, Projection, months_to_come
from models.series import FigureStatus, Month
from models.targets.attainment import (
    DEFAULT_THRESHOLDS,
    Attainment,
    Thresholds,
    no_basis,
    standing,
)
from models.targets.periods import period_of
from models.targets.target import Remark, Target
from models.targets.task import State, Task
from models.targets.task_view import StepSummary, TaskSummary
from models.tasks.counts import Window, draw
from models.tasks.outlook import Aim, Outlook, Past, count_outlook, steps_outlook

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PlannedTask:
    """A task as the version in force on a day has it.

    Attributes
    ----------
    key : 'family/kpi', also what seeds randomness
    kind : one that is counted or ticked off
    unit : what is counted
    year : the plan's
    task : Task
    targets : of this task, absolute
    """

    key: str
    kind: Kind
    unit: str
    year: int
    task: Task
    targets: tuple[Target, ...]

    @property
    def head(self) -> Target | None:
        """The target that done and remaining speak of.

        An assigned one if there is any, and of those the last to fall due.
        """
        ends = [self.window(target) for target in self.targets]
        ranks = [
            (target.level == "assigned", window.deadline if window else date.min, -place)
            for place, (target, window) in enumerate(zip(self.targets, ends, strict=True))
        ]
        return self.targets[ranks.index(max(ranks))] if ranks else None

    @property
    def start(self) -> date | None:
        """The day from which what is done counts."""
        window = None if self.head is None else self.window(self.head)
        return window.start if window else self.task.starts

    def window(self, target: Target) -> Window | None:
        """The days in which what is done counts for a target; None if there are none."""
        try:
            period = period_of(target.period, self.year)
        except InvalidTarget:
            return None
        start = self.task.starts or period.first
        deadline = min(self.task.due or period.last, period.last)
        return Window(start, deadline) if start <= deadline else None


def project_task(
    planned: PlannedTask,
    state: State,
    day: date,
    past: Past = (),
    *,
    n_paths: int = N_PATHS,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Projection:
    """What a task will have reached by its deadline, set against its targets.

    Parameters
    ----------
    planned : PlannedTask
    state : what was reported about it up to `day`
    day : the vintage
    past : (planned, done) of the same task in earlier periods that are closed

    Returns
    -------
    Projection with its `task`; where there is no basis that says what is missing
    """
    outlooks = [_outlook(planned, target, state, day, past) for target in planned.targets]
    years = [
        None if window is None else _distribution(planned, window, state, day, outlook, n_paths)
        for window, outlook in outlooks
    ]
    attainments = tuple(
        _attained(target, outlook, annual, thresholds)
        for target, (_, outlook), annual in zip(planned.targets, outlooks, years, strict=True)
    )
    lead = None if planned.head is None else planned.targets.index(planned.head)
    annual = None if lead is None else years[lead]
    outlook = None if lead is None else outlooks[lead][1]
    headline = None if lead is None else attainments[lead]
    if headline is not None and headline.target.level != "assigned":
        headline = None  # a stretch or an indicative target never speaks for the task
    return Projection(
        key=planned.key,
        unit=planned.unit,
        kind=planned.kind,
        year=planned.year,
        as_of=day,
        cutoff=Month(state.reported.year, state.reported.month) if state.reported else None,
        actual_to_date=None if state.done is None else float(state.done),
        data_status=_data_status(state),
        annual=annual,
        growth=None,
        attainments=attainments,
        months=() if annual is None else months_to_come(annual),
        method=NO_METHOD if outlook is None else outlook.method,
        fallback=None,
        failures={},
        probability=headline.probability if headline else None,
        status=headline.status if headline else "no_target",
        task=_view(planned, state, day, outlook),
    )


def closed_period(planned: PlannedTask, state: State, day: date) -> tuple[int, int] | None:
    """(planned, done) of a counted task once nothing more is added to it, else None."""
    head = planned.head
    window = None if head is None else planned.window(head)
    if head is None or window is None or planned.task.steps:
        return None
    aim = Aim(head, window, judged=False)
    outlook = count_outlook(planned.task, aim, state, day)
    return (aim.bound, outlook.done) if outlook.closed else None


def _outlook(
    planned: PlannedTask, target: Target, state: State, day: date, past: Past
) -> tuple[Window | None, Outlook]:
    window = planned.window(target)
    if window is None:
        missing = Remark("period_not_counted", {"period": target.period})
        return None, Outlook(state.done or 0, None, NO_METHOD, remarks=(missing,))
    lead = None if planned.head is None else planned.window(planned.head)
    aim = Aim(target, window, judged=lead == window)
    if planned.task.steps:
        return window, steps_outlook(planned.task, aim, state, day)
    return window, count_outlook(planned.task, aim, state, day, past)


def _distribution(
    planned: PlannedTask, window: Window, state: State, day: date, outlook: Outlook, n_paths: int
) -> AnnualDistribution | None:
    """The count at the deadline on every path, month by month; None without a basis."""
    if outlook.pmf is None:
        return None
    ends = _month_ends(window)
    seen = _seen(planned.task, window, state, day)
    known = sum(end <= seen for end in ends)
    known = len(ends) if outlook.closed else min(known, len(ends) - 1)
    rng = generator(planned.key, str(day), "task")
    added = draw(outlook.pmf, n_paths, rng)
    months: Paths = np.empty((n_paths, 0))
    if not outlook.closed:
        shares = _shares(window, outlook, seen, ends[known:])
        months = rng.multinomial(added.astype(int), shares).astype(float)
    unknown = np.full(n_paths, np.nan)
    return AnnualDistribution(
        kind=planned.kind,
        unit=planned.unit,
        year=planned.year,
        months_known=known,
        known=np.full(n_paths, float(outlook.done)),
        revision=np.zeros(n_paths),
        observed=np.full(known, np.nan),
        months=months,
        response=np.ones(months.shape),
        base=unknown,
        base_status=None,
        last_year=np.broadcast_to(unknown[:, None], (n_paths, len(ends))),
        actual_to_date=None if state.done is None else float(state.done),
        data_status=_data_status(state),
        non_negative=True,
        first_month=window.start.month,
    )


def _month_ends(window: Window) -> list[date]:
    """The last day of each month of the window, of the last one the deadline."""
    year = window.start.year
    months = range(window.start.month, window.deadline.month + 1)
    ends = [date(year, month, calendar.monthrange(year, month)[1]) for month in months]
    return [min(end, window.deadline) for end in ends]


def _seen(task: Task, window: Window, state: State, day: date) -> date:
    """The day up to which what is done is known; at the earliest the eve of the window."""
    told = state.counts[-1][0] if state.counts else date.min
    return max(day if task.steps else told, window.start - timedelta(days=1))


def _shares(window: Window, outlook: Outlook, seen: date, ends: Sequence[date]) -> Array:
    """How what is added spreads over the months to come, shape (n_months,)."""
    edges = [seen, *ends]
    if outlook.pace is not None:
        return outlook.pace.shares(window, edges)
    weights = np.diff([window.days_to(edge) for edge in edges]).astype(float)
    if outlook.due:
        weights = np.zeros(len(ends))
    for day, chance in outlook.due:
        place = next((place for place, end in enumerate(ends) if day <= end), -1)
        weights[place] += chance
    weights[-1] += not weights.any()  # the deadline is past: what is unreported stands there
    return np.asarray(weights / weights.sum(), dtype=float)


def _attained(
    target: Target, outlook: Outlook, annual: AnnualDistribution | None, thresholds: Thresholds
) -> Attainment:
    if annual is None:
        return no_basis(target, outlook.remarks[0])
    found = standing(annual, target, thresholds=thresholds)
    return replace(found, required=None) if annual.traits.ticked_off else found


def _data_status(state: State) -> FigureStatus | None:
    if state.done is None:
        return None
    return "final" if state.final else "estimate"


def _view(planned: PlannedTask, state: State, day: date, outlook: Outlook | None) -> TaskSummary:
    """What a planner sees first."""
    task, head = planned.task, planned.head
    window = None if head is None else planned.window(head)
    goal = remaining = None
    if head is not None and window is not None:
        goal = Aim(head, window, judged=True).bound
        remaining = None if state.done is None else max(goal - state.done, 0)
    known = outlook is not None and outlook.pmf is not None
    return TaskSummary(
        done=state.done,
        remaining=remaining,
        goal=goal,
        level=head.level if head else None,
        period=head.period if head else None,
        of=task.of,
        starts=planned.start,
        deadline=window.deadline if window else task.due,
        lead=head.owner if head else "",
        role=head.role if head else "",
        part=task.part,
        obstacle=state.obstacle,
        reported=state.reported,
        reported_by=state.reported_by,
        judgement=state.judgement,
        recognised_later=task.recognised_later,
        steps=tuple(
            StepSummary(
                slug=step.slug,
                name_vi=step.name_vi,
                name_en=step.name_en,
                due=step.due,
                done_on=state.steps_done.get(step.slug),
                overdue=step.slug not in state.steps_done
                and step.due is not None
                and step.due < day,
                judgement=state.step_judgements.get(step.slug),
            )
            for step in task.steps
        ),
        assumptions=outlook.remarks if outlook and known else (),
        missing=outlook.remarks if outlook and not known else (),
    )
