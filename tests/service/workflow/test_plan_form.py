"""The blank form of a month: what is filled in is what is loaded."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.db.store import Store
from data.ingestion.ingest import ingest
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import save_plan
from data.readers.spreadsheet.cells import fold
from data.vintages.observation import Observation
from data.vintages.panel_rows import load_panel
from data.vintages.rows import ImportRecord, add_observations
from models.errors import InputError
from models.series import Month
from models.targets.target import Target
from service.texts import LANGUAGES, Lang
from service.workflow.plan_form import form_name, plan_form
from tests.homes import Run

KPIS = (
    Kpi("exports", "Xuất khẩu", "Exports", "million USD", decimals=1),
    Kpi("exports_local", "Xuất khẩu", "Exports", "million USD", decimals=1),
    Kpi("cement", "Xi măng (các loại)", "Cement (all kinds)", "thousand tonnes"),
    Kpi("checks", "Cuộc kiểm tra", "Inspections", "inspections", kind="count"),
    Kpi("odd", "Đơn vị lạ", "Odd unit", "bales"),
    Kpi("iip", "Chỉ số sản xuất công nghiệp", "Production index", "%", kind="growth"),
    Kpi("trade", "Thương mại", "Trade", "million USD", parts=("exports", "exports_local")),
    Kpi("dam", "Thủy điện", "Dam", "steps", kind="milestone"),
)
TARGETS = (
    ("cement", Target("at_least", lower=1000.0)),
    ("exports", Target("at_least", lower=5.5, form="growth")),
)
PLAN = Plan(
    *("made-up-2021", "made-up", 2021, "Sở Công Thương", "Kế hoạch năm 2021", "Plan of 2021"),
    KPIS,
    (PlanVersion(1, date(2021, 1, 15), "văn bản", TARGETS),),
)
KNOWN = Observation(
    *("cement", Month(2021, 5), "month", 80.0, "estimate", date(2021, 5, 30), "bieu.xlsx, C5"),
)


@pytest.fixture
def store(tmp_path: Path, this_run: Run) -> Any:
    opened = this_run.new_store(tmp_path)
    save_plan(opened, PLAN)
    now = datetime(2021, 6, 1, tzinfo=UTC)
    add_observations(
        opened, "made-up", [KNOWN], ImportRecord("bieu.xlsx", "0" * 64, "nobody", now)
    )
    yield opened
    opened.close()


def form_of(store: Store, slug: str, month: Month, lang: Lang) -> bytes:
    return plan_form(store, partial(load_panel, store), slug, month, lang)


def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).active


def header_row(sheet: Any) -> int:
    return next(
        row for row in range(1, 20) if sheet.cell(row, 2).value in ("Chỉ tiêu", "Indicator")
    )


def filled(content: bytes, path: Path, day: date | None = None) -> dict[tuple[str, int], float]:
    """Fill in every white cell with a number of its own; by KPI and column."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    assert sheet is not None
    top, numbers = header_row(sheet), {}
    if day is not None:
        sheet["B4"] = day
    for row in range(top + 1, sheet.max_row + 1):
        for column in range(5, sheet.max_column + 1):
            if "ham khảo" in str(sheet.cell(top, column).value) or str(
                sheet.cell(top, column).value
            ).startswith("For reference"):
                continue
            value = 10.0 + row + column / 8  # rates too: read as they are written
            sheet.cell(row, column).value = value
            numbers[str(sheet.cell(row, 3).value), column] = value
    book.save(path)
    return numbers


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("month", [1, 6, 12])
def test_what_is_filled_in_is_what_is_loaded(
    store: Store, tmp_path: Path, lang: Lang, month: int
) -> None:
    path = tmp_path / "filled.xlsx"
    numbers = filled(
        form_of(store, PLAN.slug, Month(2021, month), lang),
        path,
        date(2021, 12, 15),
    )
    report = ingest(store, "made-up", [path])
    assert report.problems == ()
    assert report.unknown == ()
    panel = load_panel(store, "made-up")
    loaded = [o for o in panel.figures() if o.source.startswith("filled")]
    assert {o.published for o in loaded} == {date(2021, 12, 15)}
    levels = {kpi.slug for kpi in KPIS if kpi.kind != "growth" and not kpi.parts} - {"dam"}
    this, before = Month(2021, month), Month(2021, month).plus(-1)
    columns: dict[int, tuple[str, Month, str]] = {
        number: (form, about, status)
        for number, (form, about, status) in enumerate(
            [
                ("month", before, "restated"),
                ("month", this, "estimate"),
                *([("year_to_date", this, "estimate")] if month > 1 else []),
                ("rate_on_year", this, "estimate"),
                *([("rate_to_date", this, "estimate")] if month > 1 else []),
            ],
            start=5,
        )
    }
    expected = {
        (kpi, *columns[column], value)
        for (kpi, column), value in numbers.items()
        if kpi in levels or columns[column][0].startswith("rate")
    }
    assert {(o.kpi, o.form, o.month, o.status, o.value) for o in loaded} == expected
    assert len(expected) == len(levels) * len(columns) + (2 if month > 1 else 1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_form_that_is_empty_loads_nothing(store: Store, tmp_path: Path, lang: Lang) -> None:
    path = tmp_path / "2021-06-15-form.xlsx"
    path.write_bytes(form_of(store, PLAN.slug, Month(2021, 6), lang))
    report = ingest(store, "made-up", [path])
    assert (report.added.new, len(report.files)) == (0, 1)


def test_it_recalls_the_plan_and_what_is_known(store: Store) -> None:
    sheet = sheet_of(form_of(store, PLAN.slug, Month(2021, 6), "vi"))
    top = header_row(sheet)
    rows = {sheet.cell(row, 3).value: row for row in range(top + 1, sheet.max_row + 1)}
    assert list(rows) == ["exports", "exports_local", "cement", "checks", "odd", "iip"]
    titles = [sheet.cell(row, 1).value for row in range(1, top)]
    assert titles[0] == "Báo cáo tháng 6/2021"
    assert "Mẫu: vedich-1" in titles
    assert any("30/6/2021" in str(title) for title in titles)
    heads = [sheet.cell(top, column).value for column in range(1, sheet.max_column + 1)]
    plan = heads.index("Tham khảo: kế hoạch năm") + 1
    assert sheet.cell(rows["cement"], plan).value == "từ 1.000 nghìn tấn trở lên"
    assert "5,5%" in sheet.cell(rows["exports"], plan).value
    assert sheet.cell(rows["checks"], plan).value == "–"
    newest = heads.index("Tham khảo: số liệu tháng gần nhất") + 1
    assert sheet.cell(rows["cement"], newest).value == "80 (tháng 5/2021, ước tính)"
    assert sheet.cell(rows["cement"], 4).value == "nghìn tấn"


def test_nothing_later_than_the_month_is_recalled(store: Store) -> None:
    sheet = sheet_of(form_of(store, PLAN.slug, Month(2021, 4), "en"))
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert not any("May 2021" in text for text in texts)


def test_a_filled_form_in_thousands_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "2021-06-15-filled.xlsx"
    filled(form_of(store, PLAN.slug, Month(2021, 6), "vi"), path)
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    sheet["D9"] = "nghìn USD"
    book.save(path)
    report = ingest(store, "made-up", [path])
    assert "the unit of exports" in str(report.files[0].problem)
    assert report.added.new == 0


def test_a_month_of_another_year_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="a month of 2021"):
        form_of(store, PLAN.slug, Month(2022, 1), "vi")


def test_the_same_form_is_the_same_file(store: Store) -> None:
    june = Month(2021, 6)
    assert form_of(store, PLAN.slug, june, "vi") == plan_form(
        store, partial(load_panel, store), PLAN.slug, june, "vi"
    )


def test_the_name_holds_no_date_of_publication() -> None:
    assert form_name("made-up-2021", Month(2021, 6)) == "form-made-up-2021-2021-06.xlsx"


def test_over_http(service: Any) -> None:
    response = service.get("/v1/plans/demo-2018/form.xlsx?month=2018-06&lang=vi")
    assert response.status_code == 200
    assert "form-demo-2018-2018-06.xlsx" in response.headers["content-disposition"]
    sheet = sheet_of(response.content)
    assert fold(str(sheet["A1"].value)) == "bao cao thang 6/2018"
    again = service.get(
        "/v1/plans/demo-2018/form.xlsx?month=2018-06&lang=vi",
        headers={"If-None-Match": response.headers["etag"]},
    )
    assert again.status_code == 304
    assert service.get("/v1/plans/demo-2018/form.xlsx?month=June").status_code == 422
    assert service.get("/v1/plans/demo-2018/form.xlsx?month=2019-06").status_code == 422
    assert service.get("/v1/plans/none-2018/form.xlsx?month=2018-06").status_code == 404
