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
    "sheet 'A', cell D3: figure of cement from 2024-01-01 to 2024-06-22, 58.5: cumulative figure "
    "below the month before (60.5)": (
        "trang tính 'A', ô D3: số của cement từ 01/01/2024 đến 22/06/2024 (58,5) thấp hơn lũy kế "
        "tháng trước (60,5)"
    ),
    "C2: figure of coal from 2024-06-01 to 2024-06-15, 1,234.5: about 0.00113 times that of the "
    "same months of last year (60,500)": (
        "ô C2: số của coal từ 01/06/2024 đến 15/06/2024 (1.234,5) gấp khoảng 0,00113 lần cùng kỳ "
        "năm trước (60.500): có nhầm đơn vị không?"
    ),
    "its macros were not run": "không chạy macro của tệp",
}


@pytest.mark.parametrize("english", NOTES)
def test_a_remark_is_said_in_the_readers_language(english: str) -> None:
    assert remark(english, "vi") == NOTES[english]
    assert remark(english, "en") == english


def test_a_source_names_its_place_in_the_readers_language() -> None:
    source = "2021-01-29-a.xlsx, sheet 'VonDT', cell E17, published 2021-01-29"
    assert source_in(source, "en") == source
    assert source_in(source, "vi") == (
        "2021-01-29-a.xlsx, trang tính 'VonDT', ô E17, công bố 29/01/2021"
    )
    assert source_in("VOV, 02/2021", "vi") == "VOV, 02/2021"
