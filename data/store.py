"""The one door to the database: plans, KPIs, observations with their vintages, the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select
from sqlalchemy.engine import make_url

from data import tables
from data.entry_rows import (
    LogEntry,
    in_utc,
    read_log,
    read_progress,
    write_log,
    write_progress,
)
from data.observation import Kpi, Observation
from data.observation_rows import (
    Added,
    ImportRecord,
    add_observations,
    identity,
    read_observations,
)
from data.panel import Panel
from data.plan import Plan
from data.plan_rows import Saved, note_edit, read_kpis, read_plan, write_plan
from models.errors import UnknownStamp
from models.series import Series
from models.task import Progress

__all__ = ["Added", "ImportRecord", "ObservationStore", "Promotion", "Saved", "Store"]

_WRITER = 8_651_093  # number of the advisory lock that PostgreSQL writers take


@dataclass(frozen=True)
class Promotion:
    """One bundle made champion of a family, at a time."""

    family: str
    version: str
    as_of: date
    promoted_at: datetime
    bundle_hash: str


class ObservationStore(Protocol):
    """What training and the service need of a store of observations."""

    def panel(self, family: str, up_to: date | None = None) -> Panel: ...

    def series_as_of(self, family: str, kpi: str, day: date) -> Series: ...

    def vintages(self, family: str) -> tuple[date, ...]: ...

    def data_hash(self, family: str, day: date) -> str: ...


class Store:
    """A database of plans and observations; append-only but for names and definitions.

    Observations, imports, plan versions, what people enter, promotions and
    projections are never changed or deleted; triggers in the database refuse it
    too. One writer at a time; any number of threads and processes may read meanwhile.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Store:
        """Open and bring up to date the database at a SQLAlchemy URL.

        SQLite files are created with their folder and kept in WAL mode;
        'postgresql://' is served by psycopg.
        """
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        if address.get_backend_name() == "sqlite" and address.database not in (
            None,
            "",
            ":memory:",
        ):
            Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
        store = cls(engine)
        store._migrate()
        return store

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self) -> None:
        configuration = Config()
        configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        head = ScriptDirectory.from_config(configuration).get_current_head()
        with self._engine.connect() as connection:
            if MigrationContext.configure(connection).get_current_revision() == head:
                return
        with self._writing() as connection:
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that keeps other writers out from its beginning."""
        with self._engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(select(func.pg_advisory_xact_lock(_WRITER)))
            yield connection

    # plans

    def plans(self) -> tuple[str, ...]:
        """Slugs of all plans, in order."""
        chosen = select(tables.plans.c.slug).order_by(tables.plans.c.slug)
        with self._engine.connect() as connection:
            return tuple(connection.scalars(chosen))

    def family_plans(self, family: str) -> tuple[str, ...]:
        """Slugs of a family's plans, by year."""
        chosen = select(tables.plans.c.slug).where(tables.plans.c.family == family)
        with self._engine.connect() as connection:
            return tuple(
                connection.scalars(chosen.order_by(tables.plans.c.year, tables.plans.c.slug))
            )

    def plan(self, slug: str) -> Plan:
        """A plan with its KPIs and all its versions; raise `UnknownPlan`."""
        with self._engine.connect() as connection:
            return read_plan(connection, slug)

    def save_plan(self, plan: Plan) -> Saved:
        """Save a plan, its KPIs and its new versions, all or nothing.

        Saving the same plan again changes nothing. Names and KPI definitions may
        change; a version that was saved once never does.

        Raises
        ------
        InvalidPlan
            If a version with a number already saved differs from it, or the plan
            belongs to another family.
        """
        with self._writing() as connection:
            return write_plan(connection, plan)

    def kpis(self, family: str) -> tuple[Kpi, ...]:
        """All KPIs of a family, in the order they were first given."""
        with self._engine.connect() as connection:
            return read_kpis(connection, family)

    # what people enter

    def progress(self, plan: str) -> tuple[Progress, ...]:
        """All reports about a plan's tasks, in the order in which they were entered."""
        with self._engine.connect() as connection:
            return read_progress(connection, plan)

    def add_progress(self, plan: Plan, entry: Progress) -> None:
        """Append a report; what it says is checked before, see `data.progress.check_progress`."""
        moment = datetime.now(UTC)
        with self._writing() as connection:
            write_progress(connection, plan.slug, entry, moment)
            note_edit(connection, plan.family, plan.slug, moment)

    def log(self, plan: str) -> tuple[LogEntry, ...]:
        """All log entries of a plan, in the order in which they were entered."""
        with self._engine.connect() as connection:
            return read_log(connection, plan)

    def add_log(self, plan: Plan, entry: LogEntry) -> None:
        """Append a log entry; it is checked before, see `data.progress.check_log`."""
        moment = datetime.now(UTC)
        with self._writing() as connection:
            write_log(connection, plan.slug, entry, moment)
            note_edit(connection, plan.family, plan.slug, moment)

    # observations

    def add_observations(
        self,
        family: str,
        observations: Sequence[Observation],
        origin: ImportRecord,
        *,
        dry_run: bool = False,
    ) -> Added:
        """Add what is not there yet, in one transaction; on a `dry_run` only count it.

        The same figure (KPI, month, form, value, status, publication date) is
        added once. A figure differing from all those kept for the same month and
        form counts as revised.

        Raises
        ------
        InputError
            If a value is not a finite number; nothing is added then.
        """
        door = self._engine.connect() if dry_run else self._writing()
        with door as connection:
            return add_observations(connection, family, observations, origin, dry_run)

    def imported(self, family: str, sha256: str) -> bool:
        """Whether a file of that content added figures before."""
        chosen = select(tables.imports.c.id).where(
            tables.imports.c.family == family, tables.imports.c.sha256 == sha256
        )
        with self._engine.connect() as connection:
            return connection.scalar(chosen.limit(1)) is not None

    def panel(self, family: str, up_to: date | None = None) -> Panel:
        """Everything known of a family (up to a day), in memory."""
        with self._engine.connect() as connection:
            kpis = read_kpis(connection, family)
            return Panel.of(family, kpis, read_observations(connection, family, up_to))

    def series_as_of(self, family: str, kpi: str, day: date) -> Series:
        """A KPI as known on a day; see `data.panel.Panel.series_as_of`."""
        return self.panel(family, day).series_as_of(kpi, day)

    def vintages(self, family: str) -> tuple[date, ...]:
        """The days on which anything of the family was published."""
        table = tables.observations
        chosen = select(table.c.published).where(table.c.family == family).distinct()
        with self._engine.connect() as connection:
            return tuple(connection.scalars(chosen.order_by(table.c.published)))

    def data_hash(self, family: str, day: date) -> str:
        """SHA-256 of all figures known on a day, whatever order they came in."""
        with self._engine.connect() as connection:
            known = read_observations(connection, family, day)
        lines = sorted("|".join(map(str, identity(one))) for one in known)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def revision(self, family: str) -> tuple[int, int, int]:
        """Three numbers that change whenever anything is added to or changed in a family.

        They count imports, edits of plans (what people enter about them included)
        and promotions; cheap enough to ask before every answer.
        """
        counters = [
            select(func.coalesce(func.max(table.c.id), 0))
            .where(table.c.family == family)
            .scalar_subquery()
            for table in (tables.imports, tables.edits, tables.promotions)
        ]
        with self._engine.connect() as connection:
            imports, edits, promotions = connection.execute(select(*counters)).one()
        return int(imports), int(edits), int(promotions)

    # promotions and the ledger

    def record_promotion(self, promotion: Promotion) -> None:
        """Append a promotion to the history."""
        with self._writing() as connection:
            connection.execute(insert(tables.promotions).values(**asdict(promotion)))

    def promotions(self, family: str) -> tuple[Promotion, ...]:
        """All promotions of a family, oldest first."""
        chosen = select(tables.promotions).where(tables.promotions.c.family == family)
        with self._engine.connect() as connection:
            return tuple(
                Promotion(
                    family=row.family,
                    version=row.version,
                    as_of=row.as_of,
                    promoted_at=in_utc(row.promoted_at),
                    bundle_hash=row.bundle_hash,
                )
                for row in connection.execute(chosen.order_by(tables.promotions.c.id))
            )

    def record_projection(
        self, stamp: str, plan: str, kpi: str, payload: Mapping[str, Any]
    ) -> None:
        """Enter a projection into the ledger; a stamp entered before keeps its content."""
        known = select(tables.projections.c.stamp).where(tables.projections.c.stamp == stamp)
        with self._writing() as connection:
            if connection.scalar(known) is None:
                connection.execute(
                    insert(tables.projections).values(
                        stamp=stamp,
                        plan=plan,
                        kpi=kpi,
                        payload=dict(payload),
                        recorded_at=datetime.now(UTC),
                    )
                )

    def projection(self, stamp: str) -> dict[str, Any]:
        """What the ledger holds under a stamp; raise `UnknownStamp`."""
        chosen = select(tables.projections.c.payload).where(tables.projections.c.stamp == stamp)
        with self._engine.connect() as connection:
            payload = connection.scalar(chosen)
        if payload is None:
            raise UnknownStamp(
                f"no published figure carries the code '{stamp}'; check the letters, and that "
                "it was issued by this service."
            )
        return dict(payload)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")
