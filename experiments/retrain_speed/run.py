"""Time a retraining of 150 KPIs with its backtest, and one KPI's answer to a new month.

    python -m experiments.retrain_speed.run [--workers 2]

The KPIs are those of the sample plan `vietnam-2021` as of June 2021 and scaled
replicas of them up to 150: figures, vintages and revisions of real length, which
is what the time depends on. The retraining is the whole of it: panel, backtest,
final fits, bundle, MLflow, gate. Then the June figures of one KPI are taken out
and given back: what is timed is the answer to the new month with the model at
hand, without any refit. Seconds spent in MLflow (its import, runs, plots, card, files,
registry) are told apart. Writes results.json beside this file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.samples.files import read_sample
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from data.vintages.rows import ImportRecord, add_observations
from experiments.provenance import processor
from models.pipeline import project
from models.projection import Projection
from training.bundle.bundle import Bundle, read_bundle
from training.prior.editions import candidates_for
from training.retrain import commit, retrain
from training.tracking import MlflowTracker, RegisteredVersion, RetrainingRun

RESULTS = Path(__file__).parent / "results.json"
SAMPLE, DAY, KPIS, FAMILY = "vietnam-2021", date(2021, 6, 30), 150, "many"
UPDATED, TIMES = "exports", 50


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.retrain_speed.run")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kpis", type=int, default=KPIS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    program = commit()
    plan, observations = read_sample(SAMPLE)
    kpis = list(islice(replicated(plan), given.kpis))
    by_kpi: dict[str, list[Observation]] = {}
    for one in observations:
        by_kpi.setdefault(one.kpi, []).append(one)
    figures = [one for kpi in kpis for one in figures_of(kpi, by_kpi)]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), database_url=None, mlflow_tracking_uri=None)
        store = Store.open(settings.store_url)
        save_plan(store, Plan(f"{FAMILY}-2021", FAMILY, 2021, "", "", "", tuple(kpis), ()))
        origin = ImportRecord("replicas", "0" * 64, "experiment", datetime.now(UTC))
        add_observations(store, FAMILY, figures, origin)
        load, before = os.getloadavg()[0], cpu_seconds()
        began = time.perf_counter()
        tracker = Timed(settings.tracking_uri, Path(folder) / "mlartifacts")
        report = retrain(
            store, settings, f"{FAMILY}-2021", DAY, workers=given.workers, tracker=tracker
        )
        wall, cpu = time.perf_counter() - began, cpu_seconds() - before
        update = new_month(load_panel(store, FAMILY, DAY), read_bundle(report.folder))
        store.close()
    scored = report.scores.query("method == 'ensemble' and months_known == 'all'")
    content = "\n".join(sorted(map(repr, figures)))
    found = {
        "command": "python -m experiments.retrain_speed.run "
        f"--workers {given.workers} --kpis {given.kpis}",
        "kpis": report.kpis,
        "figures": len(figures),
        "scored_origins": int(scored["n"].iloc[0]),
        "workers": given.workers,
        "cores": len(os.sched_getaffinity(0)),
        "wall_seconds": round(wall, 1),
        "cpu_seconds": round(cpu, 1),
        "mlflow_cpu_seconds": round(tracker.seconds, 1),
        "mlflow_overhead": round(tracker.seconds / (cpu - tracker.seconds), 3),
        "load_before": round(load, 1),
        "new_month": update,
        "data_sha256": hashlib.sha256(content.encode()).hexdigest(),
        "seed": "family, KPI and vintage (models.paths.generator)",
        "commit": program,
        "processor": processor(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "pandas", "statsforecast", "mlflow-skinny")},
    }
    given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


class Timed(MlflowTracker):
    """MLflow, with the CPU seconds of this process that it took."""

    seconds = 0.0

    def open(self, family: str | None = None) -> None:
        with self._timed():
            super().open(family)

    def record(self, run: RetrainingRun) -> RegisteredVersion:
        with self._timed():
            return super().record(run)

    def set_alias(self, family: str, alias: str, version: str) -> None:
        with self._timed():
            super().set_alias(family, alias, version)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        begun = time.process_time()
        yield
        self.seconds += time.process_time() - begun


def replicated(plan: Plan) -> Iterator[Kpi]:
    """The sample's KPIs, then replicas of them without end; totals keep their own parts."""
    number = 0
    while True:
        for kpi in plan.kpis:
            yield replace(
                kpi,
                slug=_replica(kpi.slug, number),
                parent=kpi.parent and _replica(kpi.parent, number),
                parts=tuple(_replica(part, number) for part in kpi.parts),
            )
        number += 1


def _replica(slug: str, number: int) -> str:
    return f"{slug}_{number}" if number else slug


def figures_of(kpi: Kpi, printed: Mapping[str, Sequence[Observation]]) -> Iterator[Observation]:
    """A KPI's figures up to the day; a replica's levels are scaled, its rates are not."""
    slug, _, number = kpi.slug.rpartition("_")
    replica = number.isdigit()
    scale = 1.0 + 0.1 * int(number) if replica else 1.0
    for one in printed.get(slug if replica else kpi.slug, ()):
        if one.published > DAY:
            continue
        is_rate = one.form.startswith(("rate", "share"))
        yield replace(one, kpi=kpi.slug, value=one.value if is_rate else scale * one.value)


def new_month(panel: Panel, bundle: Bundle) -> dict[str, Any]:
    """Milliseconds from one KPI's printed figures to its projection, by the model at hand."""
    candidates = candidates_for(bundle.as_of.year)
    spans, last = [], None
    for _ in range(TIMES):
        began = time.perf_counter()
        series = panel.series_as_of(UPDATED, DAY)
        last = project(series, (), bundle.learned[UPDATED], year=2021, candidates=candidates)
        spans.append(1000 * (time.perf_counter() - began))
    assert isinstance(last, Projection)
    return {
        "kpi": UPDATED,
        "cutoff": str(last.cutoff),
        "method": last.method,
        "times": TIMES,
        "median_ms": round(float(np.median(spans)), 1),
        "p90_ms": round(float(np.quantile(spans, 0.9)), 1),
        "least_ms": round(min(spans), 1),
    }


def cpu_seconds() -> float:
    """Of this process and of those it waited for."""
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


if __name__ == "__main__":
    main()
