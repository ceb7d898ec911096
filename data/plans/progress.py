"""Tasks of a plan as the models take them, and what a report about one must agree with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from data.plans.entries import LogEntry
from data.plans.plan import Plan, PlanVersion
from models.errors import InputError
from models.targets.task import Progress, Task, state_of
from models.tasks.milestones import PlannedTask, closed_period


def planned_task(plan: Plan, version: PlanVersion, slug: str) -> PlannedTask | None:
    """A task as a version has it; None where the version has no such task."""
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
    """What became of a task in earlier years, as known on a day.

    Parameters
    ----------
    earlier : plans of the family's earlier years, with all reports about their tasks
    slug : the task's
    day : later versions and reports are not looked at

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
    return [one for one in progress if one.kpi == slug]


def check_progress(plan: Plan, entry: Progress, today: date) -> None:
    """Refuse a report that does not fit its task.

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
            f"expected a task of plan '{plan.slug}', found '{entry.kpi}': no version of the plan "
            "lists it under 'tasks'. Add a version that does."
        )
    if entry.day > today:
        raise InputError(f"expected a day up to today, {today}, found {entry.day}.")
    if not entry.by.strip():
        raise InputError("expected who reports it, found nothing; say it with 'by'.")
    if entry.judgement is not None and not 0 < entry.judgement < 1:
        raise InputError(
            f"expected a judgement between 0 and 1, such as 0.7, found {entry.judgement:g}; what "
            "is certain is reported as done."
        )
    says = (entry.done, entry.obstacle, entry.judgement)
    if all(one is None for one in says) and not (entry.final or entry.note.strip()):
        raise InputError(
            f"expected 'done', 'obstacle', 'judgement', 'final' or 'note' for '{entry.kpi}', "
            "found none of them."
        )
    _check_done(planned.task, entry)
    start = planned.start
    if entry.done is not None and not planned.task.steps and start and entry.day < start:
        raise InputError(
            f"'{entry.kpi}' counts from {start} on, found a count of {entry.day}; give a later "
            "day."
        )


def _version_for(plan: Plan, entry: Progress) -> PlanVersion | None:
    """The version in force on the report's day if it has the task, else the newest that has."""
    in_force = plan.version_on(entry.day)
    if in_force is not None and in_force.task_of(entry.kpi) is not None:
        return in_force
    having = [one for one in plan.versions if one.task_of(entry.kpi) is not None]
    return having[-1] if having else None


def _check_done(task: Task, entry: Progress) -> None:
    """A count for what is counted, 1 or 0 for a step that there is."""
    steps = [step.slug for step in task.steps]
    if entry.step and entry.step not in steps:
        known = ", ".join(steps) or "none"
        raise InputError(
            f"expected a step of '{entry.kpi}', found '{entry.step}'; there is {known}."
        )
    if entry.done is None:
        return
    if steps and not entry.step:
        raise InputError(
            f"'{entry.kpi}' is a checklist: say which step is done; there is {', '.join(steps)}."
        )
    if steps and entry.done not in (0, 1):
        raise InputError(f"expected done as 1 (done) or 0 for a step, found {entry.done}.")
    if entry.done < 0 or (task.of is not None and entry.done > task.of):
        most = f" up to {task.of}, all there are" if task.of else ""
        raise InputError(f"expected a count from 0{most}, found {entry.done}.")


def check_log(plan: Plan, entry: LogEntry, today: date) -> None:
    """Refuse a log entry that says nothing, or says it of the future; errors as `check_progress`.

    Of a KPI kept in words the log is all there is; of any other it holds the notes
    of planners beside the figures.
    """
    plan.kpi(entry.kpi)
    if entry.day > today or (entry.month.year, entry.month.month) > (today.year, today.month):
        raise InputError(
            f"expected a month and a day up to today, {today}, found {entry.month} said on "
            f"{entry.day}."
        )
    if not entry.by.strip():
        raise InputError("expected who says so, found nothing; say it with 'by'.")
    if not (entry.text_vi.strip() or entry.text_en.strip()):
        raise InputError("expected a text in Vietnamese, in English or in both, found neither.")
