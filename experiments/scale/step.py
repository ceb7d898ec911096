"""One step of a case in a process of its own: `python -m experiments.scale.step HOME ASKED`.

Its last line of output has wall and CPU seconds as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from data.db.store import Store
from data.settings import Settings
from experiments.scale.families import LAST
from service.monthly.families import run_months
from service.projections.issue import computed
from training.process_pool import ProcessPool

KEPT_MB = 20_000


def main() -> None:
    settings = Settings(
        home=Path(sys.argv[1]), database_url=None, mlflow_tracking_uri=None, kept_mb=KEPT_MB
    )
    asked = json.loads(sys.argv[2])
    begun = time.perf_counter()
    if asked["step"] == "project":
        project(settings, asked)
    else:
        month(settings, asked)
    wall = time.perf_counter() - begun
    own, others = map(seconds, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"wall": wall, "cpu": own + others, "own_cpu": own}))


def month(settings: Settings, asked: dict[str, Any]) -> None:
    """What `vedich monthly --all` does, for some plans."""
    for ended in run_months(
        settings,
        asked["plans"],
        "en",
        workers=asked["workers"],
        engine=asked["engine"],
        scheduler=asked["scheduler"],
    ):
        if ended.outcome is None or ended.outcome.again or not ended.outcome.projections:
            raise SystemExit(f"{ended.plan}: {ended.problem or ended.outcome}")


def project(settings: Settings, asked: dict[str, Any]) -> None:
    """Every projection of plans, plan by plan."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    task = partial(projected, settings)
    with ProcessPool(asked["workers"]) as pool:
        for plan, number in pool.map(task, asked["plans"], lambda plan: (plan, 0)):
            if not number:
                raise SystemExit(f"{plan}: nothing was projected.")


def projected(settings: Settings, plan: str) -> tuple[str, int]:
    """A plan, and how many KPIs it has a projection of."""
    store = Store.open(settings.store_url)
    found = computed(store, settings, plan, LAST.last_day)
    store.close()
    return plan, sum(one.view.status != "no_basis" for one in found)


def seconds(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
