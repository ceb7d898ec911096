"""Time retrainings from nothing and of a further month, MLflow's share, and one KPI's new month.

    python -m experiments.retrain_speed.run [--workers 2] [--kpis 38 150]
        [--parts retrain answer make-run]

- `retrain`: for each number of KPIs a home of its own, `vedich retrain` as of May from
  nothing and then as of June, each as a process: panel, backtest, final fits, bundle, MLflow,
  gate, ledger. CPU is that of the process and of all that it started. Loading the figures is
  not timed.
- `answer`: the last month's figures of one KPI with a model at hand, from the printed figures
  to the projection, without any refit; needs `retrain`.
- `make-run`: what `make run` does before it serves: both samples, a model for each month of
  2021 up to June.

A bar is for a machine with nothing beside; its load before each run is written down. CPU
seconds grow on a loaded machine too, MLflow's share of them hardly. Writes results.json and
made_with.json into the folder `results`, and the tables into the README; with `--out` all of
it into that folder.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.db.store import Store
from data.settings import Settings
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from experiments.provenance import write_provenance
from experiments.retrain_speed.many import DAY, FAMILY, PLAN, loaded
from models.pipeline import project
from models.projection import Projection
from training.bundle.bundle import Bundle
from training.bundle.promoted import bundle_for
from training.prior.editions import candidates_for

HERE = Path(__file__).parent
BEGIN, END = "<!-- results -->", "<!-- end of the results -->"
PARTS = ("retrain", "answer", "make-run")
MONTHS = {"from nothing": "2021-05", "a further month": "2021-06"}
CPU_BARS = {(38, "a further month"): 10, (150, "a further month"): 30}  # seconds
WALL_BARS = {(150, "from nothing"): 180}
MLFLOW_BAR = 0.15
MAKE_RUN_BAR = 180
ANSWER_BAR, UPDATED, TIMES = 50, "exports", 50  # milliseconds, a KPI, repetitions
PACKAGES = ("numpy", "pandas", "scipy", "statsmodels", "mlflow-skinny", "sqlalchemy")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.retrain_speed.run")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kpis", type=int, nargs="+", default=[38, 150])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    found: dict[str, Any] = {"workers": given.workers, "retrainings": []}
    if "retrain" in given.parts:
        for number in given.kpis:
            with tempfile.TemporaryDirectory() as folder:
                found["retrainings"] += retrained(Path(folder), number, given.workers)
                if "answer" in given.parts:
                    found["answer"] = answered(Path(folder))
    if "make-run" in given.parts:
        found["make_run"] = made_run()
    out = given.out or HERE / "results"
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (out / "results.json").write_text(text + "\n", encoding="utf-8")
    write_provenance(
        out,
        " ".join([str(parser.prog), *sys.argv[1:]]),
        *PACKAGES,
        usable_cores=len(os.sched_getaffinity(0)),
        seed="family, KPI and vintage (models.paths.generator)",
    )
    shown = tables(found)
    print(shown)
    if given.out:
        (out / "results.md").write_text(shown, encoding="utf-8")
    else:
        readme = HERE / "README.md"
        readme.write_text(with_tables(readme.read_text(encoding="utf-8"), shown), encoding="utf-8")


def with_tables(page: str, shown: str) -> str:
    """The page with the results between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{shown}{END}{after}"


def retrained(home: Path, number: int, workers: int) -> list[dict[str, Any]]:
    """A retraining from nothing, and one of a further month."""
    figures, digest = loaded(settings_of(home), number)
    rows = []
    for what, month in MONTHS.items():
        spent = home / "mlflow-seconds"
        command = ["-m", "experiments.retrain_speed.timed", str(spent), "retrain"]
        command += ["--plan", PLAN, "--as-of", month, "--workers", str(workers)]
        row = measured(command, home)
        mlflow = float(spent.read_text(encoding="utf-8"))
        row |= {
            "mlflow_cpu_seconds": round(mlflow, 1),
            "mlflow_overhead": round(mlflow / (row["cpu_seconds"] - mlflow), 3),
            "scored_origins": scored(settings_of(home)),
        }
        rows.append(
            {"kpis": number, "figures": figures, "data_sha256": digest, "what": what} | row
        )
    return rows


def made_run() -> dict[str, Any]:
    """The commands of `make run` after the environment, without the service."""
    since = ["--since", "2021-01", "--as-of", "2021-06"]
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            measured(["-m", "service.cli.main", *command], Path(folder))
            for command in (
                ["init", "--sample", "all"],
                ["retrain", "--plan", "vietnam-2021", *since],
                ["retrain", "--plan", "lang-son-2021", *since],
            )
        ]
    total = {
        name: round(sum(row[name] for row in rows), 1) for name in ("wall_seconds", "cpu_seconds")
    }
    return {**total, "load_before": rows[0]["load_before"]}


def measured(command: Sequence[str], home: Path) -> dict[str, Any]:
    """A program's wall and CPU seconds, with those of all processes that it waited for."""
    load, begun = os.getloadavg()[0], time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "VEDICH_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, list(command))
    return {
        "wall_seconds": round(time.perf_counter() - begun, 1),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "load_before": round(load, 1),
    }


def scored(settings: Settings) -> int:
    """Origins of the newest bundle's backtest."""
    scores = _newest(settings).scores
    return int((scores.method == scores.methods.index("ensemble")).sum())


def answered(home: Path) -> dict[str, Any]:
    """Milliseconds from one KPI's printed figures to its projection, by the model at hand."""
    settings = settings_of(home)
    store = Store.open(settings.store_url)
    panel = load_panel(store, FAMILY, DAY)
    store.close()
    spans, last = spans_of(panel, _newest(settings))
    return {
        "kpi": UPDATED,
        "cutoff": str(last.cutoff),
        "method": last.method,
        "times": TIMES,
        "median_ms": round(float(np.median(spans)), 1),
        "p90_ms": round(float(np.quantile(spans, 0.9)), 1),
        "least_ms": round(min(spans), 1),
    }


def spans_of(panel: Panel, bundle: Bundle) -> tuple[list[float], Projection]:
    spans, last = [], None
    candidates = candidates_for(bundle.as_of.year)
    for _ in range(TIMES):
        began = time.perf_counter()
        series = panel.series_as_of(UPDATED, DAY)
        last = project(series, (), bundle.learned[UPDATED], year=2021, candidates=candidates)
        spans.append(1000 * (time.perf_counter() - began))
    assert isinstance(last, Projection)
    return spans, last


def settings_of(home: Path) -> Settings:
    return Settings(home=home, database_url=None, mlflow_tracking_uri=None)


def _newest(settings: Settings) -> Bundle:
    store = Store.open(settings.store_url)
    try:
        return bundle_for(store, settings.bundles, FAMILY, DAY).bundle
    finally:
        store.close()


def tables(found: Mapping[str, Any]) -> str:
    """The results as Markdown; a missed bar is bold."""
    lines = [
        "| KPIs | Retraining | Wall | CPU | Bar | MLflow, CPU | MLflow ÷ the rest | Load before |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    if not found["retrainings"]:
        lines = []
    for row in found["retrainings"]:
        case = (row["kpis"], row["what"])
        wall, cpu = row["wall_seconds"], row["cpu_seconds"]
        bars = [f"{CPU_BARS[case]} s of CPU"] if case in CPU_BARS else []
        bars += [f"{WALL_BARS[case]} s"] if case in WALL_BARS else []
        share = judged(f"{row['mlflow_overhead']:.1%}", row["mlflow_overhead"] > MLFLOW_BAR)
        lines.append(
            f"| {row['kpis']} | {row['what']} "
            f"| {judged(f'{wall:.1f} s', wall > WALL_BARS.get(case, wall))} "
            f"| {judged(f'{cpu:.1f} s', cpu > CPU_BARS.get(case, cpu))} "
            f"| {', '.join(bars)} | {row['mlflow_cpu_seconds']:.1f} s "
            f"| {share if row['what'] == 'from nothing' else share.strip('*')} "
            f"| {row['load_before']} |"
        )
    if "answer" in found:
        one = found["answer"]
        late = one["median_ms"] > ANSWER_BAR
        lines += [
            "",
            f"One KPI's new month (`{one['kpi']}`), figures to projection: "
            f"{judged(str(one['median_ms']) + ' ms', late)} median, {one['p90_ms']} ms at the "
            f"ninetieth percentile of {one['times']} (bar {ANSWER_BAR} ms).",
        ]
    if "make_run" in found:
        one = found["make_run"]
        late = one["wall_seconds"] > MAKE_RUN_BAR
        lines += [
            "",
            "`make run`, samples and a model for each month up to June: "
            f"{judged(str(one['wall_seconds']) + ' s', late)} wall, {one['cpu_seconds']} s CPU "
            f"(bar {MAKE_RUN_BAR} s; load {one['load_before']} before).",
        ]
    return "\n".join(lines) + "\n"


def judged(text: str, missed: bool) -> str:
    return f"**{text}**" if missed else text


if __name__ == "__main__":
    main()
