"""A planner's year in a real browser: from the blank plan to an issued report, without a shell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from models.series import Month
from tests.families import noisy_months, published
from tests.homes import Run

pytestmark = pytest.mark.slow

FIRST = Month(2015, 1)
SLUG = "so-cong-thuong-2018"
PROCESS = "tests.service.pages.manage.quick_retraining"


@pytest.fixture
def empty(
    serve: Any, tmp_path: Path, this_run: Run, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A house in which nothing was ever loaded; it retrains quickly."""
    monkeypatch.setattr("service.state.jobs.PROCESS", PROCESS)
    this_run.new_database(tmp_path / "home")
    with serve(tmp_path / "home") as found:
        found.app.state.vedich.jobs.begin()
        yield found


class Hand:
    """Clicks of a planner, counted; waits for work that takes more than a page."""

    def __init__(self, chromium: Any) -> None:
        self.chromium, self.clicks, self.waits = chromium, 0, 0

    def follow(self, name: str) -> None:
        self.clicks += 1
        link = self.chromium.driver.find_element("partial link text", name)
        self.chromium.press(link)

    def press(self, selector: str) -> None:
        self.clicks += 1
        self.chromium.press(self.chromium.find(selector))

    def choose(self, selector: str, file: Path) -> None:
        self.clicks += 1
        self.chromium.find(selector).send_keys(str(file))

    def type(self, selector: str, text: str) -> None:
        self.clicks += 1  # into the field
        self.chromium.find(selector).send_keys(text)

    def tick(self, selector: str) -> None:
        self.clicks += 1
        self.chromium.find(selector).click()

    def start(self, selector: str) -> None:
        """Press what starts a job, and wait for its end in the strip of long work."""
        self.clicks += 1
        self.waits += 1
        before = len(self.chromium.all("aside.work .job.done"))
        self.chromium.press(self.chromium.find(selector))  # the page comes again with the strip
        self.chromium.wait_for(lambda: len(self.chromium.all("aside.work .job.done")) > before)


def figures_until(last: Month, first: Month = FIRST) -> bytes:
    """Figures of two KPIs as another office would export them; numbers as Vietnam writes them."""
    file = io.StringIO()
    out = csv.writer(file, delimiter=";")
    out.writerow(("Chỉ tiêu", "Tháng", "Giá trị", "Ngày công bố"))
    for kpi, level in (("coal", 100.0), ("steel", 40.0)):
        for month, value in noisy_months(kpi, level).items():
            if first <= month <= last:
                shown = f"{value:.1f}".replace(".", ",")
                out.writerow((kpi, f"{month.month}/{month.year}", shown, published(month)))
    return file.getvalue().encode()


def filled_in(blank: bytes, file: Path) -> Path:
    """The blank plan, filled in by hand: two KPIs, a version with two targets."""
    book = openpyxl.load_workbook(io.BytesIO(blank))
    head = next(sheet for sheet in book if sheet.title.startswith("Kế hoạch"))
    given = {"Mã kế hoạch": SLUG, "Cơ quan": "Sở Công Thương", "Tên tiếng Việt": "Kế hoạch 2018"}
    for row in head.iter_rows():
        for name, value in given.items():
            if str(row[0].value).startswith(name):
                row[1].value = value
    _fill(book, "Chỉ tiêu", [
        {"Mã chỉ tiêu": "coal", "Tên tiếng Việt": "Than đá", "Đơn vị": "nghìn tấn"},
        {"Mã chỉ tiêu": "steel", "Tên tiếng Việt": "Thép", "Đơn vị": "nghìn tấn"},
    ])  # fmt: skip
    _fill(book, "Phiên bản", [
        {"Phiên bản": 1, "Ngày ban hành": "15/01/2018", "Văn bản": "Quyết định 12/QĐ-UBND"}
    ])  # fmt: skip
    _fill(book, "Mục tiêu", [
        {"Phiên bản": 1, "Mã chỉ tiêu": "coal", "So sánh": "at_least", "Cận dưới": 1600},
        {"Phiên bản": 1, "Mã chỉ tiêu": "steel", "So sánh": "at_least", "Cận dưới": 640},
    ])  # fmt: skip
    book.save(file)
    return file


def _fill(book: Any, title: str, rows: list[dict[str, Any]]) -> None:
    sheet = next(one for one in book if one.title.startswith(f"{title} ("))
    headings = {str(cell.value).partition(" (")[0]: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=2):
        for name, value in row.items():
            sheet.cell(number, headings[name], value)


def test_a_year_from_the_blank_template_to_an_issued_report(
    empty: Any, chromium: Any, tmp_path: Path
) -> None:
    hand = Hand(chromium)
    chromium.open(f"{empty.address}/?lang=vi", 1366)
    assert "Lập kế hoạch" in chromium.text("li[aria-current=step]")
    assert chromium.violations() == []
    blank = chromium.download(f"{empty.address}/new-plan/template.xlsx", "ke-hoach.xlsx")
    hand.follow("Lập kế hoạch")
    hand.choose("#p-file", filled_in(blank, tmp_path / "ke-hoach-2018.xlsx"))
    hand.press("#send button")
    assert "Kế hoạch mới với 2 chỉ tiêu" in chromium.text()
    assert "từ 1.600 nghìn tấn trở lên" in chromium.text()
    hand.press("#save-plan button")
    assert "Nạp số liệu" in chromium.text("li[aria-current=step]")
    history = tmp_path / "lich-su.csv"
    history.write_bytes(figures_until(Month(2018, 4)))
    hand.press("li[aria-current=step] .button")
    hand.choose("#u-file", history)
    hand.press("#upload button")
    hand.press("#commit button")
    assert "Đã ghi: 80 số mới" in chromium.text()
    hand.follow("Quản lý")
    assert "Huấn luyện mô hình" in chromium.text("li[aria-current=step]")
    hand.press("li[aria-current=step] .button")
    hand.start("form[data-job] button")
    hand.follow("Chỉ tiêu")
    assert "Than đá" in chromium.text()
    assert "tháng 4/2018" in chromium.text()

    hand = Hand(chromium)  # a month: May
    hand.follow("Quản lý")
    assert "Tiếp theo: tháng 5/2018, thường công bố ngày 31/5/2018" in chromium.text()
    link = chromium.driver.find_element("partial link text", "Tải biểu trống tháng 5/2018")
    hand.clicks += 1
    form = chromium.download(link.get_attribute("href"), f"form-{SLUG}-2018-05.xlsx")
    hand.follow("Nạp tệp số liệu")
    hand.choose("#u-file", may_filled_in(form, tmp_path / "bieu-thang-5.xlsx"))
    hand.press("#upload button")
    assert "2 số mới" in chromium.text("#commit")
    hand.press("#commit button")
    hand.follow("Huấn luyện lại")
    hand.start("form[data-job] button")
    hand.follow("Quản lý")
    hand.follow("Nhập ước thực hiện cả năm")
    hand.type("tr:has([value=coal]) [name=value]", "1.655,5")
    hand.type("tr:has([value=steel]) [name=value]", "700")
    hand.type("#g-reason", "Hợp đồng đã ký")
    hand.press("#estimates .commit-bar button")
    assert "1.655,5 nghìn tấn" in chromium.text("#save-estimates")
    for box in chromium.all("[name=sure]"):
        hand.clicks += 1
        box.click()
    hand.press("#save-estimates .commit-bar button")
    hand.follow("Kiểm tra, phê duyệt, phát hành")
    for step in ("check", "approve", "issue"):
        hand.press(f".month-sign [data-step={step}]")
    hand.follow("Báo cáo")
    assert "phát hành" in chromium.text("ol.steps [aria-current]")
    report = next(one for one in chromium.all(".downloads a") if "Word" in one.text)
    hand.clicks += 1
    word = chromium.download(report.get_attribute("href"), f"{SLUG}-2018-05-31-report.docx")
    assert word.startswith(b"PK")
    assert hand.clicks <= 25
    assert hand.waits <= 2


def may_filled_in(form: bytes, file: Path) -> Path:
    """The blank form of May 2018 with the month's figures and the day of publication."""
    book = openpyxl.load_workbook(io.BytesIO(form))
    sheet = book.active
    assert sheet is not None
    sheet["B4"] = "31/5/2018"
    headings = enumerate(sheet[8], start=1)
    estimate = next(column for column, cell in headings if "5/2018" in str(cell.value))
    for number, row in enumerate(sheet.iter_rows(min_row=9), start=9):
        level = {"coal": 100.0, "steel": 40.0}.get(str(row[2].value))
        if level is not None:
            value = noisy_months(str(row[2].value), level)[Month(2018, 5)]
            sheet.cell(number, estimate, round(value, 1))
    book.save(file)
    return file
