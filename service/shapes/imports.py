"""The shapes of uploads and imports: what a preview shows, and what went in."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, field_validator

from data.ingestion.suspicion import Why
from data.vintages.comparison import State
from data.vintages.observation import Form
from models.series import FigureStatus
from service.projections.shape import MonthText, Name, Second, Shape


class SuspicionShape(Shape):
    """Why a figure is suspicious; `against` is the value it was compared with."""

    why: Why
    against: float
    text: Name


class OldFigure(Shape):
    """The figure that counted before for the same month and form."""

    value: float
    status: FigureStatus
    published: date | None


class FigureShape(Shape):
    """One figure as it was read, and what becomes of it."""

    file: str
    kpi: str
    month: MonthText
    form: Form
    value: float = Field(description="rates and shares are per cent, 100 is unchanged")
    unit: str
    status: FigureStatus
    published: date | None = Field(description="null: day unknown")
    source: str
    state: State
    counts: bool = Field(description="whether it will be the figure that counts once committed")
    old: OldFigure | None
    change: float | None = Field(description="per cent from the old value to this one")
    suspicions: tuple[SuspicionShape, ...]


class RowShape(Shape):
    """A row of a table, and the KPI that it is."""

    table: str
    row: str
    quantity: str
    occurrence: int
    unit: str
    figures: int
    kpi: str | None
    how: Literal["plan", "match", "ignored"]


class SuggestionShape(Shape):
    kpi: str
    name: Name
    similarity: float


class UnknownRowShape(Shape):
    """A row that no KPI claims, and what it may be."""

    table: str
    row: str
    quantity: str
    occurrence: int
    unit: str
    files: int
    suggestions: tuple[SuggestionShape, ...]


class DatedShape(Shape):
    """A figure of all days from one through another."""

    kpi: str
    from_day: date
    to_day: date
    value: float
    unit: str
    status: FigureStatus
    published: date
    source: str


class FilePreviewShape(Shape):
    file: str
    tables: tuple[str, ...]
    rows: int
    new: int
    unchanged: int
    revised: int = Field(description="among the new")
    suspicious: int
    loaded_before: bool
    problem: str | None = Field(description="why it cannot be committed")
    notes: tuple[str, ...]
    columns: str = Field(
        description="which column is what, in a table of another office; '' for known layouts"
    )
    sample: tuple[tuple[str, ...], ...] = Field(
        description="first rows of a table whose columns may be explained: number, then A, B, …"
    )
    dated: tuple[DatedShape, ...] = Field(description="figures to a day")


class PreviewShape(Shape):
    """What committing would do; nothing is written yet."""

    plan: str
    published: date | None
    expires: Second
    mark: str = Field(description="token of this preview; send it with the commit")
    files: tuple[FilePreviewShape, ...]
    rows: tuple[RowShape, ...]
    unknown: tuple[UnknownRowShape, ...]
    figures: tuple[FigureShape, ...] = Field(description="suspicious, revised, new, unchanged")
    figures_left_out: int


class ImportedFileShape(Shape):
    file: str
    new: int
    unchanged: int


class WithdrawalShape(Shape):
    by: str
    at: Second
    reason: str


class ImportShape(Shape):
    """An upload waiting to be committed, or an import, committed or withdrawn."""

    id: str
    family: str
    state: Literal["preview", "committed", "withdrawn"]
    by: str
    at: Second
    files: tuple[ImportedFileShape, ...]
    withdrawn: WithdrawalShape | None
    preview: PreviewShape | None


class ImportList(Shape):
    imports: tuple[ImportShape, ...]


class RowMatch(Shape):
    """Which KPI a row is; null, or '' as forms send it: no KPI."""

    table: str
    row: str = Field(max_length=1000)
    quantity: str = ""
    occurrence: int = 1
    kpi: str | None

    @field_validator("kpi")
    @classmethod
    def _empty_is_none(cls, kpi: str | None) -> str | None:
        return kpi or None


class LayoutStep(Shape):
    """Which column of a file is what, for this and all later files with its headings.

    Columns are letters, several with commas; without a column of months, months stand
    across.
    """

    file: str = Field(max_length=200)
    series: str = Field("", max_length=100, description="names of series", examples=["A"])
    month: str = Field("", max_length=100, examples=["B"])
    year: str = Field("", max_length=100, description="where months are given without")
    value: str = Field("", max_length=200, examples=["C"])
    unit: str = Field("", max_length=100)
    form: str = Field("month", max_length=20, examples=["year_to_date"])
    header: int = Field(1, ge=1, description="number of the row of headings", examples=[3])

    @property
    def columns(self) -> str:
        """As a person writes it."""
        given = self.model_dump(exclude={"file"})
        return " ".join(
            f"{key}={str(value).replace(' ', '')}" for key, value in given.items() if value
        )


class CommitStep(Shape):
    mark: str | None = Field(None, description="token of the preview that was reviewed")


class UndoStep(Shape):
    reason: str = Field("", max_length=2000)
