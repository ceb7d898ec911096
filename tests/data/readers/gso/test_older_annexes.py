"""Annexes before 2013: texts half converted from TCVN3, headings over rows, empty columns.

The layout is that of the annexes of 2009 to 2012, written by hand; the files of 2010 to
2012 themselves are not at hand. One real file of 2009 is read where it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.ingestion.reading import Claims, FileRead, read_file
from data.samples.vietnam import KPIS
from data.vintages.observation import Form
from experiments.odd_files.old_excel import old_workbook

Rows = list[list[Any]]
REAL = "22_annex_month_taken_from_plan_heading/2009-02-28-Solieu0209-1.xls"


def exports(year: int) -> Rows:
    """Quantities and values with an empty column between, as 'XK' of 2009."""
    pairs: list[Any] = ["", "Lượng", "Trị giá"]
    return [
        [f"8. XuÊt khÈu hµng ho¸ th¸ng 02 vµ 2 th¸ng đầu n¨m {year}"],
        ["", "", "", "", "Nghìn tấn, triệu USD"],
        [
            *("", "", f"Thực hiện\ntháng 1\nnăm {year}", ""),
            *("", f"Ước tính\ntháng 2\nnăm {year}", ""),
            *("", f"Céng dån\n2 th¸ng đầu\nn¨m {year}", ""),
            *("", f"2 th¸ng đầu n¨m\n{year} so víi cïng\nkú n¨m {year - 1} (%)", ""),
        ],
        [" "],
        ["", *pairs, *pairs, *pairs, *pairs],
        ["Tổng trị giá", "", "", 3719.0, "", "", 4300.0, "", "", 8019.0, "", "", 94.9],
        ["", "Khu vực kinh tế trong nước", "", 1750.0, "", "", 2500.0, "", "", 4250.0],
    ]


def products(year: int) -> Rows:
    """The unit in two rows of a heading, months in a third and a fourth."""
    return [
        ["4. Một số sản phẩm chủ yếu của ngành công nghiệp"],
        [f"    tháng 02 và 2 tháng đầu năm {year}"],
        ["", "Đơn vị", "Thực hiện", "", "", "Tháng  02 năm", "2 th¸ng đầu"],
        [
            *("", "tÝnh", "Chính thức", "Ước tính", "Cộng dồn"),
            *(f"{year} so với", f"năm {year}"),
        ],
        ["", "", "tháng 01", "tháng 02", "2 tháng", "tháng 02 năm", "so với cùng kỳ"],
        [
            *("", "", f"năm {year}", f"năm {year}", f"năm {year}"),
            *(f"{year - 1} (%)", f"năm {year - 1} (%)"),
        ],
        [""],
        ["Xi măng", "TriÖu tấn", 2.6, 2.9, 5.5, 145.1, 110.0],
        ["Sữa bột", "Ngh×n tấn", 3.4, 3.5, 6.9, 104.0, 103.0],
        ["Thép tròn", '"', 300.0, 310.0, 610.0, 99.0, 98.0],
    ]


def retail(year: int) -> Rows:
    """The month as a level, the months to date with their structure."""
    return [
        ["6. Tổng møc b¸n lÎ hµng ho¸ vµ doanh thu "],
        [f"    dÞch vô tiªu dïng 2 th¸ng đầu n¨m {year}"],
        [
            *("", f"Ước tÝnh\nth¸ng 02\nnăm {year}\n(Tỷ đồng)"),
            *(f"Ước tÝnh 2 th¸ng \nđầu n¨m {year}", ""),
            f"2 th¸ng đầu\nn¨m {year}\nso víi cïng kú n¨m {year - 1} (%)",
        ],
        ["", "", "Tổng mức\n(Tỷ đồng)", "Cơ cấu\n(%)"],
        [""],
        ["tổng số", 85167.0, 179832.0, 100.0, 120.6],
    ]


def investment(year: int) -> Rows:
    """Shares of the plan of a year, which is not the month of the report."""
    return [
        ["5. Vốn đầu tư từ ngân sách Nhà nước "],
        [f"    thực hiện tháng 02 và 2 tháng đầu năm {year}"],
        ["", "Ước tính (Tỷ đồng)", "", f"So với kế hoạch \nnăm {year} (%)", ""],
        [
            *("", f"Tháng \n02/{year}", f"2 tháng\nnăm {year}"),
            *(f"Tháng \n02/{year}", f"2 tháng\nnăm {year}"),
        ],
        ["TỔNG SỐ", 6140.3, 12191.0, 5.4, 10.8],
    ]


def annex(year: int) -> bytes:
    return old_workbook(
        {
            "04SPCN": products(year),
            "05Dtu": investment(year),
            "Tongmuc": retail(year),
            "XK": exports(year),
        }
    )


def read(content: bytes, file: str) -> FileRead:
    return read_file(content, file, Claims.of(KPIS, {}), None)


@pytest.mark.parametrize("year", [2010, 2011, 2012])
def test_an_older_annex_is_read_as_a_later_one(year: int) -> None:
    found = read(annex(year), f"{year}-02-28-Solieu02.xls")
    assert found.problem is None
    assert found.tables == ("products", "investment", "retail", "exports")
    assert found.notes == ()
    values = {(one.kpi, str(one.month)[5:], one.form): one.value for one in found.observations}
    expected: dict[tuple[str, str, Form], float] = {
        ("cement", "01", "month"): 2.6,
        ("cement", "02", "month"): 2.9,
        ("cement", "02", "year_to_date"): 5.5,
        ("cement", "02", "rate_on_year"): 145.1,
        ("cement", "02", "rate_to_date"): 110.0,
        ("milk_powder", "02", "year_to_date"): 6.9,
        ("retail_sales_and_services", "02", "month"): 85167.0,
        ("retail_sales_and_services", "02", "year_to_date"): 179832.0,
        ("retail_sales_and_services", "02", "rate_to_date"): 120.6,
        ("exports", "01", "month"): 3719.0,
        ("exports", "02", "month"): 4300.0,
        ("exports", "02", "year_to_date"): 8019.0,
        ("exports", "02", "rate_to_date"): 94.9,
        ("exports_domestic", "02", "year_to_date"): 4250.0,
        ("investment_total", "02", "month"): 6140.3,
        ("investment_total", "02", "year_to_date"): 12191.0,
        ("investment_total", "02", "share_of_plan"): 10.8,
    }
    assert {place: values.get(place) for place in expected} == expected
    assert {one.month.year for one in found.observations} == {year}


def test_a_real_annex_of_2009_gives_every_table(shared_data: Path) -> None:
    file = shared_data.parent / "cases" / REAL
    if not file.exists():
        pytest.skip("the annex of 2009 is not at hand")
    found = read(file.read_bytes(), file.name)
    assert found.problem is None
    assert set(found.tables) == {"products", "investment", "retail", "exports", "imports"}
    assert len(found.observations) == 84
