"""Observations in the database: reading them, adding those of an import."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, insert, or_, select

from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from data.vintages.comparison import StoredFigures, identity
from data.vintages.dated import DatedFigure, fresh_dated, hidden_imports, read_dated, write_dated
from data.vintages.observation import UNDATED, Observation
from models.errors import InputError, NoObservations
from models.series import Month

_TABLE = tables.observations
_FIGURE = (
    *(_TABLE.c.id, _TABLE.c.kpi, _TABLE.c.year, _TABLE.c.month, _TABLE.c.form),
    *(_TABLE.c.value, _TABLE.c.status, _TABLE.c.published, _TABLE.c.source),
)


@dataclass(frozen=True)
class ImportRecord:
    """The provenance of observations, recorded once per file.

    `batch` is the id of the upload that several files were committed with.
    """

    file: str
    sha256: str
    imported_by: str
    imported_at: datetime
    batch: str | None = None


@dataclass(frozen=True)
class Added:
    """Numbers of new, repeated and revised figures in an import; `revised` are among `new`."""

    new: int
    unchanged: int
    revised: int


def add_observations(
    store: Store,
    family: str,
    observations: Sequence[Observation],
    record: ImportRecord,
    *,
    dry_run: bool = False,
    dated: Sequence[DatedFigure] = (),
) -> Added:
    """Add figures that are not stored yet, in one transaction; on a `dry_run` only count them.

    The same figure (KPI, month, form, value, status, publication date) is added
    once; a repetition in another file is recorded, so that the figure stays when
    the first import is withdrawn. A figure that differs from all stored figures of
    the same month and form counts as revised.

    Raises
    ------
    InputError
        If a value is not a finite number; nothing is added then.
    """
    with store.reading() if dry_run else store.writing() as connection:
        return write_observations(connection, family, observations, record, dry_run, dated)


def imported(store: Store, family: str, sha256: str) -> bool:
    """Whether a file with this content was imported and not withdrawn."""
    with store.reading() as connection:
        return was_imported(connection, family, sha256)


def vintages_of(store: Store, family: str) -> tuple[date, ...]:
    """The days on which figures of the family were published."""
    with store.reading() as connection:
        table = tables.observations
        chosen = select(table.c.published).distinct()
        chosen = chosen.where(table.c.family == family, table.c.published < UNDATED)
        hidden = hidden_imports(connection, family)
        if hidden:
            chosen = chosen.where(_visible(hidden))
        to_days = {one.published for one in read_dated(connection, family)} - {UNDATED}
        return tuple(sorted(to_days.union(connection.scalars(chosen))))


def newest_publication(store: Store, family: str) -> date:
    """The newest day on which figures of the family were published.

    Raises
    ------
    NoObservations
        If it has none.
    """
    vintages = vintages_of(store, family)
    if not vintages:
        raise NoObservations(
            "plan family '{family}' has no figures yet; load some first.", family=family
        )
    return vintages[-1]


def read_observations(
    connection: Connection,
    family: str,
    up_to: date | None = None,
    kpis: Collection[str] | None = None,
    years: tuple[int, int] | None = None,
    stored_at: datetime | None = None,
) -> list[Observation]:
    """Figures of a family in order of entry, filtered.

    Figures of withdrawn imports are left out, whatever the day; `stored_at` gives
    the imports and withdrawals as stored at that moment.
    """
    rows = _rows(connection, family, up_to, kpis, years, stored_at)
    return [observation for _, observation in rows]


def was_imported(connection: Connection, family: str, sha256: str) -> bool:
    """As `imported`, over an open connection."""
    table = tables.imports
    chosen = select(table.c.id).where(table.c.family == family, table.c.sha256 == sha256)
    chosen = chosen.where(table.c.id.not_in(select(tables.withdrawals.c.import_id)))
    return connection.scalar(chosen.limit(1)) is not None


def write_observations(
    connection: Connection,
    family: str,
    observations: Sequence[Observation],
    record: ImportRecord,
    dry_run: bool,
    dated: Sequence[DatedFigure] = (),
) -> Added:
    """Add the figures that are not there yet; see `add_observations`."""
    for figure in observations:
        if not math.isfinite(figure.value):
            raise InputError(
                "{source}: expected a number for '{kpi}' in {month}, found {value}; leave "
                "the cell empty when there is no figure.",
                source=figure.source,
                kpi=figure.kpi,
                month=figure.month,
                value=figure.value,
            )
    stored = _stored(connection, family, observations)
    compared = StoredFigures(figure for _, figure in stored).take(observations)
    fresh = [figure.observation for figure in compared if figure.state != "unchanged"]
    revised = sum(figure.state == "revised" for figure in compared)
    days = fresh_dated(connection, family, dated)
    added = Added(
        new=len(fresh) + len(days),
        unchanged=len(compared) - len(fresh) + len(dated) - len(days),
        revised=revised,
    )
    if dry_run or not (observations or dated):
        return added
    if fresh or days or not was_imported(connection, family, record.sha256):
        number = _insert(connection, family, fresh, record)
        write_dated(connection, family, days, number)
        _repeat(connection, number, stored, observations)
        write_entry(
            connection,
            record.imported_by,
            "figures.import",
            family,
            after={"import": number, "file": record.file, **asdict(added)},
        )
    return added


def _rows(
    connection: Connection,
    family: str,
    up_to: date | None = None,
    kpis: Collection[str] | None = None,
    years: tuple[int, int] | None = None,
    stored_at: datetime | None = None,
) -> list[tuple[int, Observation]]:
    """Figures with their ids; see `read_observations`."""
    table = tables.observations
    chosen = select(*_FIGURE).where(table.c.family == family)
    if kpis is not None:
        chosen = chosen.where(table.c.kpi.in_(sorted(kpis)))
    if years is not None:
        chosen = chosen.where(table.c.year.between(*years))
    if up_to is not None:
        chosen = chosen.where(table.c.published <= up_to)
    hidden = hidden_imports(connection, family, stored_at)
    repeated_in: dict[int, str] = {}
    if hidden:
        chosen = chosen.where(_visible(hidden))
        repeated_in = _repeated_sources(connection, hidden)
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
                source=repeated_in.get(number, source),
            ),
        )
        for number, kpi, year, month, form, value, status, published, source in connection.execute(
            chosen.order_by(table.c.id)
        ).all()
    ]


def _visible(hidden: Sequence[int]) -> ColumnElement[bool]:
    """A figure is visible while any import that printed it is."""
    again = select(tables.repeats.c.observation)
    again = again.where(tables.repeats.c.import_id.not_in(hidden))
    table = tables.observations
    return or_(table.c.import_id.not_in(hidden), table.c.id.in_(again))


def _repeated_sources(connection: Connection, hidden: Sequence[int]) -> dict[int, str]:
    """Figure id → source in the first visible import that repeats a figure of hidden imports."""
    table, again = tables.observations, tables.repeats
    chosen = (
        select(again.c.observation, again.c.source)
        .join(table, table.c.id == again.c.observation)
        .where(table.c.import_id.in_(hidden), again.c.import_id.not_in(hidden))
        .order_by(again.c.import_id.desc())
    )
    return {row.observation: row.source for row in connection.execute(chosen)}


def _stored(
    connection: Connection, family: str, observations: Sequence[Observation]
) -> list[tuple[int, Observation]]:
    """The stored figures of the same KPIs and years, with their ids."""
    if not observations:
        return []
    years = [figure.month.year for figure in observations]
    kpis = {figure.kpi for figure in observations}
    return _rows(connection, family, kpis=kpis, years=(min(years), max(years)))


def _insert(
    connection: Connection, family: str, observations: Sequence[Observation], record: ImportRecord
) -> int:
    """Write an import and its figures; return the import's id."""
    number: int = connection.execute(
        insert(tables.imports)
        .values(
            family=family,
            file=record.file,
            sha256=record.sha256,
            imported_at=record.imported_at,
            imported_by=record.imported_by,
            batch=record.batch,
        )
        .returning(tables.imports.c.id)
    ).scalar_one()
    rows = [
        {
            "family": family,
            "kpi": figure.kpi,
            "year": figure.month.year,
            "month": figure.month.month,
            "form": figure.form,
            "value": figure.value,
            "status": figure.status,
            "published": figure.published,
            "source": figure.source,
            "import_id": number,
        }
        for figure in observations
    ]
    if rows:
        connection.execute(insert(tables.observations), rows)
    return number


def _repeat(
    connection: Connection,
    number: int,
    stored: Sequence[tuple[int, Observation]],
    observations: Sequence[Observation],
) -> None:
    """Record the stored figures that an import repeats; they survive a withdrawal of the other."""
    printed = {identity(figure): figure.source for figure in reversed(observations)}
    rows = [
        {"import_id": number, "observation": id, "source": printed[identity(figure)]}
        for id, figure in stored
        if identity(figure) in printed
    ]
    if rows:
        connection.execute(insert(tables.repeats), rows)
