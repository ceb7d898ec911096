"""The one door to the database: plans, KPIs, observations with their vintages, the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from data import tables
from data.observation import Kpi, Observation, RowSelector
from data.panel import Panel
from data.plan import Plan, PlanVersion
from models.errors import InvalidPlan, UnknownPlan, UnknownStamp
from models.series import Month, Series
from models.target import Target

_MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class ImportRecord:
    """Where observations came from: recorded once per file."""

    file: str
    sha256: str
    imported_by: str
    imported_at: datetime


@dataclass(frozen=True)
class Added:
    """What an import added: new figures, repeated ones, and figures that revise earlier ones."""

    new: int
    unchanged: int
    revised: int


@dataclass(frozen=True)
class Saved:
    """What saving a plan changed."""

    new_plan: bool
    new_versions: tuple[int, ...]
    changed_kpis: tuple[str, ...]


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

    Observations, imports, plan versions, promotions and projections are never
    changed or deleted; triggers in the database refuse it too.
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
        with engine.begin() as connection:
            configuration = Config()
            configuration.set_main_option(
                "script_location", str(Path(__file__).parent / "migrations")
            )
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
        return cls(engine)

    def close(self) -> None:
        self._engine.dispose()

    # plans

    def plans(self) -> tuple[str, ...]:
        """Slugs of all plans, in order."""
        with self._engine.connect() as connection:
            return tuple(
                connection.scalars(select(tables.plans.c.slug).order_by(tables.plans.c.slug))
            )

    def family_plans(self, family: str) -> tuple[str, ...]:
        """Slugs of a family's plans, by year."""
        chosen = select(tables.plans.c.slug).where(tables.plans.c.family == family)
        with self._engine.connect() as connection:
            return tuple(connection.scalars(chosen.order_by(tables.plans.c.year)))

    def plan(self, slug: str) -> Plan:
        """A plan with its KPIs and all its versions; raise `UnknownPlan`."""
        with self._engine.connect() as connection:
            row = connection.execute(
                select(tables.plans).where(tables.plans.c.slug == slug)
            ).first()
            if row is None:
                known = ", ".join(connection.scalars(select(tables.plans.c.slug))) or "none"
                raise UnknownPlan(
                    f"no plan '{slug}'; there is {known}. Import it or load a sample."
                )
            return Plan(
                slug=row.slug,
                family=row.family,
                year=row.year,
                body=row.body,
                name_vi=row.name_vi,
                name_en=row.name_en,
                kpis=self._plan_kpis(connection, row.slug, row.family),
                versions=self._versions(connection, row.slug),
                label=row.label,
                note=row.note,
            )

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
        with self._engine.begin() as connection:
            head = {
                name: getattr(plan, name)
                for name in ("family", "year", "body", "name_vi", "name_en", "label", "note")
            }
            found = select(tables.plans.c.family).where(tables.plans.c.slug == plan.slug)
            family = connection.scalar(found)
            if family is None:
                connection.execute(insert(tables.plans).values(slug=plan.slug, **head))
            elif family != plan.family:
                raise InvalidPlan(
                    f"plan '{plan.slug}' is of family '{family}', found '{plan.family}'; "
                    "keep the family or choose another slug."
                )
            else:
                connection.execute(
                    update(tables.plans).where(tables.plans.c.slug == plan.slug).values(**head)
                )
            changed = self._save_kpis(connection, plan)
            added = self._save_versions(connection, plan)
        return Saved(family is None, added, changed)

    def kpis(self, family: str) -> tuple[Kpi, ...]:
        """All KPIs of a family, in the order they were first given."""
        chosen = select(tables.kpis.c.definition).where(tables.kpis.c.family == family)
        with self._engine.connect() as connection:
            rows = connection.scalars(chosen.order_by(tables.kpis.c.position, tables.kpis.c.slug))
            return tuple(_kpi(definition) for definition in rows)

    def _plan_kpis(self, connection: Connection, slug: str, family: str) -> tuple[Kpi, ...]:
        chosen = (
            select(tables.kpis.c.definition)
            .join(tables.plan_kpis, tables.plan_kpis.c.kpi == tables.kpis.c.slug)
            .where(tables.plan_kpis.c.plan == slug, tables.kpis.c.family == family)
            .order_by(tables.plan_kpis.c.position)
        )
        return tuple(_kpi(definition) for definition in connection.scalars(chosen))

    def _versions(self, connection: Connection, slug: str) -> tuple[PlanVersion, ...]:
        chosen = select(tables.targets).where(tables.targets.c.plan == slug)
        rows = connection.execute(chosen.order_by(tables.targets.c.position)).all()
        by_version: dict[int, list[tuple[str, Target]]] = {}
        for row in rows:
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

    def _save_kpis(self, connection: Connection, plan: Plan) -> tuple[str, ...]:
        known = {
            row.slug: row.definition
            for row in connection.execute(
                select(tables.kpis).where(tables.kpis.c.family == plan.family)
            )
        }
        changed = []
        for position, kpi in enumerate(plan.kpis):
            definition = _plain(asdict(kpi))
            if known.get(kpi.slug) == definition:
                continue
            changed.append(kpi.slug)
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
        return tuple(changed)

    def _save_versions(self, connection: Connection, plan: Plan) -> tuple[int, ...]:
        known = {version.number: version for version in self._versions(connection, plan.slug)}
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
        added once. A figure differing from one published earlier for the same
        month and form counts as revised.
        """
        with self._engine.begin() as connection:
            held: set[tuple[object, ...]] = set()
            earlier: dict[tuple[object, ...], set[float]] = {}
            for known in self._observations(connection, family, {o.kpi for o in observations}):
                held.add(_identity(known))
                earlier.setdefault((known.kpi, known.month, known.form), set()).add(known.value)
            fresh = []
            revised = 0
            for observation in observations:
                if _identity(observation) in held:
                    continue
                held.add(_identity(observation))
                place = (observation.kpi, observation.month, observation.form)
                values = earlier.setdefault(place, set())
                revised += bool(values) and observation.value not in values
                values.add(observation.value)
                fresh.append(observation)
            if fresh and not dry_run:
                self._insert(connection, family, fresh, origin)
        return Added(len(fresh), len(observations) - len(fresh), revised)

    def imported(self, family: str, sha256: str) -> bool:
        """Whether a file of that content added figures before."""
        chosen = select(tables.imports.c.id).where(
            tables.imports.c.family == family, tables.imports.c.sha256 == sha256
        )
        with self._engine.connect() as connection:
            return connection.scalar(chosen.limit(1)) is not None

    def panel(self, family: str, up_to: date | None = None) -> Panel:
        """Everything known of a family (up to a day), in memory."""
        kpis = self.kpis(family)
        with self._engine.connect() as connection:
            return Panel.of(family, kpis, self._observations(connection, family, None, up_to))

    def series_as_of(self, family: str, kpi: str, day: date) -> Series:
        """A KPI as known on a day; see `data.panel.Panel.series_as_of`."""
        return self.panel(family, day).series_as_of(kpi, day)

    def vintages(self, family: str) -> tuple[date, ...]:
        """The days on which anything of the family was published."""
        chosen = select(tables.observations.c.published).where(
            tables.observations.c.family == family
        )
        with self._engine.connect() as connection:
            return tuple(
                connection.scalars(chosen.distinct().order_by(tables.observations.c.published))
            )

    def data_hash(self, family: str, day: date) -> str:
        """SHA-256 of all figures known on a day, whatever order they came in."""
        with self._engine.connect() as connection:
            lines = sorted(
                "|".join(map(str, _identity(observation)))
                for observation in self._observations(connection, family, None, day)
            )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def revision(self, family: str) -> tuple[int, int]:
        """A pair that changes whenever figures or plan versions of the family are added."""
        with self._engine.connect() as connection:
            figures = connection.scalar(
                select(func.coalesce(func.max(tables.observations.c.id), 0)).where(
                    tables.observations.c.family == family
                )
            )
            versions = connection.scalar(
                select(func.count())
                .select_from(tables.plan_versions)
                .join(tables.plans, tables.plans.c.slug == tables.plan_versions.c.plan)
                .where(tables.plans.c.family == family)
            )
        return int(figures or 0), int(versions or 0)

    def _observations(
        self,
        connection: Connection,
        family: str,
        kpis: set[str] | None,
        up_to: date | None = None,
    ) -> list[Observation]:
        table = tables.observations
        chosen = select(table).where(table.c.family == family)
        if kpis is not None:
            chosen = chosen.where(table.c.kpi.in_(kpis))
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

    def _insert(
        self,
        connection: Connection,
        family: str,
        observations: Sequence[Observation],
        origin: ImportRecord,
    ) -> None:
        result = connection.execute(
            insert(tables.imports).values(
                family=family,
                file=origin.file,
                sha256=origin.sha256,
                imported_at=origin.imported_at,
                imported_by=origin.imported_by,
            )
        )
        assert result.inserted_primary_key is not None
        number = result.inserted_primary_key[0]
        connection.execute(
            insert(tables.observations),
            [
                {
                    "family": family,
                    "kpi": observation.kpi,
                    "year": observation.month.year,
                    "month": observation.month.month,
                    "form": observation.form,
                    "value": observation.value,
                    "status": observation.status,
                    "published": observation.published,
                    "source": observation.source,
                    "import_id": number,
                }
                for observation in observations
            ],
        )

    # promotions and the ledger

    def record_promotion(self, promotion: Promotion) -> None:
        """Append a promotion to the history."""
        with self._engine.begin() as connection:
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
                    promoted_at=_in_utc(row.promoted_at),
                    bundle_hash=row.bundle_hash,
                )
                for row in connection.execute(chosen.order_by(tables.promotions.c.id))
            )

    def record_projection(
        self, stamp: str, plan: str, kpi: str, payload: Mapping[str, Any]
    ) -> None:
        """Enter a projection into the ledger once; its stamp is its content."""
        values = {
            "stamp": stamp,
            "plan": plan,
            "kpi": kpi,
            "payload": dict(payload),
            "recorded_at": datetime.now(UTC),
        }
        known = select(tables.projections.c.stamp).where(tables.projections.c.stamp == stamp)
        try:
            with self._engine.begin() as connection:
                if connection.scalar(known) is None:
                    connection.execute(insert(tables.projections).values(**values))
        except IntegrityError:  # another process entered the same stamp meanwhile
            return

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


def _identity(observation: Observation) -> tuple[object, ...]:
    return (
        observation.kpi,
        observation.month,
        observation.form,
        observation.value,
        observation.status,
        observation.published,
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


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
