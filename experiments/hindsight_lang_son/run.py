"""The illustrative year of the sample `lang-son-2021`, walked month by month.

    python -m experiments.hindsight_lang_son.run [FOLDER]

Trains once on what was known at the end of 2020, then projects at the end of each month of
2021. `months.csv` has every assigned target with its probability, the median and the 80 %
interval of the year, and the outcome; `closure.csv` the ready what-if of December beside
what "happened". The figures are drawn: this shows how the service behaves over a year with
a shock, not how well it forecasts a real one.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from data.db.store import Store
from data.samples.load import load_sample
from data.settings import Settings
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from experiments.provenance import write_provenance
from models.series import Month
from service.analysis.scenarios import ScenarioInput, run
from service.projections.issue import projections
from service.projections.view import ProjectionView
from service.state.app_state import AppState
from training.retrain import retrain

PLAN, FAMILY, YEAR = "lang-son-2021", "lang-son", 2021
TRAINED = date(2020, 12, 31)
CLOSURE = "tan-thanh-closure"
BEFORE_IT = date(2021, 11, 30)
RESULTS = Path(__file__).parent / "results"
Row = dict[str, object]


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        store = Store.open(settings.store_url)
        load_sample(store, PLAN)
        retrain(store, settings, PLAN, TRAINED, promote=True)
        panel = load_panel(store, FAMILY)
        write(folder / "months.csv", said(store, settings, panel))
        write(folder / "closure.csv", closure(AppState(settings, store), panel))
        store.close()
    write_provenance(folder, "python -m experiments.hindsight_lang_son.run", "numpy")


def said(store: Store, settings: Settings, panel: Panel) -> Iterator[Row]:
    """One row per month and assigned target of a KPI with figures, with the outcome."""
    for number in range(1, 13):
        day = Month(YEAR, number).last_day
        for one in projections(store, settings, PLAN, day):
            if one.projected is not None and one.task is None:
                yield _row(one, panel)


def _row(one: ProjectionView, panel: Panel) -> Row:
    assert one.projected is not None
    target, band = one.assigned, one.projected.quantiles
    return {
        "as_of": one.as_of,
        "kpi": one.kpi,
        "status": one.status,
        "probability": one.probability,
        "target": target.lower_value if target else None,
        "q10": band.q10,
        "median": one.projected.median,
        "q90": band.q90,
        "outcome": panel.outcome(one.kpi, YEAR, date(2021, 12, 31)),
    }


def closure(app_state: AppState, panel: Panel) -> Iterator[Row]:
    """The ready what-if at the end of November beside December as it "happened"."""
    found = run(app_state, PLAN, BEFORE_IT, ScenarioInput(name="", levers={}, preset=CLOSURE))
    december = Month(YEAR, 12)
    for one in found.results:
        supposed = {month.month: month.median for month in one.scenario.months}
        usual = {month.month: month.median for month in one.baseline.months}
        yield {
            "kpi": one.kpi,
            "december_without": usual[december],
            "december_supposed": supposed[december],
            "december_happened": panel.series_as_of(one.kpi, december.last_day).values[-1],
            "year_without": one.baseline.projected.median,
            "year_supposed": one.scenario.projected.median,
            "year_happened": panel.outcome(one.kpi, YEAR, december.last_day),
            "probability_without": one.baseline.probability,
            "probability_supposed": one.scenario.probability,
        }


def write(path: Path, rows: Iterable[Row]) -> None:
    """Rows as CSV, numbers to six digits."""
    found = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, found[0], lineterminator="\n")
        writer.writeheader()
        for row in found:
            writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS)
