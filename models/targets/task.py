"""A task of the plan, which has no monthly series, and the reports about it.

A task is counted (inspections, communes) or ticked off step by step (a project).
Due dates, shares done and probabilities come from documents and reports only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Step:
    """A step of a checklist.

    Attributes
    ----------
    slug, name_vi, name_en : its name in reports, and its names on pages
    due : due date in a document, else None
    judgement : the planner's own probability, 0 to 1, that it is done by its due
        date and in any case by the end of the target's period, given that the steps
        before it are done; None if not given
    """

    slug: str
    name_vi: str
    name_en: str
    due: date | None = None
    judgement: float | None = None


@dataclass(frozen=True)
class Task:
    """A task in a version of the plan, without its target.

    Attributes
    ----------
    starts : first day that counts; None: first day of the target's period
    due : due date in a document; None: the end of the target's period
    steps : of a checklist, in order; empty for a counted task
    of : maximum of the count (length of a closed list), else None
    part : the part that our own body is responsible for, if another body leads
    obstacle : the obstacle when the version was adopted
    judgement : the planner's own probability, 0 to 1, that the target is met
    recognised_later : recognition can follow the end of the period, so that open items
        are not yet missed then
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
    """A report about a task; a later report replaces the fields that it gives.

    Attributes
    ----------
    kpi : the task's slug
    day : the report describes the end of this day
    by : who reported it
    done : count since the task's start, or of a step 1 (done) or 0; None: not given
    step : slug of the step, '' for the task as a whole
    obstacle : None: not given; '': no longer any
    judgement : as in `Task` or `Step`; None: not given
    final : nothing more will be counted
    entered : time of entry, in UTC; None before
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
    done : count, or steps done; None without a reported count
    counts : (day, count) in order, never falling: a downward correction applies to the
        days before it too
    steps_done : slug → the day from which it is reported done
    reported, reported_by : of the newest report; None and '' without a report
    obstacle : newest, '' if none
    judgement : newest of the task as a whole
    step_judgements : slug → newest
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
    """The state of a task on a day.

    Parameters
    ----------
    task : Task of the version in force
    adopted, document : of that version. The version applies from its adoption, a report
        from its day; the newest wins
    progress : reports about the task in the order of entry; the last of a day wins
    day : reports of later days are ignored
    """
    reports = sorted((one for one in progress if one.day <= day), key=lambda one: one.day)
    every = sorted([*_of_plan(task, adopted, document), *reports], key=lambda one: one.day)
    counts: dict[date, int] = {}
    steps_done: dict[str, date] = {}
    judgements: dict[str, Judgement] = {}
    obstacle, final = "", False
    for one in every:
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


def _of_plan(task: Task, adopted: date, document: str) -> list[Progress]:
    """The plan's own statements, as reports of the day of adoption."""
    whole = Progress(
        "", adopted, document, obstacle=task.obstacle or None, judgement=task.judgement
    )
    steps = [
        Progress("", adopted, document, step=step.slug, judgement=step.judgement)
        for step in task.steps
    ]
    return [whole, *steps]


def _never_falling(counts: Sequence[tuple[date, int]]) -> tuple[tuple[date, int], ...]:
    """The counts, lowered to the minimum of later counts."""
    lowered: list[tuple[date, int]] = []
    least: int | None = None
    for day, count in reversed(counts):
        least = count if least is None else min(count, least)
        lowered.append((day, least))
    return tuple(reversed(lowered))
