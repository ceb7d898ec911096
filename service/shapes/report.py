"""The shapes of what a report needs from people: letterhead, texts, thresholds, open points."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from data.plans.report_texts import LONGEST, Slot
from service.projections.shape import MonthText, Shape


class LetterheadShape(Shape):
    """The letterhead of a plan's family, in one language, and the settings of its reports."""

    organ: str = Field(min_length=1, examples=["Sở Công Thương tỉnh Lạng Sơn"])
    parent: str = Field("", examples=["UBND tỉnh Lạng Sơn"])
    symbol: str = Field("", description="after the number", examples=["BC-SCT"])
    place: str = Field("", examples=["Lạng Sơn"])
    signer_title: str = Field("", examples=["Giám đốc"])
    signer_name: str = ""
    addressees: tuple[str, ...] = Field((), description="of 'Kính gửi'")
    recipients: tuple[str, ...] = Field((), description="of 'Nơi nhận', after 'Như trên'")
    filed: str = Field("VT", description="after 'Lưu:'")
    form: Literal["decree_30_2020"] = Field(
        "decree_30_2020", description="the decree that it follows"
    )
    show_projection: bool = Field(
        False, description="the projection's 80 % interval stands beside the official estimate"
    )


class ReportTextEntry(Shape):
    """A text that only people can write; an empty one opens its place again."""

    month: MonthText
    slot: Slot
    text: str = Field(max_length=LONGEST)


class ReportTexts(Shape):
    month: MonthText
    texts: dict[Slot, str]


class ThresholdsShape(Shape):
    """From which probability a target is on track, at risk; from which distance behind."""

    on_track: float = Field(0.8, gt=0, lt=1)
    at_risk: float = Field(0.4, gt=0, lt=1)
    behind: float = Field(5.0, gt=0, lt=100, description="percentage points of the plan")


class OpenPoints(Shape):
    """What is still open in a report before anybody signs it."""

    plan: str
    as_of: date
    open: tuple[str, ...]
    explanations: tuple[str, ...] = Field(description="KPIs that need an explanation sheet")
