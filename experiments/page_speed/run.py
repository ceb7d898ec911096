"""Time Today and the plan page of 100 KPIs: their HTML, and their first paint in Chromium.

    python -m experiments.page_speed.run

Makes a plan of 100 KPIs in a folder of its own (monthly figures of four years and a half, drawn;
a model of the two candidates that cost nothing to fit), serves it on a free port of
this machine and asks it. Needs Debian's `chromium` and
`chromium-driver` for the paints; without them only the HTML is timed. Writes
`results.csv` beside this file.
"""

from __future__ import annotations

import csv
import os
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import save_plan
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import ImportRecord, add_observations
from experiments.browser import UNDRAWN, answering, chromium, found
from experiments.provenance import write_provenance
from models.candidates import REGISTRY
from models.series import Month
from models.targets.target import Target
from service.app import create_app
from training.retrain import retrain
from training.tracking import RegisteredVersion, RetrainingRun

KPIS, FIRST, LAST = 100, Month(2017, 1), Month(2021, 6)
PLAN, DAY = "speed-2021", date(2021, 6, 30)
TIMES = 15
PAINTED = """
const done = arguments[0];
(function look() {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  if (paint) done(paint.startTime);
  else setTimeout(look, 5);
})();
"""


class Unkept:
    """Numbers model versions and keeps nothing."""

    def __init__(self) -> None:
        self.count = 0

    def open(self, family: str | None = None) -> None:
        pass

    def record(self, run: RetrainingRun) -> RegisteredVersion:
        self.count += 1
        return RegisteredVersion(run.family, str(self.count), "run")

    def set_alias(self, family: str, alias: str, version: str) -> None:
        pass

    def remove_alias(self, family: str, alias: str) -> None:
        pass

    def versions(self, family: str) -> tuple[RegisteredVersion, ...]:
        return ()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as address:
        rows = [*html(address), *paints(address)]
    with (Path(__file__).parent / "results.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    command = "python -m experiments.page_speed.run"
    write_provenance(Path(__file__).parent, command, "fastapi", "uvicorn", "jinja2")


def html(address: str) -> Iterator[dict[str, Any]]:
    """Each page requested repeatedly: rendered each time, and from the cache."""
    for name, page in pages(address).items():
        first = ask(page)  # the projections are at hand after this
        yield row(f"{name}: first request of the service", [first])
        start = time.process_time()  # of the service and of who asks: they share a process
        rendered = [ask(f"{page}&made={number}") for number in range(TIMES)]
        yield row(f"{name}: HTML, rendered", rendered, time.process_time() - start)
        start = time.process_time()
        kept = [ask(page) for _ in range(TIMES)]
        yield row(f"{name}: HTML, cached", kept, time.process_time() - start)


def pages(address: str) -> dict[str, str]:
    plan = f"{address}/plans/{PLAN}"
    return {"Today": f"{plan}/today?as_of=2021-06", "Targets": f"{plan}?as_of=2021-06"}


def ask(address: str) -> float:
    """Seconds until the last byte."""
    start = time.perf_counter()
    with urllib.request.urlopen(address, timeout=600) as answer:
        answer.read()
    return time.perf_counter() - start


def paints(address: str) -> Iterator[dict[str, Any]]:
    """First paint of Today and the plan page; a KPI's page until Vega has drawn."""
    if not found():
        return
    with tempfile.TemporaryDirectory() as profile, chromium(Path(profile)) as driver:
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
        drawn = []
        for name, page in pages(address).items():
            painted = []
            for _ in range(TIMES):
                driver.get(page)
                painted.append(float(driver.execute_async_script(PAINTED)) / 1000)
            yield row(f"{name}: first paint, nothing cached by the browser", painted)
        ask(f"{address}/static/vega.js")
        for _ in range(TIMES):
            start = time.perf_counter()
            driver.get(f"{address}/plans/{PLAN}/kpis/kpi_000?as_of=2021-06")
            while driver.find_elements("css selector", UNDRAWN):
                time.sleep(0.01)
            drawn.append(time.perf_counter() - start)
        yield row("KPI page until Vega has drawn, nothing cached", drawn[1:])


def row(what: str, seconds: list[float], cpu: float | None = None) -> dict[str, Any]:
    found = {
        "what": what,
        "kpis": KPIS,
        "times": len(seconds),
        "median_ms": round(1000 * statistics.median(seconds)),
        "worst_ms": round(1000 * max(seconds)),
        "mean_cpu_ms": "" if cpu is None else round(1000 * cpu / len(seconds)),
        "load_average": round(os.getloadavg()[0], 1),
    }
    print(found, flush=True)
    return found


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The service with the plan of 100 KPIs; its address."""
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    prepare(store, settings)
    with answering(create_app(settings, store)) as address:
        yield address
    store.close()


def prepare(store: Store, settings: Settings) -> None:
    """The plan, its figures, and a model of May's and one of June's."""
    kpis = tuple(
        Kpi(f"kpi_{place:03}", f"Chỉ tiêu {place}", f"Target {place}", "tonnes")
        for place in range(KPIS)
    )
    levels = {kpi.slug: values(place) for place, kpi in enumerate(kpis)}
    targets = tuple(
        (slug, Target("at_least", 1.03 * float(months[36:48].sum()), source="drawn"))
        for slug, months in levels.items()
    )
    version = PlanVersion(1, date(2021, 1, 15), "drawn", targets)
    names = ("Kế hoạch 100 chỉ tiêu", "Plan of 100 targets")
    save_plan(store, Plan(PLAN, "speed", 2021, "Sở Công Thương", *names, kpis, (version,)))
    figures = [
        Observation(slug, FIRST.plus(place), "month", float(value), "final", published, "drawn")
        for slug, months in levels.items()
        for place, value in enumerate(months)
        for published in [over(FIRST.plus(place))]
    ]
    origin = ImportRecord("drawn.csv", "0" * 64, "page_speed", datetime.now(UTC))
    add_observations(store, "speed", figures, origin)
    cheap = {name: REGISTRY[name] for name in ("pace", "seasonal_naive")}
    for day in (date(2021, 5, 31), DAY):
        retrain(
            store, settings, PLAN, day, tracker=Unkept(), candidates=cheap, workers=1, promote=True
        )


def values(place: int) -> np.ndarray:
    """Monthly figures with a season, a trend and noise of its own."""
    rng = np.random.default_rng(place)
    count = LAST.ordinal - FIRST.ordinal + 1
    season = 1 + 0.2 * np.sin(2 * np.pi * (np.arange(count) + place) / 12)
    trend = 1.004 ** np.arange(count)
    return np.asarray(
        100 * (1 + place) * season * trend * np.exp(0.06 * rng.standard_normal(count))
    )


def over(month: Month) -> date:
    """The last day of a month."""
    after = month.plus(1)
    return date(after.year, after.month, 1) - timedelta(days=1)


if __name__ == "__main__":
    main()
