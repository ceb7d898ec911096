"""Printed figures that contradict the declared relations of KPIs: listed, never mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from data.vintages.observation import Form, Observation
from data.vintages.panel import Panel
from models.annual import least_firm
from models.series import Month

Relation = Literal["sum", "contains"]
FORMS: tuple[Form, ...] = ("month", "year_to_date")  # in the KPI's unit, so that they add up
SLACK = 1.0001  # for the binary fractions in which figures are kept


@dataclass(frozen=True)
class Disagreement:
    """A printed figure that does not agree with those of other KPIs.

    Attributes
    ----------
    figure : of the total, or of the KPI that contains others; the sum of its parts' figures
        if it has none of its own
    relation : 'sum': these parts add up to something else; 'contains': the others are larger
    others : slugs of the parts of a breakdown, or of the others
    found : what the others give, in the KPI's unit
    """

    figure: Observation
    relation: Relation
    others: tuple[str, ...]
    found: float


@dataclass(frozen=True)
class _Figure:
    """A printed figure, or a sum of such, with half a unit of the last digit of each."""

    printed: Observation
    rounding: float


def disagreements(panel: Panel, kpi: str, day: date, year: int) -> tuple[Disagreement, ...]:
    """The disagreements of a KPI's figures of a year, as in force on a day, by month.

    Each figure may be off by half a unit of its last digit, as printed or as the KPI is
    shown, whichever is coarser; what is within that is rounding. A total without figures of
    its own is compared by the sum of its parts.
    """
    definition = panel.definition(kpi)
    ties: list[tuple[Relation, tuple[str, ...]]] = [
        *(("sum", parts) for parts in definition.printed_parts),
        *(("contains", others) for others in definition.contains),
    ]
    return tuple(_found(panel, kpi, day, year, ties)) if ties else ()


def _found(
    panel: Panel,
    kpi: str,
    day: date,
    year: int,
    ties: Iterable[tuple[Relation, tuple[str, ...]]],
) -> Iterator[Disagreement]:
    first = Month(year, 1)
    for ahead in range(12):
        for form in FORMS:
            own = _figure(panel, kpi, form, first.plus(ahead), day)
            if own is None:
                continue
            for relation, others in ties:
                found = _sum(panel, kpi, others, form, first.plus(ahead), day)
                if found is None:
                    continue
                apart = found.printed.value - own.printed.value
                allowed = (found.rounding + own.rounding) * SLACK
                if apart > allowed or (relation == "sum" and apart < -allowed):
                    yield Disagreement(own.printed, relation, others, found.printed.value)


def _figure(panel: Panel, kpi: str, form: Form, month: Month, day: date) -> _Figure | None:
    """A KPI's printed figure; of a total without figures of its own, the sum of its parts'."""
    definition = panel.definition(kpi)
    if definition.parts:
        return _sum(panel, kpi, definition.parts, form, month, day)
    figure = panel.newest(kpi, day).get(form, {}).get(month.ordinal)
    if figure is None or figure.printed is None:
        return None
    return _Figure(figure.printed, rounding(figure.printed.value, definition.decimals))


def _sum(
    panel: Panel, kpi: str, parts: Sequence[str], form: Form, month: Month, day: date
) -> _Figure | None:
    """The sum of the figures of some KPIs, as if printed of `kpi`; None if one is missing."""
    every = [_figure(panel, part, form, month, day) for part in parts]
    known = [one for one in every if one is not None]
    if len(known) < len(every):
        return None
    printed = [one.printed for one in known]
    together = Observation(
        kpi,
        month,
        form,
        sum(one.value for one in printed),
        least_firm([one.status for one in printed]),
        max(one.published for one in printed),
        "; ".join(dict.fromkeys(one.source for one in printed)),
    )
    return _Figure(together, sum(one.rounding for one in known))


def rounding(value: float, decimals: int) -> float:
    """Half a unit of the last digit of a figure, of at most so many decimals.

    Cells hold more digits than a table prints, so the digits shown of the KPI limit them.

    Examples
    --------
    >>> rounding(12.5, 3), rounding(1200.0, 3), rounding(17930.690341, 0)
    (0.05, 0.5, 0.5)
    """
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return 0.5 * 10.0 ** -min(max(-int(exponent), 0), decimals)
