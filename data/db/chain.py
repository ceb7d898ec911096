"""The hash chain over what must never change: figures, estimates, steps, audit log, ledger.

Every writing transaction ends with sealing: the rows it added to a chained table become
a link, whose hash covers the content of each row, in order, and the hash of the link
before. Whoever changes, deletes or slips in a row later breaks the chain from there on.
What that proves and what it cannot is in docs/security.md.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from json import JSONEncoder
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Table, func, insert, select

from data.db import tables

if TYPE_CHECKING:
    from data.db.store import Store

CHUNK = 10_000  # rows of one link at most
_MARK = struct.Struct(">q8s")  # of a row in a link: its number, the start of its hash


def _chained(table: Table, order: str, *columns: str) -> tuple[Table, tuple[Column[Any], ...]]:
    return table, tuple(table.c[name] for name in (order, *columns))


# Table → its number, which only grows, and the columns whose content is sealed. A column
# that a later migration adds is not sealed: to seal it, chain a new name beside this one.
CHAINED: Mapping[str, tuple[Table, tuple[Column[Any], ...]]] = {
    one[0].name: one
    for one in (
        _chained(tables.audit, "id", "at", "actor", "action", "subject", "before", "after"),
        _chained(
            tables.imports, "id", "family", "file", "sha256", "imported_at", "imported_by", "batch"
        ),
        _chained(
            tables.observations,
            *("id", "family", "kpi", "year", "month", "form", "value", "status", "published"),
            *("source", "import_id"),
        ),
        _chained(
            tables.withdrawals,
            *("id", "import_id", "family", "withdrawn_at", "withdrawn_by", "reason"),
        ),
        _chained(tables.estimates, "id", "plan", "month", "kpi", "value", "unit"),
        _chained(
            tables.steps,
            *("id", "family", "plan", "month", "estimate", "state", "actor", "at", "note"),
            "figures",
        ),
        _chained(
            tables.promotions, "id", "family", "version", "as_of", "promoted_at", "bundle_hash"
        ),
        _chained(tables.projections, "number", "stamp", "plan", "kpi", "payload", "recorded_at"),
        _chained(
            tables.progress,
            *("id", "plan", "kpi", "step", "day", "done", "obstacle", "judgement", "final"),
            *("note", "source", "entered_by", "entered_at"),
        ),
        _chained(
            tables.log_entries,
            *("id", "plan", "kpi", "year", "month", "day", "text_vi", "text_en", "source"),
            *("entered_by", "entered_at"),
        ),
        _chained(
            tables.events,
            *("id", "family", "kpi", "year", "month", "shape", "size", "length", "accepted"),
            *("day", "name", "note", "entered_by", "entered_at"),
        ),
    )
}


@dataclass(frozen=True)
class Head:
    """The newest link: note its hash elsewhere, and the chain up to it is fixed."""

    number: int
    hash: str
    at: datetime | None  # None: nothing is sealed yet


@dataclass(frozen=True)
class Broken:
    """The first place where rows and chain disagree.

    Attributes
    ----------
    what : 'changed', 'missing', 'added' (a row); 'link' (the chain itself); 'head' (the
        noted hash is not in the chain)
    table : the row's
    number : of the row, or of the link
    """

    what: str
    table: str
    number: int


@dataclass(frozen=True)
class Verdict:
    """Of `verify`: `outside` are rows that were written around the program, (table, rows)."""

    links: int
    rows: int
    head: Head
    broken: Broken | None
    outside: tuple[tuple[str, int], ...]


def _state() -> Any:
    """One statement: per table the number of its newest row, and of its newest sealed row."""
    counted = []
    for name, (_, (order, *_)) in CHAINED.items():
        newest = select(func.coalesce(func.max(order), 0)).scalar_subquery()
        last = select(func.coalesce(func.max(tables.chain.c.last), 0))
        sealed = last.where(tables.chain.c.sealed == name).scalar_subquery()
        counted += [newest.label(f"{name}_newest"), sealed.label(f"{name}_sealed")]
    return select(*counted)


_STATE = _state()  # built once: every transaction runs it
_encode = JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=date.isoformat
).encode  # days and moments, the latter in UTC; the rest of a row is JSON


def seal(connection: Connection, *, outside: bool = False) -> None:
    """Append links for the rows that are not sealed yet; only while holding the writer's lock.

    Parameters
    ----------
    outside : the rows were written by something else than the program
    """
    state = connection.execute(_STATE).one()._mapping
    for name in CHAINED:
        if state[f"{name}_newest"] > state[f"{name}_sealed"]:
            seal_table(connection, name, state[f"{name}_sealed"], outside=outside)


def seal_table(connection: Connection, name: str, after: int, *, outside: bool = False) -> None:
    """Append links for a table's rows after a number."""
    while rows := _rows(connection, name, after, None):
        previous = newest(connection).hash
        after = rows[-1][0]
        at = datetime.now(UTC)
        digest, marks = _digests(name, rows)
        connection.execute(
            insert(tables.chain).values(
                sealed=name,
                first=rows[0][0],
                last=after,
                marks=marks,
                outside=outside,
                at=at,
                previous=previous,
                hash=_link_hash(name, rows[0][0], after, outside, at, previous, digest),
            )
        )


def head_of(store: Store) -> Head:
    """The chain's newest link."""
    with store.reading() as connection:
        return newest(connection)


def verify(store: Store, noted: str | None = None) -> Verdict:
    """Compute every hash again and compare.

    Parameters
    ----------
    noted : the hash of a head noted earlier, which must be in the chain; its beginning is
        enough
    """
    with store.reading() as connection:
        return verified(connection, noted)


def verified(connection: Connection, noted: str | None = None) -> Verdict:
    """As `verify`, over an open connection."""
    state = connection.execute(_STATE).one()._mapping  # first: rows added later do not count
    sealed = dict.fromkeys(CHAINED, 0)
    head, found = Head(0, "", None), noted is None
    outside: dict[str, int] = {}
    counted, broken = 0, None
    chosen = select(tables.chain).order_by(tables.chain.c.id)
    for link in connection.execute(chosen).all():
        broken = broken or _broken_link(connection, link, head, sealed)
        rows = len(link.marks) // _MARK.size
        counted += rows
        head = Head(link.id, link.hash, link.at)
        found = found or bool(noted and link.hash.startswith(noted))
        sealed[link.sealed] = link.last
        if link.outside:
            outside[link.sealed] = outside.get(link.sealed, 0) + rows
    for name, last in sealed.items():
        if name in CHAINED and state[f"{name}_newest"] > last:
            unsealed = _rows(connection, name, last, state[f"{name}_newest"])
            outside[name] = outside.get(name, 0) + len(unsealed)
    if broken is None and not found:
        broken = Broken("head", "chain", head.number)
    return Verdict(head.number, counted, head, broken, tuple(outside.items()))


def _broken_link(
    connection: Connection, link: Any, head: Head, sealed: Mapping[str, int]
) -> Broken | None:
    """What is wrong with a link and its rows; None if nothing is."""
    if link.sealed not in CHAINED or link.previous != head.hash:
        return Broken("link", "chain", link.id)
    rows = _rows(connection, link.sealed, sealed[link.sealed], link.last)
    digest, marks = _digests(link.sealed, rows)
    if marks != link.marks:
        return _first_difference(link, marks)
    again = _link_hash(
        link.sealed, link.first, link.last, link.outside, link.at, link.previous, digest
    )
    return None if again == link.hash else Broken("link", "chain", link.id)


def _first_difference(link: Any, marks: bytes) -> Broken:
    """The first row that is not as it was sealed."""
    then, now = dict(_MARK.iter_unpack(link.marks)), dict(_MARK.iter_unpack(marks))
    for number in sorted(then.keys() | now.keys()):
        if number not in now:
            return Broken("missing", link.sealed, number)
        if number not in then:
            return Broken("added", link.sealed, number)
        if then[number] != now[number]:
            return Broken("changed", link.sealed, number)
    return Broken("link", "chain", link.id)


def newest(connection: Connection) -> Head:
    """The chain's newest link, over an open connection."""
    table = tables.chain
    chosen = select(table.c.id, table.c.hash, table.c.at).order_by(table.c.id.desc()).limit(1)
    row = connection.execute(chosen).first()
    return Head(0, "", None) if row is None else Head(row.id, row.hash, row.at)


def _rows(
    connection: Connection, name: str, after: int, up_to: int | None
) -> Sequence[Sequence[Any]]:
    """Sealed columns of a table's rows after a number: up to another, or one chunk of them."""
    _, columns = CHAINED[name]
    chosen = select(*columns).where(columns[0] > after).order_by(columns[0])
    chosen = chosen.limit(CHUNK) if up_to is None else chosen.where(columns[0] <= up_to)
    return connection.execute(chosen).all()


def _digests(name: str, rows: Sequence[Sequence[Any]]) -> tuple[str, bytes]:
    """The digest of all rows, and the mark of each."""
    whole, marks = hashlib.sha256(), bytearray()
    for number, digest in _hashed(name, rows):
        whole.update(digest)
        marks += _MARK.pack(number, digest[:8])
    return whole.hexdigest(), bytes(marks)


def _hashed(name: str, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[int, bytes]]:
    for row in rows:
        yield row[0], hashlib.sha256(_encode([name, *row]).encode()).digest()


def _link_hash(
    name: str, first: int, last: int, outside: bool, at: datetime, previous: str, digest: str
) -> str:
    content = _encode([name, first, last, outside, at, previous, digest])
    return hashlib.sha256(content.encode()).hexdigest()
