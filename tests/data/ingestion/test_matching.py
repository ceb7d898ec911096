"""KPIs suggested for a row: alike names first, and none that it cannot be."""

from __future__ import annotations

import pytest

from data.ingestion.matching import LEAST, suggestions
from data.ingestion.reading import Claims, PrintedRow
from data.plans.kpi import Kpi, RowSelector
from data.readers.tidy.headings import TIDY

COAL = Kpi("coal", "Than đá (than sạch)", "Coal", "thousand tonnes")
CEMENT = Kpi("cement", "Xi măng", "Cement", "million tonnes")
STEEL = Kpi(
    "steel",
    "Sắt, thép thô",
    "Crude steel",
    "thousand tonnes",
    rows=(RowSelector("products", ("sat thep tho",)),),
)
GOODS = Kpi("goods", "Hàng hóa", "Goods", "million USD", parts=("coal", "steel"))
TASK = Kpi("permit", "Giấy phép", "Permit", "steps", kind="milestone")
KPIS = (COAL, CEMENT, STEEL, GOODS, TASK)


def suggested(label: str, table: str = TIDY, unit: str = "") -> list[str]:
    return [one.kpi for one in suggestions(PrintedRow(table, label, unit=unit), KPIS)]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("xi mang", ["cement"]),
        ("Xi măng Portland", ["cement"]),
        ("Ximăng", ["cement"]),
        ("Thép thô, sắt", ["steel"]),  # the words in another order
        ("L¹ng S¬n", []),
        ("Gạo", []),
        ("Hàng hóa", []),  # a sum has no figures of its own
        ("Giấy phép", []),  # a task neither
    ],
)
def test_names_that_look_alike(label: str, expected: list[str]) -> None:
    assert suggested(label) == expected


def test_the_most_alike_first_and_at_most_three() -> None:
    kpis = [Kpi(f"k{n}", f"Than đá {'x' * n}", f"Number {n}", "tonnes") for n in range(1, 6)]
    found = suggestions(PrintedRow(TIDY, "Than đá x"), kpis)
    assert [one.kpi for one in found] == ["k1", "k2", "k3"]
    assert found[0].similarity == 1.0
    assert all(LEAST <= one.similarity <= 1 for one in found)


def test_a_row_in_another_unit_or_table_is_another_thing() -> None:
    assert suggested("Xi măng", unit="Triệu USD") == []
    assert suggested("Xi măng", unit="triệu tấn") == ["cement"]
    assert suggested("Xi măng", unit="bao to") == ["cement"]  # a unit that nobody knows
    assert suggested("Sắt thép thô", "exports") == []  # its rows stand among the products
    assert suggested("Sắt thép thô", "products") == ["steel"]


def test_a_kpi_that_another_row_has_is_not_suggested() -> None:
    assert suggestions(PrintedRow(TIDY, "Xi măng"), KPIS, taken={"cement"}) == ()


def test_the_plan_s_own_rows_come_before_what_people_matched() -> None:
    row, other = PrintedRow("products", "Sắt thép THÔ"), PrintedRow("products", "Gang")
    claims = Claims.of(KPIS, {row.key: "coal", other.key: "coal"})
    assert (claims.read(row, 1).how, claims.read(row, 1).kpi) == ("plan", "steel")
    assert (claims.read(other, 1).how, claims.read(other, 1).kpi) == ("match", "coal")
    assert claims.read(PrintedRow("products", "Gang", occurrence=2), 1).how == "unknown"
