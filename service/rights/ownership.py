"""Whose a thing is that a request names: the family of a plan, an import, a stamp, a job.

A thing that is hidden from the caller is answered as one that does not exist, in the same
words, so that nobody learns what others have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, bindparam, select

from data.accounts.accounts import Access
from data.accounts.bodies import Bodies, read_bodies, read_owner
from data.db import tables
from data.db.store import Store
from data.ingestion.rows import KEPT
from data.jobs.rows import unknown_job
from models.errors import NotFound, UnknownImport, UnknownPlan, UnknownStamp
from service.projections.stamps import is_stamp, tidy_stamp
from service.rights.rules import ACCESS, Member, access_to, may

NO_PLAN = ""  # of a job about no plan, which is the house's
_FAMILY = select(tables.plans.c.family).where(tables.plans.c.slug == bindparam("plan"))
_EMBED = re.compile(r"/embed/([^/]+)/([^/]+)")


@dataclass(frozen=True)
class Named:
    """A thing that a request names, by the kind of its name: 'plan', 'import', 'stamp', 'job'."""

    kind: str
    name: str


@dataclass(frozen=True)
class Standing:
    """The access of a member to what a request is about; `hidden` is raised if it has none."""

    access: Access
    hidden: NotFound | None = None


def named(
    path: str, places: Mapping[str, str], query: Sequence[tuple[str, str]]
) -> Iterator[Named]:
    """The things that a request names.

    Parameters
    ----------
    path : of the request
    places : values of the places in the route's path, such as {plan}
    query : its names and values, repeated ones too
    """
    if "plan" in places:
        yield Named("plan", places["plan"])
    if "id" in places and path.startswith("/v1/imports/"):
        yield Named("import", places["id"])
    if "id" in places and path.startswith("/v1/jobs/"):
        yield Named("job", places["id"])
    if is_stamp(tidy_stamp(places.get("stamp", ""))):
        yield Named("stamp", places["stamp"])
    for name, value in query:
        if name in ("plan", "import") and value:
            yield Named(name, value)
        elif name == "url" and path == "/oembed" and (found := _EMBED.fullmatch(_path_of(value))):
            yield Named("plan", unquote(found[1]))


def standing(
    store: Store,
    member: Member,
    things: tuple[Named, ...],
    plan_of_job: Callable[[str], str | None],
) -> Standing:
    """The least access of a member to the things that a request names.

    `plan_of_job` gives the plan of a job, `NO_PLAN` for a job about none, None for no job.
    """
    with store.reading() as connection:
        least = member.role
        for thing in things:
            family, access = _family(connection, thing, plan_of_job), None
            if family is not None:
                bodies = read_owner(connection, family)
                access = access_to(member, bodies.of(family), bodies)
            if access is None:
                return Standing("public", _unknown(connection, thing, member))
            least = min(least, access, key=ACCESS.index)
    return Standing(least)


def plans_open_to(store: Store, member: Member, needs: Access = "viewer") -> tuple[str, ...]:
    """Slugs of the plans to which a member has an access, in order."""
    with store.reading() as connection:
        return _plans(connection, member, needs, read_bodies(connection))


def families_open_to(store: Store, member: Member) -> set[str]:
    """The families of the plans that a member may see."""
    chosen = select(tables.plans.c.family).distinct()
    with store.reading() as connection:
        bodies = read_bodies(connection)
        families = connection.scalars(chosen)
        return {family for family in families if may(member, "viewer", family, bodies)}


def _plans(
    connection: Connection, member: Member, needs: Access, bodies: Bodies
) -> tuple[str, ...]:
    chosen = select(tables.plans.c.slug, tables.plans.c.family).order_by(tables.plans.c.slug)
    rows = connection.execute(chosen)
    return tuple(row.slug for row in rows if may(member, needs, row.family, bodies))


def _family(
    connection: Connection, thing: Named, plan_of_job: Callable[[str], str | None]
) -> str | None:
    """The family of a thing; None if there is no such thing."""
    if thing.kind == "import":
        return _family_of_import(connection, thing.name)
    plan: str | None = thing.name
    if thing.kind == "job":
        plan = plan_of_job(thing.name)
        if plan == NO_PLAN:
            return NO_PLAN
    elif thing.kind == "stamp":
        table = tables.projections
        own = table.c.stamp == tidy_stamp(thing.name)
        plan = connection.scalar(select(table.c.plan).where(own))
    found: str | None = connection.scalar(_FAMILY, {"plan": plan})
    return found


def _family_of_import(connection: Connection, name: str) -> str | None:
    uploads, imports = tables.uploads, tables.imports
    own = imports.c.batch == name
    if name.isdecimal() and len(name) < 19:
        own = (imports.c.id == int(name)) & imports.c.batch.is_(None)
    for chosen in (
        select(uploads.c.family).where(uploads.c.id == name),
        select(imports.c.family).where(own).limit(1),
    ):
        found: str | None = connection.scalar(chosen)
        if found is not None:
            return found
    return None


def _unknown(connection: Connection, thing: Named, member: Member) -> NotFound:
    """What is said of a thing that does not exist for the caller."""
    if thing.kind == "plan":
        visible = _plans(connection, member, "public", read_bodies(connection))
        known = ", ".join(visible) or "none"
        return UnknownPlan(
            "no plan '{name}'; there is {known}. Import it or load a sample.",
            name=thing.name,
            known=known,
        )
    if thing.kind == "import":
        return UnknownImport(
            "there is no import '{name}', and no pending upload of that id (uploads expire "
            "after {days} days). List them: GET /v1/imports, or vedich import list.",
            name=thing.name,
            days=KEPT.days,
        )
    if thing.kind == "job":
        return unknown_job(thing.name)
    return UnknownStamp(
        "no published figure carries the code '{name}'; check the letters, and that it "
        "was issued by this service.",
        name=thing.name,
    )


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
