"""Printed figures that contradict the declared relations of KPIs: listed, never mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from data.vintages.observation import Form, Observation
from data.vintages.panel import Panel
from models.series import Month

Relation = Literal["sum", "contains"]
FORMS: tuple[Form, ...] = ("month", "year_to_date")  # in the KPI's unit, so that they add up
SLACK = 1.0001  # for the binary fractions in which figures are kept


@dataclass(frozen=True)
class Disagreement:
    """A printed figure that does not agree with those of other KPIs.

    Attributes
    ----------
    figure : of the total, or of the KPI that contains another
    relation : 'sum': its parts add up to something else; 'contains': the other is larger
    others : slugs of the parts, or of the other
    found : what the others give, in the KPI's unit
    """

    figure: Observation
    relation: Relation
    others: tuple[str, ...]
    found: float


@dataclass(frozen=True)
class _Value:
    """A figure, or a sum of figures, with half a unit of the last digit of each."""

    value: float
    rounding: float


def disagreements(panel: Panel, kpi: str, day: date, year: int) -> tuple[Disagreement, ...]:
    """The disagreements of a KPI's figures of a year, as in force on a day, by month.

    Each figure may be off by half a unit of its last digit, as printed or as the KPI is
    shown, whichever is coarser; what is within that is rounding.
    """
    definition = panel.definition(kpi)
    ties: list[tuple[Relation, tuple[str, ...]]] = [
        ("contains", (other,)) for other in definition.contains
    ]
    if definition.printed_parts:
        ties.insert(0, ("sum", definition.printed_parts))
    if not ties:
        return ()
    return tuple(_found(panel, kpi, day, year, ties))


def _found(
    panel: Panel,
    kpi: str,
    day: date,
    year: int,
    ties: Iterable[tuple[Relation, tuple[str, ...]]],
) -> Iterator[Disagreement]:
    first, digits = Month(year, 1), panel.definition(kpi).decimals
    for ahead in range(12):
        for form in FORMS:
            own = _printed(panel, kpi, form, first.plus(ahead), day)
            if own is None:
                continue
            for relation, others in ties:
                sums = [_value(panel, one, form, first.plus(ahead), day) for one in others]
                known = [one for one in sums if one is not None]
                if len(known) < len(sums):
                    continue
                total = _added(known)
                apart = total.value - own.value
                allowed = (total.rounding + rounding(own.value, digits)) * SLACK
                if apart > allowed or (relation == "sum" and apart < -allowed):
                    yield Disagreement(own, relation, others, total.value)


def _printed(panel: Panel, kpi: str, form: Form, month: Month, day: date) -> Observation | None:
    figure = panel.newest(kpi, day).get(form, {}).get(month.ordinal)
    return figure.printed if figure else None


def _value(panel: Panel, kpi: str, form: Form, month: Month, day: date) -> _Value | None:
    """A KPI's printed figure; of a total without figures of its own, the sum of its parts'."""
    definition = panel.definition(kpi)
    if not definition.parts:
        figure = _printed(panel, kpi, form, month, day)
        if figure is None:
            return None
        return _Value(figure.value, rounding(figure.value, definition.decimals))
    values = [_value(panel, part, form, month, day) for part in definition.parts]
    known = [one for one in values if one is not None]
    return _added(known) if len(known) == len(values) else None


def _added(values: Iterable[_Value]) -> _Value:
    every = list(values)
    return _Value(sum(one.value for one in every), sum(one.rounding for one in every))


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
