"""What a projection says of a task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.targets.target import Remark, TargetLevel
from models.targets.task import Judgement


@dataclass(frozen=True)
class StepSummary:
    """One step of a checklist as reported: `done_on` None while it is open."""

    slug: str
    name_vi: str
    name_en: str
    due: date | None
    done_on: date | None
    overdue: bool
    judgement: Judgement | None


@dataclass(frozen=True)
class TaskSummary:
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
    steps: tuple[StepSummary, ...]
    assumptions: tuple[Remark, ...]
    missing: tuple[Remark, ...]
