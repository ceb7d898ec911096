"""Time 10,000 projections by the annual prior, all at once and one by one.

    python -m experiments.prior_speed.run

The histories are those of the sample plan `vietnam-2021` as of June 2021, each
truncated at every month from its fifth year on and repeated up to 10,000. What is timed is all
of it: windows, features, networks, trees, quantiles. The same 200 histories are then
projected at once and one by one in the same run. Writes results.json beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from data.samples.files import read_sample
from data.vintages.panel import Panel
from experiments.provenance import machine
from models.prior.annual import annual_quantiles
from training.prior.editions import newest_prior

RESULTS = Path(__file__).parent / "results.json"
SAMPLE, DAY = "vietnam-2021", date(2021, 6, 30)
PROJECTIONS, COMPARED = 10_000, 200
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
YEARS = 5  # of history that a question has at least

Question = tuple[NDArray[np.float64], int]  # history up to the cutoff, months known


def main() -> None:
    argparse.ArgumentParser(prog="python -m experiments.prior_speed.run").parse_args()
    prior = newest_prior()
    every = list(questions())
    asked = list(islice(cycle(every), PROJECTIONS))

    def ask(some: list[Question]) -> NDArray[np.float64]:
        values, known = zip(*some, strict=True)
        return annual_quantiles(prior, values, known, LEVELS)

    with threadpool_limits(1):
        ask(every[:10])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        wall, cpu = timed(lambda: ask(asked))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        some = asked[:COMPARED]
        _, together = timed(lambda: ask(some))
        _, single = timed(lambda: [ask([one]) for one in some])
    found = {
        "command": "python -m experiments.prior_speed.run",
        "projections": PROJECTIONS,
        "histories": len(every),
        "wall_seconds": round(wall, 1),
        "cpu_seconds": round(cpu, 1),
        "memory_more_mb": round((peak - before) / 1024),
        "one_by_one_ms_each": round(1000 * single / COMPARED, 2),
        "together_ms_each": round(1000 * together / COMPARED, 2),
        "one_by_one_over_together": round(single / together, 1),
        "load": round(os.getloadavg()[0], 1),
        "prior": prior.identity,
        **machine(),
        "numpy": version("numpy"),
    }
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


def questions() -> Iterator[Question]:
    """Every history of the sample without a gap, truncated at each month after its fifth year."""
    plan, observations = read_sample(SAMPLE)
    panel = Panel.of(plan.family, plan.kpis, observations)
    for kpi in sorted(panel.kpis()):
        series = panel.series_as_of(kpi, DAY)
        if np.isfinite(series.values).all():
            for length in range(12 * YEARS, len(series.values) + 1):
                yield series.values[:length], series.start.plus(length).month - 1


def timed(task: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
