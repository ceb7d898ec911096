"""Databases and trained folders for tests, made once per run and copied.

With pytest-xdist every worker is a process of its own. What is costly to make, a
migrated database or a trained folder, is made by the worker that needs it first;
the others wait at a lock in the run's folder and copy what it made.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from data.db.store import Store
from training.tracking import MlflowTracker

DATABASE, TRACKING = "vedich.db", "mlflow.db"


class Run:
    """What the workers of one run of the tests share: a folder, and what was made in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, factory: pytest.TempPathFactory) -> Run:
        own = factory.getbasetemp()
        shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
        folder = shared / "made-once"
        folder.mkdir(exist_ok=True)
        return cls(folder)

    def once(self, name: str, make: Callable[[Path], object]) -> Path:
        """The folder `name`, filled by `make` in whichever worker asks first; read only."""
        made, done = self.folder / name, self.folder / f"{name}.done"
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(made, ignore_errors=True)  # of an attempt that failed
                made.mkdir()
                make(made)
                done.touch()
        return made

    def copy(self, name: str, make: Callable[[Path], object], to: Path) -> Path:
        """The same, copied to a folder that need not exist yet."""
        shutil.copytree(self.once(name, make), to, dirs_exist_ok=True)
        return to

    def new_database(self, folder: Path) -> None:
        """`folder`/vedich.db with all tables and nothing in them: a copy of the run's."""
        folder.mkdir(parents=True, exist_ok=True)
        empty = self.once("empty-store", lambda made: open_store(made).close())
        shutil.copyfile(empty / DATABASE, folder / DATABASE)

    def new_store(self, folder: Path) -> Store:
        """An empty store in `folder`/vedich.db."""
        self.new_database(folder)
        return open_store(folder)

    def new_tracking(self, folder: Path) -> MlflowTracker:
        """An empty MLflow in `folder`/mlflow.db; creating its tables takes seconds."""

        def make(made: Path) -> None:
            MlflowTracker(f"sqlite:///{made / TRACKING}").open()

        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.once("empty-tracking", make) / TRACKING, folder / TRACKING)
        return MlflowTracker(f"sqlite:///{folder / TRACKING}", folder / "artifacts")


def open_store(folder: Path) -> Store:
    """The store in `folder`/vedich.db, migrated here and now where there is none."""
    return Store.open(f"sqlite:///{folder / DATABASE}")
