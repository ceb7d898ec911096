"""Uploads on both engines: previews, all or nothing, undone, and replayed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from data.db.audit import entries
from data.db.revision import revision_of
from data.db.store import Store
from data.ingestion.imports import (
    MAX_BYTES,
    MAX_FILES,
    commit,
    import_of,
    imports_of,
    match_row,
    preview,
    previewed,
    undo,
)
from data.ingestion.reading import PrintedRow
from data.ingestion.rows import KEPT, Import, UploadedFile
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.vintages.observation import Observation
from data.vintages.panel_rows import load_panel
from data.vintages.rows import ImportRecord, add_observations, imported, vintages_of
from models.errors import (
    ImportConflict,
    InputError,
    NoObservations,
    UnknownImport,
    UnknownKpi,
    UnknownPlan,
    UploadTooLarge,
)
from models.series import Month

COAL = Kpi("coal", "Than đá", "Coal", "thousand tonnes", decimals=1)
STEEL = Kpi("steel", "Thép cán", "Rolled steel", "thousand tonnes")
BOTH = Kpi("both", "Than và thép", "Coal and steel", "thousand tonnes", parts=("coal", "steel"))
USD = Kpi("exports", "Xuất khẩu", "Exports", "million USD")
PLAN = Plan("p-2021", "p", 2021, "Sở", "Kế hoạch", "Plan", (COAL, STEEL, BOTH, USD), ())
LATE = date(2030, 1, 1)
NOW = datetime(2021, 7, 1, 8, tzinfo=UTC)
JUNE, JULY = date(2021, 6, 29), date(2021, 7, 29)
HEADER = "Chỉ tiêu;Tháng;Giá trị;Hình thức;Trạng thái;Ngày công bố"


def table(*rows: str, name: str = "figures.csv") -> UploadedFile:
    return UploadedFile(name, "\n".join((HEADER, *rows)).encode())


def row(
    kpi: str = "coal",
    month: str = "2021-05",
    value: float = 10.0,
    form: str = "",
    status: str = "",
    day: date = JUNE,
) -> str:
    return f"{kpi};{month};{value};{form};{status};{day}"


@pytest.fixture
def store(store: Store) -> Store:
    save_plan(store, PLAN)
    return store


def load(store: Store, *files: UploadedFile, moment: datetime = NOW) -> Import:
    shown = preview(store, "p-2021", files, "an", moment=moment)
    return commit(store, shown.upload.id, "an", moment=moment)


def values(store: Store, kpi: str = "coal", day: date = LATE) -> list[float]:
    try:
        return [
            float(value) for value in load_panel(store, "p", day).series_as_of(kpi, day).values
        ]
    except NoObservations:
        return []


def test_a_preview_shows_changes_and_writes_nothing(store: Store) -> None:
    load(store, table(row(value=10.0), row(month="2021-04", value=8.0)))
    before = revision_of(store, "p"), load_panel(store, "p", LATE).hash(LATE)
    later = table(
        row(month="2021-04", value=8.0),
        row(value=11.0, status="sơ bộ", day=JULY),
        row(month="2021-06", value=12.0, day=JULY),
        row(month="2021-04", value=8.0, status="sơ bộ", day=JULY),
    )
    shown = preview(store, "p-2021", [later], "an", moment=NOW)
    (file,) = shown.files
    assert [one.state for one in file.figures] == ["unchanged", "revised", "new", "new"]
    assert (file.added.new, file.added.unchanged, file.added.revised) == (3, 1, 1)
    revised = file.figures[1]
    assert revised.old is not None
    assert (revised.old.value, revised.observation.value) == (10.0, 11.0)
    assert revised.change == pytest.approx(10.0)
    assert [one.counts for one in file.figures] == [True, True, True, True]
    assert [(one.how, one.kpi, one.figures) for one in file.read.rows] == [("plan", "coal", 4)]
    assert (revision_of(store, "p"), load_panel(store, "p", LATE).hash(LATE)) == before
    assert imports_of(store, "p") == imports_of(store, "p")[:1]


def test_a_figure_of_an_older_vintage_does_not_count(store: Store) -> None:
    load(store, table(row(value=11.0, day=JULY)))
    shown = preview(store, "p-2021", [table(row(value=10.0))], "an")
    (figure,) = shown.files[0].figures
    assert (figure.state, figure.counts) == ("revised", False)


def test_committing_needs_the_id_alone_and_says_who_and_when(store: Store) -> None:
    files = (table(row()), table(row("steel"), name="steel.csv"))
    shown = preview(store, "p-2021", files, "an", moment=NOW)
    made = commit(store, shown.upload.id, "bình", moment=NOW)
    assert (made.id, made.by, made.at, made.withdrawn) == (shown.upload.id, "bình", NOW, None)
    assert [(one.file, one.new) for one in made.files] == [("figures.csv", 1), ("steel.csv", 1)]
    assert import_of(store, made.id) == made
    assert imports_of(store, "p") == (made,)
    assert values(store, "both") == [20.0]
    logged = entries(store, action="figures.import")
    assert [(one.by, one.after and one.after["file"]) for one in logged] == [
        ("bình", "steel.csv"),
        ("bình", "figures.csv"),
    ]


def test_all_files_are_loaded_or_none(store: Store) -> None:
    files = (table(row()), UploadedFile("broken.xlsx", b"PK\x03\x04 nothing"))
    shown = preview(store, "p-2021", files, "an")
    assert shown.files[1].problem is not None
    with pytest.raises(InputError, match=r"broken\.xlsx.* 1 of 2 files cannot be used"):
        commit(store, shown.upload.id, "an")
    assert values(store) == []
    assert imports_of(store, "p") == ()


def test_a_base_that_changed_in_between_is_a_conflict(store: Store) -> None:
    shown = preview(store, "p-2021", [table(row(value=10.0))], "an")
    load(store, table(row(value=12.0), name="other.csv"))
    with pytest.raises(ImportConflict, match="have changed since"):
        commit(store, shown.upload.id, "an")
    assert values(store) == [12.0]
    # the preview was refreshed: whoever looks at it may commit
    again = previewed(store, shown.upload.id)
    assert again.token != shown.token
    assert [one.state for one in again.files[0].figures] == ["revised"]
    with pytest.raises(ImportConflict):
        commit(store, shown.upload.id, "an", token=shown.token)
    commit(store, shown.upload.id, "an", token=again.token)
    assert len(imports_of(store, "p")) == 2


def test_what_changes_elsewhere_is_no_conflict(store: Store) -> None:
    shown = preview(store, "p-2021", [table(row())], "an")
    load(store, table(row("steel"), name="steel.csv"))
    commit(store, shown.upload.id, "an")
    assert values(store) == [10.0]


def test_a_plan_that_changed_in_between_is_a_conflict(store: Store) -> None:
    shown = preview(store, "p-2021", [table(row("Than đá"))], "an")
    renamed = replace(COAL, name_vi="Than sạch")
    save_plan(store, replace(PLAN, kpis=(renamed, STEEL, BOTH, USD)))
    with pytest.raises(ImportConflict):
        commit(store, shown.upload.id, "an")


def test_an_upload_is_committed_once(store: Store) -> None:
    made = load(store, table(row()))
    with pytest.raises(ImportConflict, match="was committed by an"):
        commit(store, made.id, "an")
    with pytest.raises(ImportConflict):
        previewed(store, made.id)


def test_unknown_and_expired_ids(store: Store) -> None:
    for ask in (previewed, import_of):
        with pytest.raises(UnknownImport, match="there is no import 'u0'"):
            ask(store, "u0")
    shown = preview(store, "p-2021", [table(row())], "an", moment=NOW)
    assert shown.upload.expires == NOW + KEPT
    late = NOW + KEPT + timedelta(seconds=1)
    for refused in (
        lambda: previewed(store, shown.upload.id, late),
        lambda: commit(store, shown.upload.id, "an", moment=late),
    ):
        with pytest.raises(UnknownImport):
            refused()
    preview(store, "p-2021", [table(row())], "an", moment=late)  # lets go of the one that is late
    with pytest.raises(UnknownImport):
        previewed(store, shown.upload.id, NOW)


def test_too_much_and_nothing_are_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UploadTooLarge, match="at most 24 files and 32 MB"):
        preview(store, "p-2021", [table(row())] * (MAX_FILES + 1), "an")
    with pytest.raises(UploadTooLarge):
        preview(store, "p-2021", [UploadedFile("a.csv", b"x" * (MAX_BYTES + 1))], "an")
    monkeypatch.setattr("data.ingestion.imports.MAX_FIGURES", 2)
    three = [table(row(), row("steel")), table(row(month="2021-04"), name="april.csv")]
    with pytest.raises(UploadTooLarge, match=r"at most 2 figures at once, found 3 up to april"):
        preview(store, "p-2021", three, "an")
    with pytest.raises(InputError, match="found none"):
        preview(store, "p-2021", [], "an")
    with pytest.raises(UnknownPlan):
        preview(store, "q-2021", [table(row())], "an")


def test_files_loaded_before_cannot_be_committed_again(store: Store) -> None:
    load(store, table(row()))
    shown = preview(store, "p-2021", [table(row())], "an")
    assert shown.files[0].loaded_before
    with pytest.raises(InputError, match="nothing to commit"):
        commit(store, shown.upload.id, "an")


# rows that are not known


def test_an_unknown_row_is_matched_once_and_remembered(store: Store) -> None:
    file = table(row("Than da"), row("Thép cán nóng", value=3.0))
    shown = preview(store, "p-2021", [file], "an")
    (unknown,) = shown.unknown
    assert (unknown.row.label, unknown.times) == ("Thép cán nóng", 1)
    assert [one.kpi for one in unknown.suggestions] == ["steel"]
    assert "Thép cán nóng" in str(shown.files[0].problem)
    with pytest.raises(InputError, match="match the unknown rows"):
        commit(store, shown.upload.id, "an")
    matched = match_row(store, shown.upload.id, unknown.row, "steel", "an")
    assert (matched.unknown, matched.files[0].problem) == ((), None)
    assert matched.token != shown.token
    commit(store, shown.upload.id, "an")
    assert (values(store), values(store, "steel")) == ([10.0], [3.0])
    load(store, table(row("THEP CAN NONG", "2021-06", 4.0, day=JULY)))
    assert values(store, "steel") == [3.0, 4.0]
    (logged,) = entries(store, action="figures.match")
    assert logged.after == {"table": "tidy", "row": "Thép cán nóng", "kpi": "steel"}


def test_a_row_matched_to_no_kpi_is_ignored(store: Store) -> None:
    shown = preview(store, "p-2021", [table(row(), row("Gạo", value=5.0))], "an")
    matched = match_row(store, shown.upload.id, PrintedRow("tidy", "gạo"), None, "an")
    assert [(one.how, one.kpi) for one in matched.files[0].read.rows] == [
        ("plan", "coal"),
        ("ignored", None),
    ]
    commit(store, shown.upload.id, "an")
    assert load_panel(store, "p", LATE).hash(LATE) == load_panel(store, "p", LATE).hash(LATE)
    assert values(store) == [10.0]


def test_the_newest_match_of_a_row_counts(store: Store) -> None:
    shown = preview(store, "p-2021", [table(row("Gang"))], "an")
    gang = PrintedRow("tidy", "Gang")
    match_row(store, shown.upload.id, gang, "coal", "an")
    corrected = match_row(store, shown.upload.id, gang, "steel", "an")
    assert [one.observation.kpi for one in corrected.files[0].figures] == ["steel"]


def test_what_cannot_be_matched(store: Store) -> None:
    file = UploadedFile(
        "usd.csv",
        "Chỉ tiêu;Tháng;Giá trị;Đơn vị;Ngày công bố\nGang;2021-05;1;triệu USD;2021-06-29".encode(),
    )
    id = preview(store, "p-2021", [file], "an").upload.id
    gang = PrintedRow("tidy", "Gang")
    with pytest.raises(UnknownKpi, match="no KPI 'iron'"):
        match_row(store, id, gang, "iron", "an")
    with pytest.raises(InputError, match="figures of its own, found 'both'"):
        match_row(store, id, gang, "both", "an")
    with pytest.raises(InputError, match="in the unit of 'coal', 'thousand tonnes'"):
        match_row(store, id, gang, "coal", "an")
    with pytest.raises(InputError, match=r"found 'Thiếc' .* Rows to match: 'Gang' \(tidy\)"):
        match_row(store, id, PrintedRow("tidy", "Thiếc"), "coal", "an")
    assert entries(store, action="figures.match") == ()
    match_row(store, id, gang, "exports", "an")


# taking back


def test_undoing_restores_the_vintage_before_and_deletes_nothing(store: Store) -> None:
    load(store, table(row()))
    before = load_panel(store, "p", LATE).hash(LATE)
    wrong = load(store, table(row(value=99.0, day=JULY), name="wrong.csv"))
    assert values(store) == [99.0]
    taken = undo(store, wrong.id, "chi", "wrong unit", NOW)
    assert taken.withdrawn is not None
    assert (taken.withdrawn.by, taken.withdrawn.reason) == ("chi", "wrong unit")
    assert load_panel(store, "p", LATE).hash(LATE) == before
    assert values(store) == [10.0]
    assert vintages_of(store, "p") == (JUNE,)
    assert [one.id for one in imports_of(store, "p")][:1] == [wrong.id]
    (logged,) = entries(store, action="figures.undo")
    assert (logged.by, logged.before, logged.after) == (
        "chi",
        {"import": wrong.id, "files": ["wrong.csv"]},
        {"reason": "wrong unit"},
    )


def test_no_view_of_any_day_has_withdrawn_figures(store: Store) -> None:
    wrong = load(store, table(row(value=99.0)))
    assert values(store, day=JUNE) == [99.0]
    undo(store, wrong.id, "chi", moment=datetime(2021, 9, 1, tzinfo=UTC))
    for day in (JUNE, JULY, LATE):  # published before the undoing, but never a vintage
        assert values(store, day=day) == []


def test_the_figures_stored_at_a_moment_stay_what_they_were(store: Store) -> None:
    hours = [NOW + timedelta(hours=hour) for hour in range(4)]
    load(store, table(row()), moment=hours[0])
    wrong = load(store, table(row(value=99.0, day=JULY), name="wrong.csv"), moment=hours[1])
    seen = load_panel(store, "p", LATE).hash(LATE)
    undo(store, wrong.id, "chi", moment=hours[2])
    load(store, table(row(value=11.0, day=JULY), name="right.csv"), moment=hours[3])
    between = hours[1] + timedelta(minutes=1)
    assert load_panel(store, "p", LATE, between).hash(LATE) == seen
    assert load_panel(store, "p", LATE, between).series_as_of("coal", LATE).values.tolist() == [
        99.0
    ]
    early = load_panel(store, "p", LATE, hours[0])
    assert early.series_as_of("coal", LATE).values.tolist() == [10.0]
    assert values(store) == [11.0]


def test_an_import_is_withdrawn_once_and_may_be_loaded_again(store: Store) -> None:
    made = load(store, table(row()))
    undo(store, made.id, "chi")
    with pytest.raises(ImportConflict, match="was withdrawn by chi"):
        undo(store, made.id, "chi")
    assert not imported(store, "p", made.files[0].sha256)
    again = load(store, table(row()))
    assert again.id != made.id
    assert values(store) == [10.0]
    assert [one.withdrawn is None for one in imports_of(store, "p")] == [True, False]


def test_a_pending_upload_cannot_be_withdrawn(store: Store) -> None:
    shown = preview(store, "p-2021", [table(row())], "an")
    with pytest.raises(UnknownImport):
        undo(store, shown.upload.id, "chi")


def test_a_figure_that_another_file_printed_too_stays(store: Store) -> None:
    first = load(store, table(row(), row("steel")))
    second = load(store, table(row(), name="second.csv"))
    assert [(one.new, one.unchanged) for one in second.files] == [(0, 1)]
    undo(store, first.id, "chi")
    assert (values(store), values(store, "steel")) == ([10.0], [])
    (figure,) = load_panel(store, "p").figures()
    assert figure.source == "second.csv, C2"
    undo(store, second.id, "chi")
    assert values(store) == []


def test_loading_straight_into_the_store_is_undone_by_number(store: Store) -> None:
    figure = Observation("coal", Month(2021, 5), "month", 7.0, "final", JUNE, "by hand")
    add_observations(store, "p", [figure], ImportRecord("hand.csv", "2" * 64, "an", NOW))
    (made,) = imports_of(store, "p")
    assert made.id.isdecimal()
    undo(store, made.id, "chi")
    assert values(store) == []


def test_what_an_undo_changes_is_seen_by_caches(store: Store) -> None:
    made = load(store, table(row()))
    before = revision_of(store, "p")
    undo(store, made.id, "chi")
    assert revision_of(store, "p").figures != before.figures
