"""The shapes of what people enter: progress of tasks, the monthly log, decisions on events."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from models.events.event import Shape as ShapeOfEvent
from models.series import FigureStatus
from service.projections.shape import Day, MonthText, Name, Second, Shape
from service.typed_numbers import TypedNumber


class ProgressEntry(Shape):
    """A report about a task: its state at the end of the day. At least one field is given."""

    by: str = Field(default="", description="author; default the caller")
    day: Day | None = Field(default=None, description="default today")
    step: str = Field(default="", description="of a checklist")
    done: int | None = Field(
        default=None, description="counted since the task's start; of a step 1 (done) or 0"
    )
    obstacle: str | None = Field(default=None, description="'' once it is gone")
    judgement: TypedNumber | None = Field(
        default=None, description="own probability, 0 to 1, of the whole or of the step in time"
    )
    final: bool = Field(default=False, description="nothing more will be counted")
    note: str = ""
    source: str = ""


class ProgressShape(Shape):
    kpi: str
    day: date
    step: str
    done: int | None
    obstacle: str | None
    judgement: float | None
    final: bool
    note: str
    source: str
    by: str
    entered: Second


class ProgressList(Shape):
    plan: str
    kpi: str
    progress: tuple[ProgressShape, ...]


class LogText(Shape):
    """What was observed in a month, as text in one language or both."""

    by: str = Field(default="", description="author; default the caller")
    month: str = Field(description="YYYY-MM")
    vi: str = ""
    en: str = ""
    day: Day | None = Field(default=None, description="day of the entry; default today")
    source: str = ""


class IndexFigure(Shape):
    """A published figure beside a month; rates have 100 as unchanged."""

    form: str
    value: float
    status: FigureStatus
    published: date
    source: str


class LogEntryShape(Shape):
    month: MonthText
    text: Name
    by: str
    day: date
    source: str
    entered: Second
    index: tuple[IndexFigure, ...]


class Log(Shape):
    plan: str
    kpi: str
    name: Name
    index: str | None = Field(description="the KPI whose published figures are shown with the log")
    unit: str | None = Field(description="of the index")
    log: tuple[LogEntryShape, ...]


class EventText(Shape):
    """An event added by a planner; it counts as accepted."""

    kpi: str
    start: str = Field(description="first month touched, YYYY-MM")
    shape: ShapeOfEvent
    size: TypedNumber = Field(description="effect on the month: -0.3 is 30 % lower")
    length: int = Field(default=1, description="months of a pulse, or of a ramp's growth")
    name: str = ""
    day: Day | None = Field(default=None, description="from when it counts; default today")
    note: str = ""
    by: str = Field(default="", description="author; default the caller")


class EventDecision(Shape):
    """A decision: from when it counts, and why."""

    day: Day | None = Field(default=None, description="from when it counts; default today")
    note: str = ""
    by: str = Field(default="", description="author; default the caller")


class EventOutcome(Shape):
    """An event with the decision that counts; a proposal has none."""

    kpi: str
    event: str = Field(description="names it within its KPI: 2020-04-pulse")
    name: str
    start: MonthText
    shape: ShapeOfEvent
    size: float = Field(description="effect on the month: -0.3 is 30 % lower")
    length: int
    state: Literal["proposed", "accepted", "rejected"]
    day: date | None = Field(description="from when the decision counts")
    by: str | None
    note: str
    entered: Second | None


class EventList(Shape):
    plan: str
    as_of: date
    events: tuple[EventOutcome, ...]
