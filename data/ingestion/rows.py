"""Pending uploads, imports, withdrawals and row matches in the database."""

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

KEPT = timedelta(days=7)  # how long an upload stays pending


@dataclass(frozen=True)
class UploadedFile:
    """A file as uploaded."""

    file: str
    content: bytes


@dataclass(frozen=True)
class Upload:
    """Files pending to be committed; `token` identifies the content of the newest preview."""

    id: str
    family: str
    plan: str
    published: date | None
    token: str
    by: str
    at: datetime

    @property
    def expires(self) -> datetime:
        return self.at + KEPT


@dataclass(frozen=True)
class Withdrawal:
    """Who withdrew an import, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class ImportedFile:
    """A file of an import, with its numbers of new and of already stored figures."""

    number: int
    file: str
    sha256: str
    new: int
    unchanged: int


@dataclass(frozen=True)
class Import:
    """Files committed together; `id` is that of the upload, else the number of the file."""

    id: str
    family: str
    by: str
    at: datetime
    files: tuple[ImportedFile, ...]
    withdrawn: Withdrawal | None


def write_upload(connection: Connection, upload: Upload, files: Sequence[UploadedFile]) -> None:
    """Store files until they are committed, and delete expired uploads."""
    drop_expired(connection, upload.at)
    connection.execute(
        insert(tables.uploads).values(
            id=upload.id,
            family=upload.family,
            plan=upload.plan,
            published=upload.published,
            mark=upload.token,
            uploaded_by=upload.by,
            uploaded_at=upload.at,
        )
    )
    rows = [
        {"upload": upload.id, "position": place, "file": file.file, "content": file.content}
        for place, file in enumerate(files)
    ]
    connection.execute(insert(tables.upload_files), rows)


def read_upload(connection: Connection, id: str, moment: datetime) -> Upload | None:
    """A pending upload; None if it is unknown or expired."""
    table = tables.uploads
    row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
    if row is None or row.uploaded_at < moment - KEPT:
        return None
    return Upload(
        row.id, row.family, row.plan, row.published, row.mark, row.uploaded_by, row.uploaded_at
    )


def pending_bytes(connection: Connection, since: datetime) -> dict[str, int]:
    """Bytes of the uploads that came since, by who uploaded them."""
    table, files = tables.uploads, tables.upload_files
    chosen = (
        select(table.c.uploaded_by, func.sum(func.length(files.c.content)))
        .join(files, files.c.upload == table.c.id)
        .where(table.c.uploaded_at >= since)
        .group_by(table.c.uploaded_by)
    )
    return {by: int(size) for by, size in connection.execute(chosen)}


def read_files(connection: Connection, id: str) -> tuple[UploadedFile, ...]:
    """The files of an upload, in their order."""
    table = tables.upload_files
    chosen = select(table.c.file, table.c.content).where(table.c.upload == id)
    rows = connection.execute(chosen.order_by(table.c.position))
    return tuple(UploadedFile(row.file, row.content) for row in rows)


def save_token(connection: Connection, id: str, token: str) -> None:
    """Store the token of an upload's newest preview."""
    table = tables.uploads
    connection.execute(update(table).where(table.c.id == id).values(mark=token))


def save_published(connection: Connection, id: str, published: date) -> None:
    """Store the publication date that a person gave for all files of an upload."""
    table = tables.uploads
    connection.execute(update(table).where(table.c.id == id).values(published=published))


def drop_expired(connection: Connection, moment: datetime, kept: timedelta = KEPT) -> int:
    """Delete uploads that have waited longer, with their files; return how many."""
    late = select(tables.uploads.c.id).where(tables.uploads.c.uploaded_at < moment - kept)
    ids = connection.scalars(late).all()
    _drop(connection, ids)
    return len(ids)


def drop_upload(connection: Connection, id: str) -> None:
    """Delete an upload that was committed."""
    _drop(connection, [id])


def _drop(connection: Connection, ids: Sequence[str]) -> None:
    files, table = tables.upload_files, tables.uploads
    connection.execute(delete(files).where(files.c.upload.in_(ids)))
    connection.execute(delete(table).where(table.c.id.in_(ids)))


def read_matches(connection: Connection, family: str) -> dict[RowKey, str | None]:
    """The newest match of each row that people matched; None: matched to no KPI."""
    table = tables.row_matches
    chosen = select(table).where(table.c.family == family).order_by(table.c.id)
    return {
        (row.printed_in, row.quantity, row.occurrence, fold(row.label)): row.kpi
        for row in connection.execute(chosen)
    }


def write_match(
    connection: Connection, family: str, row: PrintedRow, kpi: str | None, by: str, at: datetime
) -> None:
    """Append a person's match of a row, and an entry in the audit log."""
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
    logged = {"table": row.table, "row": row.label, "kpi": kpi}
    write_entry(connection, by, "figures.match", family, after=logged)


def read_imports(
    connection: Connection, family: str | None = None, id: str | None = None
) -> tuple[Import, ...]:
    """Imports, newest first: all of a family, or the import with an id."""
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
    """The number of rows in another table that belong to an import."""
    counted = select(func.count()).where(column == tables.imports.c.id)
    return counted.correlate(tables.imports).scalar_subquery()


def read_import(connection: Connection, id: str) -> Import:
    """The import with an id; raise `UnknownImport`."""
    found = read_imports(connection, id=id)
    if not found:
        raise UnknownImport(
            "there is no import '{id}', and no pending upload of that id (uploads expire "
            "after {days} days). List them: GET /v1/imports, or vedich import list.",
            id=id,
            days=KEPT.days,
        )
    return found[0]


def write_withdrawal(
    connection: Connection, withdrawn: Import, by: str, at: datetime, reason: str
) -> None:
    """Append the withdrawal of an import, and an entry in the audit log."""
    connection.execute(
        insert(tables.withdrawals),
        [
            {
                "import_id": file.number,
                "family": withdrawn.family,
                "withdrawn_at": at,
                "withdrawn_by": by,
                "reason": reason,
            }
            for file in withdrawn.files
        ],
    )
    logged = {"import": withdrawn.id, "files": [file.file for file in withdrawn.files]}
    write_entry(
        connection, by, "figures.undo", withdrawn.family, before=logged, after={"reason": reason}
    )
