"""Figures to a day: cumulative from one day to another, as "to 22 February" prints them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from data.db import tables
from data.db.store import Store
from data.vintages.observation import Form, Observation
from models.series import FigureStatus, Month


@dataclass(frozen=True)
class DatedFigure:
    """A figure of all days from one through another. Append-only, as observations are.

    `value` is in the KPI's unit; `published` is the day of publication.
    """

    kpi: str
    from_day: date
    to_day: date
    value: float
    status: FigureStatus
    published: date
    source: str


def dated_of(store: Store, family: str, as_of: date | None = None) -> tuple[DatedFigure, ...]:
    """The figures to a day of a family, as published by a day, in order of their last day."""
    with store.reading() as connection:
        return read_dated(connection, family, as_of)


def hidden_imports(
    connection: Connection, family: str, stored_at: datetime | None = None
) -> list[int]:
    """Ids of withdrawn imports and, at an earlier moment, of later imports."""
    gone, came = tables.withdrawals, tables.imports
    withdrawn = select(gone.c.import_id).where(gone.c.family == family)
    if stored_at is None:
        return list(connection.scalars(withdrawn))
    withdrawn = withdrawn.where(gone.c.withdrawn_at <= stored_at)
    later = select(came.c.id).where(came.c.family == family, came.c.imported_at > stored_at)
    return [*connection.scalars(withdrawn), *connection.scalars(later)]


def read_dated(
    connection: Connection,
    family: str,
    as_of: date | None = None,
    stored_at: datetime | None = None,
) -> tuple[DatedFigure, ...]:
    """As `dated_of`, over an open connection; those of withdrawn imports are left out.

    `stored_at` gives the imports and withdrawals as stored at that moment.
    """
    table = tables.dated_figures
    chosen = select(table).where(table.c.family == family)
    hidden = hidden_imports(connection, family, stored_at)
    if hidden:
        chosen = chosen.where(table.c.import_id.not_in(hidden))
    if as_of is not None:
        chosen = chosen.where(table.c.published <= as_of)
    return tuple(
        DatedFigure(
            row.kpi,
            row.from_day,
            row.to_day,
            row.value,
            row.status,
            row.published,
            row.source,
        )
        for row in connection.execute(chosen.order_by(table.c.to_day, table.c.id))
    )


def through_month(figure: DatedFigure) -> Observation | None:
    """The figure of whole months that a figure to a month's last day is; None for any other."""
    first, month = figure.from_day, Month(figure.to_day.year, figure.to_day.month)
    if figure.to_day != month.last_day or first.day != 1 or first.year != month.year:
        return None
    form: Form = "month" if first.month == month.month else "year_to_date"
    if form == "year_to_date" and first.month != 1:
        return None
    return Observation(
        figure.kpi, month, form, figure.value, figure.status, figure.published, figure.source
    )


def fresh_dated(
    connection: Connection, family: str, figures: Sequence[DatedFigure]
) -> list[DatedFigure]:
    """The figures that are not stored yet, whatever file they came from."""
    known = {_identity(figure) for figure in read_dated(connection, family)}
    fresh = {_identity(figure): figure for figure in reversed(figures)}
    return [one for identity, one in reversed(fresh.items()) if identity not in known]


def write_dated(
    connection: Connection, family: str, figures: Sequence[DatedFigure], import_id: int
) -> None:
    """Store figures of an import."""
    if figures:
        rows = [{**asdict(figure), "family": family, "import_id": import_id} for figure in figures]
        connection.execute(insert(tables.dated_figures), rows)


def _identity(figure: DatedFigure) -> tuple[object, ...]:
    return (
        *(figure.kpi, figure.from_day, figure.to_day),
        *(figure.value, figure.status, figure.published),
    )
