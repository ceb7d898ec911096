"""Small files that went wrong once, each of its kind, and what is expected of them.

The files stay beside the project (`../shared/cases`); without them the tests skip. The kinds
have tests with figures of their own in the rooms that they concern.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from data.ingestion.preview import preview_file
from data.ingestion.reading import Claims, FileRead, read_file
from data.plans.kpi import Kpi
from data.readers.plan_document.file import read_plan
from data.samples.files import read_sample
from data.vintages.comparison import StoredFigures

DAY, LATER = date(2024, 7, 10), date(2026, 9, 10)
Values = dict[tuple[str, str, str], float]
MONTHS = [90.1, 80.2, 95.3, 96.4, 101.5, 112.3, 113.1, 114.2, 115.3, 116.4, 117.5, 118.6]


@pytest.fixture(scope="module")
def cases() -> Path:
    folder = Path(__file__).resolve().parents[4] / "shared" / "cases"
    if not folder.is_dir():
        pytest.skip("the case files are not beside the project (../shared/cases)")
    return folder


def kpis_of(folder: Path, plan: str = "plan.yaml") -> tuple[Kpi, ...]:
    return read_plan((folder / plan).read_bytes(), plan).kpis


def read(cases: Path, case: str, file: str, matched: Mapping[str, str] | None = None) -> FileRead:
    """A case's file as it comes, its unknown rows matched by their names."""
    (folder,) = cases.glob(f"{case}_*")
    kpis, names = kpis_of(folder), matched or {}
    content = (folder / file).read_bytes()
    day = LATER if case == "26" else DAY
    found = read_file(content, file, Claims.of(kpis, {}), day)
    known = {row.key: names[row.label] for row in found.unknown if row.label in names}
    return read_file(content, file, Claims.of(kpis, known), day) if known else found


def values(found: FileRead) -> Values:
    assert found.problem is None, found.problem
    return {(one.kpi, str(one.month), one.form): one.value for one in found.observations}


FORM = {
    ("exports", "2024-06", "month"): 112.3,
    ("exports", "2024-06", "plan"): 1300.0,
    ("exports", "2024-06", "rate_to_date"): 104.2,
    ("exports", "2024-06", "year_to_date"): 598.4,
}
READ: dict[tuple[str, str], Values] = {
    ("13", "formula_empty.xlsx"): {("exports", "2024-05", "month"): 101.5},
    ("15", "pct.xls"): {("exports", "2024-05", "rate_on_year"): 104.5},
    ("15", "form_pct_one.xls"): FORM,
    ("15", "form_pct_mixed.xls"): {
        **FORM,
        ("imports", "2024-06", "month"): 95.0,
        ("imports", "2024-06", "plan"): 1200.0,
        ("imports", "2024-06", "rate_to_date"): 248.6,
        ("imports", "2024-06", "year_to_date"): 541.0,
    },
    ("18", "hdr_usdmn.xlsx"): {("exports", "2024-05", "month"): 101.5},
    ("19", "wide_months.xlsx"): {
        (kpi, f"2023-{place:02d}", "month"): value
        for kpi in ("exports", "imports")
        for place, value in enumerate(MONTHS, 1)
    },
    ("19", "wide_partial.xlsx"): {
        (kpi, f"2024-{place:02d}", "month"): value
        for kpi in ("exports", "imports")
        for place, value in enumerate(MONTHS[:6], 1)
    },
    ("19", "quarters.csv"): {
        ("exports", "2023-03", "quarter"): 265.6,
        ("exports", "2023-06", "quarter"): 310.2,
        ("exports", "2023-09", "quarter"): 342.6,
        ("exports", "2023-12", "quarter"): 352.5,
    },
    ("19", "year_month_cols.csv"): {("exports", "2024-05", "month"): 101.5},
    ("20", "f5b.csv"): {("exports", "2024-06", "plan"): 1300.0},
    ("20", "f5c.csv"): {
        ("exports", "2024-06", "plan"): 1300.0,
        ("exports", "2024-06", "year_to_date"): 575.8,
    },
}


@pytest.mark.parametrize(("case", "file"), READ)
def test_what_is_read(cases: Path, case: str, file: str) -> None:
    assert values(read(cases, case, file)) == READ[case, file]


def test_two_years_under_merged_headings(cases: Path) -> None:
    found = values(read(cases, "19", "wide_merged_years.xlsx"))
    assert len(found) == 18
    assert found["exports", "2023-12", "month"] == 118.6
    assert found["exports", "2024-06", "month"] == 112.3


REFUSED = {
    ("14", "err.xls"): "cell C2: expected a number, found the error #REF!",
    ("14", "form_err.xls"): "cell F5: expected a number, found the error #REF!",
    ("14", "annex_err.xlsx"): "cell D7: expected a number, found the error #REF!",
    ("18", "strict.xlsx"): "save it as 'Excel Workbook (.xlsx)'",
    ("18", "html_div.xls"): "found a web page",
    ("18", "html_meta.xls"): "found a web page",
    ("18", "html_utf16.xls"): "found a web page",
    ("18", "mht.xls"): "found a web page",
    ("18", "merged_name.xlsx"): "found a cell of the merged cells A2:A4",
}


@pytest.mark.parametrize(("case", "file"), REFUSED)
def test_what_is_refused_names_its_cause(cases: Path, case: str, file: str) -> None:
    assert REFUSED[case, file] in str(read(cases, case, file).problem)


def test_a_hidden_row_is_read_with_a_remark(cases: Path) -> None:
    found = read(cases, "17", "hidden_row2.xlsx")
    assert any("rows 3 are hidden" in note for note in found.notes)


@pytest.mark.parametrize(
    ("file", "plan"), [("data.csv", "plan.yaml"), ("china_fai_ytd.csv", "plan_china.yaml")]
)
def test_years_to_date_loaded_as_months_are_doubted(cases: Path, file: str, plan: str) -> None:
    (folder,) = cases.glob("09_*")
    kpis = kpis_of(folder, plan)
    content = (folder / file).read_bytes()
    found = read_file(content, file, Claims.of(kpis, {}), LATER)
    shown = preview_file(found, StoredFigures([]), kpis)
    assert [one.why for one in shown.suspicions] == ["cumulative"]


@pytest.mark.parametrize(
    ("file", "month"),
    [("2001-09-29-Bieu09-1.xls", "2001-09"), ("2009-02-28-Solieu0209-1.xls", "2009-02")],
)
def test_an_annex_is_of_the_month_of_its_title(cases: Path, file: str, month: str) -> None:
    (folder,) = cases.glob("22_*")
    kpis = read_sample("vietnam-2021")[0].kpis
    found = read_file((folder / file).read_bytes(), file, Claims.of(kpis, {}), None)
    assert found.problem is None
    latest = max(one.month for one in found.observations if one.form == "year_to_date")
    assert str(latest) == month


HENRY_HUB = "Data 1: Henry Hub Natural Gas Spot Price (Dollars per Million Btu)"
SERIES = {  # of other offices' files: the name as found → KPI
    "china_fai.csv": {"ytd_value": "fai"},
    "china_exports.csv": {"value": "exports"},
    "ons_cpi.csv": {"observation": "cpi"},
    "za_ppi.csv": {"observation": "cpi"},
    "statcan_lfs.csv": {"Canada · 2021S0503": "employment"},
    "ng_monthly.xls": {HENRY_HUB: "price"},
}
AT_ONCE = (
    *("Openstat-Rice-Stocks.csv", "aus_arrivals.csv", "aus_exports.csv", "ng_monthly.csv"),
    *("vanuatu_chicken.csv", "vanuatu_exports.csv"),
)


@pytest.mark.parametrize("file", AT_ONCE)
def test_files_of_other_offices_are_read(cases: Path, file: str) -> None:
    found = read(cases, "26", file)
    assert found.problem is None
    assert found.observations


@pytest.mark.parametrize("file", SERIES)
def test_files_of_other_offices_are_read_once_a_series_is_matched(cases: Path, file: str) -> None:
    matched = SERIES[file]
    assert "Say which KPI a series is" in str(read(cases, "26", file).blocked)
    found = read(cases, "26", file, matched)
    assert found.problem is None
    assert {one.kpi for one in found.observations} == set(matched.values())


def test_a_workbook_that_prints_a_figure_twice_names_both_places(cases: Path) -> None:
    problem = str(read(cases, "26", "nfa.xlsx").problem)
    assert "sheet 'AnnualReports'" in problem
    assert "sheet 'MonthlyReports', C14 says" in problem


@pytest.mark.parametrize(
    ("case", "file", "figures"),
    [
        ("27", "2021-06-18-theo-doi-SXCN.xlsx", None),
        ("27", "2021-06-18-without-sales-loads.xlsx", 28),
        ("28", "2021-06-29-so-lieu-ngang.xlsx", None),
    ],
)
def test_a_departments_own_workbooks_are_read(
    cases: Path, case: str, file: str, figures: int | None
) -> None:
    (folder,) = cases.glob(f"{case}_*")
    kpis = read_sample("lang-son-2021")[0].kpis
    found = read_file((folder / file).read_bytes(), file, Claims.of(kpis, {}), None)
    assert found.problem is None
    assert found.blocked is None
    assert figures is None or len(found.observations) == figures
    if case == "27":  # next month's plan is no actual, and sales are no second output
        assert any("ke hoach thang sau" in note for note in found.notes)
        seen = [(one.kpi, one.month, one.form) for one in found.observations]
        assert len([one for one in seen if one[0] == "cement"]) > 0
    else:
        months = {str(one.month) for one in found.observations if one.kpi == "exports"}
        assert {"2015-01", "2020-12"} <= months
