"""Observations as rows, read and written over a connection of the store."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, insert, or_, select

from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from data.vintages.comparison import Held, identity
from data.vintages.observation import UNDATED, Observation
from models.errors import InputError
from models.series import Month

_TABLE = tables.observations
_FIGURE = (
    *(_TABLE.c.id, _TABLE.c.kpi, _TABLE.c.year, _TABLE.c.month, _TABLE.c.form),
    *(_TABLE.c.value, _TABLE.c.status, _TABLE.c.published, _TABLE.c.source),
)


@dataclass(frozen=True)
class ImportRecord:
    """Where observations came from: recorded once per file.

    `batch` names the upload that several files were committed with.
    """

    file: str
    sha256: str
    imported_by: str
    imported_at: datetime
    batch: str | None = None


@dataclass(frozen=True)
class Added:
    """What an import added: new figures, repeated ones, and figures that revise earlier ones.

    `revised` are among the `new`.
    """

    new: int
    unchanged: int
    revised: int


def add_observations(
    store: Store,
    family: str,
    observations: Sequence[Observation],
    origin: ImportRecord,
    *,
    dry_run: bool = False,
) -> Added:
    """Add what is not there yet, in one transaction; on a `dry_run` only count it.

    The same figure (KPI, month, form, value, status, publication date) is
    added once; that another file printed it again is noted, so that it stays
    when the first is withdrawn. A figure differing from all those kept for the same
    month and form counts as revised.

    Raises
    ------
    InputError
        If a value is not a finite number; nothing is added then.
    """
    with store.reading() if dry_run else store.writing() as connection:
        return write_observations(connection, family, observations, origin, dry_run)


def imported(store: Store, family: str, sha256: str) -> bool:
    """Whether a file of that content added figures before, and was not withdrawn."""
    with store.reading() as connection:
        return was_imported(connection, family, sha256)


def vintages_of(store: Store, family: str) -> tuple[date, ...]:
    """The days on which anything of the family was published."""
    with store.reading() as connection:
        table = tables.observations
        chosen = select(table.c.published).distinct()
        chosen = chosen.where(table.c.family == family, table.c.published < UNDATED)
        unseen = _unseen(connection, family)
        if unseen:
            chosen = chosen.where(_seen(unseen))
        return tuple(connection.scalars(chosen.order_by(table.c.published)))


def read_observations(
    connection: Connection,
    family: str,
    up_to: date | None = None,
    kpis: Collection[str] | None = None,
    years: tuple[int, int] | None = None,
    held_at: datetime | None = None,
) -> list[Observation]:
    """Figures of a family in the order they came, narrowed where asked.

    Those of imports that were taken back are left out, whatever the day; with
    `held_at` imports and withdrawals count as they stood at that moment.
    """
    rows = _rows(connection, family, up_to, kpis, years, held_at)
    return [observation for _, observation in rows]


def was_imported(connection: Connection, family: str, sha256: str) -> bool:
    """Whether a file of that content added figures before, and was not taken back."""
    table = tables.imports
    chosen = select(table.c.id).where(table.c.family == family, table.c.sha256 == sha256)
    chosen = chosen.where(table.c.id.not_in(select(tables.withdrawals.c.import_id)))
    return connection.scalar(chosen.limit(1)) is not None


def write_observations(
    connection: Connection,
    family: str,
    observations: Sequence[Observation],
    origin: ImportRecord,
    dry_run: bool,
) -> Added:
    """Add the figures that are not there yet; see `add_observations`."""
    for one in observations:
        if not math.isfinite(one.value):
            raise InputError(
                f"{one.source}: expected a number for '{one.kpi}' in {one.month}, "
                f"found {one.value}; leave the cell empty when there is no figure."
            )
    held = _held(connection, family, observations)
    compared = Held(one for _, one in held).take(observations)
    fresh = [one.observation for one in compared if one.state != "unchanged"]
    revised = sum(one.state == "revised" for one in compared)
    added = Added(len(fresh), len(compared) - len(fresh), revised)
    if dry_run or not observations:
        return added
    if fresh or not was_imported(connection, family, origin.sha256):
        number = _insert(connection, family, fresh, origin)
        _repeat(connection, number, held, observations)
        write_entry(
            connection,
            origin.imported_by,
            "figures.import",
            family,
            after={"import": number, "file": origin.file, **asdict(added)},
        )
    return added


def _rows(
    connection: Connection,
    family: str,
    up_to: date | None = None,
    kpis: Collection[str] | None = None,
    years: tuple[int, int] | None = None,
    held_at: datetime | None = None,
) -> list[tuple[int, Observation]]:
    """Figures with their numbers; see `read_observations`."""
    table = tables.observations
    chosen = select(*_FIGURE).where(table.c.family == family)
    if kpis is not None:
        chosen = chosen.where(table.c.kpi.in_(sorted(kpis)))
    if years is not None:
        chosen = chosen.where(table.c.year.between(*years))
    if up_to is not None:
        chosen = chosen.where(table.c.published <= up_to)
    unseen = _unseen(connection, family, held_at)
    elsewhere: dict[int, str] = {}
    if unseen:
        chosen = chosen.where(_seen(unseen))
        elsewhere = _printed_again(connection, unseen)
    return [
        (
            number,
            Observation(
                kpi=kpi,
                month=Month(year, month),
                form=form,
                value=value,
                status=status,
                published=published,
                source=elsewhere.get(number, source),
            ),
        )
        for number, kpi, year, month, form, value, status, published, source in connection.execute(
            chosen.order_by(table.c.id)
        ).all()
    ]


def _unseen(connection: Connection, family: str, held_at: datetime | None = None) -> list[int]:
    """Imports that were taken back, or (at an earlier moment) had not come yet."""
    gone, came = tables.withdrawals, tables.imports
    withdrawn = select(gone.c.import_id).where(gone.c.family == family)
    if held_at is None:
        return list(connection.scalars(withdrawn))
    withdrawn = withdrawn.where(gone.c.withdrawn_at <= held_at)
    later = select(came.c.id).where(came.c.family == family, came.c.imported_at > held_at)
    return [*connection.scalars(withdrawn), *connection.scalars(later)]


def _seen(unseen: Sequence[int]) -> ColumnElement[bool]:
    """A figure is seen while an import that printed it is."""
    again = select(tables.repeats.c.observation)
    again = again.where(tables.repeats.c.import_id.not_in(unseen))
    table = tables.observations
    return or_(table.c.import_id.not_in(unseen), table.c.id.in_(again))


def _printed_again(connection: Connection, unseen: Sequence[int]) -> dict[int, str]:
    """Where the figures of unseen imports stand in others, the first of them."""
    table, again = tables.observations, tables.repeats
    chosen = (
        select(again.c.observation, again.c.source)
        .join(table, table.c.id == again.c.observation)
        .where(table.c.import_id.in_(unseen), again.c.import_id.not_in(unseen))
        .order_by(again.c.import_id.desc())
    )
    return {row.observation: row.source for row in connection.execute(chosen)}


def _held(
    connection: Connection, family: str, observations: Sequence[Observation]
) -> list[tuple[int, Observation]]:
    """What is kept already of the same KPIs and years."""
    if not observations:
        return []
    years = [one.month.year for one in observations]
    kpis = {one.kpi for one in observations}
    return _rows(connection, family, kpis=kpis, years=(min(years), max(years)))


def _insert(
    connection: Connection, family: str, observations: Sequence[Observation], origin: ImportRecord
) -> int:
    """Write an import and its figures; its number."""
    number: int = connection.execute(
        insert(tables.imports)
        .values(
            family=family,
            file=origin.file,
            sha256=origin.sha256,
            imported_at=origin.imported_at,
            imported_by=origin.imported_by,
            batch=origin.batch,
        )
        .returning(tables.imports.c.id)
    ).scalar_one()
    rows = [
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
    ]
    if rows:
        connection.execute(insert(tables.observations), rows)
    return number


def _repeat(
    connection: Connection,
    number: int,
    held: Sequence[tuple[int, Observation]],
    observations: Sequence[Observation],
) -> None:
    """Note which figures kept before an import prints again: they stay if the others go."""
    printed = {identity(one): one.source for one in reversed(observations)}
    rows = [
        {"import_id": number, "observation": row, "source": printed[identity(one)]}
        for row, one in held
        if identity(one) in printed
    ]
    if rows:
        connection.execute(insert(tables.repeats), rows)
