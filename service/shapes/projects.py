"""The shapes of the register of projects."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from data.plans.projects import State
from models.events.projects import Happening
from service.projections.shape import MonthText, Name, Second, Shape
from service.typed_numbers import TypedNumber

_START = "first month with an effect, if on time, YYYY-MM"
_RAMP = "months until it is in full effect; 1 for what starts or stops at once"
_AMOUNT = "what it adds to a month in full effect, in the KPI's unit; below zero takes away"
_ON_TIME = "probability of no delay, 0 to 1"
_DELAY = "mean months of a delay, if it is late"
_DAY = "from when it counts; default today"
_BY = "author; default the caller"


class ProjectText(Shape):
    """A project to enter: proposed, or accepted at once."""

    kpi: str = Field(description="the KPI that it moves; its months add up to the year")
    name: str = Field(description="in Vietnamese")
    name_en: str = Field(default="", description="default the Vietnamese name")
    happening: Happening = "starts"
    start: str = Field(description=_START)
    ramp: int = Field(default=1, description=_RAMP)
    amount: TypedNumber = Field(description=_AMOUNT)
    on_time: TypedNumber = Field(description=_ON_TIME)
    delay: TypedNumber = Field(default=3, description=_DELAY)
    responsible: str = Field(default="", description="who answers for it")
    obstacle: str = Field(default="", description="what stands in its way")
    source: str = Field(default="", description="the document that says so")
    accepted: bool = Field(default=False, description="only accepted projects move a forecast")
    day: date | None = Field(default=None, description=_DAY)
    note: str = ""
    by: str = Field(default="", description=_BY)


class ProjectDecision(Shape):
    """A decision about a project, with what has changed since; null keeps what was entered."""

    start: str | None = Field(default=None, description=_START)
    ramp: int | None = Field(default=None, description=_RAMP)
    amount: TypedNumber | None = Field(default=None, description=_AMOUNT)
    on_time: TypedNumber | None = Field(default=None, description=_ON_TIME)
    delay: TypedNumber | None = Field(default=None, description=_DELAY)
    responsible: str | None = None
    obstacle: str | None = Field(default=None, description="'' once it is gone")
    source: str | None = None
    day: date | None = Field(default=None, description=_DAY)
    note: str = ""
    by: str = Field(default="", description=_BY)


class ProjectOutcome(Shape):
    """A project as its entry in force has it."""

    project: int = Field(description="its number in the register")
    kpi: str
    unit: str = Field(description="of the amount")
    name: Name
    happening: Happening
    start: MonthText = Field(description=_START)
    ramp: int = Field(description=_RAMP)
    amount: float = Field(description=_AMOUNT)
    on_time: float = Field(description=_ON_TIME)
    delay: float = Field(description=_DELAY)
    responsible: str
    obstacle: str
    source: str
    state: State
    day: date = Field(description="from when the entry counts")
    by: str
    note: str
    entered: Second | None


class ProjectList(Shape):
    plan: str
    as_of: date
    projects: tuple[ProjectOutcome, ...]
