"""Annexes that are still to come: real ones moved to a later year, with sheets and columns moved.

Everything that drifts is made to drift at once: year, month, sheet names, order
of sheets and of columns, empty rows above and columns in between. Only the
words of titles and headers stay, as they have from 2013 to 2021.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from data.readers.gso.annex import read_workbook
from data.readers.printed import PrintedWorkbook
from data.readers.spreadsheet.cells import Row, Sheets, fold
from models.series import Month

LATER = 4  # years
# columns of the annex of August 2021 that stay together, in a new order
MOVED: Mapping[str, tuple[range, ...]] = {
    "iip": (range(4, 5), range(2, 4), range(1, 2)),
    "products": (range(5, 7), range(4, 5), range(2, 4)),
    "investment": (range(5, 7), range(4, 5), range(3, 4), range(2, 3)),
    "retail": (range(7, 9), range(4, 7), range(3, 4), range(2, 3)),
    "exports": (range(11, 13), range(8, 11), range(5, 8), range(2, 5)),
    "imports": (range(8, 11), range(2, 5), range(11, 13), range(5, 8)),
}
TITLES = {
    "chi so san xuat cong nghiep": "iip",
    "mot so san pham chu yeu cua nganh cong nghiep": "products",
    "von dau tu thuc hien tu nguon ngan sach nha nuoc": "investment",
    "tong muc ban le hang hoa va doanh thu dich vu tieu dung": "retail",
    "hang hoa xuat khau": "exports",
    "hang hoa nhap khau": "imports",
}


def original(shared_data: Path, month: str) -> Path:
    [file] = (shared_data / "gso" / "workbooks").glob(f"{month}-*")
    return file


def later(cell: object, months: int) -> object:
    """A cell with its years, and the months it names, moved on."""
    if isinstance(cell, float) and cell in (2019.0, 2020.0, 2021.0):
        return cell + LATER
    if not isinstance(cell, str):
        return cell
    text = re.sub(r"20(?:19|20|21)(?!\d)", lambda year: str(int(year[0]) + LATER), cell)
    text = re.sub(r"(?<=[Tt]háng )\d{1,2}\b", lambda number: str(int(number[0]) + months), text)
    return re.sub(r"\b\d{1,2}(?= tháng)", lambda number: str(int(number[0]) + months), text)


def rearranged(row: Row, order: tuple[range, ...]) -> list[object]:
    """A row with its blocks of columns in a new order and an empty column before each."""
    first = min(block.start for block in order)
    cells = list(row[:first])
    for block in order:
        cells += ["", *(row[place] if place < len(row) else "" for place in block)]
    return cells


def moved(file: Path, months: int, order: Mapping[str, tuple[range, ...]]) -> bytes:
    """The annex as one of a later year and month; header cells alone name periods."""
    sheets, book = Sheets(file.read_bytes(), file.name), Workbook(write_only=True)
    for number, name in enumerate(reversed(sheets.names), start=1):
        rows = sheets.rows(name)
        title = re.sub(r"^\d+\. ", "", fold(str(rows[0][0]))) if rows and rows[0] else ""
        blocks = order.get(TITLES.get(title, ""))
        sheet = book.create_sheet(f"Trang {number}")
        sheet.append(["Cục Thống kê"])
        sheet.append([])
        for place, row in enumerate(rows):
            cells = [later(cell, months) for cell in row] if place < 12 else list(row)
            cells = rearranged(cells, blocks) if blocks and place else cells
            sheet.append([None if cell == "" else cell for cell in cells])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def printed(workbook: PrintedWorkbook) -> dict[tuple[object, ...], float]:
    return {
        (
            one.table,
            one.row,
            one.section,
            one.occurrence,
            one.quantity,
            one.form,
            one.status,
            one.unit,
        ): (one.value)
        for one in workbook.figures
    }


@pytest.mark.parametrize("month", ["2021-01", "2021-03", "2021-06", "2021-12"])
def test_an_annex_of_a_later_year_is_read_like_that_of_its_month(
    shared_data: Path, month: str
) -> None:
    file = original(shared_data, month)
    before = read_workbook(file.read_bytes(), file.name)
    after = read_workbook(moved(file, 0, {}), f"2025{file.name[4:]}")
    assert after.report_month == before.report_month.plus(12 * LATER)
    assert printed(after) == pytest.approx(printed(before), rel=1e-12)
    assert after.notes == ()
    assert str(after.published) == f"2025-{before.published:%m-%d}"


def test_with_another_month_and_its_columns_in_another_order_too(shared_data: Path) -> None:
    file = original(shared_data, "2021-08")
    before = read_workbook(file.read_bytes(), file.name)
    after = read_workbook(moved(file, 1, MOVED), "2025-09-29-bieu.xlsx")
    assert after.report_month == Month(2025, 9)
    assert printed(after) == pytest.approx(printed(before), rel=1e-12)
    assert len(after.figures) > 700
    assert {one.sheet for one in after.figures}.isdisjoint(one.sheet for one in before.figures)
    columns = {
        (name, one.form, one.cell.rstrip("0123456789"))
        for name, workbook in (("before", before), ("after", after))
        for one in workbook.figures
        if one.table == "investment"
    }
    assert ("before", "share_of_plan", "F") in columns
    assert ("after", "share_of_plan", "D") in columns
