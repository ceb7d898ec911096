"""A KPI: one monitored quantity, and the rows of printed tables that hold its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.kinds import Kind, KindTraits, traits_of
from models.reconciliation.relations import Breakdown

_PER = {"%": 100.0, "phần trăm": 100.0, "per cent": 100.0, "percent": 100.0, "‰": 1000.0}


def ratio_factor(unit: str) -> float:
    """What numerator ÷ denominator is multiplied by to be in a ratio's unit.

    Examples
    --------
    >>> ratio_factor("%"), ratio_factor("triệu đồng/người")
    (100.0, 1.0)
    """
    return _PER.get(unit.strip().casefold(), 1.0)


@dataclass(frozen=True)
class RowSelector:
    """The row of a printed table that holds a KPI's figures.

    `names` are accent-folded, lower-case row names (see
    `data.readers.spreadsheet.cells.fold`), one per spelling; `occurrence` counts rows
    with the same name (1 = first); `quantity` is 'value', 'qty' or ''.
    """

    table: str
    names: tuple[str, ...]
    quantity: str = ""
    occurrence: int = 1


@dataclass(frozen=True)
class Kpi:
    """One monitored quantity and its definition.

    `indicator` is a related monthly KPI by which totals are spread over months (see
    `data.vintages.disaggregate`): a slug, 'family/slug' for a KPI of another family, or
    'total - part' for a total less its other parts.
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
    parts: tuple[str, ...] = ()  # this KPI is their sum and has no figures of its own
    printed_parts: tuple[Breakdown, ...] = ()  # the sum of each, and has figures of its own
    contains: tuple[Breakdown, ...] = ()  # at least the sum of each, such as a wider scope
    numerator: str | None = None  # kind 'ratio'
    denominator: str | None = None
    index: str | None = None  # kind 'log': the KPI whose published figures are shown beside it
    indicator: str | None = None

    @property
    def takes_figures(self) -> bool:
        """Whether its figures are loaded, not computed from other KPIs or reported as tasks."""
        return not self.parts and self.traits.own_figures

    @property
    def all_parts(self) -> tuple[str, ...]:
        """The KPIs of all its breakdowns, each once; () if it is no total."""
        printed = (part for parts in self.printed_parts for part in parts)
        return tuple(dict.fromkeys((*self.parts, *printed)))

    @property
    def in_per_cent(self) -> bool:
        """Whether it is itself a per cent: it changes by points, not by per cent."""
        return ratio_factor(self.unit) != 1.0

    @property
    def changes_by_points(self) -> bool:
        """Whether it is a per cent of something, so that a per cent of it says nothing."""
        return self.in_per_cent and not self.traits.outcome_is_rate

    @property
    def traits(self) -> KindTraits:
        """The behaviour of its kind."""
        return traits_of(self.kind)

    @property
    def related(self) -> tuple[str, ...]:
        """The KPIs that the indicator names; all but the first are subtracted from it."""
        return tuple(self.indicator.split(" - ")) if self.indicator else ()
