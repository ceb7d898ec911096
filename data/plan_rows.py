"""Plans, their versions and KPIs as rows, read and written over a connection of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from data import tables
from data.audit import write_entry
from data.observation import Kpi, RowSelector
from data.plan import Plan, PlanVersion
from models.errors import InvalidPlan, UnknownPlan
from models.target import Target

_HEAD = ("family", "year", "body", "name_vi", "name_en", "label", "note")


@dataclass(frozen=True)
class Saved:
    """What saving a plan changed."""

    new_plan: bool
    new_versions: tuple[int, ...]
    changed_kpis: tuple[str, ...]


def read_plan(connection: Connection, slug: str) -> Plan:
    """A plan with its KPIs and all its versions; raise `UnknownPlan`."""
    row = connection.execute(select(tables.plans).where(tables.plans.c.slug == slug)).first()
    if row is None:
        known = ", ".join(connection.scalars(select(tables.plans.c.slug))) or "none"
        raise UnknownPlan(f"no plan '{slug}'; there is {known}. Import it or load a sample.")
    head = {name: getattr(row, name) for name in _HEAD}
    return Plan(
        slug=row.slug,
        **head,
        kpis=_plan_kpis(connection, row.slug, row.family),
        versions=_versions(connection, row.slug),
    )


def read_kpis(connection: Connection, family: str) -> tuple[Kpi, ...]:
    """All KPIs of a family, in the order they were first given."""
    chosen = select(tables.kpis.c.definition).where(tables.kpis.c.family == family)
    rows = connection.scalars(chosen.order_by(tables.kpis.c.position, tables.kpis.c.slug))
    return tuple(_kpi(definition) for definition in rows)


def write_plan(connection: Connection, plan: Plan, by: str) -> Saved:
    """Write what is new or changed of a plan; see `data.store.Store.save_plan`."""
    head = _write_head(connection, plan)
    kpis, relisted = _write_kpis(connection, plan)
    versions = _write_versions(connection, plan)
    new = head is not None and head.before is None
    if head or kpis or relisted or versions:
        connection.execute(
            insert(tables.edits).values(
                family=plan.family, plan=plan.slug, edited_at=datetime.now(UTC)
            )
        )
        write_entry(
            connection,
            by,
            "plan.save",
            plan.slug,
            before=None if new else _told(head, kpis, "before"),
            after={**_told(head, kpis, "after"), "new_versions": versions},
        )
    return Saved(new, versions, tuple(kpis))


@dataclass(frozen=True)
class _Change:
    """A definition as it was and as it is now; `before` is None for a new one."""

    before: dict[str, Any] | None
    after: dict[str, Any]


def _told(
    head: _Change | None, kpis: Mapping[str, _Change], side: Literal["before", "after"]
) -> dict[str, Any]:
    """One side of what changed, for the audit log; a new KPI by its name only."""
    told = {} if head is None else {"plan": getattr(head, side)}
    known = {slug: getattr(kpi, side) for slug, kpi in kpis.items() if kpi.before is not None}
    if known:
        told["kpis"] = known
    new = [slug for slug, kpi in kpis.items() if kpi.before is None]
    if new and side == "after":
        told["new_kpis"] = new
    return told


def _write_head(connection: Connection, plan: Plan) -> _Change | None:
    """What changed of the plan's own fields; None if nothing did."""
    head = {name: getattr(plan, name) for name in _HEAD}
    row = connection.execute(select(tables.plans).where(tables.plans.c.slug == plan.slug)).first()
    if row is None:
        connection.execute(insert(tables.plans).values(slug=plan.slug, **head))
        return _Change(None, head)
    if row.family != plan.family:
        raise InvalidPlan(
            f"plan '{plan.slug}' is of family '{row.family}', found '{plan.family}'; "
            "keep the family or choose another slug."
        )
    before = {name: getattr(row, name) for name in _HEAD}
    if before == head:
        return None
    connection.execute(update(tables.plans).where(tables.plans.c.slug == plan.slug).values(**head))
    return _Change(before, head)


def _write_kpis(connection: Connection, plan: Plan) -> tuple[dict[str, _Change], bool]:
    """KPIs new or redefined, and whether the plan lists others than before."""
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
                    f"version {version.number} of plan '{plan.slug}' was saved with other "
                    f"content; a saved version never changes. Give the new one number "
                    f"{max(known) + 1}."
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
        rows = [
            {
                "plan": plan.slug,
                "version": version.number,
                "position": position,
                "kpi": kpi,
                "definition": _plain(asdict(target)),
            }
            for position, (kpi, target) in enumerate(version.targets)
        ]
        if rows:
            connection.execute(insert(tables.targets), rows)
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
    chosen = select(tables.targets).where(tables.targets.c.plan == slug)
    by_version: dict[int, list[tuple[str, Target]]] = {}
    for row in connection.execute(chosen.order_by(tables.targets.c.position)):
        by_version.setdefault(row.version, []).append((row.kpi, Target(**row.definition)))
    versions = select(tables.plan_versions).where(tables.plan_versions.c.plan == slug)
    return tuple(
        PlanVersion(
            number=row.number,
            adopted=row.adopted,
            document=row.document,
            targets=tuple(by_version.get(row.number, [])),
            note=row.note,
        )
        for row in connection.execute(versions.order_by(tables.plan_versions.c.number))
    )


def _kpi(definition: Mapping[str, Any]) -> Kpi:
    given = dict(definition)
    given["rows"] = tuple(
        RowSelector(**{**row, "names": tuple(row["names"])}) for row in given["rows"]
    )
    given["parts"] = tuple(given["parts"])
    return Kpi(**given)


def _plain(value: Any) -> Any:
    """Tuples as lists, so that what is compared is what JSON gives back."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
