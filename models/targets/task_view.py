"""What a projection says of a task, and how it is printed as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from models.targets.target import Remark, TargetLevel, Words
from models.targets.task import Judgement


@dataclass(frozen=True)
class StepView:
    """One step of a checklist as reported: `done_on` None while it is open."""

    slug: str
    name_vi: str
    name_en: str
    due: date | None
    done_on: date | None
    overdue: bool
    judgement: Judgement | None


@dataclass(frozen=True)
class TaskView:
    """What a planner sees first of a task; what nobody said is None or ''.

    Attributes
    ----------
    done, remaining : counted or steps; remaining up to `goal` (of an upper bound:
        what may still be added)
    goal : the bound of the target that leads
    level, period : of that target
    of : length of the closed list that is counted from
    lead, role, part : who leads, our role, what our own body answers for
    assumptions : what the probability rests on
    missing : what there is no probability without
    """

    done: int | None
    remaining: int | None
    goal: int | None
    level: TargetLevel | None
    period: str | None
    of: int | None
    starts: date | None
    deadline: date | None
    lead: str
    role: str
    part: str
    obstacle: str
    reported: date | None
    reported_by: str
    judgement: Judgement | None
    recognised_later: bool
    steps: tuple[StepView, ...]
    assumptions: tuple[Remark, ...]
    missing: tuple[Remark, ...]


def task_json(task: TaskView, words: Words) -> dict[str, Any]:
    """The JSON of a task; `words` says its remarks."""
    return {
        "done": task.done,
        "remaining": task.remaining,
        "goal": task.goal,
        "level": task.level,
        "period": task.period,
        "of": task.of,
        "starts": _iso(task.starts),
        "deadline": _iso(task.deadline),
        "lead": task.lead,
        "role": task.role,
        "part": task.part,
        "obstacle": task.obstacle,
        "reported": _iso(task.reported),
        "reported_by": task.reported_by,
        "judgement": _judgement(task.judgement),
        "recognised_later": task.recognised_later,
        "steps": [
            {
                "step": step.slug,
                "name": {"vi": step.name_vi, "en": step.name_en},
                "due": _iso(step.due),
                "done_on": _iso(step.done_on),
                "overdue": step.overdue,
                "judgement": _judgement(step.judgement),
            }
            for step in task.steps
        ],
        "assumptions": [words(remark) for remark in task.assumptions],
        "missing": [words(remark) for remark in task.missing],
    }


def _judgement(one: Judgement | None) -> dict[str, Any] | None:
    return None if one is None else {**vars(one), "day": one.day.isoformat()}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
