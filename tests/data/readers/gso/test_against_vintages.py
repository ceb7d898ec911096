"""The reader against an independent reading of the same 107 workbooks.

A cell is keyed by report month, table, accent-folded name, occurrence, quantity
or value, and measure; missing and extra cells are misses. Every miss has a cause
in `CAUSES`, is seen in the workbook itself, and stands in docs/gso_importer.md
with its number of cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from data.readers.gso.annex import read_workbook
from data.readers.printed import PrintedFigure, PrintedWorkbook
from data.readers.spreadsheet.cells import (
    Row,
    Sheets,
    cell_name,
    fold,
    is_text,
    publication_date,
)
from data.samples.vietnam import KPIS
from data.vintages.observation import Form
from models.series import FigureStatus, Month

pytestmark = pytest.mark.slow

KEY = ["report_month", "table", "name", "occurrence", "quantity", "measure"]
LEVELS = ("month_est", "month_prev", "ytd", "plan_pct")
MEASURES: Mapping[tuple[Form | None, FigureStatus], str] = {  # the independent reading's words
    ("month", "estimate"): "month_est",
    ("month", "restated"): "month_prev",
    ("year_to_date", "estimate"): "ytd",
    ("year_to_date", "restated"): "ytd_prev",
    ("rate_on_year", "estimate"): "yoy_month",
    ("rate_on_year", "restated"): "yoy_month_prev",
    ("rate_to_date", "estimate"): "yoy_ytd",
    ("rate_to_date", "restated"): "yoy_ytd_prev",
    ("rate_on_month", "estimate"): "mom",
    ("share_of_plan", "estimate"): "plan_pct",
    ("plan", "final"): "plan_value",
    (None, "estimate"): "share",
}
ENGLISH = Month(2020, 9)  # the month the independent reading lacks
CONFLICTING = 147
TRADE = ("exports", "imports")


@dataclass(frozen=True)
class Cause:
    """Why cells of some months differ; '' or () stands for any."""

    tables: tuple[str, ...]
    months: tuple[str, ...]
    measures: tuple[str, ...]
    cells: int
    occurrence: int = 0
    name: str = ""

    def explains(self, misses: pd.DataFrame) -> pd.Series:
        found = misses["table"].isin(self.tables) & misses["measure"].isin(self.measures)
        if self.months:
            found &= misses["report_month"].isin(self.months)
        if self.occurrence:
            found &= misses["occurrence"] == self.occurrence
        if self.name:
            found &= misses["name"] == self.name
        return found


QUARTERLY = Cause(
    ("retail",),
    ("2018-09", "2019-09", "2021-09"),
    ("month_est", "month_prev", "ytd", "share", "yoy_month", "yoy_ytd"),
    90,
    occurrence=2,
)
JANUARY = Cause(("retail",), ("2019-01", "2020-01", "2021-01"), ("month_prev",), 15)
SPACER = Cause(("exports",), ("2019-04", "2019-05"), ("month_est",), 2, name="than da")
INDEX = (
    Cause(("iip",), ("2013-01", "2018-01"), ("mom", "yoy_month_prev"), 162),
    Cause(("iip",), ("2019-01", "2020-01", "2021-01"), ("yoy_month",), 111),
    Cause(("iip",), ("2015-01", "2016-01", "2017-01"), ("yoy_ytd_prev",), 84),
    Cause(("iip",), ("2014-04", "2017-04", "2018-04"), ("yoy_ytd_prev",), 86),
)
WORKING = (  # columns for the office's own use, right of the table
    Cause(("imports",), ("2014-10",), ("yoy_ytd",), 34),
    Cause(TRADE, ("2017-04",), ("yoy_ytd",), 45),
    Cause(TRADE, (), ("yoy_month", "yoy_ytd"), 24, name="mat hang chu yeu"),
    Cause(("exports",), ("2015-11",), ("yoy_ytd",), 3),
)
CAUSES = (QUARTERLY, JANUARY, SPACER, *INDEX, *WORKING)


@pytest.fixture(scope="module")
def files(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "gso" / "workbooks").iterdir())


@pytest.fixture(scope="module")
def workbooks(files: list[Path]) -> list[PrintedWorkbook]:
    return [read_workbook(file.read_bytes(), file.name) for file in files]


@pytest.fixture(scope="module")
def page() -> str:
    return (Path(__file__).parents[4] / "docs" / "gso_importer.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compared(shared_data: Path, workbooks: list[PrintedWorkbook]) -> pd.DataFrame:
    theirs, conflicting = independent_reading(shared_data)
    rows = [
        (
            str(figure.report_month),
            figure.table,
            fold(figure.row),
            figure.occurrence,
            figure.quantity,
            measure_of(figure),
            figure.value,
        )
        for workbook in workbooks
        if workbook.report_month != ENGLISH
        for figure in workbook.figures
    ]
    ours = pd.DataFrame(rows, columns=[*KEY, "ours"])
    assert not ours.duplicated(KEY).any()
    both = theirs.merge(ours, on=KEY, how="outer")
    both = both[~both.set_index(KEY).index.isin(conflicting.set_index(KEY).index)]
    both["equal"] = (both["value"] - both["ours"]).abs() <= 0.001 * both["value"].abs()
    return both


def independent_reading(shared_data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keys and values of vintages.parquet, and the keys that carry conflicting values."""
    cells = pd.read_parquet(shared_data / "gso" / "vintages.parquet")
    cells = cells[cells["value"].notna() & (cells["table"] != "tourists")]
    cells = cells.assign(
        name=cells["name_vi"].map(fold),
        quantity=cells["qv"].astype(object).fillna("").astype(str),
        report_month=cells["report_month"].astype(str),
        table=cells["table"].astype(str),
        measure=cells["measure"].astype(str),
    )
    groups = ["report_month", "table", "name", "quantity"]
    places = cells[[*groups, "row"]].drop_duplicates().sort_values([*groups, "row"])
    places["occurrence"] = places.groupby(groups).cumcount() + 1
    cells = cells.merge(places, on=[*groups, "row"])
    different = cells.groupby(KEY)["value"].transform("nunique") > 1
    conflicting = cells[different].drop_duplicates(KEY)
    assert int(conflicting["measure"].isin(LEVELS).sum()) == CONFLICTING
    return cells[~different].drop_duplicates(KEY)[[*KEY, "value"]], conflicting[KEY]


def explained(misses: pd.DataFrame) -> Iterator[tuple[Cause, pd.DataFrame]]:
    """Each cause with the misses that it and no cause before it explains."""
    left = misses
    for cause in CAUSES:
        mine = cause.explains(left)
        yield cause, left[mine]
        left = left[~mine]


def test_every_workbook_is_read_and_nothing_is_odd(workbooks: list[PrintedWorkbook]) -> None:
    months = [workbook.report_month for workbook in workbooks]
    assert months == [Month(2013, 1).plus(n) for n in range(108)]
    tables = {"exports", "imports", "products", "retail", "iip", "investment"}
    assert all(set(workbook.tables) == tables for workbook in workbooks)
    assert [note for workbook in workbooks for note in workbook.notes] == []


@pytest.mark.parametrize(
    ("table", "bar"),
    [("exports", 0.995), ("imports", 0.995), ("investment", 0.995), ("products", 0.98)],
)
def test_levels_agree_as_they_stand(compared: pd.DataFrame, table: str, bar: float) -> None:
    cells = compared[(compared["table"] == table) & compared["measure"].isin(LEVELS)]
    for measure, group in cells.groupby("measure"):
        assert group["equal"].mean() >= bar, measure


def test_retail_misses_the_bar_as_the_other_reading_stands_and_meets_it_where_that_is_right(
    compared: pd.DataFrame,
) -> None:
    cells = compared[(compared["table"] == "retail") & compared["measure"].isin(LEVELS)]
    stand = cells.groupby("measure")["equal"].mean()
    assert (stand < 0.995).all()
    faults = QUARTERLY.explains(cells) | (JANUARY.explains(cells) & ~cells["equal"])
    assert cells[~faults]["equal"].all()
    assert len(cells[~faults]) > 1400


def test_every_miss_has_one_cause_and_stands_on_the_page(
    compared: pd.DataFrame, page: str
) -> None:
    misses = compared[~compared["equal"]]
    found = dict(explained(misses))
    assert {cause: len(part) for cause, part in found.items()} == {
        cause: cause.cells for cause in CAUSES
    }
    assert sum(cause.cells for cause in CAUSES) == len(misses)
    table = page.partition("Every miss:")[2]
    assert [int(row.split("|")[3]) for row in table.splitlines() if row.startswith("| 2")] == [
        cause.cells for cause in CAUSES
    ]


def test_the_page_shows_the_agreement(compared: pd.DataFrame, page: str) -> None:
    levels = compared[compared["measure"].isin(LEVELS)]
    faults = QUARTERLY.explains(levels) | (JANUARY.explains(levels) & ~levels["equal"])
    shown = {table: levels[levels["table"] == table] for table in levels["table"].unique()}
    shown["retail, where the independent reading is right"] = levels[
        (levels["table"] == "retail") & ~faults
    ]
    for name, cells in shown.items():
        by_measure = {measure: group["equal"] for measure, group in cells.groupby("measure")}
        row = [
            f"{100 * equal.mean():.4g} % of {len(equal):,}" if equal is not None else ""
            for equal in map(by_measure.get, LEVELS)
        ]
        assert f"| {' | '.join([name, *row])} |".replace("|  |", "| |") in page


def test_the_quarterly_table_was_read_as_monthly(
    compared: pd.DataFrame, files: list[Path]
) -> None:
    """What the other reading has as a second row of each name stands under 'các quý'."""
    for month in QUARTERLY.months:
        theirs = compared[QUARTERLY.explains(compared) & (compared["report_month"] == month)][
            "value"
        ]
        [rows] = sheets_with(files, month, "tong muc ban le hang hoa va doanh thu", "cac quy")
        [start] = [place for place, row in enumerate(rows) if "cac quy" in words_of(row)]
        quarterly = {
            round(cell, 6) for row in rows[start:] for cell in row if isinstance(cell, float)
        }
        assert {round(value, 6) for value in theirs} <= quarterly


def test_december_as_restated_in_january_was_passed_over(
    files: list[Path], workbooks: list[PrintedWorkbook]
) -> None:
    for workbook in workbooks:
        month = str(workbook.report_month)
        figures = [
            one
            for one in workbook.figures
            if (one.table, measure_of(one)) == ("retail", "month_prev")
        ]
        if month in JANUARY.months:
            assert len(figures) == 5
            assert "thuc hien thang 12" in header_over(files, month, figures[0])


def test_the_zero_of_a_spacer_was_read_as_the_value(
    compared: pd.DataFrame, files: list[Path], workbooks: list[PrintedWorkbook]
) -> None:
    for month in SPACER.months:
        [workbook] = [one for one in workbooks if str(one.report_month) == month]
        estimates = [
            one
            for one in workbook.figures
            if (one.table, measure_of(one), one.quantity) == ("exports", "month_est", "value")
        ]
        [column] = {one.cell.rstrip("0123456789") for one in estimates}
        [rows] = sheets_with(files, month, "hang hoa xuat khau", "uoc tinh")
        [coal] = [row for row in rows if len(row) > 1 and fold(str(row[1])) == "than da"]
        place = ord(column) - ord("A")
        assert (coal[place], coal[place + 1]) == ("", 0.0)
        theirs = compared[SPACER.explains(compared) & (compared["report_month"] == month)]
        assert theirs["value"].tolist() == [0.0]


def test_production_index_columns_are_what_their_headers_say(
    compared: pd.DataFrame, files: list[Path], workbooks: list[PrintedWorkbook]
) -> None:
    expected = {  # of the column that the other reading took for another, or passed over
        ("mom", "01"): r"thang 0?1.* so voi thang 12",
        ("yoy_month", "01"): r"thang 1 nam \d{4} so voi cung ky nam truoc",
        ("yoy_ytd_prev", "01"): r"nam \d{4} so voi",
        ("yoy_ytd_prev", "04"): r"qu[iy] i nam \d{4} so voi cung ky",
    }
    misses = compared[~compared["equal"] & compared["ours"].notna() & (compared["table"] == "iip")]
    for (month, measure), _ in misses.groupby(["report_month", "measure"]):
        [workbook] = [one for one in workbooks if str(one.report_month) == month]
        figures = [
            one for one in workbook.figures if (one.table, measure_of(one)) == ("iip", measure)
        ]
        words = header_over(files, str(month), figures[0])
        pattern = expected[str(measure), str(month)[-2:]]
        assert re.search(pattern, words), (month, measure, words)


def test_rates_of_working_columns_stand_right_of_the_last_heading(
    compared: pd.DataFrame, files: list[Path]
) -> None:
    """The office's own columns: no row of the header says that they hold a rate."""
    for month, table, title in (
        ("2014-10", "imports", "hang hoa nhap khau"),
        ("2017-04", "imports", "hang hoa nhap khau"),
        ("2017-04", "exports", "hang hoa xuat khau"),
    ):
        misses = compared[
            ~compared["equal"] & (compared["report_month"] == month) & (compared["table"] == table)
        ]
        [rows] = sheets_with(files, month, title, "so voi cung")
        last = max(
            column
            for row in rows[:8]
            for column, cell in enumerate(row)
            if fold(str(cell)) == "tri gia"
        )
        beside = {round(c, 6) for row in rows for c in row[last + 1 :] if isinstance(c, float)}
        assert {round(value, 6) for value in misses["value"]} <= beside
        headings = {
            fold(str(cell)) for row in rows[:8] for cell in row[last + 1 :] if is_text(cell)
        }
        assert headings <= {"t10/9", "utt3"}


def test_the_english_month_by_its_cumulative_identities(
    workbooks: list[PrintedWorkbook],
) -> None:
    """Row by row: its English names, columns and figures continue the Vietnamese reports."""
    by_month = {workbook.report_month: workbook for workbook in workbooks}
    september, october = levels(by_month[ENGLISH]), levels(by_month[ENGLISH.plus(1)])
    august = levels(by_month[ENGLISH.plus(-1)])
    flows = [kpi for kpi in KPIS if kpi.kind == "flow" and not kpi.parts]
    assert len(flows) > 30
    for kpi in flows:
        slug, table = kpi.slug, kpi.rows[0].table
        before = september[slug, "ytd"] - september[slug, "month_est"]
        if table in TRADE:
            # August is not restated in print: it moved the eight months by 1.3 % at most
            assert before == pytest.approx(august[slug, "ytd"], rel=0.013), slug
            continue
        # eight months = those printed in August, moved by August's restatement
        moved = september[slug, "month_prev"] - august[slug, "month_est"]
        assert before == pytest.approx(august[slug, "ytd"] + moved, rel=0.003), slug
        # nine months = those before October, September as restated then
        nine = october[slug, "ytd"] - october[slug, "month_est"]
        assert before + october[slug, "month_prev"] == pytest.approx(nine, rel=0.003), slug
    parts = {
        fold(figure.row): figure.value
        for figure in by_month[ENGLISH].figures
        if figure.table == "investment" and measure_of(figure) == "ytd"
    }
    assert parts["central"] + parts["local"] == pytest.approx(parts["total"], rel=1e-5)


def levels(workbook: PrintedWorkbook) -> dict[tuple[str, str], float]:
    """The figures of the sample's KPIs by KPI and measure."""
    claims = {
        (row.table, row.quantity, row.occurrence, name): kpi.slug
        for kpi in KPIS
        for row in kpi.rows
        for name in row.names
    }
    found = {}
    for figure in workbook.figures:
        row = (figure.table, figure.quantity, figure.occurrence, fold(figure.row))
        if row in claims:
            found[claims[row], measure_of(figure)] = figure.value
    return found


def measure_of(figure: PrintedFigure) -> str:
    return MEASURES[figure.form, figure.status]


def sheets_with(files: list[Path], month: str, *words: str) -> list[list[Row]]:
    """The sheets of a month's workbook whose text holds all these words."""
    sheets = sheets_of(files, month)
    each = [sheets.rows(name) for name in sheets.names]
    return [rows for rows in each if all(word in " ".join(map(words_of, rows)) for word in words)]


def header_over(files: list[Path], month: str, figure: PrintedFigure) -> str:
    """The words above a figure, stacked."""
    rows = sheets_of(files, month).rows(figure.sheet)
    [(place, column)] = [
        (place, column)
        for place, row in enumerate(rows)
        for column in range(len(row))
        if cell_name(place, column) == figure.cell
    ]
    above = [row[column] for row in rows[:place] if column < len(row)]
    cells = [
        str(int(cell)) if isinstance(cell, float) and cell > 1900 else str(cell) for cell in above
    ]
    return " ".join(fold(cell) for cell in cells if fold(cell))


def sheets_of(files: list[Path], month: str) -> Sheets:
    [file] = [one for one in files if str(publication_date(one.name))[:7] == month]
    return Sheets(file.read_bytes(), file.name)


def words_of(row: Row) -> str:
    return fold(" ".join(str(cell) for cell in row if isinstance(cell, str)))
