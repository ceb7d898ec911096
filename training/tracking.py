"""Recording of retrainings in MLflow; the only module that imports it.

`Tracker` is the interface, `MlflowTracker` its implementation. Importing this module is
cheap: `MlflowTracker.open` imports MLflow, which takes seconds and is only needed for
retraining. The service never queries MLflow's database: bundles and the history of
promotions are our own (`training.bundle.promoted`), so the service works while MLflow is
unavailable.
"""

from __future__ import annotations

import fcntl
import json
import logging
import math
import os
import sqlite3
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version as installed_version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import create_engine, make_url, text

from models.errors import TrackingUnavailable
from training.reach import TIMEOUT, ping, unavailable, without_password

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature

CHAMPION, CHALLENGER = "champion", "challenger"
BUNDLE_LOADER = "training.flavor"
CARD = "model_card.md"
LONGEST_DIGEST = 36  # characters that MLflow keeps of a dataset's
_ARTIFACT_PATHS = (  # columns of MLflow's database, version 3
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("logged_models", "artifact_location"),
)

# Read by MLflow on import: no telemetry, few log lines, and an unreachable server fails
# within seconds instead of minutes of retries.
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
}


@dataclass(frozen=True)
class NestedRun:
    """A KPI within a retraining.

    `metrics` maps a name to its values by step (months known; 0 for a single value).
    """

    name: str
    metrics: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingData:
    """The figures that a retraining used.

    Attributes
    ----------
    name : of the family and vintage
    digest : hash of the figures
    source : where they are, for who may ask there
    profile : what is in them, as text by name
    """

    name: str
    digest: str
    source: str
    profile: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RetrainingRun:
    """A retraining: the parent run, a nested run per KPI, and the bundle's folder.

    `plots` draws the pictures that are kept beside the model, by file name, once they are
    asked for; `card` is kept there too, and shown as the description of the version.
    """

    family: str
    name: str
    bundle: Path
    data: TrainingData
    card: str = ""
    plots: Callable[[], Mapping[str, bytes]] = dict
    metrics: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    nested: tuple[NestedRun, ...] = ()


@dataclass(frozen=True)
class RegisteredVersion:
    """A version of a family's registered model."""

    family: str
    version: str
    run_id: str
    aliases: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


class Tracker(Protocol):
    """Records retrainings; the tests have a small fake."""

    def open(self, family: str | None = None) -> None:
        """Connect; raise `TrackingUnavailable` before any long work starts.

        With a family also if its retrainings could not be recorded.
        """
        ...

    def record(self, run: RetrainingRun) -> RegisteredVersion:
        """Store a retraining and register its bundle as the family's next version."""
        ...

    def set_alias(self, family: str, alias: str, version: str) -> None:
        """Point `alias` ('champion', 'challenger') to this version only."""
        ...

    def remove_alias(self, family: str, alias: str) -> None:
        """Remove `alias` from the family."""
        ...

    def versions(self, family: str) -> tuple[RegisteredVersion, ...]:
        """Registered versions of a family, oldest first; empty if there is none."""
        ...


class MlflowTracker:
    """Records into MLflow: one experiment and one registered model per family.

    Parameters
    ----------
    uri : str, a database ('sqlite:///...', 'postgresql://...') or a server ('http://...')
    artifacts : Path or None, folder of the artefacts if `uri` is a database;
        a server has its own
    timeout : seconds that a server or PostgreSQL may take to answer; a server is asked
        three times
    """

    def __init__(self, uri: str, artifacts: Path | None = None, timeout: float = TIMEOUT) -> None:
        self.uri, self.artifacts, self._timeout = uri, artifacts, timeout
        self._client: MlflowClient | None = None

    def open(self, family: str | None = None) -> None:
        """Import MLflow and connect to its database or server.

        A local database that does not exist is made; one whose folder was moved is told
        where its artefacts are now.

        Raises
        ------
        TrackingUnavailable
            If the server does not answer, the database cannot be opened, or the family's
            experiment was deleted.
        """
        if self._client is None:
            ping(self.uri, self._timeout)
            for name, value in _ENVIRONMENT.items():
                os.environ.setdefault(name, value)
            os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] = str(math.ceil(self._timeout))
            if self.uri.startswith("postgresql"):
                from data.db.patience import limit_waiting_at

                limit_waiting_at(self.uri, self._timeout)
            for name in ("mlflow", "alembic"):
                logging.getLogger(name).setLevel(logging.WARNING)
            with self._translated_failures():
                from mlflow import MlflowClient

                self._make_database()
                client = MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)
                client.search_experiments(max_results=1)
                self._client = client
        if family is not None:
            self._check_experiment(family)

    def pages(self, port: int) -> tuple[list[str], dict[str, str]]:
        """Command and environment that show MLflow's own pages, on this machine only.

        The address of the database is in the environment: commands are seen by everybody.

        Raises
        ------
        TrackingUnavailable
            If the database cannot be opened; or if it is a server, which has pages of its own.
        """
        if self.uri.startswith(("http://", "https://")):
            raise TrackingUnavailable(
                f"MLflow is a server of its own; open {without_password(self.uri)} in a browser."
            )
        self.open()
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
        command += ["--port", str(port), "--workers", "1"]
        own = {"MLFLOW_BACKEND_STORE_URI": self.uri, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        return command, {**os.environ, **_ENVIRONMENT, **own}

    def _make_database(self) -> None:
        """Make a local database whole: in a temporary file, renamed when it is complete.

        MLflow itself makes the tables in place, which two processes cannot do at once, and
        which leaves half a database if it is ended meanwhile. The file is in WAL mode: runs
        are thousands of small commits, and families at once wait for each other's.
        """
        path = make_url(self.uri).database if self.uri.startswith("sqlite:") else None
        if not path or Path(path).exists():
            return
        from mlflow.store.db.utils import _initialize_tables

        target = Path(path)
        with target.with_name(f"{target.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if target.exists():  # another process has made it
                return
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=".mlflow") as scratch:
                made = Path(scratch) / target.name
                engine = create_engine(f"sqlite:///{made}")
                _initialize_tables(engine)  # type: ignore[no-untyped-call]
                engine.dispose()
                with closing(sqlite3.connect(made)) as connection:
                    connection.execute("PRAGMA journal_mode=WAL")
                made.rename(target)

    def _check_experiment(self, family: str) -> None:
        with self._translated_failures():
            experiment = self._opened().get_experiment_by_name(family)
        if experiment is None:
            return
        if experiment.lifecycle_stage == "deleted":
            raise TrackingUnavailable(
                "expected the MLflow experiment '{family}', found that it was deleted. Restore "
                "it with 'MLFLOW_TRACKING_URI={place} mlflow experiments restore "
                "--experiment-id {number}'.",
                family=family,
                place=without_password(self.uri),
                number=experiment.experiment_id,
            )
        place = self._place(family)
        if place is not None and experiment.artifact_location != place:
            with self._translated_failures():
                self._move_artifacts(experiment.artifact_location, place)

    def _move_artifacts(self, old: str, new: str) -> None:
        """Replace the start of every artefact path in a local database: its home was moved."""
        engine = create_engine(self.uri)
        with engine.begin() as connection:
            for table, column in _ARTIFACT_PATHS:
                statement = (
                    f"UPDATE {table} SET {column} = :new || substr({column}, :length) "
                    f"WHERE {column} = :old OR substr({column}, 1, :length) = :old || '/'"
                )
                values = {"new": new, "old": old, "length": len(old) + 1}
                connection.execute(text(statement), values)
        engine.dispose()

    def _place(self, family: str) -> str | None:
        """The folder of a family's artefacts as an address; None on a server."""
        if self.artifacts is None:
            return None
        return (self.artifacts / family).resolve().as_uri()

    def record(self, run: RetrainingRun) -> RegisteredVersion:
        """Store a retraining: tags with the run, metrics in one batch (see MLflow issue 5269)."""
        client = self._opened()
        with self._translated_failures(), tempfile.TemporaryDirectory() as scratch:
            experiment = self._experiment(run.family)
            parent = client.create_run(experiment, run_name=run.name, tags=dict(run.tags))
            parent_id = str(parent.info.run_id)
            try:
                self._log(parent_id, run.metrics, run.params)
                self._log_data(parent_id, run.data)
                for nested in run.nested:
                    tags = {**nested.tags, "mlflow.parentRunId": parent_id}
                    child = client.create_run(experiment, run_name=nested.name, tags=tags)
                    self._log(str(child.info.run_id), nested.metrics)
                    client.set_terminated(str(child.info.run_id))
                model = Path(scratch) / "model"
                _save_model(run.bundle, model)
                client.log_artifacts(parent_id, str(model), "model")
                self._log_files(parent_id, run, Path(scratch))
                registered = self._register(run, parent_id, f"{parent.info.artifact_uri}/model")
            except BaseException:
                with suppress(TrackingUnavailable), self._translated_failures():
                    ping(self.uri, self._timeout)  # of a server that is away nothing more is asked
                    client.set_terminated(parent_id, status="FAILED")
                raise
            client.set_terminated(parent_id)
        return registered

    def set_alias(self, family: str, alias: str, version: str) -> None:
        with self._translated_failures():
            self._opened().set_registered_model_alias(family, alias, version)

    def remove_alias(self, family: str, alias: str) -> None:
        with self._translated_failures():
            self._opened().delete_registered_model_alias(family, alias)

    def versions(self, family: str) -> tuple[RegisteredVersion, ...]:
        client = self._opened()
        with self._translated_failures():
            aliases: dict[str, list[str]] = {}
            for model in client.search_registered_models(f"name = '{family}'"):
                for alias, number in model.aliases.items():
                    aliases.setdefault(str(number), []).append(alias)
            found = client.search_model_versions(f"name = '{family}'", max_results=1000)
            return tuple(
                RegisteredVersion(
                    family,
                    str(entry.version),
                    str(entry.run_id),
                    tuple(sorted(aliases.get(str(entry.version), ()))),
                    dict(entry.tags),
                )
                for entry in sorted(found, key=lambda entry: int(entry.version))
            )

    def _experiment(self, family: str) -> str:
        client = self._opened()
        experiment = client.get_experiment_by_name(family)
        if experiment is not None:
            return str(experiment.experiment_id)
        if self.artifacts is not None:
            self.artifacts.mkdir(parents=True, exist_ok=True)
        return str(client.create_experiment(family, artifact_location=self._place(family)))

    def _log(
        self,
        run_id: str,
        metrics: Mapping[str, Mapping[int, float]],
        params: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        from mlflow.entities import Metric, Param

        now = int(time.time() * 1000)
        self._opened().log_batch(
            run_id,
            metrics=[
                Metric(name, float(value), now, step)
                for name, steps in sorted(metrics.items())
                for step, value in sorted(steps.items())
                if value == value
            ],
            params=[Param(name, value) for name, value in sorted(params.items())],
        )

    def _log_data(self, run_id: str, data: TrainingData) -> None:
        from mlflow.entities import Dataset, DatasetInput, InputTag

        profile = json.dumps(data.profile, ensure_ascii=False, sort_keys=True)
        digest = data.digest[:LONGEST_DIGEST]
        found = Dataset(
            data.name, digest, "vedich", json.dumps({"uri": data.source}), None, profile
        )
        context = InputTag("mlflow.data.context", "training")
        self._opened().log_inputs(run_id, [DatasetInput(found, [context])])

    def _log_files(self, run_id: str, run: RetrainingRun, scratch: Path) -> None:
        """Plots and the model card, in a folder of their own beside the model."""
        folder = scratch / "about"
        folder.mkdir()
        for name, content in {CARD: run.card.encode(), **run.plots()}.items():
            (folder / name).write_bytes(content)
        self._opened().log_artifacts(run_id, str(folder), folder.name)

    def _register(self, run: RetrainingRun, run_id: str, source: str) -> RegisteredVersion:
        client = self._opened()
        if not client.search_registered_models(f"name = '{run.family}'"):
            client.create_registered_model(run.family)
        entry = client.create_model_version(
            run.family, source=source, run_id=run_id, tags=dict(run.tags), description=run.card
        )
        return RegisteredVersion(run.family, str(entry.version), run_id, (), dict(run.tags))

    def _opened(self) -> MlflowClient:
        if self._client is None:
            self.open()
        assert self._client is not None
        return self._client

    @contextmanager
    def _translated_failures(self) -> Iterator[None]:
        """Ignore MLflow's own warnings, and translate its failures to `TrackingUnavailable`."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from mlflow.exceptions import MlflowException
            from sqlalchemy.exc import SQLAlchemyError

            try:
                yield
            except (MlflowException, SQLAlchemyError, OSError) as error:
                raise unavailable(self.uri, error, self._timeout) from error


def _save_model(bundle: Path, folder: Path) -> None:
    """Save a bundle's folder as an MLflow model: data and a loader's name, no pickle."""
    import mlflow.pyfunc

    mlflow.pyfunc.save_model(
        str(folder),
        loader_module=BUNDLE_LOADER,
        data_path=str(bundle),
        signature=_signature(),
        pip_requirements=[f"vedich=={installed_version('vedich')}"],
    )


def _signature() -> ModelSignature:
    """Tidy figures in (one row per KPI and month, or as printed), projected years out."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

    def columns(required: bool = True, **types: str) -> list[Any]:
        return [ColSpec(kind, name, required=required) for name, kind in types.items()]

    months = columns(kpi="string", month="string", value="double")
    printed = columns(required=False, form="string", status="string", published="string")
    years = columns(
        kpi="string", year="long", mean="double", median="double", q10="double", q90="double"
    )
    return ModelSignature(
        inputs=Schema([*months, *printed]),
        outputs=Schema(years),
        params=ParamSchema([ParamSpec("as_of", "string", "")]),
    )
