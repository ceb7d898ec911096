"""Restoring a house from its archive: checked whole beside its place, then moved there."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from data.db.backup import archive, rows
from data.db.backup.snapshot import FILES, TABLES
from data.db.store import Store, file_of
from data.db.verification import verified
from data.home import tighten
from models.errors import InputError, UnreadableFile


@dataclass(frozen=True)
class Restored:
    """What was put in place."""

    rows: int
    files: int
    head: str


def restore(file: Path, home: Path, url: str) -> Restored:
    """Put a house back: an empty home, and an empty database.

    Parameters
    ----------
    home, url : `Settings.home` and `Settings.store_url`; the database need not be of the
        kind that was backed up

    Raises
    ------
    InputError
        If home or database are not empty.
    UnreadableFile
        If the archive is damaged, of a newer version, or its hash chain is broken. Then
        nothing is put in place.
    """
    if home.exists() and any(home.iterdir()):
        raise InputError(
            "{home}: expected an empty folder to restore into, found files. Set VEDICH_HOME "
            "to a new folder, or move the old one away.",
            home=home,
        )
    home.parent.mkdir(parents=True, exist_ok=True)
    staging = home.parent / f".{home.name}.restoring-{secrets.token_hex(4)}"
    staging.mkdir(mode=0o700)
    try:
        manifest = archive.unpacked(file, staging, "backup")
        place = staging / FILES
        place.mkdir(exist_ok=True)
        loaded = _load(file.name, staging / TABLES, manifest, _target(url, home, place))
        tighten(place)
        _move(place, home)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    files = sum(name.startswith(f"{FILES}/") for name in manifest["files"])
    return Restored(loaded, files, str(manifest["head"]))


def _target(url: str, home: Path, place: Path) -> str:
    """Where the database is made: beside its place if that is within the home."""
    database = file_of(url)
    if database is None:
        return url
    if database.exists() and database.stat().st_size:
        raise InputError(
            "{database}: expected no database yet, found one. Move it away.",
            database=database,
        )
    inside = database.resolve()
    if inside.is_relative_to(home.resolve()):
        return f"sqlite:///{place / inside.relative_to(home.resolve())}"
    return url


def _load(name: str, folder: Path, manifest: Mapping[str, Any], url: str) -> int:
    """Load all rows in one transaction, and verify their chain before it ends."""
    store = Store.at_version(url, str(manifest["revision"]))
    try:
        with store.locked() as connection:
            found = rows.tables_of(connection)
            known = set(inspect(connection).get_table_names())
            counted = manifest["rows"]
            with rows.guards_lifted(connection):
                for table in reversed(found.sorted_tables):  # rows that migrations entered
                    if table.name in counted:
                        connection.execute(table.delete())
                for table in found.sorted_tables:
                    if table.name not in counted:
                        continue
                    loaded = rows.load(connection, table, _rows(folder / f"{table.name}.jsonl"))
                    if loaded != counted[table.name]:
                        raise UnreadableFile(
                            name,
                            path=table.name,
                            expected=f"{counted[table.name]} rows",
                            found=str(loaded),
                        )
            rows.count_on(connection, found.sorted_tables)
            if unknown := counted.keys() - known:
                raise UnreadableFile(
                    name, expected="tables of this program", found=", ".join(sorted(unknown))
                )
            if "chain" in known:
                _check_chain(name, verified(connection).broken)
        store.upgrade()
    finally:
        store.close()
    return sum(manifest["rows"].values())


def _check_chain(name: str, broken: Any) -> None:
    if broken is not None:
        raise UnreadableFile(
            name,
            path=f"{broken.table} {broken.number}",
            expected="a hash chain that holds",
            found=f"the first row that breaks it: {broken.what}",
        )


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open("rb") as lines:
        for line in lines:
            yield json.loads(line)


def _move(place: Path, home: Path) -> None:
    """Into place at once; into a folder that cannot be replaced (a volume), file by file."""
    try:
        place.rename(home)
    except OSError:
        home.mkdir(mode=0o700, exist_ok=True)
        for path in sorted(place.iterdir(), key=lambda path: path.suffix == ".db"):
            shutil.move(path, home / path.name)
