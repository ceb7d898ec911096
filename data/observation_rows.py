"""Observations as rows, read and written over a connection of the store."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from data import tables
from data.audit import write_entry
from data.observation import Observation
from models.errors import InputError
from models.series import Month


@dataclass(frozen=True)
class ImportRecord:
    """Where observations came from: recorded once per file."""

    file: str
    sha256: str
    imported_by: str
    imported_at: datetime


@dataclass(frozen=True)
class Added:
    """What an import added: new figures, repeated ones, and figures that revise earlier ones.

    `revised` are among the `new`.
    """

    new: int
    unchanged: int
    revised: int


Identity = tuple[str, Month, str, float, str, date]


def identity(observation: Observation) -> Identity:
    """What makes two printed figures the same one, wherever they were read."""
    return (
        observation.kpi,
        observation.month,
        observation.form,
        observation.value,
        observation.status,
        observation.published,
    )


def read_observations(
    connection: Connection,
    family: str,
    up_to: date | None = None,
    kpis: Collection[str] | None = None,
    years: tuple[int, int] | None = None,
) -> list[Observation]:
    """Figures of a family in the order they came, narrowed where asked."""
    table = tables.observations
    chosen = select(table).where(table.c.family == family)
    if kpis is not None:
        chosen = chosen.where(table.c.kpi.in_(sorted(kpis)))
    if years is not None:
        chosen = chosen.where(table.c.year.between(*years))
    if up_to is not None:
        chosen = chosen.where(table.c.published <= up_to)
    return [
        Observation(
            kpi=row.kpi,
            month=Month(row.year, row.month),
            form=row.form,
            value=row.value,
            status=row.status,
            published=row.published,
            source=row.source,
        )
        for row in connection.execute(chosen.order_by(table.c.id))
    ]


def add_observations(
    connection: Connection,
    family: str,
    observations: Sequence[Observation],
    origin: ImportRecord,
    dry_run: bool,
) -> Added:
    """Add the figures that are not there yet; see `data.store.Store.add_observations`."""
    for one in observations:
        if not math.isfinite(one.value):
            raise InputError(
                f"{one.source}: expected a number for '{one.kpi}' in {one.month}, "
                f"found {one.value}; leave the cell empty when there is no figure."
            )
    fresh, added = _compare(_held(connection, family, observations), observations)
    if fresh and not dry_run:
        number = _insert(connection, family, fresh, origin)
        write_entry(
            connection,
            origin.imported_by,
            "figures.import",
            family,
            after={"import": number, "file": origin.file, **asdict(added)},
        )
    return added


def _held(
    connection: Connection, family: str, observations: Sequence[Observation]
) -> list[Observation]:
    """What is kept already of the same KPIs and years."""
    if not observations:
        return []
    years = [one.month.year for one in observations]
    kpis = {one.kpi for one in observations}
    return read_observations(connection, family, kpis=kpis, years=(min(years), max(years)))


def _compare(
    held: Sequence[Observation], given: Sequence[Observation]
) -> tuple[list[Observation], Added]:
    known = {identity(one) for one in held}
    values: dict[tuple[str, Month, str], set[float]] = {}
    for one in held:
        values.setdefault((one.kpi, one.month, one.form), set()).add(one.value)
    fresh = []
    revised = 0
    for one in given:
        if identity(one) in known:
            continue
        known.add(identity(one))
        earlier = values.setdefault((one.kpi, one.month, one.form), set())
        revised += bool(earlier) and one.value not in earlier
        earlier.add(one.value)
        fresh.append(one)
    return fresh, Added(len(fresh), len(given) - len(fresh), revised)


def _insert(
    connection: Connection, family: str, observations: Sequence[Observation], origin: ImportRecord
) -> int:
    """Write figures; the number of their import."""
    number: int = connection.execute(
        insert(tables.imports)
        .values(
            family=family,
            file=origin.file,
            sha256=origin.sha256,
            imported_at=origin.imported_at,
            imported_by=origin.imported_by,
        )
        .returning(tables.imports.c.id)
    ).scalar_one()
    connection.execute(
        insert(tables.observations),
        [
            {
                "family": family,
                "kpi": one.kpi,
                "year": one.month.year,
                "month": one.month.month,
                "form": one.form,
                "value": one.value,
                "status": one.status,
                "published": one.published,
                "source": one.source,
                "import_id": number,
            }
            for one in observations
        ],
    )
    return number
