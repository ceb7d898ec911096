"""A report as a workbook: real numbers, number formats, native charts.

One sheet with the report, one for each annex, one flat table of all figures, and one with
the months and a chart of every KPI, some to a printed page.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from service.report.document import (
    NONE,
    Appendix,
    Block,
    Cell,
    KpiSheet,
    Number,
    Paragraph,
    Picture,
    Report,
    Table,
)
from service.report.renderers.fonts import OFFICE
from service.texts import TEXT

_DATED = datetime(2000, 1, 1, tzinfo=UTC)  # the same report is the same file
_SHEET_NAME = 31  # characters that Excel allows
_NARROW = 0.7  # width of a column of numbers (TT)
_ROW = 15  # height of a line
_LAID, _ALONE = (6, 42, 15), (30, 13)  # widths of columns, in characters
_CODE, _NAME, _FLAT, _LONG = 24, 44, 16, 60  # of the flat table; a text column is wide or long
_WORDS = 24  # a column of words
_MARGIN = 1.15  # letters of the typeface to a character of a column's width
_PER_PAGE = 3  # KPIs on a printed page
_OWN_PAGE = 10  # a longer table amid text begins a page
_BESIDE, _AFTER_NOTE, _CHART_ROWS = 3, 50, 9  # a chart: column, pixels within it, rows
_PAGE_WIDTH, _PAGE_LENGTH = 7.27, 10.69  # inches of A4 between the margins
_CHARACTER, _SCALE = 0.115, 57  # inches of a wide face; per cent


def render(report: Report) -> bytes:
    """The report as one .xlsx file."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": f"{report.title}: {report.subject}", "created": _DATED})
    writer = _Writer(book, report)
    writer.report_sheet()
    for appendix in report.appendices:
        writer.appendix_sheet(appendix)
    writer.figures_sheet()
    if report.sheets:
        writer.kpis_sheet()
    book.close()
    return file.getvalue()


class _Writer:
    """Writes the sheets of one workbook; each cell format is made once."""

    def __init__(self, book: Any, report: Report) -> None:
        self._book, self._report = book, report
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._names: set[str] = set()
        self._widths = list(_LAID)  # of the columns of a page of text

    def report_sheet(self) -> None:
        """The text and tables of the report, ready to print."""
        title = f"{self._report.title}: {self._report.subject}"
        sheet = self._sheet(TEXT[self._report.lang]["figures.report"])
        self._laid(sheet, title, self._report.blocks)

    def appendix_sheet(self, appendix: Appendix) -> None:
        """A numbered annex, on a sheet of its own."""
        sheet = self._sheet(appendix.title)
        self._laid(sheet, f"{appendix.title}: {appendix.subject}", appendix.blocks)

    def _laid(self, sheet: Any, title: str, blocks: Sequence[Block]) -> None:
        """Blocks below each other; a table's numbers stand left of its names."""
        row = self._top(sheet, title)
        tables = [block for block in blocks if isinstance(block, Table)]
        self._widths = _laid_widths(tables)
        repeated = _repeated(blocks)
        breaks: list[int] = []
        above = first = row  # where the headings right above a block begin
        for block in blocks:
            if isinstance(block, Table):
                if above > first and block is not repeated and len(block.rows) > _OWN_PAGE:
                    breaks.append(above)  # a page of its own, so that its heading is on it
                sheet.write(row, 0, block.caption, self._format(bold=True))
                if block is repeated:
                    sheet.repeat_rows(row + 1)  # the heading on every printed page
                row = self._table(sheet, row + 1, block, self._widths, _indent(block)) + 1
                if block.beside is not None:
                    row = self._line(sheet, row, block.beside.text)
            elif isinstance(block, Picture):
                row = self._line(sheet, row, block.text)
            else:
                heading = not isinstance(block, Paragraph)
                slot = isinstance(block, Paragraph) and block.style == "slot"
                row = self._line(sheet, row, block.text, bold=heading, slot=slot)
                if heading:
                    continue  # it stands on the page of what follows
            above = row
        _set_widths(sheet, self._widths, len(self._widths) - 1)
        _print(sheet, breaks, sum(self._widths))

    def figures_sheet(self) -> None:
        """The flat table, with a filter."""
        table = self._report.figures
        sheet = self._sheet(table.caption)
        row = self._top(sheet, table.caption)
        widths = _flat_widths(table)
        last = self._table(sheet, row, table, widths) - 1
        sheet.autofilter(row, 0, last, len(table.columns) - 1)
        sheet.freeze_panes(row + 1, 2)
        sheet.repeat_rows(row)
        _set_widths(sheet, widths, len(table.columns) - 1)
        _print(sheet)

    def kpis_sheet(self) -> None:
        """Every KPI below the other: facts, a line chart beside them, months."""
        sheets = self._report.sheets
        sheet = self._sheet(TEXT[self._report.lang]["figures.kpis"])
        row, breaks = self._top(sheet, TEXT[self._report.lang]["figures.kpis"]), []
        for place, kpi in enumerate(sheets):
            if place and place % _PER_PAGE == 0:
                breaks.append(row)
            row = self._kpi(sheet, row, kpi) + 1
        last = max(len(one.months.columns) for one in sheets) - 1
        _set_widths(sheet, _ALONE, last)
        sheet.set_h_pagebreaks(breaks)
        _print_pages(sheet, sum(_ALONE[min(at, 1)] for at in range(last + 1)))

    def _kpi(self, sheet: Any, row: int, kpi: KpiSheet) -> int:
        """One KPI; return the next free row."""
        sheet.write(row, 0, f"{kpi.title} ({kpi.code})", self._format(bold=True, font_size=13))
        beside = row + 1
        for at, (name, cell) in enumerate(kpi.facts, beside):
            sheet.write(at, 0, name, self._format(bold=True))
            self._write(sheet, at, 1, cell)
            if isinstance(cell, Number) and cell.note:
                sheet.write(at, 2, cell.note, self._format(italic=True))
        row = beside + max(len(kpi.facts), _CHART_ROWS)
        sheet.write(row, 0, kpi.months.caption, self._format(bold=True))
        first = row + 2
        last = self._table(sheet, row + 1, kpi.months, _ALONE) - 1
        if last >= first:
            self._chart(sheet, beside, kpi, (first, last))
        return last + 1

    def _chart(self, sheet: Any, row: int, kpi: KpiSheet, months: tuple[int, int]) -> None:
        """A line chart of the months in rows `months`, right of the facts that begin at `row`."""
        first, last = months
        chart = self._book.add_chart({"type": "line"})
        for column in kpi.lines:
            chart.add_series(
                {
                    "name": [sheet.get_name(), first - 1, column],
                    "categories": [sheet.get_name(), first, 0, last, 0],
                    "values": [sheet.get_name(), first, column, last, column],
                }
            )
        small = {"size": 8}
        chart.set_legend({"position": "bottom", "font": small})
        chart.set_x_axis({"label_position": "none"})  # the months stand below, in this order
        chart.set_y_axis({"num_font": small})
        chart.set_title({"none": True})
        width = sum(7 * _ALONE[1] + 5 for _ in kpi.months.columns[_BESIDE:]) - _AFTER_NOTE
        chart.set_size({"width": width, "height": 20 * _CHART_ROWS})
        sheet.insert_chart(
            row, _BESIDE, chart, {"description": kpi.title, "x_offset": _AFTER_NOTE}
        )

    def _sheet(self, name: str) -> Any:
        sheet = self._book.add_worksheet(self._unique(name))
        sheet.set_paper(9)  # A4
        if self._report.banner:
            sheet.set_header(f'&C&"{OFFICE},Bold"&18{self._report.banner}')
        return sheet

    def _unique(self, name: str) -> str:
        """A valid sheet name that no other sheet has."""
        tidy = re.sub(r"[\[\]:*?/\\]", " ", name)[:_SHEET_NAME]
        number = 2
        while tidy.lower() in self._names:
            suffix = f"~{number}"
            tidy, number = tidy[: _SHEET_NAME - len(suffix)] + suffix, number + 1
        self._names.add(tidy.lower())
        return tidy

    def _top(self, sheet: Any, title: str) -> int:
        """Write banner, labels and title; return the next free row."""
        lines = [one for one in (self._report.banner, *self._report.labels) if one]
        for row, line in enumerate(lines):
            sheet.write(row, 0, line, self._format(bold=True, font_color="#B3261E"))
        sheet.write(len(lines), 0, title, self._format(bold=True, font_size=13))
        return len(lines) + 2

    def _line(
        self, sheet: Any, row: int, words: str, bold: bool = False, slot: bool = False
    ) -> int:
        """Write a paragraph over the width of the page; return the next free row."""
        marked = {"bg_color": "#FFF3B0", "italic": True} if slot else {}
        plain = self._format(bold=bold, text_wrap=True, valign="top", **marked)
        sheet.merge_range(row, 0, row, len(self._widths) - 1, words, plain)
        sheet.set_row(row, 17 * (1 + len(words) // sum(self._widths)))
        return row + 1

    def _table(
        self, sheet: Any, row: int, table: Table, widths: Sequence[int], indent: int = 0
    ) -> int:
        """Write headings and rows, each as high as its texts need; return the next free row."""
        texts = [[one.title for one in table.columns], *(map(str, cells) for cells in table.rows)]
        for place, words in enumerate(texts, row):
            sheet.set_row(place, _ROW * _lines(words, widths, indent))
        for column, one in enumerate(table.columns, indent):
            heading = self._format(
                bold=True, border=1, text_wrap=True, align="center", valign="vcenter"
            )
            sheet.write(row, column, one.title, heading)
        for place, cells in enumerate(table.rows, row + 1):
            for column, cell in enumerate(cells, indent):
                self._write(sheet, place, column, cell, border=1)
                if isinstance(cell, Number) and cell.note:
                    sheet.write_comment(place, column, f"{cell} {cell.note}")
        return row + 1 + len(table.rows)

    def _write(self, sheet: Any, row: int, column: int, cell: Cell, **style: Any) -> None:
        if isinstance(cell, str):
            side = {"align": "right"} if cell == NONE else {}
            wrapped = self._format(text_wrap=True, valign="vcenter", **side, **style)
            sheet.write_string(row, column, cell, wrapped)
        elif cell.value is None:
            sheet.write_blank(row, column, None, self._format(**style))
        else:
            number = cell.value / 100 if cell.per_cent else cell.value
            shown = self._format(num_format=_number_format(cell), valign="vcenter", **style)
            sheet.write_number(row, column, number, shown)

    def _format(self, **style: Any) -> Any:
        key = tuple(sorted(style.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"font_name": OFFICE, **style})
        return self._formats[key]


def _set_widths(sheet: Any, widths: Sequence[int], last: int) -> None:
    """Widths of columns; the last one given holds for those that follow."""
    for column in range(last + 1):
        sheet.set_column(column, column, widths[min(column, len(widths) - 1)])


def _lines(texts: Iterable[str], widths: Sequence[int], indent: int) -> int:
    """The lines that the texts of a row take, wrapped in its columns."""
    return max(
        len(textwrap.wrap(words, int(_MARGIN * widths[min(column, len(widths) - 1)]))) or 1
        for column, words in enumerate(texts, indent)
    )


def _indent(table: Table) -> int:
    """The first column of a table on a page of text: names start in the second one."""
    return 0 if table.columns[0].width < _NARROW else 1


def _repeated(blocks: Sequence[Block]) -> Table | None:
    """The table whose heading every page repeats: the only one, with notes alone below it."""
    tables = [place for place, block in enumerate(blocks) if isinstance(block, Table)]
    if len(tables) != 1:
        return None
    table, *below = blocks[tables[0] :]
    notes = all(isinstance(one, Paragraph) and one.style == "note" for one in below)
    return table if notes and isinstance(table, Table) else None


def _laid_widths(tables: Sequence[Table]) -> list[int]:
    """Widths of a page of text: a number, a name, figures, and an assessment at the end."""
    last = max([7, *(len(one.columns) - 1 + _indent(one) for one in tables)])
    widths = [_LAID[min(at, len(_LAID) - 1)] for at in range(last + 1)]
    for one in tables:
        if not one.columns[-1].figures:
            widths[len(one.columns) - 1 + _indent(one)] = _WORDS
    return widths


def _flat_widths(table: Table) -> list[int]:
    """Widths of the flat table's columns: the code, the name, figures, and longer texts."""
    others = [_LONG if one.width > 1 else _FLAT for one in table.columns[2:]]
    return [_CODE, _NAME, *others]


def _print(sheet: Any, breaks: Sequence[int] = (), characters: int = 0) -> None:
    """A4 landscape, as wide as the page; at a scale where there are breaks to keep."""
    sheet.set_landscape()
    if breaks:
        sheet.set_h_pagebreaks(list(breaks))
        sheet.set_print_scale(int(100 * _PAGE_LENGTH / (characters * _CHARACTER)))
    else:
        sheet.fit_to_pages(1, 0)
    _margins(sheet)


def _print_pages(sheet: Any, characters: int) -> None:
    """A4 upright at a scale that keeps the breaks given: Excel drops them when it fits pages."""
    wide = _PAGE_WIDTH / (characters * _CHARACTER)
    sheet.set_print_scale(int(min(_SCALE, 100 * wide)))
    _margins(sheet)


def _margins(sheet: Any) -> None:
    sheet.set_margins(left=0.6, right=0.4, top=0.7, bottom=0.6)
    sheet.set_footer("&C&P/&N")


def _number_format(cell: Number) -> str:
    """Excel's number format; separators follow the reader's computer."""
    places = "." + "0" * cell.decimals if cell.decimals else ""
    plain = f"#,##0{places}" + ("%" if cell.per_cent else "")
    if cell.footnote:
        plain += f'"{cell.footnote}"'
    return f"+{plain};-{plain};{plain}" if cell.signed else plain
