"""Backing up a house while it works: the tables at one moment, then the files of its home.

A file that a table names (a bundle) is there before the row that names it, so files copied
after the tables are all that the tables need.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from data.db import tables
from data.db.backup import archive, rows
from data.db.chain import newest
from data.db.store import HEAD, Store

TABLES, FILES = "database", "home"
_SQLITE = b"SQLite format 3\0"
CACHE = "cache"  # in a home: what can be made again
_BESIDE = ("-wal", "-shm", "-journal", ".part")  # belong to a database, or are unfinished


@dataclass(frozen=True)
class BackedUp:
    """What an archive holds."""

    rows: int
    files: int
    size: int
    head: str


def backup(store: Store, home: Path, file: Path) -> BackedUp:
    """Write everything that a house consists of into one new file.

    Parameters
    ----------
    home : `Settings.home`; its files, except the store's own database, go along
    file : must not exist

    Raises
    ------
    InputError
        If the file exists.
    """
    manifest: dict[str, Any] = {
        "kind": "backup",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "program": version("vedich"),
        "engine": store.engine,
        "revision": HEAD,
    }
    counted: dict[str, int] = {}
    with archive.written(file, manifest) as writer:
        with store.snapshot() as connection:
            manifest["head"] = newest(connection).hash
            for table in tables.metadata.sorted_tables:
                name = f"{TABLES}/{table.name}.jsonl"
                writer.add(name, _counted(rows.lines(connection, table), counted, table.name))
        manifest["rows"] = counted
        for path in _files(home, {store.file, file.resolve(), _part(file)}):
            _add(writer, path, f"{FILES}/{path.relative_to(home).as_posix()}")
        files = len(writer.files) - len(counted)
    return BackedUp(sum(counted.values()), files, file.stat().st_size, manifest["head"])


def _part(file: Path) -> Path:
    return file.resolve().with_name(f"{file.name}.part")


def _counted(lines: Iterator[bytes], counted: dict[str, int], name: str) -> Iterator[bytes]:
    counted[name] = 0
    for line in lines:
        counted[name] += 1
        yield line


def _files(home: Path, without: set[Path | None]) -> Iterator[Path]:
    """The files of a home, in order; neither links, caches nor what is of an open database."""
    for path in sorted(home.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.name.endswith(_BESIDE):
            continue
        if path.relative_to(home).parts[0] == CACHE:
            continue
        if path.resolve() not in without:
            yield path


def _add(writer: archive.Writer, path: Path, name: str) -> None:
    try:
        if not _is_database(path):
            writer.add_file(name, path)
            return
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.db"
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("VACUUM INTO ?", (str(copy),))  # at one moment
            writer.add_file(name, copy)
    except FileNotFoundError:
        return  # it was a passing one


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE
