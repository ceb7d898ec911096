"""Bodies: a province, a ministry, the house itself; each owns plan families, accounts and keys.

Bodies form a tree under the house, which every database has. They are never deleted:
the audit log and the sign-off refer to their people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import InvalidBody, UnknownBody, UnknownPlan

HOUSE = "house"  # the body above all others
NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")  # of a body, an account, a key

_OWNER = select(tables.families.c.body).where(  # built once: every request runs them
    tables.families.c.family == bindparam("family")
)
_OF_BODY = tables.bodies.c
_BODY = select(
    _OF_BODY.slug, _OF_BODY.name_vi, _OF_BODY.name_en, _OF_BODY.parent, _OF_BODY.shares
).where(_OF_BODY.slug == bindparam("slug"))


@dataclass(frozen=True)
class Body:
    """A body and where it stands.

    `parent` is None for the house. `shares`: whether everybody, also nobody logged in,
    may read what it issued; otherwise only itself and the bodies above it.
    """

    slug: str
    name_vi: str
    name_en: str
    parent: str | None
    shares: bool


@dataclass(frozen=True)
class Bodies:
    """All bodies of a house, and the families of each."""

    by_slug: Mapping[str, Body]
    of_family: Mapping[str, str]

    def of(self, family: str) -> Body:
        """The body that owns a family; the house if nobody else does."""
        return self.by_slug[self.of_family.get(family, HOUSE)]

    def above(self, slug: str) -> Iterator[str]:
        """The bodies above one, nearest first."""
        parent = self.by_slug[slug].parent
        while parent is not None:
            yield parent
            parent = self.by_slug[parent].parent

    def families(self, slug: str) -> tuple[str, ...]:
        """The families of a body, by name."""
        return tuple(sorted(one for one, body in self.of_family.items() if body == slug))


def bodies_of(store: Store) -> Bodies:
    """All bodies and the families they own."""
    with store.reading() as connection:
        return read_bodies(connection)


def read_bodies(connection: Connection) -> Bodies:
    """As `bodies_of`, over an open connection."""
    table, owned = tables.bodies, tables.families
    rows = connection.execute(select(table).order_by(table.c.slug))
    found = {
        row.slug: Body(row.slug, row.name_vi, row.name_en, row.parent, row.shares) for row in rows
    }
    families = connection.execute(select(owned.c.family, owned.c.body))
    return Bodies(found, {row.family: row.body for row in families})


def read_owner(connection: Connection, family: str) -> Bodies:
    """The body that owns a family and those above it: what a request needs, and no other."""
    owner: str = connection.scalar(_OWNER, {"family": family}) or HOUSE
    slug: str | None = owner
    found: dict[str, Body] = {}
    while slug is not None:
        row = connection.execute(_BODY, {"slug": slug}).one()
        found[row.slug] = Body(row.slug, row.name_vi, row.name_en, row.parent, row.shares)
        slug = row.parent
    return Bodies(found, {family: owner})


def add_body(
    store: Store, slug: str, name_vi: str, name_en: str, by: str, parent: str = HOUSE
) -> Body:
    """Create a body below another; what it issues is its own until it shares.

    Raises
    ------
    InvalidBody
        If the name is not valid or taken.
    UnknownBody
        If there is no such parent.
    """
    check_slug(slug)
    if not name_vi.strip() or not name_en.strip():
        raise InvalidBody("expected the name of the body in Vietnamese and in English.")
    made = Body(slug, name_vi.strip(), name_en.strip(), parent, False)
    with store.writing() as connection:
        if slug in read_bodies(connection).by_slug:
            raise InvalidBody(
                "there is a body '{slug}' already; expected another name.",
                slug=slug,
            )
        require_body(connection, parent)
        connection.execute(
            insert(tables.bodies).values(**vars(made), created_at=datetime.now(UTC))
        )
        write_entry(connection, by, "body.add", slug, after={"parent": parent})
    return made


def set_shares(store: Store, slug: str, shares: bool, by: str) -> None:
    """Let everybody read what a body issued, or nobody outside it."""
    with store.writing() as connection:
        before = require_body(connection, slug).shares
        own = tables.bodies.c.slug == slug
        connection.execute(update(tables.bodies).where(own).values(shares=shares))
        changed = {"before": {"shares": before}, "after": {"shares": shares}}
        write_entry(connection, by, "body.share", slug, **changed)


def give_family(store: Store, family: str, body: str, by: str) -> None:
    """Make a plan family a body's; raise `UnknownBody`, or `UnknownPlan` without such a family."""
    with store.writing() as connection:
        require_body(connection, body)
        own = tables.families.c.family == family
        before = connection.scalar(select(tables.families.c.body).where(own))
        if before is None:
            raise UnknownPlan(
                "no plan of a family '{family}'; a family comes with its first plan.",
                family=family,
            )
        connection.execute(update(tables.families).where(own).values(body=body))
        moved = {"family": family, "plan": "", "edited_at": datetime.now(UTC)}
        connection.execute(insert(tables.edits).values(moved))  # cached pages list plans
        write_entry(
            connection, by, "body.family", family, before={"body": before}, after={"body": body}
        )


def note_family(connection: Connection, family: str, body: str | None) -> None:
    """Enter a family with its first plan; a family that is known stays where it is.

    Raises
    ------
    UnknownBody
        If there is no such body.
    InvalidBody
        If the family is another body's already.
    """
    own = tables.families.c.family == family
    found = connection.scalar(select(tables.families.c.body).where(own))
    if found is None:
        require_body(connection, body or HOUSE)
        connection.execute(insert(tables.families).values(family=family, body=body or HOUSE))
    elif body not in (None, found):
        raise InvalidBody(
            "the family '{family}' is that of the body '{found}', found '{body}'; give it "
            "away first: vedich body give {family} {body}",
            family=family,
            found=found,
            body=body,
        )


def require_body(connection: Connection, slug: str) -> Body:
    """A body by its name; raise `UnknownBody`."""
    row = connection.execute(select(tables.bodies).where(tables.bodies.c.slug == slug)).first()
    if row is None:
        raise UnknownBody(
            "no body '{slug}'; vedich body list shows all bodies.",
            slug=slug,
        )
    return Body(row.slug, row.name_vi, row.name_en, row.parent, row.shares)


def check_slug(slug: str) -> None:
    """Raise `InvalidBody` unless a name is valid for a body."""
    if not NAME.fullmatch(slug):
        raise InvalidBody(
            "expected a name of 1 to 40 lower-case letters a to z, digits, '.', '_' or '-'; "
            "found '{slug}'.",
            slug=slug,
        )
