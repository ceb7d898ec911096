"""Verifying the hash chain: every hash computed again, the first broken row named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from data.db import tables
from data.db.chain import CHAINED, MARK, STATE, Head, digests, link_hash, newest, rows_of
from data.db.store import Store


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
    state = connection.execute(STATE).one()._mapping  # first: rows added later do not count
    sealed = dict.fromkeys(CHAINED, 0)
    head, found = Head(0, "", None), noted is None
    outside: dict[str, int] = {}
    counted, broken = 0, None
    chosen = select(tables.chain).order_by(tables.chain.c.id)
    for link in connection.execute(chosen).all():
        broken = broken or _broken_link(connection, link, head, sealed)
        rows = len(link.marks) // MARK.size
        counted += rows
        head = Head(link.id, link.hash, link.at)
        found = found or bool(noted and link.hash.startswith(noted))
        sealed[link.sealed] = link.last
        if link.outside:
            outside[link.sealed] = outside.get(link.sealed, 0) + rows
    for name, last in sealed.items():
        if name in CHAINED and state[f"{name}_newest"] > last:
            unsealed = rows_of(connection, name, last, state[f"{name}_newest"])
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
    rows = rows_of(connection, link.sealed, sealed[link.sealed], link.last)
    digest, marks = digests(link.sealed, rows)
    if marks != link.marks:
        return _first_difference(link, marks)
    again = link_hash(
        link.sealed, link.first, link.last, link.outside, link.at, link.previous, digest
    )
    return None if again == link.hash else Broken("link", "chain", link.id)


def _first_difference(link: Any, marks: bytes) -> Broken:
    """The first row that is not as it was sealed."""
    then, now = dict(MARK.iter_unpack(link.marks)), dict(MARK.iter_unpack(marks))
    for number in sorted(then.keys() | now.keys()):
        if number not in now:
            return Broken("missing", link.sealed, number)
        if number not in then:
            return Broken("added", link.sealed, number)
        if then[number] != now[number]:
            return Broken("changed", link.sealed, number)
    return Broken("link", "chain", link.id)
