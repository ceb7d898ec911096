"""A KPI: one monitored quantity, and where its figures stand in printed tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.kinds import Kind, KindTraits, traits_of


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
    spread over months (see `data.vintages.disaggregate`): a slug, or 'family/slug' for one of
    another family; 'total - part' for what other parts leave of a total. With
    `demonstration` its months may be reconstructed from what was published later
    (see `data.vintages.demonstration`).
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
    def takes_figures(self) -> bool:
        """Whether its figures are loaded, rather than made of others' or reported as tasks."""
        return not self.parts and self.traits.own_figures

    @property
    def traits(self) -> KindTraits:
        """What its kind does."""
        return traits_of(self.kind)

    @property
    def related(self) -> tuple[str, ...]:
        """The KPIs that the indicator names; all but the first are taken off it."""
        return tuple(self.indicator.split(" - ")) if self.indicator else ()
