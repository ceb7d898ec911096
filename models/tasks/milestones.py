"""From a task and its reports to a projection, as for a series."""

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
    attainment_over,
    no_basis,
)
from models.targets.periods import names_a_day, period_of
from models.targets.target import Remark, Target
from models.targets.task import State, Task
from models.targets.task_view import StepSummary, TaskSummary
from models.tasks.counts import Window, draw
from models.tasks.outlook import Aim, Outlook, Past, count_outlook, steps_outlook

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PlannedTask:
    """A task in the version in force on a day.

    Attributes
    ----------
    key : 'family/kpi'; also seeds random draws
    kind : a kind that is counted or ticked off
    unit : unit of the count
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
        """The target that `done` and `remaining` refer to.

        An assigned target if there is any, and of those the last one due.
        """
        ends = [self.window(target) for target in self.targets]
        ranks = [
            (target.level == "assigned", window.deadline if window else date.min, -place)
            for place, (target, window) in enumerate(zip(self.targets, ends, strict=True))
        ]
        return self.targets[ranks.index(max(ranks))] if ranks else None

    @property
    def start(self) -> date | None:
        """The first day on which completions count."""
        window = None if self.head is None else self.window(self.head)
        return window.start if window else self.task.starts

    def window(self, target: Target) -> Window | None:
        """The days on which completions count for a target; None if there are none."""
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
    """Project a task to its deadline and compare it with its targets.

    Parameters
    ----------
    planned : PlannedTask
    state : as reported up to `day`
    day : the vintage
    past : (planned, done) of the same task in closed earlier periods

    Returns
    -------
    Projection with its `task`, which lists what is missing if there is no basis
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
        headline = None  # a stretch or an indicative target is never the headline
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
        task=_summary(planned, state, day, outlook),
    )


def closed_period(planned: PlannedTask, state: State, day: date) -> tuple[int, int] | None:
    """(planned, done) of a counted task that is closed, else None."""
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
    """The last day of each month of the window; of the last month the deadline."""
    year = window.start.year
    months = range(window.start.month, window.deadline.month + 1)
    ends = [date(year, month, calendar.monthrange(year, month)[1]) for month in months]
    return [min(end, window.deadline) for end in ends]


def _seen(task: Task, window: Window, state: State, day: date) -> date:
    """The day up to which completions are known; at least the day before the window."""
    reported = state.counts[-1][0] if state.counts else date.min
    return max(day if task.steps else reported, window.start - timedelta(days=1))


def _shares(window: Window, outlook: Outlook, seen: date, ends: Sequence[date]) -> Array:
    """Shares of the remaining completions by month, shape (n_months,)."""
    edges = [seen, *ends]
    if outlook.work is not None:
        return outlook.work.shares(window, edges)
    weights = np.diff([window.days_to(edge) for edge in edges]).astype(float)
    if outlook.due:
        weights = np.zeros(len(ends))
    for day, chance in outlook.due:
        place = next((place for place, end in enumerate(ends) if day <= end), -1)
        weights[place] += chance
    weights[-1] += not weights.any()  # after the deadline, unreported completions go to its month
    return np.asarray(weights / weights.sum(), dtype=float)


def _attained(
    target: Target, outlook: Outlook, annual: AnnualDistribution | None, thresholds: Thresholds
) -> Attainment:
    if annual is None:
        return no_basis(target, outlook.remarks[0])
    found = attainment_over(annual, target, thresholds=thresholds)
    return replace(found, required=None) if annual.traits.ticked_off else found


def _data_status(state: State) -> FigureStatus | None:
    if state.done is None:
        return None
    return "final" if state.final else "estimate"


def _summary(
    planned: PlannedTask, state: State, day: date, outlook: Outlook | None
) -> TaskSummary:
    """The summary of a task."""
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
        deadline=_deadline(planned, window),
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


def _deadline(planned: PlannedTask, window: Window | None) -> date | None:
    """The last day that counts, if a document gives one: the end of a year or half is none."""
    task, head = planned.task, planned.head
    if window is None or head is None:
        return task.due
    given = task.due is not None or names_a_day(head.period)
    return window.deadline if given else None
