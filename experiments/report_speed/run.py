"""Time a report of the sample plan's first 30 KPIs in every format.

    python -m experiments.report_speed.run

Needs the plan `vietnam-2021` and a retraining as of June 2021 in VEDICH_HOME.
Wall and processor seconds of content and layout together, after the projections
are at hand; the first format also loads the chart engine. Writes `results.csv`
beside this file.
"""

from __future__ import annotations

import csv
import os
import time
from dataclasses import replace
from pathlib import Path

from data.db.store import Store
from data.settings import Settings
from experiments.provenance import write_provenance
from service.projections.basis import as_of_date
from service.report.build import Wanted, build
from service.report.document import Part
from service.report.letterhead import letterhead_of
from service.report.renderers.formats import FORMATS, render
from service.state.app_state import AppState

PLAN, DAY, KPIS = "vietnam-2021", as_of_date("2021-06"), 30
PARTS: tuple[Part, ...] = ("report", "annex")


def main() -> None:
    settings = Settings()
    app_state = AppState(settings, Store.open(settings.store_url))
    basis = app_state.basis(PLAN, DAY)
    # targets first, so that the report has all its parts
    issued = [one.view for one in app_state.all_issued(PLAN, DAY)]
    chosen = sorted(issued, key=lambda one: not one.targets)[:KPIS]
    slugs = {one.kpi for one in chosen}
    plan = replace(basis.plan, kpis=tuple(k for k in basis.plan.kpis if k.slug in slugs))
    basis = replace(basis, plan=plan)
    letterhead = letterhead_of(settings.home, plan, "vi")
    rows = []
    for part in PARTS:
        for format_ in FORMATS:
            wall, cpu = time.perf_counter(), time.process_time()
            content = render(build(basis, chosen, letterhead, Wanted(part=part)), format_)
            rows.append(
                {
                    "part": part,
                    "format": format_,
                    "kpis": len(chosen),
                    "wall_seconds": round(time.perf_counter() - wall, 2),
                    "cpu_seconds": round(time.process_time() - cpu, 2),
                    "kilobytes": len(content) // 1024,
                    "load_average": round(os.getloadavg()[0], 1),
                }
            )
            print(rows[-1])
    with (Path(__file__).parent / "results.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    command = "python -m experiments.report_speed.run"
    write_provenance(Path(__file__).parent, command, "python-docx", "typst", "XlsxWriter")
    app_state.jobs.close()


if __name__ == "__main__":
    main()
