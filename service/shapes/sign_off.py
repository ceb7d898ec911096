"""The shapes of official estimates and of the sign-off of a month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from data.accounts.accounts import Access
from data.sign_off.rules import State
from service.projections.shape import Moment, MonthText, Name, Sentence, Shape
from service.projections.view import EstimateView
from service.typed_numbers import TypedNumber

Action = Literal["check", "approve", "issue", "correct"]


class StepShape(Shape):
    state: State
    by: str
    at: Moment
    note: str


class EstimateShape(EstimateView):
    """One estimate; a changed value is a new estimate."""

    kpi: str
    id: int
    doubts: tuple[Sentence, ...] = Field(
        description="what speaks against it: below the actual to date, outside the 95 % interval"
    )
    history: tuple[StepShape, ...]


class EstimateList(Shape):
    """All estimates of one KPI in one month, newest first."""

    estimates: tuple[EstimateShape, ...]


class EstimateEntry(Shape):
    value: TypedNumber = Field(allow_inf_nan=False)
    unit: str = Field(description="the KPI's unit, as a check", examples=["million USD"])
    reason: str
    confirm: bool = Field(
        default=False,
        description="needed for a value below the actual to date or outside the 95 % interval",
    )


class EstimateStep(Shape):
    estimate: int = Field(description="id of the estimate that was reviewed")
    note: str = ""


class MonthStep(Shape):
    figures: str = Field(description="of the month as it was reviewed")
    note: str = ""


class SeveralSigned(Shape):
    """Several estimates of a month, signed together: all of them, or none."""

    estimates: list[int] = Field(
        max_length=500, description="ids of the estimates that were reviewed", examples=[[1, 2]]
    )
    note: str = ""


class SeveralSentBack(Shape):
    """Several estimates of a month, sent back with one reason."""

    estimates: list[int] = Field(
        max_length=500, description="ids of the estimates that were reviewed", examples=[[1, 2]]
    )
    note: str = Field(description="why")


class SendBack(Shape):
    note: str = Field(description="why")


class IssueShape(Shape):
    by: str
    at: Moment
    stamps: Mapping[str, str]


class MonthShape(Shape):
    """How far a month's projections and reports are, and what a signature would cover."""

    plan: str
    month: MonthText
    as_of: date
    state: State
    figures: str | None = Field(
        description="identifies projections and estimates; null without any"
    )
    stamps: Mapping[str, str] = Field(description="of the projections as they are now, by KPI")
    reason: str | None = Field(description="why there are no projections")
    estimates: tuple[EstimateShape, ...] = Field(description="the newest of each KPI")
    history: tuple[StepShape, ...]
    issued: IssueShape | None = Field(description="what readers outside see")


class WaitingStep(Shape):
    """The step that something waits for."""

    action: Action = Field(description="'correct': it was sent back to who entered it")
    needs: Access = Field(description="the role that may take it")
    mine: bool = Field(description="whether the caller may take it")
    sent_back: StepShape | None = Field(description="who sent it back and why")


class WaitingEstimate(WaitingStep):
    estimate: EstimateShape


class WaitingMonthShape(Shape):
    """What waits in a month of a plan."""

    plan: str
    name: Name
    family: str
    month: MonthText
    state: State
    waits: WaitingStep | None = Field(description="of the month itself; null if it is issued")
    estimates: tuple[WaitingEstimate, ...]


class WaitingList(Shape):
    """What waits for a signature in every plan the caller may see, newest month first."""

    months: tuple[WaitingMonthShape, ...]


class MonthSummary(Shape):
    month: MonthText
    state: State
    issued_at: Moment | None


class MonthList(Shape):
    months: tuple[MonthSummary, ...]
