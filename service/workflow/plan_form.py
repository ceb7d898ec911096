"""A blank monthly report form for a plan, to be filled in and loaded.

White cells take the figures of the month; grey cells show the annual target and what was
known by the end of that month, and are ignored on loading. The form carries the version
`vedich-1`; `data.readers.report_form.form` reads it like any department's form.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import load_plan
from data.readers.report_form.versions import OURS
from data.vintages.figures import Figure, Newest
from data.vintages.observation import Form
from data.vintages.panel import Panel
from data.vintages.panel_rows import PanelOf
from models.errors import InputError
from models.series import Month
from service.projections.basis import as_of_date
from service.state.app_state import XLSX_TYPE, AppState, Body
from service.texts import (
    FIGURE,
    TEXT,
    Lang,
    day_of,
    label_of,
    month_name,
    name_of,
    number,
    plain_bounds,
    unit_name,
)
from service.workflow.plans import has_illustrative

_DATED = datetime(2000, 1, 1, tzinfo=UTC)  # the same form is the same file
_BLANK_ROWS_ABOVE = 7  # title, plan, version, publication day, known day, help, label
_GREY = "#EDEDED"


@dataclass(frozen=True)
class _Heading:
    """A column: heading, width, and whether a person fills it in."""

    text: str
    width: int
    open: bool = False


def plan_form(store: Store, panel_of: PanelOf, slug: str, month: Month, lang: Lang) -> bytes:
    """The form for a month of a plan, as one .xlsx file.

    Raises
    ------
    InputError
        If the month is of another year than the plan, or no KPI has monthly figures.
    """
    plan = load_plan(store, slug)
    if month.year != plan.year:
        raise InputError(
            "expected a month of {year}, the year of '{slug}'; found {month}.",
            year=plan.year,
            slug=slug,
            month=month,
        )
    kpis = [kpi for kpi in plan.kpis if kpi.takes_figures]
    if not kpis:
        raise InputError(
            "expected a KPI of '{slug}' with monthly figures, found none; add one.", slug=slug
        )
    label = label_of(plan, has_illustrative(plan, panel_of))
    return _written(plan, kpis, panel_of(plan.family), month, label[lang] if label else "", lang)


def plan_form_file(app_state: AppState, slug: str, month: Month, lang: Lang) -> Body:
    """The form, cached until the data change."""

    def make() -> Body:
        content = plan_form(app_state.store, app_state.panel, slug, month, lang)
        tag = hashlib.sha256(content).hexdigest()[:16]
        return Body(content, XLSX_TYPE, f'"{tag}"')

    return app_state.picture(slug, ("form", month, lang), make)


def form_name(slug: str, month: Month) -> str:
    """The file's name; it does not begin with a publication date."""
    return f"form-{slug}-{month}.xlsx"


def _written(
    plan: Plan, kpis: list[Kpi], panel: Panel, month: Month, label: str, lang: Lang
) -> bytes:
    text, day = TEXT[lang], as_of_date(str(month))
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    title = text["blank.title"].format(month=month_name(str(month), lang))
    book.set_properties({"title": title, "created": _DATED})
    bold, grey, heading = (
        book.add_format(properties)
        for properties in (
            {"bold": True},
            {"bg_color": _GREY, "border": 1, "text_wrap": True, "valign": "top"},
            {"bold": True, "border": 1, "text_wrap": True, "valign": "top"},
        )
    )
    number_cell = book.add_format({"border": 1, "num_format": "#,##0.###"})
    day_cell = book.add_format({"border": 1, "num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(text["blank.sheet"])
    sheet.write(0, 0, title, bold)
    sheet.write(1, 0, name_of(plan, lang))
    sheet.write(2, 0, f"{text['blank.form']}: {OURS}")
    sheet.write(3, 0, text["blank.day"])
    sheet.write_blank(3, 1, None, day_cell)
    sheet.write(4, 0, text["blank.known"].format(day=day_of(day.isoformat(), lang)))
    sheet.write(5, 0, text["blank.fill"])
    sheet.write(6, 0, label, bold)
    headings = list(_headings(month, lang))
    for column, one in enumerate(headings):
        sheet.set_column(column, column, one.width)
        sheet.write(_BLANK_ROWS_ABOVE, column, one.text, heading)
    first = _BLANK_ROWS_ABOVE + 1
    for row, kpi in enumerate(kpis, start=first):
        given: list[Any] = [row - first + 1, name_of(kpi, lang)]
        given += [kpi.slug, unit_name(kpi.unit, lang)]
        recalled = iter(_recalled(plan, kpi, panel.newest(kpi.slug, day), day, month, lang))
        for column, one in enumerate(headings):
            if one.open:
                sheet.write_blank(row, column, None, number_cell)
            else:
                sheet.write(row, column, given.pop(0) if given else next(recalled), grey)
    columns = [column for column, one in enumerate(headings) if one.open]
    sheet.data_validation(
        first,
        columns[0],
        first + len(kpis) - 1,
        columns[-1],
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -1e15,
            "maximum": 1e15,
            "error_message": text["blank.number"],
        },
    )
    sheet.freeze_panes(first, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    return file.getvalue()


def _headings(month: Month, lang: Lang) -> Iterator[_Heading]:
    """The columns; in January without year to date, which equals the month."""
    text = TEXT[lang]
    name, before = month_name(str(month), lang), month_name(str(month.plus(-1)), lang)
    months = {"count": str(month.month), "year": str(month.year)}
    yield _Heading(text["blank.number_of_row"], 5)
    yield _Heading(text["blank.kpi"], 44)
    yield _Heading(text["blank.code"], 18)
    yield _Heading(text["blank.unit"], 14)
    yield _Heading(text["blank.previous"].format(month=before), 14, open=True)
    yield _Heading(text["blank.estimate"].format(month=name), 14, open=True)
    if month.month > 1:
        yield _Heading(text["blank.to_date"].format(**months), 14, open=True)
    yield _Heading(text["blank.rate"].format(month=name), 16, open=True)
    if month.month > 1:
        yield _Heading(text["blank.rate_to_date"].format(**months), 16, open=True)
    for recalled in ("plan", "last_month", "last_to_date", "last_year"):
        yield _Heading(f"{text['blank.reference']}: {text[f'blank.recalled.{recalled}']}", 24)


def _recalled(
    plan: Plan, kpi: Kpi, figures: Newest, day: date, month: Month, lang: Lang
) -> Iterator[str]:
    """Annual target, newest month, newest year to date, and the same month of last year."""
    targets = [
        plain_bounds(target, kpi.unit, lang, kpi.decimals)
        for target in plan.targets_on(kpi.slug, day)
        if target.level == "assigned" and target.period == "year"
    ]
    yield "; ".join(targets) or "–"
    growth = kpi.traits.known_by_rates
    forms: tuple[Form, Form] = (
        ("rate_on_year", "rate_to_date") if growth else ("month", "year_to_date")
    )
    for form in forms:
        known = {at: one for at, one in figures.get(form, {}).items() if at <= month.ordinal}
        newest = max(known, default=None)
        yield "–" if newest is None else _figure(known[newest], newest, kpi, lang)
    year_before = figures.get(forms[0], {}).get(month.ordinal - 12)
    yield "–" if year_before is None else _figure(year_before, month.ordinal - 12, kpi, lang)


def _figure(figure: Figure, ordinal: int, kpi: Kpi, lang: Lang) -> str:
    """A figure in the KPI's unit with its month and status: '80 (tháng 5/2021, ước tính)'."""
    month = month_name(str(Month.from_ordinal(ordinal)), lang)
    value = number(figure.value, lang, kpi.decimals)
    return f"{value} ({month}, {FIGURE[lang][figure.status]})"
