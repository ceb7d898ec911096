"""Tasks of a plan as input of the models, and checks of progress reports and log entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from data.plans.entries import LogEntry
from data.plans.plan import Plan, PlanVersion
from models.errors import InputError
from models.targets.task import Progress, Task, state_of
from models.tasks.milestones import PlannedTask, closed_period


def planned_task(plan: Plan, version: PlanVersion, slug: str) -> PlannedTask | None:
    """A task with the targets of a version; None if the version has no such task."""
    task = version.task_of(slug)
    if task is None:
        return None
    kpi = plan.kpi(slug)
    return PlannedTask(
        key=f"{plan.family}/{slug}",
        kind=kpi.kind,
        unit=kpi.unit,
        year=plan.year,
        task=task,
        targets=version.targets_of(slug),
    )


def past_periods(
    earlier: Iterable[tuple[Plan, Sequence[Progress]]], slug: str, day: date
) -> list[tuple[int, int]]:
    """The outcomes of a task in earlier years, as known on a day.

    Parameters
    ----------
    earlier : plans of the family's earlier years, with all reports about their tasks
    slug : the task's
    day : later versions and reports are ignored

    Returns
    -------
    list of (planned, done), one for each year whose count is closed
    """
    found = []
    for plan, progress in earlier:
        version = plan.version_on(day)
        planned = None if version is None else planned_task(plan, version, slug)
        if version is None or planned is None:
            continue
        state = state_of(
            planned.task, version.adopted, version.document, reports_of(progress, slug), day
        )
        closed = closed_period(planned, state, day)
        if closed is not None:
            found.append(closed)
    return found


def reports_of(progress: Iterable[Progress], slug: str) -> list[Progress]:
    """The reports about one task, in their order."""
    return [report for report in progress if report.kpi == slug]


def check_progress(plan: Plan, entry: Progress, today: date) -> None:
    """Check that a report fits its task.

    Raises
    ------
    UnknownKpi
        If the plan has no such KPI.
    InputError
        With what was expected, what was found and what to do.
    """
    plan.kpi(entry.kpi)
    version = _version_for(plan, entry)
    planned = None if version is None else planned_task(plan, version, entry.kpi)
    if planned is None:
        raise InputError(
            "expected a task of plan '{slug}', found '{kpi}': no version of the plan "
            "lists it under 'tasks'. Add a version that does.",
            slug=plan.slug,
            kpi=entry.kpi,
        )
    if entry.day > today:
        raise InputError(
            "expected a day up to today, {today}, found {day}.", today=today, day=entry.day
        )
    if not entry.by.strip():
        raise InputError("'by' is required, found nothing; name who reports it.")
    if entry.judgement is not None and not 0 < entry.judgement < 1:
        raise InputError(
            "expected a judgement between 0 and 1, such as 0.7, found {judgement:g}; "
            "report as done what is certain.",
            judgement=entry.judgement,
        )
    given = (entry.done, entry.obstacle, entry.judgement)
    if all(value is None for value in given) and not (entry.final or entry.note.strip()):
        raise InputError(
            "expected 'done', 'obstacle', 'judgement', 'final' or 'note' for '{kpi}', "
            "found none of them.",
            kpi=entry.kpi,
        )
    _check_done(planned.task, entry)
    start = planned.start
    if entry.done is not None and not planned.task.steps and start and entry.day < start:
        raise InputError(
            "expected a day from {start} on, the start of '{kpi}', found {day}; give a later day.",
            start=start,
            kpi=entry.kpi,
            day=entry.day,
        )


def _version_for(plan: Plan, entry: Progress) -> PlanVersion | None:
    """The version in force on the report's day if it has the task, else the newest with it."""
    in_force = plan.version_on(entry.day)
    if in_force is not None and in_force.task_of(entry.kpi) is not None:
        return in_force
    having = [version for version in plan.versions if version.task_of(entry.kpi) is not None]
    return having[-1] if having else None


def _check_done(task: Task, entry: Progress) -> None:
    """Check `done`: a count, or 1 or 0 for a known step of a checklist."""
    steps = [step.slug for step in task.steps]
    if entry.step and entry.step not in steps:
        known = ", ".join(steps) or "none"
        raise InputError(
            "expected a step of '{kpi}', found '{step}'; there is {known}.",
            kpi=entry.kpi,
            step=entry.step,
            known=known,
        )
    if entry.done is None:
        return
    if steps and not entry.step:
        raise InputError(
            "expected a step of the checklist '{kpi}', found none; it has {steps}.",
            kpi=entry.kpi,
            steps=", ".join(steps),
        )
    if steps and entry.done not in (0, 1):
        raise InputError(
            "expected done as 1 (done) or 0 for a step, found {done}.", done=entry.done
        )
    if entry.done < 0 or (task.of is not None and entry.done > task.of):
        most = f" up to {task.of}, all there are" if task.of else ""
        raise InputError(
            "expected a count from 0{most}, found {done}.", most=most, done=entry.done
        )


def check_log(plan: Plan, entry: LogEntry, today: date) -> None:
    """Check a log entry: a text, an author, no future date; errors as `check_progress`.

    A KPI of kind 'log' has nothing but the log; for other KPIs it holds the notes of
    planners beside the figures.
    """
    plan.kpi(entry.kpi)
    if entry.day > today or (entry.month.year, entry.month.month) > (today.year, today.month):
        raise InputError(
            "expected a month and a day up to today, {today}, found {month} reported on {day}.",
            today=today,
            month=entry.month,
            day=entry.day,
        )
    if not entry.by.strip():
        raise InputError("'by' is required, found nothing; name who reports it.")
    if not (entry.text_vi.strip() or entry.text_en.strip()):
        raise InputError("expected a text in Vietnamese, in English or in both, found neither.")
