"""A department's monthly report form (biểu), recognised by its headings alone.

One row per KPI; columns for the plan of the year, the month before, this month's
estimate, the year to date, the same periods of last year, and percentages of them
(see `columns.py`). The header may span rows, merged or not; numbering columns,
footnotes, ditto marks, and units in a column of their own or after the name are
understood. A problem in a row that a KPI claims refuses the file; a row that no KPI
claims is returned with the figures that can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from data.plans.kpi import Kpi
from data.readers.printed import PrintedDays, PrintedFigure, PrintedWorkbook
from data.readers.report_form.columns import Part, names_a_column
from data.readers.report_form.rate_scale import RATES, scales
from data.readers.report_form.rows import FormRow, kpi_names, part_keys, row_name
from data.readers.report_form.tables import FormTable, Merged, find_tables
from data.readers.spreadsheet.cells import fold, publication_date
from data.readers.spreadsheet.figure_text import Figures
from data.readers.spreadsheet.rate_text import index_of, rate_of
from data.readers.spreadsheet.tables import (
    DELIMITERS,
    Cell,
    Grid,
    Problem,
    raise_problems,
    sheet_grids,
)
from data.readers.spreadsheet.workbook import OpenedFile
from data.vintages.observation import PER_CENT

TABLE = "report_form"
_NOTHING = frozenset(
    {"-", "–", "—", "...", "…", ".", "x", "*", "(*)", "//", "n/a", "na", "nt", '"'}
)
_FOOTNOTE = re.compile(r"(?<=[\d%])\s*(?:\((?:\d|\*+)\)|\*+)$")


@dataclass(frozen=True)
class _Claim:
    """A row of a table that a KPI claims."""

    table: FormTable
    row: FormRow
    kpi: Kpi


@dataclass(frozen=True)
class ReportForm:
    """The tables found in a report form, and the problems in their headings."""

    file: str
    tables: tuple[FormTable, ...]
    problems: tuple[Problem, ...]


def find_report_form(opened: OpenedFile) -> ReportForm | None:
    """The report form in a file, by its headings; None without one."""
    problems: list[Problem] = []
    tables = [
        table
        for grid, merged in _promising(opened)
        for table in find_tables(grid, merged, problems)
    ]
    if not tables and not problems:
        return None
    return ReportForm(opened.file, tuple(tables), tuple(problems))


def read_report_form(
    form: ReportForm, kpis: Sequence[Kpi], claims: Mapping[str, str]
) -> PrintedWorkbook:
    """Read a department's monthly report.

    Parameters
    ----------
    form : as found; the publication date is the date at the start of its file name,
        else the date of signature
    kpis : of the plan family; rows name them in either language, accents aside
    claims : folded row name → slug, for rows that were assigned before

    Returns
    -------
    PrintedWorkbook, rates with 100 = unchanged; `claimed` gives the KPIs of the rows

    Raises
    ------
    UnreadableFile
        If the headings have a problem; those of rows are returned.
    """
    raise_problems(form.file, form.problems)
    file, tables = form.file, form.tables
    problems: list[Problem] = []
    notes = list(dict.fromkeys(note for table in tables for note in _notes(table)))
    claimed, unclaimed = _assign(tables, kpis, claims, notes)
    figures = _read(claimed, unclaimed, problems)
    printed = [*_figures(claimed, unclaimed, figures, notes)]
    slugs = {
        (TABLE, "", 1, fold(_printed_name(claim.row, claim.kpi))): claim.kpi.slug
        for claim in claimed
    }
    return PrintedWorkbook(
        file=file,
        report_month=max(table.month for table in tables),
        published=publication_date(file) or next((t.signed for t in tables if t.signed), None),
        figures=tuple(dict.fromkeys(printed)),
        tables=tuple(dict.fromkeys(table.version.label for table in tables)),
        notes=tuple(dict.fromkeys(notes)),
        claimed=slugs,
        dated=tuple(_dated(claimed, figures)),
        problems=tuple(problems),
    )


def _dated(claimed: Sequence[_Claim], figures: Figures) -> Iterator[PrintedDays]:
    """The figures to a day of the rows that a KPI claims."""
    for claim in claimed:
        for place, cell in claim.row.cells.items():
            days, value = claim.table.columns[place].days, figures.value(cell)
            if days is not None and value is not None:
                sheet = claim.table.sheet or ""
                name, unit = _printed_name(claim.row, claim.kpi), claim.row.unit
                yield PrintedDays(claim.kpi.slug, *days, value, sheet, cell.place, name, unit)


def _promising(opened: OpenedFile) -> Sequence[tuple[Grid, Merged]]:
    """The sheets that may have a form, with their merged cells, if one has its header."""
    if opened.kind == "text":
        for delimiter in DELIMITERS:
            if _promises(opened.text.head(delimiter)):
                return [(opened.text.grid(delimiter), ())]
        return []
    grids = sheet_grids(opened.sheets, names_a_column)
    if not any(map(_promises, grids)):
        return []
    return [(grid, opened.sheets.merged(grid.sheet or "")) for grid in grids]


def _promises(grid: Grid) -> bool:
    """Whether a sheet has the header of a report form, correct or not."""
    problems: list[Problem] = []
    return bool(find_tables(grid, (), problems) or problems)


def _notes(table: FormTable) -> Iterator[str]:
    """Remarks about a table, for the planner."""
    remark = table.version.remark(table.month)
    if remark:
        yield remark
    if table.closed:
        yield (
            f"figures closed on {table.closed}, before {table.month} was over: its figures are "
            "estimates of the whole month"
        )
    for place, column in table.columns.items():
        if column.form is None:
            yield f"{_where(table, place)} ('{column.words}') left out: {column.why}"


def _where(table: FormTable, place: int) -> str:
    head = table.heads[place]
    return f"sheet '{head.sheet}', cell {head.place}" if head.sheet else f"cell {head.place}"


def _assign(
    tables: Sequence[FormTable],
    kpis: Sequence[Kpi],
    claims: Mapping[str, str],
    notes: list[str],
) -> tuple[list[_Claim], list[tuple[FormTable, FormRow]]]:
    """Rows with the KPIs that claim them, and the others."""
    names, slugs = kpi_names(kpis), {kpi.slug: kpi for kpi in kpis}
    claimed, unclaimed = [], []
    for table in tables:
        for row, part in _by_part(table):
            taken = next(
                (
                    slugs[slug]
                    for slug in (row.code, claims.get(row.key), claims.get(fold(row.name)))
                    if slug in slugs
                ),
                None,
            )
            found = [taken] if taken else list(names.get(row.key, []))
            if part != "output":
                base = taken or (found[0] if len(found) == 1 else None)
                found = list(_kpi_of_part(row, part, base, names, slugs))
                if not found:
                    notes.append(_no_part(table, part))
                    continue
                row = replace(row, name=found[0].slug, key=found[0].slug, code=found[0].slug)
            if len(found) != 1:
                unclaimed.append((table, row))
                if found:
                    several = ", ".join(kpi.slug for kpi in found)
                    notes.append(f"'{row.name}' is the name of several KPIs: {several}; left out")
            elif found[0].parts:
                parts = ", ".join(found[0].parts)
                notes.append(f"'{row.name}' is the sum of {parts}; its own figures are left out")
            elif not found[0].traits.has_months:
                notes.append(f"'{row.name}' is a task without monthly figures; left out")
            else:
                claimed.append(_Claim(table, row, found[0]))
    return claimed, unclaimed


def _by_part(table: FormTable) -> Iterator[tuple[FormRow, Part]]:
    """Rows with the columns of output, of sales and of stock, each for itself."""
    for row in table.rows:
        parts: dict[Part, dict[int, Cell]] = {}
        for place, cell in row.cells.items():
            parts.setdefault(table.columns[place].of, {})[place] = cell
        for part, cells in parts.items():
            yield replace(row, cells=cells), part


def _kpi_of_part(
    row: FormRow,
    part: Part,
    base: Kpi | None,
    names: Mapping[str, Sequence[Kpi]],
    slugs: Mapping[str, Kpi],
) -> Sequence[Kpi]:
    """The KPI of a product's sales or stock, if the plan has it."""
    keys = list(part_keys(row.key, part))
    if base is not None:
        if f"{base.slug}_{part}" in slugs:
            return [slugs[f"{base.slug}_{part}"]]
        for name in (base.name_vi, base.name_en):
            keys += part_keys(row_name(name)[0], part)
    return next((names[key] for key in keys if len(names.get(key, ())) == 1), [])


def _no_part(table: FormTable, part: Part) -> str:
    place = next(place for place, column in table.columns.items() if column.of == part)
    return (
        f"{_where(table, place)} ('{table.columns[place].words}') left out where the plan has no "
        f"KPI of a product's {part}"
    )


def _read(
    claimed: Sequence[_Claim],
    unclaimed: Sequence[tuple[FormTable, FormRow]],
    problems: list[Problem],
) -> Figures:
    """The numbers of all rows; problems only of those that a KPI claims."""
    mine = [cell for claim in claimed for cell in _numbers(claim.table, claim.row)]
    others = [cell for table, row in unclaimed for cell in _numbers(table, row)]
    texts = [cell.text for cell in others if isinstance(cell.value, str)]
    whole = Figures.of(mine, problems, texts)
    texts += [cell.text for cell in mine if isinstance(cell.value, str)]
    spare: list[Problem] = []
    return Figures({**Figures.of(others, spare, texts).values, **whole.values})


def _numbers(table: FormTable, row: FormRow) -> Iterator[Cell]:
    """The cells of a row with figures to be stored, without footnotes."""
    for place, cell in row.cells.items():
        if table.columns[place].form is None and not table.columns[place].days:
            continue
        cell = _without_footnote(cell)
        if isinstance(cell.value, str) and {cell.value.lower(), fold(cell.value)} & _NOTHING:
            continue
        yield rate_of(cell)[0] if table.columns[place].form in RATES else cell


def _without_footnote(cell: Cell) -> Cell:
    if not isinstance(cell.value, str):
        return cell
    return replace(cell, value=_FOOTNOTE.sub("", cell.value).strip())


def _figures(
    claimed: Sequence[_Claim],
    unclaimed: Sequence[tuple[FormTable, FormRow]],
    figures: Figures,
    notes: list[str],
) -> Iterator[PrintedFigure]:
    """All figures to be stored."""
    rows = [(claim.table, claim.row, claim.kpi) for claim in claimed]
    everything = [*rows, *((table, row, None) for table, row in unclaimed)]
    scale = {}
    for table in {id(table): table for table, _, _ in everything}.values():
        mine = [row for other, row, _ in everything if other is table]
        scale[id(table)] = scales(table, mine, figures, notes)
    for table, row, kpi in everything:
        for place, cell in row.cells.items():
            column = table.columns[place]
            value = figures.value(cell)
            if value is None or column.form is None:
                continue
            if kpi is not None and kpi.traits.known_by_rates and column.form not in PER_CENT:
                note = f"'{row.name}' is known by its rates alone; its levels are left out"
                if note not in notes:
                    notes.append(note)
                continue
            told = rate_of(_without_footnote(cell))[1] if column.form in RATES else None
            if told is not None:
                value = index_of(value, told)
            elif column.form in PER_CENT:
                value = scale[id(table)][place].index(value)
            yield PrintedFigure(
                table=TABLE,
                row=_printed_name(row, kpi),
                section="",
                occurrence=1,
                quantity="",
                form=column.form,
                month=column.month,
                report_month=table.month,
                unit=row.unit,
                value=value,
                sheet=table.sheet or "",
                cell=cell.place,
                illustrative=table.illustrative,
            )


def _printed_name(row: FormRow, kpi: Kpi | None) -> str:
    """The name of a row: as printed, or the code by which a KPI claims it."""
    return row.code if kpi is not None and row.code == kpi.slug else row.name
