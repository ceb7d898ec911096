"""Uploads that wait, imports and what was taken back, rows matched by people: as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Column, Connection, ScalarSelect, delete, func, insert, select, update

from data.db import tables
from data.db.audit import write_entry
from data.ingestion.reading import PrintedRow, RowKey
from data.readers.spreadsheet.cells import fold
from models.errors import UnknownImport

KEPT = timedelta(days=7)  # how long an upload waits to be committed


@dataclass(frozen=True)
class UploadedFile:
    """A file as it came."""

    file: str
    content: bytes


@dataclass(frozen=True)
class Upload:
    """Files that wait to be committed; `mark` names what the last preview showed."""

    id: str
    family: str
    plan: str
    published: date | None
    mark: str
    by: str
    at: datetime

    @property
    def expires(self) -> datetime:
        return self.at + KEPT


@dataclass(frozen=True)
class Withdrawal:
    """Who took an import back, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class ImportedFile:
    """One file of an import: how many figures it added, and how many were known before."""

    number: int
    file: str
    sha256: str
    new: int
    unchanged: int


@dataclass(frozen=True)
class Import:
    """Files that went in together; `id` is the upload's code, else the file's number."""

    id: str
    family: str
    by: str
    at: datetime
    files: tuple[ImportedFile, ...]
    withdrawn: Withdrawal | None


def write_upload(connection: Connection, upload: Upload, files: Sequence[UploadedFile]) -> None:
    """Keep files until they are committed, and let go those that waited too long."""
    table = tables.uploads
    late = select(table.c.id).where(table.c.uploaded_at < upload.at - KEPT)
    _drop(connection, connection.scalars(late).all())
    connection.execute(
        insert(table).values(
            id=upload.id,
            family=upload.family,
            plan=upload.plan,
            published=upload.published,
            mark=upload.mark,
            uploaded_by=upload.by,
            uploaded_at=upload.at,
        )
    )
    rows = [
        {"upload": upload.id, "position": place, "file": one.file, "content": one.content}
        for place, one in enumerate(files)
    ]
    connection.execute(insert(tables.upload_files), rows)


def read_upload(connection: Connection, id: str, moment: datetime) -> Upload | None:
    """An upload that still waits; None if there is none, or it waited too long."""
    table = tables.uploads
    row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
    if row is None or row.uploaded_at < moment - KEPT:
        return None
    return Upload(
        row.id, row.family, row.plan, row.published, row.mark, row.uploaded_by, row.uploaded_at
    )


def read_files(connection: Connection, id: str) -> tuple[UploadedFile, ...]:
    """The files of an upload, in the order in which they came."""
    table = tables.upload_files
    chosen = select(table.c.file, table.c.content).where(table.c.upload == id)
    rows = connection.execute(chosen.order_by(table.c.position))
    return tuple(UploadedFile(row.file, row.content) for row in rows)


def note_mark(connection: Connection, id: str, mark: str) -> None:
    """Remember what the newest preview of an upload shows."""
    table = tables.uploads
    connection.execute(update(table).where(table.c.id == id).values(mark=mark))


def drop_upload(connection: Connection, id: str) -> None:
    """Let go of an upload that was committed."""
    _drop(connection, [id])


def _drop(connection: Connection, ids: Sequence[str]) -> None:
    files, table = tables.upload_files, tables.uploads
    connection.execute(delete(files).where(files.c.upload.in_(ids)))
    connection.execute(delete(table).where(table.c.id.in_(ids)))


def read_matches(connection: Connection, family: str) -> dict[RowKey, str | None]:
    """What people said about rows, the newest word for each; None: none of the KPIs."""
    table = tables.row_matches
    chosen = select(table).where(table.c.family == family).order_by(table.c.id)
    return {
        (row.printed_in, row.quantity, row.occurrence, fold(row.label)): row.kpi
        for row in connection.execute(chosen)
    }


def write_match(
    connection: Connection, family: str, row: PrintedRow, kpi: str | None, by: str, at: datetime
) -> None:
    """Append what a person said about a row, and tell the audit log of it."""
    connection.execute(
        insert(tables.row_matches).values(
            family=family,
            printed_in=row.table,
            quantity=row.quantity,
            occurrence=row.occurrence,
            label=row.label,
            kpi=kpi,
            confirmed_by=by,
            confirmed_at=at,
        )
    )
    told = {"table": row.table, "row": row.label, "kpi": kpi}
    write_entry(connection, by, "figures.match", family, after=told)


def read_imports(
    connection: Connection, family: str | None = None, id: str | None = None
) -> tuple[Import, ...]:
    """Imports, the newest first: of a family, or the one of an id."""
    table, gone = tables.imports, tables.withdrawals
    chosen = select(
        table,
        _count(tables.observations.c.import_id).label("new"),
        _count(tables.repeats.c.import_id).label("unchanged"),
        gone.c.withdrawn_by,
        gone.c.withdrawn_at,
        gone.c.reason,
    ).outerjoin(gone, gone.c.import_id == table.c.id)
    if family is not None:
        chosen = chosen.where(table.c.family == family)
    if id is not None and id.isdecimal():
        chosen = chosen.where(table.c.id == int(id), table.c.batch.is_(None))
    elif id is not None:
        chosen = chosen.where(table.c.batch == id)
    found: dict[str, Import] = {}
    for row in connection.execute(chosen.order_by(table.c.id.desc())):
        name = row.batch or str(row.id)
        file = ImportedFile(row.id, row.file, row.sha256, row.new, row.unchanged)
        files = found[name].files if name in found else ()
        gone_by = row.withdrawn_by and Withdrawal(row.withdrawn_by, row.withdrawn_at, row.reason)
        found[name] = Import(
            name, row.family, row.imported_by, row.imported_at, (file, *files), gone_by or None
        )
    return tuple(found.values())


def _count(column: Column[int]) -> ScalarSelect[int]:
    """How many rows of another table an import has."""
    counted = select(func.count()).where(column == tables.imports.c.id)
    return counted.correlate(tables.imports).scalar_subquery()


def one_import(connection: Connection, id: str) -> Import:
    """The import of an id; raise `UnknownImport`."""
    found = read_imports(connection, id=id)
    if not found:
        raise UnknownImport(
            f"there is no import '{id}', and no upload of that code waits (uploads wait "
            f"{KEPT.days} days). List them: GET /v1/imports, or vedich import list."
        )
    return found[0]


def write_withdrawal(
    connection: Connection, taken: Import, by: str, at: datetime, reason: str
) -> None:
    """Append that an import was taken back, and tell the audit log of it."""
    connection.execute(
        insert(tables.withdrawals),
        [
            {
                "import_id": one.number,
                "family": taken.family,
                "withdrawn_at": at,
                "withdrawn_by": by,
                "reason": reason,
            }
            for one in taken.files
        ],
    )
    told = {"import": taken.id, "files": [one.file for one in taken.files]}
    write_entry(
        connection, by, "figures.undo", taken.family, before=told, after={"reason": reason}
    )
