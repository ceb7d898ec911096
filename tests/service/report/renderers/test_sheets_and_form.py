"""Rendered reports: one page a sheet, the letterhead asked for once, both offices' figures."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.db.store import Store
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from models.series import Month
from service.app import create_app
from service.projections.view import ProjectionView
from service.report.body.material import Entered
from service.report.build import Wanted, build
from service.report.document import Report, Table
from service.report.renderers.formats import FORMATS, Format, render
from service.state.app_state import AppState
from service.texts import TEXT, writer
from tests.service.report.conftest import DAY, HEAD
from tests.service.report.renderers.test_formats import plain, text_of

pytestmark = pytest.mark.slow

PLAN = "demo-2021"
LONG_NOTE = (
    "Khai thác chậm do mưa kéo dài, mặt bằng mỏ mới bàn giao từ tháng 5; giá bán trong nước giảm, "
    "khách hàng chính dừng lò để sửa chữa trong hai tuần, lượng tồn kho tăng."
)


def words_of(content: bytes, format_: Format, folder: Path) -> str:
    """The words of a file; of a workbook those of all its sheets and comments."""
    if format_ != "xlsx":
        return text_of(content, format_, folder)
    file = folder / "report.xlsx"
    file.write_bytes(content)
    cells = [
        cell
        for sheet in openpyxl.load_workbook(file).worksheets
        for row in sheet.iter_rows()
        for cell in row
    ]
    found = [str(cell.value) for cell in cells if cell.value is not None]
    return " ".join([*found, *(cell.comment.text for cell in cells if cell.comment)])


def pages_of(content: bytes, folder: Path) -> int:
    file = folder / "pages.pdf"
    file.write_bytes(content)
    told = subprocess.run(["pdfinfo", str(file)], capture_output=True, check=True)
    found = re.search(r"Pages:\s+(\d+)", told.stdout.decode())
    assert found is not None
    return int(found[1])


def as_pdf(content: bytes, folder: Path) -> bytes:
    """A Word document as an office program prints it."""
    (folder / "sheet.docx").write_bytes(content)
    arguments = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    arguments += ["--convert-to", "pdf", "--outdir", str(folder), str(folder / "sheet.docx")]
    subprocess.run(arguments, capture_output=True, check=True, timeout=120)
    return (folder / "sheet.pdf").read_bytes()


# --- an explanation sheet is one page


@pytest.fixture(scope="module")
def sheet_of(app_state: AppState, projections: list[ProjectionView]) -> Callable[[str], Report]:
    """The sheet of a target, with an estimate, a note of three lines and a full letterhead."""
    basis = app_state.basis(PLAN, DAY)
    head = replace(HEAD, addressees=("UBND tỉnh Lạng Sơn",))
    entered = Entered(notes={"coal": (LONG_NOTE,), "cement": (LONG_NOTE,)})

    def make(kpi: str) -> Report:
        wanted = Wanted(part="explanation", kpi=kpi)
        return build(basis, projections, head, wanted, entered=entered)

    return make


@pytest.mark.skipif(not shutil.which("pdfinfo"), reason="pdfinfo (poppler-utils) is needed")
@pytest.mark.parametrize("kpi", ["exports", "coal", "cement", "output"])
def test_an_explanation_sheet_is_one_page_of_pdf(
    sheet_of: Callable[[str], Report], kpi: str, tmp_path: Path
) -> None:
    assert pages_of(render(sheet_of(kpi), "pdf"), tmp_path) == 1


@pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdfinfo")), reason="LibreOffice is needed"
)
@pytest.mark.parametrize("kpi", ["exports", "coal"])
def test_an_explanation_sheet_is_one_page_of_word(
    sheet_of: Callable[[str], Report], kpi: str, tmp_path: Path
) -> None:
    assert pages_of(as_pdf(render(sheet_of(kpi), "docx"), tmp_path), tmp_path) == 1


def test_the_chart_of_a_sheet_stands_beside_its_months(sheet_of: Callable[[str], Report]) -> None:
    (months,) = (block for block in sheet_of("coal").blocks if isinstance(block, Table))
    assert months.beside is not None
    (growth,) = (block for block in sheet_of("output").blocks if isinstance(block, Table))
    assert len(growth.columns) == 2  # a growth is itself against last year


# --- the letterhead


HEAD_ASKED: dict[str, Any] = {
    "organ": "Sở Công Thương tỉnh Lạng Sơn",
    "parent": "UBND tỉnh Lạng Sơn",
    "symbol": "BC-SCT",
    "place": "Lạng Sơn",
    "signer_title": "Giám đốc",
    "signer_name": "Trần Thị B",
    "addressees": ["UBND tỉnh Lạng Sơn"],
    "recipients": ["Bộ Công Thương"],
    "filed": "VT, KHTC",
    "form": "decree_30_2020",
    "show_projection": False,
}


@pytest.fixture
def client(home: Path, tmp_path: Path, client_of: Callable[[Any], Any]) -> Iterator[Any]:
    """A service on a copy of the home, to write into."""
    own = tmp_path / "home"
    shutil.copytree(home, own)
    settings = Settings(home=own, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    app = create_app(settings, store)
    yield client_of(app)
    app.state.vedich.jobs.close()
    store.close()


def test_the_letterhead_is_asked_for_once_and_stands_in_every_format(
    client: Any, tmp_path: Path
) -> None:
    def report(form: str, part: str) -> bytes:
        of = "&kpi=coal" if part == "explanation" else ""
        path = f"/v1/plans/{PLAN}/report.{form}?as_of=2021-06&lang=vi&part={part}{of}"
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        content: bytes = answer.content
        return content

    page = f"/plans/{PLAN}/reports?as_of=2021-06-30&lang=vi"
    asked = client.get(page).text
    assert 'id="letterhead"' in asked
    before = client.get(f"/v1/plans/{PLAN}/report/open?as_of=2021-06&lang=vi").json()["open"]
    names = ("parent", "symbol", "place", "signer_title", "addressees")
    blank = [TEXT["vi"][f"report.open.{name}"] for name in names]
    assert before[: len(blank)] == blank  # the signer is told
    sent = client.post(f"/v1/plans/{PLAN}/letterhead?lang=vi", json=HEAD_ASKED)
    assert sent.status_code == 200, sent.text
    expected = (
        *("UBND tỉnh Lạng Sơn", "BC-SCT", "Lạng Sơn, ngày", "Giám đốc", "Trần Thị B"),
        *("Kính gửi: UBND tỉnh Lạng Sơn", "Như trên", "Bộ Công Thương", "VT, KHTC"),
    )
    for form in FORMATS:
        if form == "xlsx" or (form == "pdf" and not shutil.which("pdftotext")):
            continue  # a workbook has no letterhead
        for part in ("report", "explanation"):
            text = plain(words_of(report(form, part), form, tmp_path)).lower()
            assert [one for one in expected if plain(one).lower() not in text] == [], (form, part)
    assert "white-space: pre-wrap" in report("html", "report").decode()  # room for number and day
    after = client.get(f"/v1/plans/{PLAN}/report/open?as_of=2021-06&lang=vi").json()["open"]
    assert not [line for line in after if line in blank]


# --- both offices


def with_office(panel: Panel, kpis: Any, value: float) -> Panel:
    """The same figures, and what the statistics office printed the day before."""
    day = DAY - timedelta(days=1)
    source = "Cục Thống kê tỉnh, báo cáo tháng 6"
    extra = Observation("coal", Month(2021, 6), "year_to_date", value, "estimate", day, source)
    return Panel.of("demo", kpis, [*panel.figures(), extra])


@pytest.mark.parametrize("format_", FORMATS)
def test_both_numbers_stand_where_the_statistics_office_differs(
    app_state: AppState, projections: list[ProjectionView], format_: Format, tmp_path: Path
) -> None:
    if format_ == "pdf" and not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is needed")
    basis = app_state.basis(PLAN, DAY)
    (coal,) = (one for one in projections if one.kpi == "coal")
    assert coal.actual_to_date is not None
    theirs = round(coal.actual_to_date) + 21.0
    panel = with_office(basis.panel, basis.plan.kpis, theirs)
    both = build(replace(basis, panel=panel), projections, HEAD, Wanted())
    text = plain(words_of(render(both, format_), format_, tmp_path))
    ours = f"{round(coal.actual_to_date)}"
    assert plain(f"Than sạch 6 tháng đầu năm 2021 ước đạt {ours} nghìn tấn") in text
    assert plain(f"Số liệu của cơ quan thống kê: {theirs:.0f} nghìn tấn.") in text
    assert plain(f"CQ thống kê: {theirs:.0f}") in text
    assert plain("Số ghi dưới là số của cơ quan khác, khác với số đang dùng.") in text
    same = with_office(basis.panel, basis.plan.kpis, coal.actual_to_date)
    one = build(replace(basis, panel=same), projections, HEAD, Wanted())
    assert "cơ quan thống kê" not in words_of(render(one, format_), format_, tmp_path)


@pytest.mark.parametrize("format_", FORMATS)
def test_the_projections_range_stands_beside_the_estimate_only_when_switched_on(
    app_state: AppState, projections: list[ProjectionView], format_: Format, tmp_path: Path
) -> None:
    if format_ == "pdf" and not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is needed")
    basis = app_state.basis(PLAN, DAY)
    (coal,) = (one for one in projections if one.kpi == "coal")
    assert coal.projected is not None
    decimals = basis.plan.kpi("coal").decimals
    low, high = (
        writer(coal.projected, decimals, "vi")(value)
        for value in (coal.projected.quantiles.q10, coal.projected.quantiles.q90)
    )
    band = plain(f"{low} – {high}")

    def written(shown: bool) -> str:
        head = replace(HEAD, show_projection=shown)
        report = build(basis, projections, head, Wanted())
        return plain(words_of(render(report, format_), format_, tmp_path))

    note = plain(TEXT["vi"]["report.note.illustrative_band"])
    assert (band in written(True), note in written(True)) == (True, True)
    assert (band in written(False), note in written(False)) == (False, False)
