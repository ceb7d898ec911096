"""The scale of a form's rates: 104,2, or 4,2, or 1,042.

The headings decide unless the levels on the same rows contradict them; without levels,
values too small for an index are growth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from data.readers.report_form.columns import Column
from data.readers.report_form.rows import FormRow
from data.readers.report_form.tables import FormTable
from data.readers.report_form.versions import OURS
from data.readers.spreadsheet.figure_text import Figures
from data.readers.spreadsheet.rate_text import rate_of
from data.vintages.observation import Form

Scale = Literal["index", "growth", "fraction", "fraction of growth"]

# rate → its numerator, its denominator, and how many months earlier the denominator is
_LEVELS: Mapping[Form, tuple[Form, Form, int]] = {
    "rate_on_year": ("month", "month", 12),
    "rate_to_date": ("year_to_date", "year_to_date", 12),
    "rate_on_month": ("month", "month", 1),
    "share_of_plan": ("year_to_date", "plan", 0),
}
RATES = frozenset(form for form in _LEVELS if form != "share_of_plan")
_READ: Mapping[Scale, Callable[[float], float]] = {
    "index": lambda rate: rate,
    "growth": lambda rate: 100.0 + rate,
    "fraction": lambda rate: 100.0 * rate,
    "fraction of growth": lambda rate: 100.0 + 100.0 * rate,
}
_CLOSE = 0.6  # percentage points within which a printed rate agrees with its levels
_GROWTH_BELOW = 60.0  # an index below this is a fall by 40 %, not plausible for all KPIs at once
_FRACTION_BELOW = 2.0
_PART_BELOW = 1.0  # growth below it for all KPIs at once is a part of one, not per cent
_FEW = 2  # rows that must agree to overrule the heading


@dataclass(frozen=True)
class RateScale:
    """The scale of a column of rates."""

    scale: Scale

    def index(self, rate: float) -> float:
        """The rate with 100 = unchanged; no index is below zero, so a negative one is growth."""
        if rate < 0 and self.scale == "index":
            return float(f"{100.0 + rate:.12g}")
        return float(f"{_READ[self.scale](rate):.12g}")


def scales(
    table: FormTable, rows: Sequence[FormRow], figures: Figures, notes: list[str]
) -> dict[int, RateScale]:
    """The scale of each column of rates, with a note if it is not that of the heading.

    A rate with a word or a sign of its own is left out; a sign in one row tells that the
    rates without in the same column are growth too.
    """
    found = {}
    for place, column in table.columns.items():
        if column.form is None or column.form not in _LEVELS:
            continue
        heading: Scale = "growth" if column.growth else "index"
        if table.version.number == OURS:  # our form prints its scale
            found[place] = RateScale(heading)
            continue
        plain, signed = _told(place, column, rows, figures)
        scale = _shown(place, _levels(table, column.form), plain, figures)
        if scale is None and signed:
            sizes = [abs(value) for value in _values(place, plain, figures)]
            small = len(sizes) >= _FEW and max(sizes) < _PART_BELOW
            scale = "fraction of growth" if small else "growth"
        elif scale is None:
            scale = _guessed(column, heading, _values(place, plain, figures))
        if scale is not None and scale != heading:
            head = table.heads[place]
            where = (
                f"sheet '{head.sheet}', cell {head.place}" if head.sheet else f"cell {head.place}"
            )
            notes.append(f"{where} ('{column.words}'): read as {scale}, as its figures show")
        found[place] = RateScale(scale or heading)
    return found


def _told(
    place: int, column: Column, rows: Sequence[FormRow], figures: Figures
) -> tuple[Sequence[FormRow], bool]:
    """The rows whose rate does not tell its own scale, and whether others have a sign."""
    if column.form not in RATES:
        return rows, False
    told = {id(row): rate_of(row.cells[place])[1] for row in rows if place in row.cells}
    plain = [row for row in rows if told.get(id(row)) is None]
    below_zero = any(value < 0 for value in _values(place, plain, figures))
    return plain, below_zero or any(scale in ("growth", "fall") for scale in told.values())


def _values(place: int, rows: Sequence[FormRow], figures: Figures) -> list[float]:
    cells = [row.cells[place] for row in rows if place in row.cells]
    return [value for cell in cells if (value := figures.value(cell)) is not None]


def _levels(table: FormTable, rate: Form) -> tuple[int, int] | None:
    """The columns of a rate's numerator and denominator; None if the table lacks one."""
    now, then, months = _LEVELS[rate]
    places = table.places
    levels = places.get((now, table.month)), places.get((then, table.month.plus(-months)))
    return None if levels[0] is None or levels[1] is None else (levels[0], levels[1])


def _shown(
    place: int, levels: tuple[int, int] | None, rows: Sequence[FormRow], figures: Figures
) -> Scale | None:
    """The scale on which the rates agree with the levels of their rows; None if undecided."""
    if levels is None:
        return None
    votes: dict[Scale, int] = dict.fromkeys(_READ, 0)
    tried = 0
    for row in rows:
        cells = [row.cells.get(at) for at in (place, *levels)]
        rate, now, then = (figures.value(cell) if cell else None for cell in cells)
        if rate is None or now is None or not then:
            continue
        tried += 1
        for scale, read in _READ.items():
            votes[scale] += abs(read(rate) - 100.0 * now / then) < _CLOSE
    best = max(votes, key=lambda scale: votes[scale])
    return best if votes[best] >= min(_FEW, tried) and 2 * votes[best] > tried > 0 else None


def _guessed(column: Column, heading: Scale, values: Sequence[float]) -> Scale | None:
    """The scale of values that are implausible on the scale of the heading; None if plausible."""
    if not values or heading == "growth":
        return None
    largest = max(abs(value) for value in values)
    if largest < _FRACTION_BELOW and len(values) >= _FEW:
        return "fraction"
    if column.form != "share_of_plan" and largest < _GROWTH_BELOW and len(values) >= _FEW:
        return "growth"
    return None
