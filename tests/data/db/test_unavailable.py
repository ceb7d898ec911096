"""A database that cannot be used: why, in plain words, whatever it is that happened."""

from __future__ import annotations

import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, text

from data.db.audit import record
from data.db.store import Store
from models.errors import StoreUnavailable
from tests.homes import Run


@pytest.fixture
def file(tmp_path: Path, this_run: Run) -> Path:
    """A database with a few rows."""
    store = this_run.new_store(tmp_path)
    for number in range(200):
        record(store, "os:a", "x", f"{number} {'y' * 200}")
    store.close()
    return tmp_path / "vedich.db"


def reason_of(file: Path, query: str = "SELECT * FROM audit") -> str:
    """Why the database cannot be used."""
    with pytest.raises(StoreUnavailable) as refused:
        use(file, query)
    assert str(file) in refused.value.place
    return refused.value.reason


def use(file: Path, query: str) -> None:
    store = Store.open(f"sqlite:///{file}")
    try:
        with store.reading() as connection:
            connection.execute(text(query)).all()
    finally:
        store.close()


@pytest.mark.parametrize("left", [0.3, 0.6, 0.9])
def test_a_database_that_was_cut_off(file: Path, left: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * left)])
    assert reason_of(file) == "damaged"


def test_a_database_with_damaged_pages(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    file.write_bytes(content)
    assert reason_of(file) == "damaged"


def test_what_is_no_database(file: Path) -> None:
    file.write_bytes(b"Dear colleague, " * 1000)
    assert reason_of(file) == "damaged"


def test_a_database_of_a_newer_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE alembic_version SET version_num = 'from_tomorrow'")
    assert reason_of(file) == "newer"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert reason_of(tmp_path / "file" / "vedich.db") == "read_only"


def test_a_database_that_can_only_be_read(file: Path) -> None:
    store = Store.open(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(StoreUnavailable) as refused:
        record(store, "os:a", "x", "y")
    assert refused.value.reason == "read_only"
    store.close()


def test_a_disk_that_is_full(file: Path) -> None:
    store = Store.open(f"sqlite:///{file}")

    def small(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # as large as it is

    event.listen(store._engine, "connect", small)
    store._engine.dispose()
    with pytest.raises(StoreUnavailable) as refused:
        record(store, "os:a", "x", "y" * 500_000)
    assert refused.value.reason == "full"
    assert "nothing was changed" in str(refused.value)
    store.close()


@pytest.mark.parametrize(("free", "reason"), [(0, "full"), (10**9, "unreachable")])
def test_an_error_of_writing_is_a_full_disk_where_there_is_no_room(
    file: Path, monkeypatch: pytest.MonkeyPatch, free: int, reason: str
) -> None:
    class Usage:
        def __init__(self, _folder: Path) -> None:
            self.free = free

    store = Store.open(f"sqlite:///{file}")
    monkeypatch.setattr("shutil.disk_usage", Usage)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, before[1]))
    try:
        with pytest.raises(StoreUnavailable) as refused:
            record(store, "os:a", "x", "y" * 2_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert refused.value.reason == reason
    store.close()


def test_a_database_to_which_somebody_writes_without_end(file: Path) -> None:
    store = Store.open(f"sqlite:///{file}", timeout=0.1)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="Another process has been writing") as refused:
            record(store, "os:a", "x", "y")
    assert refused.value.reason == "locked"
    store.close()
