"""A printed figure, and a KPI: what the store keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from models.series import FigureStatus, Kind, Month

Form = Literal[
    "month",  # the month's own figure
    "quarter",  # the quarter that the month ends
    "half",  # the half-year that the month ends
    "year_to_date",  # January through the month
    "rate_on_year",  # month against the same month of last year, 100 = unchanged
    "rate_to_date",  # year to date against the same months of last year
    "rate_on_month",  # month against the month before
    "share_of_plan",  # year to date as per cent of the annual plan
    "plan",  # the annual plan as printed
    "year",  # the full year as printed
]

UNDATED = date.max  # published, but nobody knows when: later than every day that can be asked for


@dataclass(frozen=True)
class Observation:
    """One printed figure. Append-only: a revision is a new observation.

    `month` is the month the figure is about (the last one for a figure of several
    months); `published` the day it became known, `UNDATED` where no document says
    it; `source` says file, sheet and cell, so that a person can find it again.
    """

    kpi: str
    month: Month
    form: Form
    value: float
    status: FigureStatus
    published: date
    source: str


@dataclass(frozen=True)
class RowSelector:
    """Where a KPI's figures stand in a printed table.

    `names` are accent-folded, lower-case row names (see `readers.cells.fold`),
    one for each way the row has been written; `occurrence` tells rows of one
    name apart (1 = first), `quantity` is 'value', 'qty' or ''.
    """

    table: str
    names: tuple[str, ...]
    quantity: str = ""
    occurrence: int = 1


@dataclass(frozen=True)
class Kpi:
    """One monitored quantity and what tells it apart.

    `indicator` is a monthly KPI that moves like this one and tells how totals are
    spread over months (see `data.disaggregate`): a slug, or 'family/slug' for one of
    another family; 'total - part' for what other parts leave of a total. With
    `demonstration` its months may be reconstructed from what was published later
    (see `data.demonstration`).
    """

    slug: str
    name_vi: str
    name_en: str
    unit: str
    kind: Kind = "flow"
    direction: Literal["higher", "lower"] = "higher"
    decimals: int = 0
    parent: str | None = None
    source: str = ""
    price_basis: str | None = None  # 'current', 'constant 2010'
    scope: str | None = None  # 'national', 'customs-declared', 'through the province'
    dimensions: Mapping[str, str] = field(default_factory=dict)  # product, sector, ownership…
    rows: tuple[RowSelector, ...] = ()
    parts: tuple[str, ...] = ()  # KPIs whose sum this is; it has no figures of its own
    numerator: str | None = None  # kind 'ratio'
    denominator: str | None = None
    index: str | None = None  # kind 'log': the KPI whose published figures stand beside it
    indicator: str | None = None
    demonstration: bool = False

    @property
    def related(self) -> tuple[str, ...]:
        """The KPIs that the indicator names; all but the first are taken off it."""
        return tuple(self.indicator.split(" - ")) if self.indicator else ()
