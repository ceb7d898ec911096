"""How often the rules that watch figures speak up, with and without a fault.

    python -m experiments.watching.run --data ../shared/data

Series of public panels and of Vietnam's statistics office are watched month by month, as printed
and with a fault put in: a wrong unit, a new level, months copied, a new base, figures that stop.
Alarms on figures as printed count as false, though some tell of a true break or a misprint.
Panels are split in two: the limit for breaks was chosen on one half. Writes false_alarms.csv,
found.csv, vintages.csv and made_with.json.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.db.store import Store
from data.samples.load import load_sample
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from experiments.provenance import write_provenance
from models.errors import NoObservations
from models.series import FigureStatus, Month, Series
from models.watching.bases import new_base
from models.watching.breaks import break_at
from models.watching.deviations import deviations
from models.watching.stale import overdue, repeated
from models.watching.units import power_at, shocks_of
from training.prior.corpus import History, read_panel

RESULTS = Path(__file__).parent / "results"
SEED = 0
OF_A_PANEL = 40  # series drawn from each
SHORTEST, WATCHED = 48, 96  # months a series needs; the last months of it that are watched
LIMITS = (2.0, 2.5, 3.0, 3.5, 4.0, 5.0)
CALM = 0.12  # usual size of a deviation up to which a series is calm
POWERS = (-3, -1, 1, 2, 3, 6)
SIZES = (-0.5, -0.3, -0.2, 0.2, 0.3, 0.5)
FINAL: FigureStatus = "final"
LATER = 6  # months within which a break is to be found
FACTORS = (0.62, 1.03, 1.37)  # of a new base

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Watched:
    """A series of a panel, and which of its months the panel calls suspect."""

    panel: str
    series: str
    half: str
    values: Array
    start: Month
    suspect: frozenset[int]


def from_panels(folder: Path, rng: np.random.Generator) -> Iterator[Watched]:
    """A draw from every panel; every other panel belongs to the half for choosing."""
    for place, path in enumerate(sorted(folder.glob("*.parquet"))):
        long = [one for one in read_panel(path) if len(one.values) >= SHORTEST]
        chosen = rng.permutation(len(long))[:OF_A_PANEL]
        for one in (long[index] for index in sorted(chosen)):
            half = "chosen on" if place % 2 else "judged on"
            yield Watched(path.stem, one.series_id, half, one.values, one.start, frozenset())


def from_office(path: Path) -> Iterator[Watched]:
    """Every series of the statistics office that is long enough."""
    suspect = pd.read_parquet(path, columns=["series_id", "month", "suspect"])
    suspect = suspect[suspect["suspect"]]
    for one in read_panel(path):
        if len(one.values) >= SHORTEST:
            months = suspect.loc[suspect["series_id"] == one.series_id, "month"].astype(str)
            table, doubted = f"gso {one.series_id.split('_')[1]}", _places(one, months)
            yield Watched(table, one.series_id, "Vietnam", one.values, one.start, doubted)


def _places(one: History, months: Iterable[str]) -> frozenset[int]:
    return frozenset(Month.parse(month[:7]).ordinal - one.start.ordinal for month in months)


def _series(one: Watched) -> Series:
    status: tuple[FigureStatus, ...] = tuple([FINAL] * len(one.values))
    return Series(one.series, "flow", "", one.start, one.values, status, date.max)


def watched_months(one: Watched) -> range:
    return range(max(SHORTEST - 1, len(one.values) - WATCHED), len(one.values))


def quiet(one: Watched, shocks: Collection[Month]) -> dict[str, object]:
    """Alarms on figures as printed, and months watched."""
    found, months = deviations(one.values), watched_months(one)
    units = list(unit_jumps(one, shocks))
    told: dict[str, object] = {
        "unit": len(units),
        "unit in doubt": sum(bool(row["suspect"]) for row in units),
        "copied": sum(_first_repeat(one.values, place) for place in months),
        "months": len(months),
    }
    for limit in LIMITS:
        rows = (break_at(found, place, limit) for place in months)
        told[f"break {limit}"] = len({row.start for row in rows if row is not None})
    return told


def unit_jumps(one: Watched, shocks: Collection[Month]) -> Iterator[dict[str, object]]:
    """The months of a series that are called a jump of unit as printed, the first of each."""
    found, before = deviations(one.values), -2
    for place in watched_months(one):
        month, power = one.start.plus(place), power_at(found, place)
        if power > 0 or (power and month not in shocks):
            if before < place - 1:
                doubted = place in one.suspect
                yield {"series": one.series, "month": month, "power": power, "suspect": doubted}
            before = place


def _first_repeat(values: Array, place: int) -> bool:
    """Whether a run of equal months is told of at this month, and was not at the one before."""
    now = repeated(values[: place + 1])
    return bool(now) and not repeated(values[:place])


def faults(one: Watched, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Each fault at a random month: its name, its size, whether it was found."""
    months = watched_months(one)
    if len(months) <= LATER:
        return
    place = int(rng.integers(months.start, months.stop - LATER))
    calm = bool(deviations(one.values).usual[place] <= CALM)

    def row(fault: str, size: str, found: bool) -> dict[str, object]:
        half = f"{one.half}, calm" if calm else f"{one.half}, noisy"
        return {"half": half, "fault": fault, "size": size, "found": found}

    for power in POWERS:
        wrong = one.values.copy()
        wrong[place] *= 10.0**power
        found = power_at(deviations(wrong), place) == power
        yield row("unit of a month", f"10^{power}", found)
    for size in SIZES:
        wrong = one.values.copy()
        wrong[place:] *= 1 + size
        after = deviations(wrong)
        rows = (break_at(after, later) for later in range(place, place + LATER))
        near = [run for run in rows if run is not None and abs(run.start - place) <= 1]
        yield row("new level", f"{size:+.0%}", bool(near))
    for copies in (1, 2, 3):
        wrong = one.values.copy()
        wrong[place : place + copies] = wrong[place - 1]
        yield row("copied months", str(copies), bool(repeated(wrong[: place + copies])))


def vintages(panel: Panel, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Each KPI as of each day of publication: as published, on a new base, and stopped."""
    days = panel.vintages()
    for kpi in panel.kpis():
        first: dict[Month, date] = {}
        for one in panel.observations(kpi, days[-1]):
            first[one.month] = min(first.get(one.month, one.published), one.published)
        before: Series | None = None
        for day in days:
            known = {month: at for month, at in first.items() if at <= day}
            try:
                series = panel.series_as_of(kpi, day)
            except NoObservations:
                continue
            row: dict[str, object] = {"kpi": kpi, "day": day}
            row["overdue"] = overdue(known, day) is not None
            if before is not None and len(before.values) >= SHORTEST:
                row["new base"] = new_base(before, series) is not None
                for factor in FACTORS:
                    moved = replace(series, values=_rounded(series.values * factor))
                    row[f"rebased by {factor}"] = new_base(before, moved) is not None
            before = series
            yield row
        stop = int(rng.integers(len(days) // 2, len(days) - LATER))
        known = {month: at for month, at in first.items() if at <= days[stop]}
        if known:
            late = [place for place in range(1, LATER) if overdue(known, days[stop + place])]
            yield {"kpi": kpi, "stopped": True, "vintages until told": min(late, default=None)}


def _rounded(values: Array) -> Array:
    """To four significant digits, as indices are printed."""
    digits = 10.0 ** (np.floor(np.log10(np.where(values > 0, values, 1.0))) - 3)
    return np.round(values / digits) * digits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args()
    rng = np.random.default_rng(SEED)
    office = asked.data / "gso" / "monthly.parquet"
    every = [*from_panels(asked.data / "panels", rng), *from_office(office)]
    shocks = {
        panel: shocks_of(_series(one) for one in every if one.panel == panel)
        for panel in dict.fromkeys(one.panel for one in every)
    }
    still = [
        {"panel": one.panel, "half": one.half, **quiet(one, shocks[one.panel])} for one in every
    ]
    put_in = [row for one in every for row in faults(one, rng)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/vedich.db")
        load_sample(store, "vietnam-2021")
        seen = pd.DataFrame(vintages(load_panel(store, "vietnam"), rng))
    asked.out.mkdir(exist_ok=True)
    by_panel = pd.DataFrame(still).groupby(["half", "panel"]).sum()
    by_half = by_panel.groupby("half").sum()
    by_panel.to_csv(asked.out / "false_alarms.csv")
    rates = (1000 * by_half.div(by_half["months"], axis=0)).drop(columns="months").T
    faulty = pd.DataFrame(put_in).groupby(["fault", "size", "half"], sort=False)["found"]
    shares = (100 * faulty.mean()).unstack("half").round(0)
    shares = shares.sort_index(axis="columns")
    shares.to_csv(asked.out / "found.csv")
    jumps = pd.DataFrame(
        row for one in every if one.half == "Vietnam" for row in unit_jumps(one, shocks[one.panel])
    )
    jumps.to_csv(asked.out / "unit_jumps_of_vietnam.csv", index=False)
    told = seen["vintages until told"].value_counts(dropna=True)
    seen = seen.drop(columns=["kpi", "day", "stopped", "vintages until told"])
    of_vintages = pd.DataFrame({"n": seen.count(), "told": seen.sum()})
    of_vintages.to_csv(asked.out / "vintages.csv")
    print(by_half["months"], rates.round(2).to_string(), shares.to_string(), sep="\n\n")
    print(of_vintages, told, sep="\n\n")
    files = [*sorted((asked.data / "panels").glob("*.parquet")), office]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    write_provenance(
        asked.out,
        "python -m experiments.watching.run --data ../shared/data",
        "numpy",
        "pandas",
        seed=SEED,
        data_sha256=digest,
        series=len(every),
    )


if __name__ == "__main__":
    main()
