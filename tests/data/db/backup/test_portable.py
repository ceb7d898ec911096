"""An export of a family read back: the same panel at every vintage, every row and digit."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from data.db import tables
from data.db.backup.portable import OWNED, Exported, Owned, export, read_back
from data.db.store import Store
from data.db.verification import verify
from data.ingestion.imports import undo
from data.ledger.projections import Given, record_projections
from data.plans.entries import LogEntry, add_log, add_progress
from data.plans.rows import save_plan
from data.vintages.panel_rows import load_panel
from data.vintages.rows import add_observations, vintages_of
from models.errors import InputError, UnreadableFile
from models.series import Month
from models.targets.task import Progress
from tests.families import demo_figures, demo_plan, import_of
from tests.homes import Run

OF = Owned("demo", ("demo-2018",), about={"body": "Sở"}, readme="# Sở\n")


@pytest.fixture
def filled(store: Store) -> Store:
    plan = demo_plan()
    save_plan(store, plan)
    figures = demo_figures()
    add_observations(store, "demo", figures[:-20], import_of())
    add_observations(store, "demo", figures[-20:], import_of())
    add_observations(store, "demo", figures[:5], import_of())
    undo(store, "2", "os:a", "=cmd()")
    add_progress(store, plan, Progress("dam", date(2018, 8, 1), "An", obstacle="", note=r"\N"))
    add_log(
        store, plan, LogEntry("p", Month(2018, 6), date(2018, 6, 30), "'ổn', \n định", "", "An")
    )
    record_projections(
        store, [Given("ABC", "demo-2018", "coal", {"median": 0.1 + 0.2, "z": 1, "a": [1]})]
    )
    return store


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    bundles = tmp_path / "bundles"
    for family in ("demo", "other"):
        (bundles / family / "0a").mkdir(parents=True)
        (bundles / family / "0a" / "weights.json").write_text(family, "utf-8")
    return bundles


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in OWNED
        }


@pytest.mark.parametrize("name", ["export", "export.zip"])
def test_what_is_read_back_is_the_same_to_every_digit(
    filled: Store, bundles: Path, tmp_path: Path, this_run: Run, name: str
) -> None:
    done = export(filled, bundles, OF, tmp_path / name)
    assert isinstance(done, Exported)
    again = this_run.new_store(tmp_path / "new")
    loaded = read_back(again, tmp_path / "new" / "bundles", tmp_path / name, "os:b")
    assert loaded.files == done.files
    assert content(again) == content(filled)
    days = vintages_of(filled, "demo")
    assert days == vintages_of(again, "demo")
    assert len(days) > 5
    then, now = load_panel(filled, "demo"), load_panel(again, "demo")
    assert [then.hash(day) for day in days] == [now.hash(day) for day in days]
    found = verify(again)
    assert (found.broken, found.outside) == (None, ())
    assert (tmp_path / "new/bundles/demo/0a/weights.json").read_text("utf-8") == "demo"
    assert not (tmp_path / "new/bundles/other").exists()
    add_observations(again, "demo", demo_figures()[:1], import_of())
    record_projections(again, [Given("ABD", "demo-2018", "coal", {"median": 2.0})])
    assert verify(again).broken is None
    again.close()


def test_into_the_other_engine(tmp_path: Path, bundles: Path, store: Store, this_run: Run) -> None:
    first = this_run.new_store(tmp_path / "from")
    save_plan(first, demo_plan())
    add_observations(first, "demo", demo_figures(), import_of())
    export(first, bundles, OF, tmp_path / "e")
    read_back(store, tmp_path / "b", tmp_path / "e", "os:b")
    assert content(store) == content(first)
    save_plan(store, demo_plan())
    record_projections(store, [Given("ABD", "demo-2018", "coal", {"median": 2.0})])
    assert verify(store).broken is None
    first.close()


def test_the_files_are_open_and_say_what_they_are(
    filled: Store, bundles: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "e"
    export(filled, bundles, OF, folder)
    metadata = json.loads((folder / "metadata.json").read_text("utf-8"))
    assert metadata["tables"]["observations"]["columns"]["value"] == "number"
    assert metadata["tables"]["observations"]["rows"] == len(demo_figures())
    assert (metadata["body"], metadata["family"]) == ("Sở", "demo")
    with (folder / "observations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"kpi", "form", "value", "status", "published", "source"} <= rows[0].keys()
    assert [float(row["value"]) for row in rows] == [one.value for one in demo_figures()]
    text = (folder / "withdrawals.csv").read_text("utf-8")
    assert "'=cmd()" in text  # no spreadsheet runs it
    assert (folder / "README.md").read_text("utf-8") == "# Sở\n"


def test_other_families_stay_out(filled: Store, bundles: Path, tmp_path: Path) -> None:
    save_plan(filled, replace(demo_plan(), slug="other-2018", family="other"))
    add_observations(filled, "other", demo_figures()[:4], import_of())
    record_projections(filled, [Given("OTHER", "other-2018", "coal", {"median": 1.0})])
    export(filled, bundles, OF, tmp_path / "e")
    for file in (tmp_path / "e").glob("*.csv"):
        assert "other" not in file.read_text("utf-8").replace("another", ""), file.name


def test_an_export_that_was_changed_is_refused_whole(
    filled: Store, bundles: Path, tmp_path: Path, this_run: Run
) -> None:
    export(filled, bundles, OF, tmp_path / "e")
    file = tmp_path / "e" / "observations.csv"
    file.write_text(file.read_text("utf-8").replace("coal", "cola"), "utf-8")
    again = this_run.new_store(tmp_path / "new")
    with pytest.raises(UnreadableFile, match=r"observations\.csv"):
        read_back(again, tmp_path / "new" / "bundles", tmp_path / "e", "os:b")
    with pytest.raises(UnreadableFile, match="metadata"):
        read_back(again, tmp_path / "new" / "bundles", tmp_path, "os:b")
    assert not any(rows for rows in content(again).values())
    again.close()


def test_a_house_with_figures_takes_no_export(
    filled: Store, bundles: Path, tmp_path: Path
) -> None:
    export(filled, bundles, OF, tmp_path / "e")
    before = content(filled)
    with pytest.raises(InputError, match="without plans and figures"):
        read_back(filled, bundles, tmp_path / "e", "os:b")
    assert content(filled) == before
    with filled.reading() as connection:
        assert connection.scalar(select(tables.audit.c.action).where(tables.audit.c.id == 1))
