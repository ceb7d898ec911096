"""Plan documents as XLSX: reading and writing.

Sheets for the plan, its KPIs, versions, targets, tasks and source rows, with headings
in Vietnamese and English (either is accepted), drop-down lists for fields with fixed
choices, and a guide sheet.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date

import xlsxwriter
from openpyxl.utils import get_column_letter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from data.plans.plan import Plan
from data.plans.roll_over import TargetDraft
from data.readers.plan_document.entries import Document, Entry, Record, VersionRecords
from data.readers.plan_document.fields import GUIDE_TITLE, OBSOLETE, SHEETS, Field, Sheet
from data.readers.plan_document.values import (
    Values,
    draft_values,
    kpi_values,
    plan_values,
    row_values,
    step_values,
    target_values,
    task_values,
    version_values,
)
from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.tables import Cell, Grid, Problem, Row, raise_problems
from data.readers.spreadsheet.words import bilingual
from data.readers.spreadsheet.workbook import OpenedFile
from models.errors import InvalidPlan

BLANK_ROWS = 300  # rows below the last one that still have drop-down lists
MAX_TEXT = 32767  # characters in an Excel cell
_LISTS = {"parts", "printed_parts", "contains", "names"}  # one item to a line
_DATES = {"adopted", "starts", "due"}
_NUMBERS = {"decimals", "number", "version", "lower", "upper", "occurrence", "of", "judgement"}


def parse_xlsx(content: bytes, file: str) -> Document:
    """The records of a plan workbook, each entry with its sheet and cell.

    Raises
    ------
    UnreadableFile
        If a sheet or a column is missing, or a row belongs to no row of another sheet.
    """
    grids = OpenedFile(content, file).grids
    problems: list[Problem] = []
    found = {
        name: next((grid for grid in grids if sheet.is_titled(grid.sheet or "")), None)
        for name, sheet in SHEETS.items()
    }
    for name in ("plan", "kpis"):
        if found[name] is None:
            titles = ", ".join(f"'{grid.sheet}'" for grid in grids)
            advice = "Start from the blank template: vedich plan template FILE.xlsx."
            expected = f"a sheet '{SHEETS[name].title}'"
            problems.append(Problem(expected, f"the sheets {titles}", advice))
    raise_problems(file, problems)
    plan = found["plan"]
    head = _head(plan, problems) if plan else Record({}, Entry(None))
    records = {
        name: _records(SHEETS[name], grid, problems) if (grid := found[name]) else []
        for name in SHEETS
        if name != "plan"
    }
    rows = _nest(records["kpis"], ("slug",), records["rows"], ("kpi",), problems)
    targets = _nest(records["versions"], ("number",), records["targets"], ("version",), problems)
    tasks = _nest(records["versions"], ("number",), records["tasks"], ("version",), problems)
    task_keys = ("version", "kpi")
    steps = _nest(records["tasks"], task_keys, records["steps"], task_keys, problems)
    raise_problems(file, problems)
    steps_of = {id(task): mine for task, mine in zip(records["tasks"], steps, strict=True)}
    versions = tuple(
        VersionRecords(version, aims, tuple((task, steps_of[id(task)]) for task in mine))
        for version, aims, mine in zip(records["versions"], targets, tasks, strict=True)
    )
    return Document(head, tuple(zip(records["kpis"], rows, strict=True)), versions)


def _nest(
    owners: Sequence[Record],
    keys: Sequence[str],
    children: Sequence[Record],
    foreign_keys: Sequence[str],
    problems: list[Problem],
) -> list[tuple[Record, ...]]:
    """The rows of the other sheet that belong to each owner."""
    named = [_named(owner, keys) for owner in owners]
    found: dict[str, list[Record]] = {name: [] for name in named}
    for child in children:
        name, entry = _named(child, foreign_keys), child.entry(foreign_keys[-1])
        if name in found:
            found[name].append(child)
            continue
        listed = "; ".join(sorted(found)) or "none yet"
        expected = f"one of those listed on the other sheet ({listed})"
        where = (entry.sheet, entry.cell)
        problems.append(Problem(expected, f"'{name}'", "Add it there, or correct it.", *where))
    return [tuple(found[name]) for name in named]


def _named(record: Record, keys: Sequence[str]) -> str:
    return ", ".join(_text(record.entry(key)) for key in keys)


def _text(entry: Entry) -> str:
    return "" if entry.value is None else str(entry.value)


def _head(grid: Grid, problems: list[Problem]) -> Record:
    """The plan sheet: a field's name on the left, its value on the right."""
    entries: dict[str, Entry] = {}
    for row in grid.rows:
        label = row[0]
        if not label.text:
            continue
        field = next((each for each in SHEETS["plan"].fields if each.is_named(label.text)), None)
        if field is None:
            expected = f"one of {', '.join(each.heading for each in SHEETS['plan'].fields)}"
            problems.append(Problem.at(label, expected))
        elif len(row) > 1:
            entries[field.name] = _entry(field, row[1], problems)
    return Record(entries, Entry(None, grid.sheet, "B1"))


def _records(sheet: Sheet, grid: Grid, problems: list[Problem]) -> list[Record]:
    header = grid.rows[0] if grid.rows else ()
    columns: dict[int, Field] = {}
    for index, cell in enumerate(header):
        if not cell.text or fold(cell.text) in OBSOLETE:
            continue
        field = next((each for each in sheet.fields if each.is_named(cell.text)), None)
        if field is None:
            expected = f"one of the headings {', '.join(each.heading for each in sheet.fields)}"
            problems.append(Problem.at(cell, expected, "Rename or delete the column."))
        elif field in columns.values():
            problems.append(Problem.at(cell, f"one column '{field.heading}'", "Delete one."))
        else:
            columns[index] = field
    for field in sheet.fields:
        if field.required and field not in columns.values():
            where = {"sheet": grid.sheet, "cell": header[0].place if header else "A1"}
            problems.append(Problem(f"a column '{field.heading}'", "none", "Add it.", **where))
    return [
        _record(columns, row, problems)
        for row in grid.rows[1:]
        if any(cell.text or cell.uncomputed for cell in row)
    ]


def _record(columns: Mapping[int, Field], row: Row, problems: list[Problem]) -> Record:
    entries = {
        field.name: _entry(field, row[index], problems)
        for index, field in columns.items()
        if index < len(row)
    }
    return Record(entries, Entry(None, row[0].sheet, row[0].place))


def _entry(field: Field, cell: Cell, problems: list[Problem]) -> Entry:
    """A cell's value, in the type that a YAML document would have."""
    if cell.uncomputed:
        problems.append(Problem.at(cell, "a value", "Type the value itself.", cell.missing))
    value: object = cell.value
    if field.name in _LISTS:
        value = [line.strip() for line in cell.text.split("\n") if line.strip()] or None
    elif field.name == "dimensions":
        pairs = [line.partition(":") for line in cell.text.split("\n") if line.strip()]
        value = {name.strip(): what.strip() for name, _, what in pairs} or None
    elif isinstance(value, float):
        value = value if field.name == "judgement" else cell.display.shown(value)
        value = int(value) if value.is_integer() else value
        if field.name not in _NUMBERS | _DATES:
            value = str(value)
    return Entry(value, cell.sheet, cell.place)


def dump_xlsx(plan: Plan | None, drafts: Sequence[TargetDraft] = ()) -> bytes:
    """A plan as a workbook; `parse_xlsx` and `build_plan` read it back.

    Numbers keep 15 digits, as Excel does. Without a plan, the blank template. Drafts
    are added as the targets of a version without date, document and bounds, for a
    person to complete.
    """
    rows: dict[str, list[Values]] = {name: [] for name in SHEETS}
    if plan is not None:
        rows["plan"] = [plan_values(plan)]
        rows["kpis"] = [kpi_values(kpi) for kpi in plan.kpis]
        rows["rows"] = [
            {"kpi": kpi.slug, **row_values(row)} for kpi in plan.kpis for row in kpi.rows
        ]
        rows["versions"] = [version_values(version) for version in plan.versions]
        rows["targets"] = [
            {"version": version.number, **target_values(*target)}
            for version in plan.versions
            for target in version.targets
        ]
        rows["tasks"] = [
            {"version": version.number, **task_values(*task)}
            for version in plan.versions
            for task in version.tasks
        ]
        rows["steps"] = [
            {"version": version.number, "kpi": kpi, **step_values(step)}
            for version in plan.versions
            for kpi, task in version.tasks
            for step in task.steps
        ]
    if drafts:
        number = max((version.number for version in plan.versions), default=0) + 1 if plan else 1
        rows["versions"].append({"number": number})
        rows["targets"] += [{"version": number, **draft_values(draft)} for draft in drafts]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        formats = _formats(book)
        _write_guide(book, formats)
        _write_plan(book, formats, rows["plan"])
        for name, layout in SHEETS.items():
            if name != "plan":
                _write_table(book, formats, layout, rows[name])
    return buffer.getvalue()


def _formats(book: Workbook) -> dict[str, Format]:
    wrap = {"text_wrap": True, "valign": "top"}
    return {
        "heading": book.add_format({**wrap, "bold": True, "bg_color": "#E8EEF4", "border": 1}),
        "required": book.add_format({**wrap, "bold": True, "bg_color": "#F6E3B4", "border": 1}),
        "text": book.add_format({**wrap, "num_format": "@"}),
        "number": book.add_format({**wrap, "num_format": "General"}),
        "date": book.add_format({**wrap, "num_format": "dd/mm/yyyy"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }


def _format_of(field: Field) -> str:
    return "date" if field.name in _DATES else "number" if field.name in _NUMBERS else "text"


def _write_plan(book: Workbook, formats: Mapping[str, Format], rows: Sequence[Values]) -> None:
    sheet = book.add_worksheet(SHEETS["plan"].title)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 80, formats["text"])
    values = rows[0] if rows else {}
    for index, field in enumerate(SHEETS["plan"].fields):
        heading = formats["required" if field.required else "heading"]
        sheet.write_string(index, 0, field.heading, heading)
        _write(sheet, index, 1, values.get(field.name), formats["text"])


def _write_table(
    book: Workbook, formats: Mapping[str, Format], layout: Sheet, rows: Sequence[Values]
) -> None:
    sheet = book.add_worksheet(layout.title)
    sheet.freeze_panes(1, 1)
    last = len(rows) + BLANK_ROWS
    for column, field in enumerate(layout.fields):
        style = formats[_format_of(field)]
        sheet.set_column(column, column, field.width, style)
        heading = formats["required" if field.required else "heading"]
        sheet.write_string(0, column, field.heading, heading)
        words = field.words
        source: object = [bilingual(code, words) for code in words] if words else None
        if field.name == "kpi" or field.name == "parent":
            source = f"='{SHEETS['kpis'].title}'!$A$2:$A${BLANK_ROWS + len(rows) + 1}"
        if source is not None:
            rule = {"validate": "list", "source": source, "ignore_blank": True}
            sheet.data_validation(1, column, last, column, rule)
        for index, values in enumerate(rows, start=1):
            value = values.get(field.name)
            if words and isinstance(value, str) and value:
                value = bilingual(value, words)
            _write(sheet, index, column, value, style)


def _write(sheet: Worksheet, row: int, column: int, value: object, style: Format) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    else:
        if isinstance(value, list):
            value = "\n".join(map(str, value))
        elif isinstance(value, dict):
            value = "\n".join(f"{name}: {what}" for name, what in value.items())
        text = "" if value is None else str(value)
        if len(text) > MAX_TEXT:
            place = f"{sheet.get_name()}, {get_column_letter(column + 1)}{row + 1}"
            raise InvalidPlan(
                "{place}: expected at most {most} characters, the limit of an Excel cell, "
                "found {count}. Write the plan as YAML instead.",
                place=place,
                most=MAX_TEXT,
                count=len(text),
            )
        if text:
            sheet.write_string(row, column, text, style)
        else:
            sheet.write_blank(row, column, None, style)


def _write_guide(book: Workbook, formats: Mapping[str, Format]) -> None:
    sheet = book.add_worksheet(GUIDE_TITLE)
    sheet.set_column(0, 0, 36, formats["text"])
    sheet.set_column(1, 1, 44, formats["text"])
    sheet.set_column(2, 2, 80, formats["text"])
    sheet.write_string(0, 0, "Kế hoạch năm và các mục tiêu (annual plan)", formats["title"])
    lines = [
        "Điền các trang theo thứ tự: Kế hoạch, Chỉ tiêu, Phiên bản, Mục tiêu. Cột tô vàng là bắt "
        "buộc. Trang Nhiệm vụ và Các bước chỉ dành cho việc đếm được hoặc làm theo bước; trang "
        "Dòng nguồn chỉ cần khi số liệu lấy từ biểu tháng của cơ quan thống kê.",
        "Fill in the sheets in order: Plan, KPIs, Versions, Targets. Yellow columns are required. "
        "Tasks and Steps are for what is counted or done step by step.",
        "Mỗi lần kế hoạch được ban hành hay điều chỉnh là một phiên bản; mỗi phiên bản liệt kê đủ "
        "mọi mục tiêu có hiệu lực. Chỉ tiêu không có mục tiêu thì không ghi.",
        "Each adoption or adjustment is a version that lists all targets then in force.",
    ]
    for index, line in enumerate(lines, start=1):
        sheet.write_string(index, 0, line)
    row = len(lines) + 2
    for layout in SHEETS.values():
        sheet.write_string(row, 0, layout.title, formats["title"])
        for field in layout.fields:
            row += 1
            sheet.write_string(row, 0, field.heading, formats["text"])
            sheet.write_string(row, 1, field.help_vi, formats["text"])
            words = field.words or {}
            accepted = "\n".join(bilingual(code, words) for code in words)
            sheet.write_string(row, 2, accepted, formats["text"])
        row += 2
