"""The task part of a projection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.targets.target import Remark, TargetLevel
from models.targets.task import Judgement


@dataclass(frozen=True)
class StepSummary:
    """A step of a checklist as reported; `done_on` is None while it is open."""

    slug: str
    name_vi: str
    name_en: str
    due: date | None
    done_on: date | None
    overdue: bool
    judgement: Judgement | None


@dataclass(frozen=True)
class TaskSummary:
    """The summary of a task; missing information is None or ''.

    Attributes
    ----------
    done, remaining : count or steps; remaining up to `goal` (for an upper bound: what
        may still be added)
    goal : the bound of the head target (`models.tasks.milestones.PlannedTask.head`)
    level, period : of that target
    of : length of the closed list
    lead, role, part : the leading body, our role, our own part
    assumptions : the basis of the probability
    missing : what is needed for a probability
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
    steps: tuple[StepSummary, ...]
    assumptions: tuple[Remark, ...]
    missing: tuple[Remark, ...]
