"""CPU seconds and memory per KPI of the steps of a month, at many sizes, here and on a cluster.

    python -m experiments.scale.run --panels ../shared/data/panels --home FOLDER --case CASE...

A case is STEP:KPIS[xSIZE][/RUN]:ENGINE:WORKERS, such as `retrain:90x90:local:2` (a family of
90), `month:1000:dask:2` (families of 30 to 150 KPIs), `month:100000/450:local:2` (a database
of 100,000 KPIs, of which families of 450 are run). STEP is
  retrain   the first monthly run ever: figures up to May, no backtest is kept
  month     the following one: June's figures are new, the backtest is kept (`borrowed.py`)
  project   every projection of June by the models at hand, as a reader would ask for it
Each case is a line of results/cases.csv, written when it ends; cases that are there already
are not run again. Homes are kept in FOLDER and made when first needed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.db.store import Store
from data.settings import Settings
from experiments.provenance import write_provenance
from experiments.scale.borrowed import borrow, lend
from experiments.scale.families import (
    LAST,
    SEED,
    SIZES,
    Shape,
    add_figures,
    data_hash,
    figures_of,
    load,
    plan_of,
    read_panels,
)
from experiments.scale.page import page
from experiments.scale.processes import cpu_seconds, free_port, memory, peak_memory, server, tree

RESULTS = Path(__file__).parent / "results"
MAY = LAST.plus(-1)
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
LOOK = 0.5  # seconds between two looks at the processes
KEPT_MB = 20_000
SCHEDULER = (sys.executable, "-m", "distributed.cli.dask_scheduler")
WORKER = (sys.executable, "-m", "distributed.cli.dask_worker")


@dataclass(frozen=True)
class Case:
    """What is measured: so many KPIs in the database, those of some families in the step."""

    step: str
    shape: Shape
    run: int
    engine: str
    workers: int

    @classmethod
    def parse(cls, text: str) -> Case:
        step, size, engine, workers = text.split(":")
        kpis, _, run = size.partition("/")
        kpis, _, own = kpis.partition("x")
        if step not in ("retrain", "month", "project") or engine not in ("local", "dask"):
            raise argparse.ArgumentTypeError(f"expected STEP:KPIS:ENGINE:WORKERS, found {text}")
        shape = Shape(int(kpis), (int(own),) if own else SIZES)
        return cls(step, shape, int(run or kpis), engine, int(workers))

    @property
    def size(self) -> str:
        """The name of what is in the database, and of what is run."""
        own = f"x{self.shape.sizes[0]}" if len(self.shape.sizes) == 1 else ""
        part = f"/{self.run}" if self.run != self.shape.kpis else ""
        return f"{self.shape.kpis}{own}{part}"

    def __str__(self) -> str:
        return f"{self.step}:{self.size}:{self.engine}:{self.workers}"

    @property
    def families(self) -> list[tuple[str, int]]:
        """The families that are run: those at the end of the database."""
        chosen: list[tuple[str, int]] = []
        for family, size in reversed(self.shape.families()):
            if sum(one for _, one in chosen) + size > self.run and chosen:
                break
            chosen.insert(0, (family, size))
        return chosen


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m experiments.scale.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--panels", type=Path, required=True)
    parser.add_argument("--home", type=Path, required=True, help="folder for databases")
    parser.add_argument("--case", type=Case.parse, nargs="+", required=True)
    parser.add_argument("--again", action="store_true", help="also those that are there already")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / "cases.csv"
    rows = [*pd.read_csv(file).to_dict("records")] if file.exists() else []
    series = read_panels(given.panels)
    homes = Homes(given.home, series)
    for case in given.case:
        if any(row["case"] == str(case) for row in rows) and not given.again:
            continue
        rows = [row for row in rows if row["case"] != str(case)]
        row = measured(case, homes)
        print(row, flush=True)
        rows.append(row)
        table = pd.DataFrame(rows)
        table.to_csv(file, index=False)
        (given.out / "cases.md").write_text(page(table), encoding="utf-8")
        write_provenance(
            given.out,
            "python -m experiments.scale.run --panels PANELS --home HOME --case "
            + " ".join(str(row["case"]) for row in rows),
            *("numpy", "scipy", "statsmodels", "mlflow", "distributed", "sqlalchemy"),
            seed=SEED,
            panel_series=len(series),
            data_sha256=data_hash(series, len(series)),
        )


class Homes:
    """Homes of the program with their databases, made once.

    Parameters
    ----------
    series : array, shape (n_series, n_months)
    """

    def __init__(self, folder: Path, series: NDArray[np.float64]) -> None:
        self._folder, self._series = folder, series
        folder.mkdir(parents=True, exist_ok=True)

    def may(self, case: Case) -> Path:
        """Families with figures up to May; nothing was ever trained."""
        shape = case.shape

        def make(home: Path) -> None:
            wall, cpu = time.perf_counter(), time.process_time()
            store = Store.open(settings_of(home).store_url)
            load(store, shape, self._series, MAY)
            store.close()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            size = (home / "vedich.db").stat().st_size / 1e6
            said = {"kpis": shape.kpis, "wall_s": wall, "cpu_s": cpu, "database_mb": size}
            (home / "loaded.json").write_text(json.dumps(said) + "\n")

        return self._once(f"may-{shape.kpis}-{shape.sizes[0]}-{len(shape.sizes)}", make)

    def june(self, case: Case) -> Path:
        """Of `may`, families that had their run for May, and June's figures since."""

        def make(home: Path) -> None:
            shutil.copytree(self.may(case), home, dirs_exist_ok=True)
            settings, lender = settings_of(home), settings_of(self.lender())
            lending = Store.open(lender.store_url)
            years = lend(lending, lender, LENDER.shape.families()[0][0], MAY.last_day)
            lending.close()
            store = Store.open(settings.store_url)
            for family, _ in case.families:
                borrow(store, settings, family, MAY.last_day, years)
            run_step(replace(case, step="retrain", engine="local", workers=2), home)
            place = 0
            for family, size in case.shape.families():
                if (family, size) in case.families:
                    plan = plan_of(family, size)
                    figures = figures_of(plan, self._series, place)
                    add_figures(store, plan, [one for one in figures if one.month > MAY])
                place += size
            store.close()

        return self._once(f"june-{case.size.replace('/', '-')}", make)

    def after_june(self, case: Case) -> Path:
        """Of `june`, families that had their run for June too."""

        def make(home: Path) -> None:
            shutil.copytree(self.june(case), home, dirs_exist_ok=True)
            run_step(replace(case, step="month", engine="local", workers=2), home)

        return self._once(self._after_june(case), make)

    def keep(self, case: Case, home: Path) -> None:
        """Take the home that a case left as `after_june`, if that is not there yet."""
        own = self._folder / self._after_june(case)
        if case.step == "month" and not (own / "made").exists():
            shutil.rmtree(own, ignore_errors=True)
            shutil.copytree(home, own)
            (own / "made").touch()

    def _after_june(self, case: Case) -> str:
        return f"after-june-{case.size.replace('/', '-')}"

    def lender(self) -> Path:
        """A family that was retrained whole."""

        def make(home: Path) -> None:
            shutil.copytree(self.may(LENDER), home, dirs_exist_ok=True)
            run_step(LENDER, home)

        return self._once("lender", make)

    @contextmanager
    def copy(self, home: Path) -> Iterator[Path]:
        """A copy of a home, deleted in the end."""
        own = self._folder / "own"
        shutil.rmtree(own, ignore_errors=True)
        yield Path(shutil.copytree(home, own))
        shutil.rmtree(own)

    def _once(self, name: str, make: Callable[[Path], None]) -> Path:
        home = self._folder / name
        made = home / "made"
        if not made.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            make(home)
            made.touch()
        return home


def measured(case: Case, homes: Homes) -> dict[Hashable, Any]:
    """Run a case on a copy of its home; its line of the results."""
    prepared = {"retrain": homes.may, "month": homes.june, "project": homes.after_june}
    with homes.copy(prepared[case.step](case)) as home:
        load_before = os.getloadavg()[0]
        found = run_step(case, home)
        homes.keep(case, home)
        kpis = sum(size for _, size in case.families)
        loaded = json.loads((home / "loaded.json").read_text())
        return {
            "case": str(case),
            "step": case.step,
            "size": case.size,
            "kpis_in_database": case.shape.kpis,
            "kpis": kpis,
            "families": len(case.families),
            "engine": case.engine,
            "workers": case.workers,
            "wall_s": round(found["wall"], 1),
            "cpu_s": round(found["cpu"], 1),
            "cpu_s_per_kpi": round(found["cpu"] / kpis, 4),
            "parent_cpu_s": round(found["own_cpu"], 1),
            "parent_peak_mb": round(found["parent_peak"]),
            "worker_early_mb": round(found["early"]),
            "worker_peak_mb": round(found["worker_peak"]),
            "load_cpu_s": round(loaded["cpu_s"], 1),
            "database_mb": round(loaded["database_mb"]),
            "home_mb": round(sum(one.stat().st_size for one in home.rglob("*")) / 1e6),
            "load_before": round(load_before, 1),
        }


def run_step(case: Case, home: Path) -> dict[str, float]:
    """Do a step in a process of its own, with a cluster of its own if it is to have one.

    Returns
    -------
    wall and CPU seconds (of all processes, and of the first alone), peak memory of the first
    and of the largest other process, and the largest other's at a third of the time, MB
    """
    with ExitStack() as stack:
        cluster = stack.enter_context(cluster_of(case.workers)) if case.engine == "dask" else None
        others = cluster.pids if cluster else []
        asked = {
            "step": case.step,
            "plans": [f"{family}-{LAST.year}" for family, _ in case.families],
            "workers": case.workers,
            "engine": case.engine,
            "scheduler": cluster.address if cluster else None,
        }
        before = cpu_seconds(others)
        command = [sys.executable, "-m", "experiments.scale.step", str(home), json.dumps(asked)]
        started = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, **ENVIRONMENT}
        )
        peaks = Peaks(started.pid, others)
        said, _ = started.communicate()
        peaks.end()
        if started.returncode:
            raise SystemExit(f"{case}: its process ended with {started.returncode}.")
        found: dict[str, float] = json.loads(said.splitlines()[-1])
        found["cpu"] += cpu_seconds(others) - before
        return found | peaks.found()


class Peaks:
    """Looks at the memory of a process and of others until it is over."""

    def __init__(self, first: int, others: Sequence[int]) -> None:
        self._first, self._others = first, others
        self._parent = 0.0
        self._largest: list[float] = []  # of the other processes, at each look
        self._peak = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def found(self) -> dict[str, float]:
        early = self._largest[: max(1, len(self._largest) // 3)]
        return {"parent_peak": self._parent, "worker_peak": self._peak, "early": max(early)}

    def _look(self) -> None:
        while not self._over.wait(LOOK):
            others = [*tree(self._first)[1:], *self._others]
            self._parent = max(self._parent, peak_memory(self._first))
            self._largest.append(max(map(memory, others), default=0.0))
            self._peak = max(self._peak, *map(peak_memory, others), 0.0)


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster: the scheduler's address, and the processes."""

    address: str
    pids: tuple[int, ...]


@contextmanager
def cluster_of(workers: int) -> Iterator[Cluster]:
    """A scheduler and workers of one thread each, on loopback."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port, environment = free_port(), {**os.environ, **ENVIRONMENT}
        own = ["--host", "127.0.0.1", "--no-dashboard"]
        scheduler = [*SCHEDULER, *own, "--port", str(port)]
        pids = [stack.enter_context(server(scheduler, environment, port, folder / "log"))]
        address = f"tcp://127.0.0.1:{port}"
        for _ in range(workers):
            listens = free_port()
            worker = [*WORKER, address, *own, "--nthreads", "1", "--no-nanny"]
            worker += ["--worker-port", str(listens), "--local-directory", str(folder)]
            pids.append(stack.enter_context(server(worker, environment, listens, folder / "log")))
        yield Cluster(address, tuple(pids))


def settings_of(home: Path) -> Settings:
    return Settings(home=home, database_url=None, mlflow_tracking_uri=None, kept_mb=KEPT_MB)


LENDER = Case("retrain", Shape(12, (12,)), 12, "local", 2)  # its backtest is lent to all others


if __name__ == "__main__":
    main()
