"""Backup and restore: every row between engines, and nothing put in place that is damaged."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import stat
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from data.db import tables
from data.db.backup.restore import restore
from data.db.backup.snapshot import BackedUp, backup
from data.db.store import Store
from data.db.verification import verify
from data.jobs.rows import enqueue
from data.ledger.projections import Given, record_projections
from data.plans.entries import add_progress
from data.plans.rows import save_plan
from data.vintages.rows import add_observations
from models.errors import InputError, StoreUnavailable, UnreadableFile
from models.targets.task import Progress
from tests.families import demo_figures, demo_plan, import_of
from tests.homes import Run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The files of a home beside its database."""
    home = tmp_path / "a"
    (home / "bundles" / "demo").mkdir(parents=True)
    (home / "bundles" / "demo" / "weights.json").write_text("{}", "utf-8")
    (home / "letterheads.yaml").write_text("demo: {}\n", "utf-8")
    with closing(sqlite3.connect(home / "mlflow.db")) as other, other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE runs (id INTEGER)")
        other.execute("INSERT INTO runs VALUES (7)")
    return home


@pytest.fixture
def filled(store: Store) -> Store:
    save_plan(store, demo_plan())
    add_observations(store, "demo", demo_figures()[:30], import_of())
    add_progress(
        store, demo_plan(), Progress("dam", date(2018, 8, 1), "An", obstacle="", judgement=0.1)
    )
    record_projections(
        store, [Given("ABC", "demo-2018", "coal", {"median": 0.1 + 0.2, "name": "Than đá"})]
    )
    return store


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with store.reading() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in tables.metadata.sorted_tables
        }


def test_every_row_and_file_comes_back(filled: Store, home: Path, tmp_path: Path) -> None:
    done = backup(filled, home, tmp_path / "b.zip")
    assert isinstance(done, BackedUp)
    assert done.files == 3
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    new = tmp_path / "new"
    restored = restore(tmp_path / "b.zip", new, f"sqlite:///{new / 'vedich.db'}")
    assert (restored.rows, restored.files) == (done.rows, 3)
    again = Store.open(f"sqlite:///{new / 'vedich.db'}")
    assert content(again) == content(filled)
    assert verify(again, done.head).broken is None
    record_projections(again, [Given("ABD", "demo-2018", "coal", {"median": 2.0})])  # it goes on
    add_observations(again, "demo", demo_figures()[30:40], import_of())
    assert verify(again).outside == ()
    again.close()
    assert (new / "bundles/demo/weights.json").read_text("utf-8") == "{}"
    with closing(sqlite3.connect(new / "mlflow.db")) as other:
        assert other.execute("SELECT id FROM runs").fetchall() == [(7,)]
    assert stat.S_IMODE(new.stat().st_mode) == 0o700
    assert not list(tmp_path.glob(".*restoring*"))


def test_a_house_moves_to_the_other_engine(
    tmp_path: Path, home: Path, empty_url: str, this_run: Run
) -> None:
    store = this_run.new_store(tmp_path / "from")
    save_plan(store, demo_plan())
    add_observations(store, "demo", demo_figures()[:30], import_of())
    enqueue(store, "retrain", "retrain demo-2018", "An")
    backup(store, home, tmp_path / "b.zip")
    restore(tmp_path / "b.zip", tmp_path / "new", empty_url)
    again = Store.open(empty_url)
    assert content(again) == content(store)
    assert verify(again).broken is None
    add_observations(again, "demo", demo_figures()[30:40], import_of())
    enqueue(again, "retrain", "retrain another", "An")  # new rows are numbered after the old
    assert verify(again).broken is None
    again.close()


def test_a_backup_shows_one_moment(filled: Store, home: Path, tmp_path: Path) -> None:
    with filled.snapshot() as connection:
        before = connection.execute(select(tables.projections.c.stamp)).all()
        record_projections(filled, [Given("ABD", "demo-2018", "coal", {"median": 2.0})])
        assert connection.execute(select(tables.projections.c.stamp)).all() == before


@pytest.fixture
def archive(tmp_path: Path, home: Path, this_run: Run) -> Path:
    store = this_run.new_store(home)
    save_plan(store, demo_plan())
    add_observations(store, "demo", demo_figures()[:30], import_of())
    backup(store, home, tmp_path / "b.zip")
    store.close()
    return tmp_path / "b.zip"


def changed(archive: Path, name: str, content: bytes | None, manifest: bool = False) -> Path:
    """The archive with another content of a file, or without it; its hash made to fit."""
    other = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(other, "w") as new:
        listed = json.loads(old.read("manifest.json"))
        for one in old.namelist():
            if one == "manifest.json" or (one == name and content is None):
                continue
            given = content if one == name and content is not None else old.read(one)
            new.writestr(one, given)
            if manifest and one == name:
                digest = hashlib.sha256(given).hexdigest()
                listed["files"][one] = {"size": len(given), "sha256": digest}
        new.writestr("manifest.json", json.dumps(listed))
    return other


def refused(archive: Path, tmp_path: Path, match: str) -> None:
    new = tmp_path / "new"
    with pytest.raises(UnreadableFile, match=match):
        restore(archive, new, f"sqlite:///{new / 'vedich.db'}")
    assert not new.exists()
    assert not list(tmp_path.glob(".*restoring*"))


def test_what_is_damaged_is_not_put_in_place(archive: Path, tmp_path: Path) -> None:
    refused(changed(archive, "home/letterheads.yaml", b"x: 1"), tmp_path, "letterheads.yaml")
    refused(changed(archive, "home/letterheads.yaml", None), tmp_path, "missing")
    whole = archive.read_bytes()
    archive.with_name("half.zip").write_bytes(whole[: len(whole) // 2])
    refused(archive.with_name("half.zip"), tmp_path, "a backup of Vedich, whole")
    other = archive.with_name("other.zip")
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("manifest.json", '{"kind": "backup", "format": 99}')
    refused(other, tmp_path, "format 99")


def test_rows_changed_in_an_archive_break_the_chain(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as package:
        lines = package.read("database/observations.jsonl").splitlines(keepends=True)
    row = json.loads(lines[4])
    lines[4] = json.dumps({**row, "value": row["value"] + 1}).encode() + b"\n"
    name = "database/observations.jsonl"
    other = changed(archive, name, b"".join(lines), manifest=True)
    refused(other, tmp_path, r"observations 5: expected a hash chain that holds")


def test_nothing_is_restored_over(archive: Path, home: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected an empty folder"):
        restore(archive, home, f"sqlite:///{home / 'vedich.db'}")
    elsewhere = tmp_path / "elsewhere" / "vedich.db"
    Store.open(f"sqlite:///{elsewhere}").close()
    with pytest.raises(InputError, match="expected no database yet"):
        restore(archive, tmp_path / "new", f"sqlite:///{elsewhere}")


def test_an_archive_is_never_written_over(filled: Store, home: Path, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="expected a new file"):
        backup(filled, home, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_text("utf-8") == "mine"


def test_paths_out_of_the_archive_are_refused(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as old:
        manifest = json.loads(old.read("manifest.json"))
    manifest["files"] = {"../evil": {"size": 1, "sha256": "0"}}
    other = tmp_path / "evil.zip"
    with zipfile.ZipFile(other, "w") as new:
        new.writestr("../evil", b"x")
        new.writestr("manifest.json", json.dumps(manifest))
    refused(other, tmp_path, "a path inside the archive")
    assert not (tmp_path / "evil").exists()


def test_a_backup_of_a_newer_version_is_refused(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(tmp_path / "n.zip", "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "manifest.json":
                text = json.dumps({**json.loads(text), "revision": "from_tomorrow"}).encode()
            new.writestr(name, text)
    new_home = tmp_path / "new"
    with pytest.raises(StoreUnavailable, match="newer version"):
        restore(tmp_path / "n.zip", new_home, f"sqlite:///{new_home / 'vedich.db'}")
    assert not new_home.exists()


def test_into_a_folder_that_cannot_be_replaced(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "volume"
    new.mkdir()

    def busy(self: Path, target: Path) -> Path:
        raise OSError(16, "Device or resource busy")

    def across(*_given: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "rename", busy)
    monkeypatch.setattr("os.rename", across)
    restore(archive, new, f"sqlite:///{new / 'vedich.db'}")
    monkeypatch.undo()
    assert {path.name for path in new.iterdir()} == {
        *("bundles", "letterheads.yaml", "mlflow.db", "vedich.db")
    }
