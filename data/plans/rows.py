"""Plans, their versions and KPIs in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Table, insert, select, update

from data.accounts.bodies import note_family
from data.db import tables
from data.db.audit import process_user, write_entry
from data.db.store import Store
from data.plans.kpi import Kpi, RowSelector
from data.plans.plan import Plan, PlanVersion
from models.errors import InvalidPlan, UnknownPlan
from models.reconciliation.relations import Breakdown
from models.targets.attainment import DEFAULT_THRESHOLDS, Thresholds
from models.targets.target import Target
from models.targets.task import Step, Task

Item = TypeVar("Item", Target, Task)
_HEAD = ("family", "year", "body", "name_vi", "name_en", "label", "note")


@dataclass(frozen=True)
class Saved:
    """What saving a plan changed."""

    new_plan: bool
    new_versions: tuple[int, ...]
    changed_kpis: tuple[str, ...]


def plan_slugs(store: Store) -> tuple[str, ...]:
    """Slugs of all plans, in order."""
    chosen = select(tables.plans.c.slug).order_by(tables.plans.c.slug)
    with store.reading() as connection:
        return tuple(connection.scalars(chosen))


def plans_of_year(store: Store, year: int) -> tuple[tuple[str, str], ...]:
    """Slug and family of every plan of a year, in order."""
    chosen = select(tables.plans.c.slug, tables.plans.c.family).where(tables.plans.c.year == year)
    with store.reading() as connection:
        rows = connection.execute(chosen.order_by(tables.plans.c.slug))
        return tuple((row.slug, row.family) for row in rows)


def family_plans(store: Store, family: str) -> tuple[str, ...]:
    """Slugs of a family's plans, by year."""
    chosen = select(tables.plans.c.slug).where(tables.plans.c.family == family)
    with store.reading() as connection:
        return tuple(connection.scalars(chosen.order_by(tables.plans.c.year, tables.plans.c.slug)))


def load_plan(store: Store, slug: str) -> Plan:
    """A plan with its KPIs and all its versions; raise `UnknownPlan`."""
    with store.reading() as connection:
        return read_plan(connection, slug)


def save_plan(store: Store, plan: Plan, by: str | None = None, body: str | None = None) -> Saved:
    """Save a plan, its KPIs and its new versions, all or nothing.

    Saving the same plan again changes nothing. Names and KPI definitions may
    change; a saved version never does.

    Parameters
    ----------
    plan : Plan
    by : who saves, for the audit log; default the user of this process
    body : that owns the family of a first plan; default the house

    Raises
    ------
    InvalidPlan
        If a version with a number already saved differs from it, or the plan
        belongs to another family.
    UnknownBody, InvalidBody
        If there is no such body, or the family is another's.
    """
    with store.writing() as connection:
        return write_plan(connection, plan, by or process_user(), body)


def kpis_of(store: Store, family: str) -> tuple[Kpi, ...]:
    """All KPIs of a family, in the order in which they were first saved."""
    with store.reading() as connection:
        return read_kpis(connection, family)


def read_plan(connection: Connection, slug: str) -> Plan:
    """A plan with its KPIs and all its versions; raise `UnknownPlan`."""
    row = connection.execute(select(tables.plans).where(tables.plans.c.slug == slug)).first()
    if row is None:
        known = ", ".join(connection.scalars(select(tables.plans.c.slug))) or "none"
        raise UnknownPlan(
            "no plan '{slug}'; there is {known}. Import it or load a sample.",
            slug=slug,
            known=known,
        )
    head = {name: getattr(row, name) for name in _HEAD}
    return Plan(
        slug=row.slug,
        **head,
        thresholds=Thresholds(**(row.thresholds or {})),
        kpis=_plan_kpis(connection, row.slug, row.family),
        versions=_versions(connection, row.slug),
    )


def read_kpis(connection: Connection, family: str) -> tuple[Kpi, ...]:
    """All KPIs of a family, in the order in which they were first saved."""
    chosen = select(tables.kpis.c.definition).where(tables.kpis.c.family == family)
    rows = connection.scalars(chosen.order_by(tables.kpis.c.position, tables.kpis.c.slug))
    return tuple(_kpi(definition) for definition in rows)


def write_plan(connection: Connection, plan: Plan, by: str, body: str | None = None) -> Saved:
    """Write what is new or changed in a plan; see `save_plan`."""
    note_family(connection, plan.family, body)
    head = _write_head(connection, plan)
    kpis, relisted = _write_kpis(connection, plan)
    versions = _write_versions(connection, plan)
    new = head is not None and head.before is None
    if head or kpis or relisted or versions:
        note_edit(connection, plan.family, plan.slug, datetime.now(UTC))
        write_entry(
            connection,
            by,
            "plan.save",
            plan.slug,
            before=None if new else _logged(head, kpis, "before"),
            after={**_logged(head, kpis, "after"), "new_versions": versions},
        )
    return Saved(new, versions, tuple(kpis))


def record_edit(
    connection: Connection,
    plan: Plan,
    action: str,
    kpi: str,
    actor: str,
    after: Mapping[str, object],
    moment: datetime,
) -> None:
    """Record an entry made by hand about a KPI: as an edit of its plan, and in the audit log."""
    note_edit(connection, plan.family, plan.slug, moment)
    write_entry(connection, actor, action, f"{plan.slug}/{kpi}", after=after)


def note_edit(connection: Connection, family: str, plan: str, moment: datetime) -> None:
    """Add an edit of a plan, which changes the revision and so invalidates cached answers."""
    values = {"family": family, "plan": plan, "edited_at": moment}
    connection.execute(insert(tables.edits).values(values))


@dataclass(frozen=True)
class _Change:
    """A definition before and after; `before` is None for a new definition."""

    before: dict[str, Any] | None
    after: dict[str, Any]


def _logged(
    head: _Change | None, kpis: Mapping[str, _Change], side: Literal["before", "after"]
) -> dict[str, Any]:
    """One side of the changes, for the audit log; a new KPI by its name only."""
    logged = {} if head is None else {"plan": getattr(head, side)}
    known = {slug: getattr(kpi, side) for slug, kpi in kpis.items() if kpi.before is not None}
    if known:
        logged["kpis"] = known
    new = [slug for slug, kpi in kpis.items() if kpi.before is None]
    if new and side == "after":
        logged["new_kpis"] = new
    return logged


def _write_head(connection: Connection, plan: Plan) -> _Change | None:
    """Write the plan's own fields; their change, None if there is none."""
    head = {name: getattr(plan, name) for name in _HEAD} | _thresholds(plan)
    row = connection.execute(select(tables.plans).where(tables.plans.c.slug == plan.slug)).first()
    if row is None:
        connection.execute(insert(tables.plans).values(slug=plan.slug, **head))
        return _Change(None, head)
    if row.family != plan.family:
        raise InvalidPlan(
            "plan '{slug}' is of family '{family}', found '{given}'; keep the family "
            "or choose another slug.",
            slug=plan.slug,
            family=row.family,
            given=plan.family,
        )
    before = {name: getattr(row, name) for name in (*_HEAD, "thresholds")}
    if before == head:
        return None
    connection.execute(update(tables.plans).where(tables.plans.c.slug == plan.slug).values(**head))
    return _Change(before, head)


def _thresholds(plan: Plan) -> dict[str, Any]:
    """The column `thresholds`: None while they are the usual ones."""
    own = plan.thresholds != DEFAULT_THRESHOLDS
    return {"thresholds": asdict(plan.thresholds) if own else None}


def _write_kpis(connection: Connection, plan: Plan) -> tuple[dict[str, _Change], bool]:
    """Write new and redefined KPIs; their changes, and whether the plan lists new KPIs."""
    rows = connection.execute(select(tables.kpis).where(tables.kpis.c.family == plan.family))
    known = {row.slug: row.definition for row in rows}
    changed = {}
    for position, kpi in enumerate(plan.kpis):
        definition = _plain(asdict(kpi))
        if known.get(kpi.slug) == definition:
            continue
        changed[kpi.slug] = _Change(known.get(kpi.slug), definition)
        if kpi.slug in known:
            same = (tables.kpis.c.family == plan.family) & (tables.kpis.c.slug == kpi.slug)
            connection.execute(update(tables.kpis).where(same).values(definition=definition))
        else:
            connection.execute(
                insert(tables.kpis).values(
                    family=plan.family,
                    slug=kpi.slug,
                    position=len(known) + position,
                    definition=definition,
                )
            )
    listed = set(
        connection.scalars(
            select(tables.plan_kpis.c.kpi).where(tables.plan_kpis.c.plan == plan.slug)
        )
    )
    fresh = [
        {"plan": plan.slug, "kpi": kpi.slug, "position": position}
        for position, kpi in enumerate(plan.kpis)
        if kpi.slug not in listed
    ]
    if fresh:
        connection.execute(insert(tables.plan_kpis), fresh)
    return changed, bool(fresh)


def _write_versions(connection: Connection, plan: Plan) -> tuple[int, ...]:
    known = {version.number: version for version in _versions(connection, plan.slug)}
    added = []
    for version in plan.versions:
        if version.number in known:
            if known[version.number] != version:
                raise InvalidPlan(
                    "version {number} of plan '{slug}' was saved with other content; a saved "
                    "version never changes. Give the new version number {next}.",
                    number=version.number,
                    slug=plan.slug,
                    next=max(known) + 1,
                )
            continue
        added.append(version.number)
        connection.execute(
            insert(tables.plan_versions).values(
                plan=plan.slug,
                number=version.number,
                adopted=version.adopted,
                document=version.document,
                note=version.note,
            )
        )
        for table, rows in (
            (tables.targets, [(kpi, asdict(target)) for kpi, target in version.targets]),
            (tables.tasks, [(kpi, asdict(task)) for kpi, task in version.tasks]),
        ):
            place = {"plan": plan.slug, "version": version.number}
            listed = [
                {**place, "position": position, "kpi": kpi, "definition": _plain(what)}
                for position, (kpi, what) in enumerate(rows)
            ]
            if listed:
                connection.execute(insert(table), listed)
    return tuple(added)


def _plan_kpis(connection: Connection, slug: str, family: str) -> tuple[Kpi, ...]:
    chosen = (
        select(tables.kpis.c.definition)
        .join(tables.plan_kpis, tables.plan_kpis.c.kpi == tables.kpis.c.slug)
        .where(tables.plan_kpis.c.plan == slug, tables.kpis.c.family == family)
        .order_by(tables.plan_kpis.c.position, tables.kpis.c.slug)
    )
    return tuple(_kpi(definition) for definition in connection.scalars(chosen))


def _versions(connection: Connection, slug: str) -> tuple[PlanVersion, ...]:
    targets = _by_version(connection, tables.targets, slug, lambda given: Target(**given))
    tasks = _by_version(connection, tables.tasks, slug, _task)
    versions = select(tables.plan_versions).where(tables.plan_versions.c.plan == slug)
    return tuple(
        PlanVersion(
            number=row.number,
            adopted=row.adopted,
            document=row.document,
            targets=tuple(targets.get(row.number, [])),
            note=row.note,
            tasks=tuple(tasks.get(row.number, [])),
        )
        for row in connection.execute(versions.order_by(tables.plan_versions.c.number))
    )


def _by_version(
    connection: Connection, table: Table, slug: str, read: Callable[[Mapping[str, Any]], Item]
) -> dict[int, list[tuple[str, Item]]]:
    """A plan's rows of targets or tasks by version, each with its KPI, in their order."""
    found: dict[int, list[tuple[str, Item]]] = {}
    chosen = select(table).where(table.c.plan == slug).order_by(table.c.position)
    for row in connection.execute(chosen):
        found.setdefault(row.version, []).append((row.kpi, read(row.definition)))
    return found


def _task(definition: Mapping[str, Any]) -> Task:
    given = dict(definition)
    for name in ("starts", "due"):
        given[name] = _day(given[name])
    given["steps"] = tuple(Step(**{**step, "due": _day(step["due"])}) for step in given["steps"])
    return Task(**given)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _kpi(definition: Mapping[str, Any]) -> Kpi:
    given = dict(definition)
    given["rows"] = tuple(
        RowSelector(**{**row, "names": tuple(row["names"])}) for row in given["rows"]
    )
    given["parts"] = tuple(given["parts"])
    given["printed_parts"] = _breakdowns(given.get("printed_parts", ()), together=True)
    given["contains"] = _breakdowns(given.get("contains", ()), together=False)
    given.pop("demonstration", None)  # of definitions stored before illustrative figures
    return Kpi(**given)


def _breakdowns(stored: Sequence[Any], *, together: bool) -> tuple[Breakdown, ...]:
    """Groups of KPIs; a definition stored before there were several has a single list."""
    if all(isinstance(one, str) for one in stored):
        groups: Sequence[Any] = [stored] if together and stored else [[one] for one in stored]
        stored = groups
    return tuple(tuple(group) for group in stored)


def _plain(value: Any) -> Any:
    """Tuples as lists and days as text, to compare with values read back from JSON."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
