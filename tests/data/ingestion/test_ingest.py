from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from data.db.store import Store
from data.ingestion.ingest import IngestReport, ingest
from data.ingestion.rows import write_match
from data.plans.kpi import Kpi, RowSelector
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.samples.files import read_sample
from data.vintages.panel_rows import load_panel
from data.vintages.rows import Added, vintages_of
from models.errors import InputError
from models.series import Month
from tests.homes import Run

TOTAL = Kpi(
    slug="investment_total",
    name_vi="Vốn đầu tư",
    name_en="Investment",
    unit="billion VND",
    rows=(RowSelector("investment", ("tong so", "total")),),
)
MOIT = Kpi(
    slug="investment_moit",
    name_vi="Bộ Công Thương",
    name_en="Ministry of Industry and Trade",
    unit="billion VND",
    rows=(RowSelector("investment", ("bo cong thuong",)),),
)
PLAN = Plan("vietnam-2021", "vietnam", 2021, "MOIT", "Kế hoạch", "Plan", (TOTAL, MOIT), ())
LATE = date(2030, 1, 1)


@pytest.fixture
def store(tmp_path: Path, this_run: Run) -> Store:
    opened = this_run.new_store(tmp_path / "store")
    save_plan(opened, PLAN)
    return opened


def annex(
    folder: Path, month: int, total: Sequence[float], name: str | None = None, year: int = 2021
) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["20. Vốn đầu tư thực hiện từ nguồn ngân sách Nhà nước"])
    sheet.append([None, "Ước tính", "Cộng dồn", f"{month} tháng năm {year}"])
    sheet.append([None, f"tháng {month}", f"{month} tháng", "so với kế hoạch"])
    sheet.append([None, f"năm {year}", f"năm {year}", f"năm {year} (%)"])
    sheet.append(["TỔNG SỐ", *total])
    sheet.append(["Bộ Y tế", 1.0, 2.0, 3.0])
    path = folder / (name or f"{year}-{month:02d}-28-bieu.xlsx")
    book.save(path)
    return path


def load(store: Store, *files: Path, **options: object) -> IngestReport:
    return ingest(store, "vietnam", files, **options)  # type: ignore[arg-type]


def test_an_annex_is_loaded_with_a_summary(store: Store, tmp_path: Path) -> None:
    report = load(store, annex(tmp_path, 6, [38.0, 172.0, 36.8]))
    assert (report.tables, report.rows, report.added) == (1, 2, Added(3, 0, 0))
    assert [(one.row.table, one.row.label, one.times) for one in report.unknown] == [
        ("investment", "Bộ Y tế", 1)
    ]
    series = load_panel(store, "vietnam", LATE).series_as_of("investment_total", LATE)
    assert (series.to_date, series.cutoff) == (172.0, Month(2021, 6))
    [figure] = [
        o
        for o in load_panel(store, "vietnam").observations("investment_total", LATE)
        if o.form == "share_of_plan"
    ]
    assert figure.source == "2021-06-28-bieu.xlsx, sheet 'Sheet', cell D5"
    assert figure.published == date(2021, 6, 28)


def test_the_same_file_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    path = annex(tmp_path, 6, [38.0, 172.0, 36.8])
    load(store, path)
    again = load(store, path)
    assert again.added == Added(0, 3, 0)
    assert again.files[0].loaded_before


@pytest.mark.slow
def test_real_annexes_old_and_new_and_the_english_one_go_in_once(
    tmp_path: Path, shared_data: Path
) -> None:
    plan, _ = read_sample("vietnam-2021")
    store = Store.open(f"sqlite:///{tmp_path / 'real.db'}")
    save_plan(store, plan)
    folder = shared_data / "gso" / "workbooks"
    files = [next(folder.glob(f"{month}-*")) for month in ("2013-02", "2020-09", "2021-12")]
    assert {file.suffix for file in files} == {".xls", ".xlsx"}
    report = ingest(store, "vietnam", files)
    assert (len(report.files), report.tables, report.problems) == (3, 18, ())
    assert report.added.new > 450
    known = load_panel(store, "vietnam", LATE).hash(LATE)
    again = ingest(store, "vietnam", list(reversed(files)))
    assert again.added == Added(0, report.added.new, 0)
    assert load_panel(store, "vietnam", LATE).hash(LATE) == known
    english = load_panel(store, "vietnam").observations("cement", date(2020, 9, 30))
    assert {(o.form, o.month.month) for o in english if o.published.year == 2020} >= {
        ("month", 8),
        ("month", 9),
        ("year_to_date", 9),
    }
    store.close()


def test_a_dry_run_writes_nothing(store: Store, tmp_path: Path) -> None:
    report = load(store, annex(tmp_path, 6, [38.0, 172.0, 36.8]), dry_run=True)
    assert report.added == Added(3, 0, 0)
    assert vintages_of(store, "vietnam") == ()


def test_a_dry_run_reports_revisions(store: Store, tmp_path: Path) -> None:
    load(store, annex(tmp_path, 6, [38.0, 172.0, 36.8]))
    newer = annex(tmp_path, 6, [40.0, 172.0, 36.8], name="2021-07-28-bieu.xlsx")
    report = load(store, newer, dry_run=True)
    assert report.added == Added(3, 0, 1)
    (revised,) = report.revised
    assert revised.old is not None
    assert (revised.old.value, revised.observation.value, revised.counts) == (38.0, 40.0, True)
    assert revised.change == pytest.approx(100 * 2 / 38)


def test_a_row_that_was_matched_is_read_from_then_on(store: Store, tmp_path: Path) -> None:
    path = annex(tmp_path, 6, [38.0, 172.0, 36.8])
    load(store, path)
    (unknown,) = load(store, path).unknown
    with store.writing() as connection:
        moment = datetime(2021, 7, 1, tzinfo=UTC)
        write_match(connection, "vietnam", unknown.row, "investment_moit", "an", moment)
    report = load(store, path)
    assert (report.unknown, report.added) == ((), Added(3, 3, 0))
    assert load_panel(store, "vietnam", LATE).series_as_of("investment_moit", LATE).to_date == 2.0


def test_an_unknown_name_in_a_tidy_file_stops_it(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "2021-06-29-tidy.csv"
    path.write_text(
        "KPI,month,value\ninvestment_moit,2021-05,1\nBộ Y tế,2021-05,2\n", encoding="utf-8"
    )
    report = load(store, path)
    assert "found 'Bộ Y tế'" in str(report.problems[0].problem)
    assert [one.row.label for one in report.unknown] == ["Bộ Y tế"]
    assert vintages_of(store, "vietnam") == ()


def test_the_publication_date_is_given_in_the_name_or_required(
    store: Store, tmp_path: Path
) -> None:
    path = annex(tmp_path, 6, [38.0, 172.0, 36.8], name="bieu-06.xlsx")
    [file] = load(store, path).files
    assert file.problem is not None
    assert "--published YYYY-MM-DD" in file.problem
    assert vintages_of(store, "vietnam") == ()
    load(store, path, published=date(2021, 6, 29))
    assert vintages_of(store, "vietnam") == (date(2021, 6, 29),)


def test_a_broken_file_changes_nothing_and_the_others_are_loaded(
    store: Store, tmp_path: Path
) -> None:
    broken = tmp_path / "2021-05-28-broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    report = load(store, broken, annex(tmp_path, 6, [38.0, 172.0, 36.8]), tmp_path / "missing.csv")
    assert [file.file for file in report.problems] == ["2021-05-28-broken.xlsx", "missing.csv"]
    assert "expected an Excel workbook" in str(report.problems[0].problem)
    assert vintages_of(store, "vietnam") == (date(2021, 6, 28),)


def test_a_workbook_that_is_neither_names_what_is_expected(store: Store, tmp_path: Path) -> None:
    book = Workbook()
    path = tmp_path / "2021-06-01-other.xlsx"
    book.save(path)
    [file] = load(store, path).files
    assert "expected a table titled as one of exports" in str(file.problem)


def test_tidy_files_are_loaded_too(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "2021-06-29-tidy.csv"
    path.write_text("KPI,month,value\ninvestment_moit,2021-05,120.5\n", encoding="utf-8")
    assert load(store, path).added == Added(1, 0, 0)
    assert load_panel(store, "vietnam", LATE).series_as_of(
        "investment_moit", LATE
    ).values.tolist() == [120.5]


def test_suspicious_figures_are_named_with_their_cell(store: Store, tmp_path: Path) -> None:
    files = [
        annex(tmp_path, month, [10.0, 10.0 * month, 5.0], year=year)
        for year in (2018, 2019, 2020)
        for month in range(1, 13)
    ]
    load(store, *files)
    report = load(store, annex(tmp_path, 1, [11000.0, 11000.0, 5.0]))
    month, to_date = report.suspicions
    assert month.reason == "about 1.1e+03 times the usual month (10)"
    assert month.source.endswith("cell B5")
    assert to_date.why == "magnitude_to_date"
    assert (to_date.form, to_date.against) == ("year_to_date", 10.0)
    lower = load(store, annex(tmp_path, 2, [10.0, 9000.0, 5.0]))
    assert "cumulative figure below the month before (11,000)" in [
        suspicion.reason for suspicion in lower.suspicions
    ]


def test_the_number_of_workers_changes_nothing(store: Store, tmp_path: Path) -> None:
    files = [annex(tmp_path, month, [10.0, 10.0 * month, 5.0]) for month in range(1, 7)]
    seen: list[tuple[int, int, str]] = []
    report = load(store, *files, workers=2, progress=lambda *step: seen.append(step))
    assert seen == [(n, 6, file.name) for n, file in enumerate(files, start=1)]
    other = Store.open(f"sqlite:///{tmp_path / 'other.db'}")
    save_plan(other, PLAN)
    assert ingest(other, "vietnam", files) == report
    assert load_panel(other, "vietnam", LATE).hash(LATE) == load_panel(
        store, "vietnam", LATE
    ).hash(LATE)
    other.close()


def test_without_a_plan_there_is_nothing_to_load_into(tmp_path: Path) -> None:
    empty = Store.open(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(InputError, match="no plan of family 'hanoi' is loaded"):
        ingest(empty, "hanoi", [])
    empty.close()
