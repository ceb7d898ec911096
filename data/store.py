"""The one door to the database: plans, KPIs, observations with their vintages, the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    Engine,
    ScalarSelect,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from data import tables
from data.audit import process_user, write_entry
from data.entry_rows import LogEntry, read_log, read_progress, write_log, write_progress
from data.event_rows import EventEntry, read_events, write_event
from data.held import identity
from data.observation import Kpi, Observation
from data.observation_rows import (
    Added,
    ImportRecord,
    add_observations,
    read_vintages,
    was_imported,
)
from data.panel import Panel
from data.panel_rows import read_panel
from data.plan import Plan
from data.plan_rows import Saved, read_kpis, read_plan, write_plan
from models.errors import InputError, StoreUnavailable, UnknownStamp
from models.series import Series
from models.task import Progress

__all__ = ["Added", "ImportRecord", "ObservationStore", "Promotion", "Revision", "Saved", "Store"]


def _newest(table: Table, *, of_family: bool = False) -> ScalarSelect[int]:
    chosen = select(func.coalesce(func.max(table.c.id), 0))
    if of_family:
        chosen = chosen.where(table.c.family == bindparam("family"))
    return chosen.scalar_subquery()


_WRITER = 8_651_093  # number of the advisory lock that PostgreSQL writers take
_REVISION = select(  # built once: it is asked before every answer
    _newest(tables.imports),
    _newest(tables.withdrawals),
    _newest(tables.edits),
    _newest(tables.promotions, of_family=True),
    _newest(tables.steps, of_family=True),
)


@dataclass(frozen=True)
class Promotion:
    """One bundle made champion of a family, at a time."""

    family: str
    version: str
    as_of: date
    promoted_at: datetime
    bundle_hash: str


class Revision(NamedTuple):
    """Counts of imports and edits of plans, and of a family's promotions and steps of sign-off.

    Imports, those taken back and edits are of all families: one may hold the
    indicators of another. `figures` changes only with what projections are
    computed from.
    """

    imports: int
    withdrawals: int
    edits: int
    promotions: int
    steps: int

    @property
    def figures(self) -> tuple[int, int, int, int]:
        return self[:4]


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

        Raises
        ------
        InputError
            If the URL is none, or of a database that this program does not know.
        StoreUnavailable
            If the database cannot be reached or opened; also raised by every
            method when it goes away later.
        """
        address = _address(url)
        if address.get_backend_name() == "sqlite" and address.database not in (
            None,
            "",
            ":memory:",
        ):
            Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "handle_error", _say_unavailable)
        store = cls(engine)
        store._migrate()
        return store

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self) -> None:
        configuration = Config()
        configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        head = ScriptDirectory.from_config(configuration).get_current_head()
        with self.reading() as connection:
            if MigrationContext.configure(connection).get_current_revision() == head:
                return
        with self.writing() as connection:
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")

    def reading(self) -> Connection:
        """A connection to read over; use it as a context."""
        return self._engine.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
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
        with self.reading() as connection:
            return tuple(connection.scalars(chosen))

    def family_plans(self, family: str) -> tuple[str, ...]:
        """Slugs of a family's plans, by year."""
        chosen = select(tables.plans.c.slug).where(tables.plans.c.family == family)
        with self.reading() as connection:
            return tuple(
                connection.scalars(chosen.order_by(tables.plans.c.year, tables.plans.c.slug))
            )

    def plan(self, slug: str) -> Plan:
        """A plan with its KPIs and all its versions; raise `UnknownPlan`."""
        with self.reading() as connection:
            return read_plan(connection, slug)

    def save_plan(self, plan: Plan, by: str | None = None) -> Saved:
        """Save a plan, its KPIs and its new versions, all or nothing.

        Saving the same plan again changes nothing. Names and KPI definitions may
        change; a version that was saved once never does.

        Parameters
        ----------
        plan : Plan
        by : who saves, for the audit log; default the user of this process

        Raises
        ------
        InvalidPlan
            If a version with a number already saved differs from it, or the plan
            belongs to another family.
        """
        with self.writing() as connection:
            return write_plan(connection, plan, by or process_user())

    def kpis(self, family: str) -> tuple[Kpi, ...]:
        """All KPIs of a family, in the order they were first given."""
        with self.reading() as connection:
            return read_kpis(connection, family)

    # what people enter

    def progress(self, plan: str) -> tuple[Progress, ...]:
        """All reports about a plan's tasks, in the order in which they were entered."""
        with self.reading() as connection:
            return read_progress(connection, plan)

    def add_progress(self, plan: Plan, entry: Progress, by: str | None = None) -> None:
        """Append a report that `data.progress.check_progress` let pass.

        `by` enters it, for the audit log; default the user of this process.
        """
        with self.writing() as connection:
            write_progress(connection, plan, entry, by or process_user(), datetime.now(UTC))

    def log(self, plan: str) -> tuple[LogEntry, ...]:
        """All log entries of a plan, in the order in which they were entered."""
        with self.reading() as connection:
            return read_log(connection, plan)

    def add_log(self, plan: Plan, entry: LogEntry, by: str | None = None) -> None:
        """Append a log entry that `data.progress.check_log` let pass; `by` as for a report."""
        with self.writing() as connection:
            write_log(connection, plan, entry, by or process_user(), datetime.now(UTC))

    def events(self, family: str) -> tuple[EventEntry, ...]:
        """All decisions about a family's events, in the order in which they were entered."""
        with self.reading() as connection:
            return read_events(connection, family)

    def add_event(self, plan: Plan, entry: EventEntry, by: str | None = None) -> None:
        """Append a decision about an event; `by` as for a report."""
        with self.writing() as connection:
            write_event(connection, plan, entry, by or process_user(), datetime.now(UTC))

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
        added once; that another file printed it again is noted, so that it stays
        when the first is taken back. A figure differing from all those kept for the same month and
        form counts as revised.

        Raises
        ------
        InputError
            If a value is not a finite number; nothing is added then.
        """
        door = self.reading() if dry_run else self.writing()
        with door as connection:
            return add_observations(connection, family, observations, origin, dry_run)

    def imported(self, family: str, sha256: str) -> bool:
        """Whether a file of that content added figures before, and was not taken back."""
        with self.reading() as connection:
            return was_imported(connection, family, sha256)

    def panel(
        self, family: str, up_to: date | None = None, held_at: datetime | None = None
    ) -> Panel:
        """Everything known of a family (up to a day), in memory, with its indicators elsewhere.

        Of a family with KPIs for demonstration everything at all: they look ahead.
        Imports that were taken back are left out, whatever the day; with `held_at`
        imports and withdrawals count as they stood at that moment.
        """
        with self.reading() as connection:
            return read_panel(connection, family, up_to, held_at)

    def series_as_of(self, family: str, kpi: str, day: date) -> Series:
        """A KPI as known on a day; see `data.panel.Panel.series_as_of`."""
        return self.panel(family, day).series_as_of(kpi, day)

    def vintages(self, family: str) -> tuple[date, ...]:
        """The days on which anything of the family was published."""
        with self.reading() as connection:
            return read_vintages(connection, family)

    def data_hash(self, family: str, day: date, held_at: datetime | None = None) -> str:
        """SHA-256 of all figures that answers for a day rest on, whatever order they came in.

        `held_at` as in `panel`.
        """
        panel = self.panel(family, day, held_at)
        lines = sorted("|".join(map(str, identity(one))) for one in panel.figures())
        for name, other in sorted(panel.elsewhere.items()):
            lines += sorted("|".join((name, *map(str, identity(one)))) for one in other.figures())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def revision(self, family: str) -> Revision:
        """What changes whenever anything that a family's answers rest on does; cheap to ask."""
        with self.reading() as connection:
            return Revision(*connection.execute(_REVISION, {"family": family}).one())

    # promotions and the ledger

    def record_promotion(self, promotion: Promotion, by: str | None = None) -> None:
        """Append a promotion to the history; `by` as in `save_plan`."""
        table = tables.promotions
        last = select(table.c.version).where(table.c.family == promotion.family)
        with self.writing() as connection:
            before = connection.scalar(last.order_by(table.c.id.desc()).limit(1))
            connection.execute(insert(table).values(**asdict(promotion)))
            write_entry(
                connection,
                by or process_user(),
                "model.promote",
                promotion.family,
                before=before and {"version": before},
                after={"version": promotion.version, "as_of": promotion.as_of.isoformat()},
            )

    def promotions(self, family: str) -> tuple[Promotion, ...]:
        """All promotions of a family, oldest first."""
        chosen = select(tables.promotions).where(tables.promotions.c.family == family)
        with self.reading() as connection:
            return tuple(
                Promotion(
                    family=row.family,
                    version=row.version,
                    as_of=row.as_of,
                    promoted_at=row.promoted_at,
                    bundle_hash=row.bundle_hash,
                )
                for row in connection.execute(chosen.order_by(tables.promotions.c.id))
            )

    def record_projection(
        self, stamp: str, plan: str, kpi: str, payload: Mapping[str, Any]
    ) -> None:
        """Enter a projection into the ledger; a stamp entered before keeps its content."""
        known = select(tables.projections.c.stamp).where(tables.projections.c.stamp == stamp)
        with self.writing() as connection:
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
        return dict(self._entry(stamp)[0])

    def recorded_at(self, stamp: str) -> datetime:
        """When a stamp was entered into the ledger, in UTC; raise `UnknownStamp`."""
        return self._entry(stamp)[1]

    def _entry(self, stamp: str) -> tuple[Mapping[str, Any], datetime]:
        table = tables.projections
        chosen = select(table.c.payload, table.c.recorded_at).where(table.c.stamp == stamp)
        with self.reading() as connection:
            entry = connection.execute(chosen).one_or_none()
        if entry is None:
            raise UnknownStamp(
                f"no published figure carries the code '{stamp}'; check the letters, and that "
                "it was issued by this service."
            )
        return entry.payload, entry.recorded_at


def _address(url: str) -> URL:
    """A URL with the driver that serves it; what it says beyond its scheme may be secret."""
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except ArgumentError:
        backend = "no URL"
    if backend not in ("sqlite", "postgresql"):
        raise InputError(
            f"expected the URL of a database, found {backend}. Set VEDICH_DATABASE_URL to "
            "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE."
        )
    if address.drivername == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    return address


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _say_unavailable(context: ExceptionContext) -> None:
    """Let a database that is away be our own error; a fault in a statement stays what it is."""
    sqlite_says = getattr(context.original_exception, "sqlite_errorname", "")
    away = isinstance(context.sqlalchemy_exception, OperationalError)
    if (away and sqlite_says != "SQLITE_ERROR") or sqlite_says == "SQLITE_NOTADB":
        engine = context.engine
        place = engine.url.render_as_string() if engine else "the address given"
        reason = (str(context.original_exception).splitlines() or ["no answer"])[0]
        raise StoreUnavailable(
            f"expected the database at {place}, found: {reason}. Start it, or set "
            "VEDICH_DATABASE_URL to where it is (unset: a file under VEDICH_HOME)."
        )
