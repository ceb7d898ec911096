"""Readers' remarks on files in the reader's language."""

from __future__ import annotations

import pytest

from service.wording import remark, source_in

NOTES = {
    "sheet 'T6', cell F7 ('Kế hoạch') left out: it is of another year": (
        "trang tính 'T6', ô F7 ('Kế hoạch') bỏ qua: cột của năm khác"
    ),
    "sheet 'A': rows 3, 7–9 and columns C are hidden; their figures were read": (
        "trang tính 'A': các hàng 3, 7–9 và cột C bị ẩn; số liệu trong đó vẫn được đọc"
    ),
    "sheet 'X' is hidden and was not read": "trang tính 'X' bị ẩn, không được đọc",
    "A3, 'Than': the unit 'bao' is not known, taken for 'tonnes'": (
        "ô A3, 'Than': không rõ đơn vị tính 'bao', được coi là 'tonnes'"
    ),
    "cell A3 ('So với'): read as growth, as its figures show": (
        "ô A3 ('So với'): đọc là tốc độ tăng (%), theo độ lớn của số liệu"
    ),
    "sheet 'A', row of B3 ('–') left out: no month": (
        "trang tính 'A', bỏ qua hàng của ô B3 ('–'): không có tháng"
    ),
    "sheet 'A', totals of a year left out: Cả năm": (
        "trang tính 'A', bỏ qua cột tổng cả năm: Cả năm"
    ),
    "its macros were not run": "không chạy macro của tệp",
}


@pytest.mark.parametrize("english", NOTES)
def test_a_remark_is_said_in_the_readers_language(english: str) -> None:
    assert remark(english, "vi") == NOTES[english]
    assert remark(english, "en") == english


def test_the_place_of_a_figure_is_said_in_the_readers_language() -> None:
    source = "2021-01-29-Bieu.xlsx, sheet 'VonDT', cell E35, published 2021-01-29"
    said = "2021-01-29-Bieu.xlsx, trang tính 'VonDT', ô E35, công bố 29/01/2021"
    assert source_in(source, "vi") == said
    assert source_in(source, "en") == source
    assert source_in("Báo cáo tháng 6", "vi") == "Báo cáo tháng 6"
