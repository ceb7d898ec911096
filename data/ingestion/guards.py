"""The guards that stand between every reader and the store, once.

Units, figures given twice, months and years to date that are swapped. What a cell shows,
error values and numbers typed as text are looked at where cells become numbers
(`Figures` in data/readers/spreadsheet); figures that only look wrong are reported beside
the stored ones (`suspicion.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data.plans.kpi import Kpi
from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.tables import Problem
from data.readers.spreadsheet.words import same_unit, units_differ
from data.vintages.dated import DatedFigure
from data.vintages.observation import PER_CENT, Observation
from models.series import Month


@dataclass(frozen=True)
class Claimed:
    """A figure of a row that a KPI claims, as its reader found it.

    Attributes
    ----------
    row, unit : as printed; the unit is '' if none is printed
    report : the month of the report, None for a table of no single month
    unit_above : the unit stands over a table of the statistics office, whose rows the plan
        itself defines
    """

    kpi: Kpi
    figure: Observation | DatedFigure
    row: str
    unit: str
    sheet: str
    cell: str
    report: Month | None = None
    unit_above: bool = False

    @property
    def place(self) -> str:
        return f"sheet '{self.sheet}', {self.cell}" if self.sheet else self.cell

    def problem(self, expected: str, found: str, advice: str) -> Problem:
        return Problem(expected, found, advice, self.sheet or None, self.cell)


@dataclass(frozen=True)
class Guarded:
    """The figures of a file without repetitions, what forbids them, and remarks."""

    figures: tuple[Claimed, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def guard(figures: Sequence[Claimed]) -> Guarded:
    """Look at the figures of a file, whichever reader found them.

    A figure in another unit than its KPI's, two figures where one is expected, and columns
    of months and years to date that are swapped are problems; a unit that is not known is
    a remark, unless it counts in other thousands. So is a unit over a table of the
    statistics office, which misprints it now and then: a figure of another size is
    noticed beside the stored ones. The same figure twice is one.
    """
    problems: list[Problem] = []
    notes: list[str] = []
    _units(figures, problems, notes)
    kept = tuple(_unrepeated(figures, problems))
    problems += _swapped(kept)
    return Guarded(kept, tuple(problems), tuple(notes))


def _units(figures: Sequence[Claimed], problems: list[Problem], notes: list[str]) -> None:
    """Compare the printed units with those of the plan, each row once."""
    seen = set()
    for one in figures:
        in_per_cent = isinstance(one.figure, Observation) and one.figure.form in PER_CENT
        row = (one.kpi.slug, fold(one.row), fold(one.unit))
        if in_per_cent or not one.unit or row in seen or _agrees(one.unit, one.kpi.unit):
            continue
        seen.add(row)
        differ = units_differ(one.unit, one.kpi.unit)
        if differ and not one.unit_above:
            expected = f"the unit of {one.kpi.slug}, '{one.kpi.unit}'"
            advice = "Convert the values; units are never converted silently."
            problems.append(one.problem(expected, f"'{one.unit}' for '{one.row}'", advice))
        elif differ:
            notes.append(
                f"{one.place}: the unit over the table is '{one.unit}'; '{one.row}' was read "
                f"in '{one.kpi.unit}', as the plan has it"
            )
        else:
            notes.append(
                f"{one.place}, '{one.row}': the unit '{one.unit}' is not known, taken for "
                f"'{one.kpi.unit}'"
            )


def _agrees(written: str, unit: str) -> bool:
    """Whether a unit is that of the KPI, or one of several over a table with two quantities."""
    several = written.replace(";", ",").split(",")
    return any(same_unit(each.strip(), unit) for each in (written, *several))


def _unrepeated(figures: Sequence[Claimed], problems: list[Problem]) -> Iterator[Claimed]:
    """Each figure once; another value for the same figure is a problem.

    Two reports in one file may print a month twice, as an estimate and as restated.
    """
    seen: dict[tuple[object, ...], Claimed] = {}
    for one in figures:
        figure = one.figure
        same, of = _identity(figure)
        keys = [(*same, figure.status), (*same, "in", one.report)]
        earlier = next((seen[key] for key in keys if key in seen), None)
        for key in keys:
            seen.setdefault(key, one)
        if earlier is None:
            yield one
        elif (earlier.figure.value, earlier.figure.status) != (figure.value, figure.status):
            problems.append(
                one.problem(
                    f"one figure of {figure.kpi} for {of}; {earlier.place} says "
                    f"{earlier.figure.value:g} ({earlier.figure.status})",
                    f"{figure.value:g} ({figure.status}) for '{one.row}'",
                    "Delete one of them, give the later one its own date of publication, or "
                    "load the sheets one by one.",
                )
            )


def _identity(figure: Observation | DatedFigure) -> tuple[tuple[object, ...], str]:
    """What makes two figures the same one, and its period in words."""
    if isinstance(figure, DatedFigure):
        days = f"{figure.from_day} to {figure.to_day}"
        return (figure.kpi, figure.from_day, figure.to_day, figure.published), days
    return (figure.kpi, figure.form, figure.month, figure.published), str(figure.month)


def _swapped(figures: Sequence[Claimed]) -> Iterator[Problem]:
    """Tables in which most months after January are larger than their years to date."""
    tables: dict[tuple[object, ...], dict[tuple[str, Month, str], Claimed]] = {}
    for one in figures:
        if not (isinstance(one.figure, Observation) and one.kpi.traits.adds_up):
            continue
        found = tables.setdefault((one.sheet, one.report), {})
        if one.figure.month.month > 1 and (one.report in (None, one.figure.month)):
            found.setdefault((one.kpi.slug, one.figure.month, one.figure.form), one)
    for found in tables.values():
        pairs = [
            (one, found[kpi, month, "year_to_date"])
            for (kpi, month, form), one in found.items()
            if form == "month" and (kpi, month, "year_to_date") in found
        ]
        swapped = [
            to_date for one, to_date in pairs if one.figure.value > to_date.figure.value > 0
        ]
        if len(swapped) > 1 and 2 * len(swapped) > len(pairs):
            yield swapped[0].problem(
                "years to date that are not below their months",
                f"{len(swapped)} of {len(pairs)} figures with the month above the year to date",
                "The months and the years to date seem to be swapped; correct their headings or "
                "their figures.",
            )
