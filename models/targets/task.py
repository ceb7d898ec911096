"""A task of the plan that is no monthly series, and what was reported about it.

A task is counted (inspections, communes) or ticked off step by step (a project).
What a document or a report does not say stays unsaid: no due date, no share done
and no probability is made up here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Step:
    """One step of a checklist.

    Attributes
    ----------
    slug, name_vi, name_en : what a report calls it, and what people read
    due : as a document gives it, else None
    judgement : the planner's own probability, 0 to 1, that it is done by its due
        date and in any case by the end of the target's period, the steps before it
        being done; None where nobody gave one
    """

    slug: str
    name_vi: str
    name_en: str
    due: date | None = None
    judgement: float | None = None


@dataclass(frozen=True)
class Task:
    """What one version of the plan says of a task, beside its target.

    Attributes
    ----------
    starts : the day from which it counts; None: where the target's period begins
    due : as a document gives it; None: the end of the target's period
    steps : of a checklist, in their order; a counted task has none
    of : how many there are that could be counted at most (a closed list), else None
    part : what our own body answers for, where another leads
    obstacle : what stood in the way when the version was adopted
    judgement : the planner's own probability, 0 to 1, that the target is met
    recognised_later : recognition can follow the end of the period, so that what is
        open then is not yet missed
    """

    starts: date | None = None
    due: date | None = None
    steps: tuple[Step, ...] = ()
    of: int | None = None
    part: str = ""
    obstacle: str = ""
    judgement: float | None = None
    recognised_later: bool = False


@dataclass(frozen=True)
class Progress:
    """One report about a task, true on its day; a later one replaces what it says anew.

    Attributes
    ----------
    kpi : the task's slug
    day : what it says was so at the end of this day
    by : who reported it
    done : counted since the task's start, or of a step 1 (done) or 0; None: not said
    step : slug of the step, '' for the task as a whole
    obstacle : None: not said; '': there is none any more
    judgement : as of `Task` or `Step`; None: not said
    final : nothing more will be counted
    entered : when it was written down, in UTC; None before it is
    """

    kpi: str
    day: date
    by: str
    done: int | None = None
    step: str = ""
    obstacle: str | None = None
    judgement: float | None = None
    final: bool = False
    note: str = ""
    source: str = ""
    entered: datetime | None = None


@dataclass(frozen=True)
class Judgement:
    """A planner's own probability, and who gave it when."""

    probability: float
    day: date
    by: str


@dataclass(frozen=True)
class State:
    """A task as reported up to a day.

    Attributes
    ----------
    done : counted, or steps done; None while no count was reported
    counts : (day, counted) in order, never falling: a correction downwards holds
        for the days before it too
    steps_done : slug → the day from which it is reported done
    reported, reported_by : the newest report; None and '' without one
    obstacle : the newest said, '' if none
    judgement : the newest of the task as a whole
    step_judgements : slug → the newest
    final : nothing more will be counted
    """

    done: int | None
    counts: tuple[tuple[date, int], ...]
    steps_done: Mapping[str, date]
    reported: date | None
    reported_by: str
    obstacle: str
    judgement: Judgement | None
    step_judgements: Mapping[str, Judgement]
    final: bool


def state_of(
    task: Task, adopted: date, document: str, progress: Sequence[Progress], day: date
) -> State:
    """What is known of a task on a day.

    Parameters
    ----------
    task : Task of the version in force
    adopted, document : of that version: what it says counts from then on, what a
        report says from the report's day; the newest holds
    progress : reports about the task in the order in which they were entered; of one
        day the last holds
    day : reports of later days are not looked at
    """
    reports = sorted((one for one in progress if one.day <= day), key=lambda one: one.day)
    said = sorted([*_said(task, adopted, document), *reports], key=lambda one: one.day)
    counts: dict[date, int] = {}
    steps_done: dict[str, date] = {}
    judgements: dict[str, Judgement] = {}
    obstacle, final = "", False
    for one in said:
        if one.judgement is not None:
            judgements[one.step] = Judgement(one.judgement, one.day, one.by)
        if one.obstacle is not None:
            obstacle = one.obstacle
        if one.done is not None and one.step:
            if one.done:
                steps_done.setdefault(one.step, one.day)
            else:
                steps_done.pop(one.step, None)
        elif one.done is not None:
            counts[one.day] = one.done
        if one.done is not None or one.final:
            final = one.final
    listed = {step.slug for step in task.steps}
    ticked = {slug: since for slug, since in steps_done.items() if slug in listed}
    in_order = _never_falling(list(counts.items()))
    done = len(ticked) if task.steps else in_order[-1][1] if in_order else None
    return State(
        done=done,
        counts=in_order,
        steps_done=ticked,
        reported=reports[-1].day if reports else None,
        reported_by=reports[-1].by if reports else "",
        obstacle=obstacle,
        judgement=judgements.pop("", None),
        step_judgements=judgements,
        final=final,
    )


def _said(task: Task, adopted: date, document: str) -> list[Progress]:
    """What the plan itself says, as reports of the day of its adoption."""
    whole = Progress(
        "", adopted, document, obstacle=task.obstacle or None, judgement=task.judgement
    )
    steps = [
        Progress("", adopted, document, step=step.slug, judgement=step.judgement)
        for step in task.steps
    ]
    return [whole, *steps]


def _never_falling(counts: Sequence[tuple[date, int]]) -> tuple[tuple[date, int], ...]:
    """Each count at most any later one."""
    lowered: list[tuple[date, int]] = []
    least: int | None = None
    for day, count in reversed(counts):
        least = count if least is None else min(count, least)
        lowered.append((day, least))
    return tuple(reversed(lowered))
