"""Layouts that people explained: which column is what, remembered by the headings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from data.db import tables
from data.db.audit import write_entry
from data.readers.mapped.rows import map_by_hand
from data.readers.mapped.table_map import TableMap, parse_map
from data.readers.spreadsheet.workbook import OpenedFile
from models.errors import InputError


def read_maps(connection: Connection, family: str) -> dict[str, TableMap]:
    """The newest map of each layout of a family, by fingerprint."""
    table = tables.layouts
    chosen = select(table).where(table.c.family == family).order_by(table.c.id)
    return {
        row.fingerprint: parse_map(row._mapping[table.c.columns])
        for row in connection.execute(chosen)
    }


def explained(content: bytes, file: str, columns: str) -> tuple[str, TableMap]:
    """The fingerprint of a file's layout, and what a person says of its columns.

    Raises
    ------
    InputError
        If the words are no map, or the file has no such row of headings.
    """
    given = parse_map(columns)
    found = map_by_hand(OpenedFile(content, file), given)
    if found is None:
        raise InputError(
            "{file}: expected headings in row {row}, found no cells there. Give the number "
            "of their row: header=3.",
            file=file,
            row=given.header,
        )
    return found


def write_map(
    connection: Connection,
    family: str,
    known: tuple[str, TableMap],
    by: str,
    at: datetime | None = None,
) -> None:
    """Append a person's map of a layout, and an entry in the audit log."""
    fingerprint, given = known
    row: Mapping[str, object] = {
        "family": family,
        "fingerprint": fingerprint,
        "columns": str(given),
        "confirmed_by": by,
        "confirmed_at": at or datetime.now(UTC),
    }
    connection.execute(insert(tables.layouts), [row])
    logged = {"layout": fingerprint, "columns": str(given)}
    write_entry(connection, by, "figures.layout", family, after=logged)
