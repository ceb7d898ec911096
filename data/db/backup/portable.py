"""What a plan family owns as open files, one CSV per table, and back into an empty house.

Numbers, keys and moments stay as they are, so that what is computed from them is the
same to every digit, codes of published figures included.
"""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    Table,
    func,
    select,
)

from data.db import tables
from data.db.audit import write_entry
from data.db.backup import archive, rows
from data.db.backup.archive import FORMAT
from data.db.store import Store
from models.errors import InputError, UnreadableFile

METADATA, BUNDLES = "metadata.json", "bundles"
_NULL = r"\N"  # an absent text, since an empty one is a text
_RISKY = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "'",
)  # a spreadsheet would run such a text: it gets an apostrophe in front
FIGURES = (tables.kpis, tables.imports, tables.observations, tables.repeats, tables.withdrawals)
OWNED = (
    *(tables.plans, tables.kpis, tables.plan_kpis, tables.plan_versions, tables.targets),
    *(tables.tasks, tables.progress, tables.log_entries, tables.events, tables.imports),
    *(tables.observations, tables.repeats, tables.withdrawals, tables.row_matches),
    *(tables.promotions, tables.projections, tables.estimates, tables.steps),
    *(tables.issued_figures, tables.scenarios),
)


@dataclass(frozen=True)
class Owned:
    """What is exported.

    Attributes
    ----------
    family : the plan family
    plans : slugs of its plans
    borrowed : families whose indicators its figures and late months use; of these the
        figures alone
    about : further entries of the metadata: names and units of KPIs, …
    readme : the text of README.md
    """

    family: str
    plans: tuple[str, ...]
    borrowed: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    readme: str = ""


@dataclass(frozen=True)
class Exported:
    """How many rows and files were written or read."""

    rows: int
    files: int


def export(store: Store, bundles: Path, owned: Owned, target: Path) -> Exported:
    """Write a family's rows and bundles into a new folder, or a new ZIP file.

    Parameters
    ----------
    bundles : `Settings.bundles`
    target : ends in .zip for one file; must not exist

    Raises
    ------
    InputError
        If the target exists.
    """
    if target.exists():
        raise InputError(
            "{target}: expected a new folder or file, found one. Choose another.",
            target=target,
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
        folder = Path(scratch) / "export"
        folder.mkdir(mode=0o700)
        done = _write(store, bundles, owned, folder)
        if target.suffix == ".zip":
            whole = Path(scratch) / target.name
            with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as package:
                for path in sorted(folder.rglob("*")):
                    if path.is_file():
                        package.write(path, path.relative_to(folder).as_posix())
            whole.replace(target)
        else:
            folder.rename(target)
    return done


def _write(store: Store, bundles: Path, owned: Owned, folder: Path) -> Exported:
    described: dict[str, Any] = {}
    with store.snapshot() as connection:
        for table in (*OWNED, tables.audit):
            path = folder / f"{table.name}.csv"
            counted = _write_table(connection, table, owned, path)
            described[table.name] = {
                "rows": counted,
                "columns": {column.name: _kind(column) for column in table.columns},
                "key": [column.name for column in table.primary_key],
            }
    if (bundles / owned.family).is_dir():
        shutil.copytree(bundles / owned.family, folder / BUNDLES / owned.family)
    (folder / "README.md").write_text(owned.readme, "utf-8")
    listed = sorted(path for path in folder.rglob("*") if path.is_file())
    metadata = {
        "kind": "export",
        "format": FORMAT,
        "family": owned.family,
        "plans": list(owned.plans),
        "borrowed": list(owned.borrowed),
        **owned.about,
        "tables": described,
        "files": {path.relative_to(folder).as_posix(): archive.hash_of(path) for path in listed},
    }
    text = json.dumps(metadata, indent=2, ensure_ascii=False) + "\n"
    (folder / METADATA).write_text(text, "utf-8")
    return Exported(sum(one["rows"] for one in described.values()), len(listed) + 1)


def _write_table(connection: Connection, table: Table, owned: Owned, path: Path) -> int:
    chosen = select(table).where(_of(table, owned))
    order = [table.c.number] if table is tables.projections else list(table.primary_key)
    names = [column.name for column in table.columns]
    counted = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(names)
        for row in connection.execute(chosen.order_by(*order)):
            sheet.writerow(
                [_cell(column, value) for column, value in zip(table.columns, row, strict=True)]
            )
            counted += 1
    return counted


def _of(table: Table, owned: Owned) -> ColumnElement[bool]:
    """Which rows of a table belong to an export."""
    families = [owned.family, *(owned.borrowed if table in FIGURES else ())]
    if table is tables.audit:
        return table.c.subject.in_([owned.family, *owned.plans])
    if table is tables.plans:
        return table.c.slug.in_(owned.plans)
    if table is tables.issued_figures:
        own = select(tables.steps.c.id).where(tables.steps.c.plan.in_(owned.plans))
        return table.c.step.in_(own)
    if table is tables.repeats:
        own = select(tables.imports.c.id).where(tables.imports.c.family.in_(families))
        return table.c.import_id.in_(own)
    return table.c.family.in_(families) if "family" in table.c else table.c.plan.in_(owned.plans)


def _kind(column: Column[Any]) -> str:
    kind = type(column.type).__name__
    named = {"Moment": "moment, UTC", "JSON": "JSON", "Float": "number", "Text": "text"}
    return named.get(kind, {"String": "text", "Integer": "whole number"}.get(kind, kind.lower()))


def _cell(column: Column[Any], value: Any) -> str:
    """A value as a cell; numbers with all their digits."""
    if value is None:
        return _NULL
    if isinstance(column.type, JSON):
        return json.dumps(value, ensure_ascii=False, sort_keys=False)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_RISKY) or value == _NULL else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(rows.plain(value))


def _value(column: Column[Any], cell: str) -> Any:
    if cell == _NULL:
        return None
    if isinstance(column.type, JSON):
        return json.loads(cell)
    if isinstance(column.type, Boolean):
        return cell == "true"
    if isinstance(column.type, Float):
        return float(cell)
    if isinstance(column.type, Integer):
        return int(cell)
    return cell.removeprefix("'")


def read_back(store: Store, bundles: Path, source: Path, by: str) -> Exported:
    """Load an export into a house without plans and figures, all of it or nothing.

    Parameters
    ----------
    bundles : `Settings.bundles`
    source : a folder or ZIP file that `export` wrote
    by : who loads it, for the audit log, which starts empty in this house

    Raises
    ------
    InputError
        If the house has plans or figures.
    UnreadableFile
        If a file is missing or changed, or the export is of a newer version.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = source
        if source.is_file():
            folder = Path(scratch)
            _unzip(source, folder)
        metadata = _checked(source.name, folder)
        with store.writing() as connection:
            if connection.scalar(select(func.count()).select_from(tables.plans)) or (
                connection.scalar(select(func.count()).select_from(tables.imports))
            ):
                raise InputError(
                    "expected a house without plans and figures, found some. Set VEDICH_HOME "
                    "to a new folder."
                )
            loaded = 0
            with rows.guards_lifted(connection):
                for table in OWNED:
                    listed = _read_table(source.name, folder / f"{table.name}.csv", table)
                    loaded += rows.load(connection, table, listed)
            rows.count_on(connection, OWNED)
            write_entry(connection, by, "family.load", str(metadata["family"]))
        if (folder / BUNDLES).is_dir():
            shutil.copytree(folder / BUNDLES, bundles, dirs_exist_ok=True)
    return Exported(loaded, len(metadata["files"]) + 1)


def _unzip(source: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(source) as package:
            for name in package.namelist():
                target = folder / archive.inside(source.name, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                with package.open(name) as member, target.open("xb") as copy:
                    shutil.copyfileobj(member, copy)
    except (zipfile.BadZipFile, EOFError, RuntimeError, FileExistsError) as problem:
        raise UnreadableFile(
            source.name, expected="an export of Vedich, whole", found=str(problem)
        ) from problem


def _checked(name: str, folder: Path) -> dict[str, Any]:
    """The metadata, once every file is there as it says."""
    try:
        metadata: dict[str, Any] = json.loads((folder / METADATA).read_text("utf-8"))
        archive.check_manifest(name, metadata, "export")
        for path, expected in metadata["files"].items():
            file = folder / archive.inside(name, path)
            if not file.is_file():
                raise UnreadableFile(
                    name, path=path, expected="the files that metadata.json names", found="none"
                )
            archive.check_hash(name, path, expected, archive.hash_of(file))
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise UnreadableFile(
            name, path=METADATA, expected="the metadata of an export", found=str(problem)
        ) from problem
    return metadata


@contextmanager
def _long_cells() -> Iterator[None]:
    """A projection is one cell; other readers of the process keep their limit."""
    usual = csv.field_size_limit(2**28)
    try:
        yield
    finally:
        csv.field_size_limit(usual)


def _read_table(name: str, file: Path, table: Table) -> Iterator[dict[str, Any]]:
    with _long_cells(), file.open(encoding="utf-8", newline="") as lines:
        sheet = csv.reader(lines)
        heads: Sequence[str] = next(sheet)
        if unknown := [head for head in heads if head not in table.c]:
            raise UnreadableFile(
                name,
                path=file.name,
                expected=f"columns of '{table.name}'",
                found=", ".join(unknown),
                advice="A newer version of the program may read it.",
            )
        for row in sheet:
            yield {
                head: _value(table.c[head], cell) for head, cell in zip(heads, row, strict=True)
            }
