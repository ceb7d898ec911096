"""Plan families made of panel series, as many KPIs as are asked for.

A KPI is the last years of one public series that end in a June, moved to June 2021, each
month published at its end. Where more KPIs are asked for than there are series, a series
serves again with another level. Nothing is known of the series' real plans: the target of
each KPI is 5 per cent on last year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import save_plan
from data.vintages.observation import Observation
from data.vintages.rows import ImportRecord, add_observations
from models.series import Month
from models.targets.target import Target

YEAR, LAST = 2021, Month(2021, 6)
MONTHS = 78  # of a KPI: January 2015 to June 2021
SIZES = (30, 60, 90, 120, 150)  # KPIs of the families, in turn
SEED = 20210630
SOURCE = "a target for this experiment"


@dataclass(frozen=True)
class Shape:
    """How many KPIs, in families of what sizes."""

    kpis: int
    sizes: tuple[int, ...] = SIZES

    def families(self) -> list[tuple[str, int]]:
        """Name and number of KPIs of each family; the last may be smaller."""
        found: list[tuple[str, int]] = []
        left = self.kpis
        while left > 0:
            size = min(self.sizes[len(found) % len(self.sizes)], left)
            found.append((f"province-{len(found) + 1:04d}", size))
            left -= size
        return found


def read_panels(folder: Path) -> NDArray[np.float64]:
    """Usable series of all panels, shape (n, MONTHS), in an order drawn once.

    Usable: MONTHS months without a gap up to a June, all positive.
    """
    found: list[NDArray[np.float64]] = []
    for file in sorted(folder.glob("*.parquet")):
        panel = pd.read_parquet(file, columns=["series_id", "month", "value"])
        for _, one in panel.groupby("series_id", sort=True):
            values = _last_months(one)
            if values is not None:
                found.append(values)
    if not found:
        raise SystemExit(
            f"{folder}: expected panels (*.parquet) with {MONTHS} months, found none."
        )
    series = np.array(found)
    return series[np.random.default_rng(SEED).permutation(len(series))]


def _last_months(one: pd.DataFrame) -> NDArray[np.float64] | None:
    ordered = one.sort_values("month")
    junes = np.flatnonzero(ordered["month"].str.endswith("-06").to_numpy())
    if not len(junes) or junes[-1] + 1 < MONTHS:
        return None
    window = ordered.iloc[junes[-1] + 1 - MONTHS : junes[-1] + 1]
    values = window["value"].to_numpy(float)
    first, last = (Month.parse(window["month"].iloc[place]) for place in (0, -1))
    whole = last.ordinal - first.ordinal + 1 == MONTHS
    return values if whole and np.isfinite(values).all() and (values > 0).all() else None


def plan_of(family: str, kpis: int) -> Plan:
    """A plan of that many KPIs, each with a target."""
    slugs = [f"kpi-{number:03d}" for number in range(1, kpis + 1)]
    target = Target("at_least", 5.0, form="growth", source=SOURCE)
    version = PlanVersion(1, date(YEAR, 1, 15), SOURCE, tuple((slug, target) for slug in slugs))
    return Plan(
        f"{family}-{YEAR}",
        family,
        YEAR,
        body="Sở Công Thương",
        name_vi=f"Kế hoạch {family}",
        name_en=f"Plan of {family}",
        kpis=tuple(Kpi(slug, slug, slug, "tỷ đồng", decimals=1) for slug in slugs),
        versions=(version,),
    )


def figures_of(plan: Plan, series: NDArray[np.float64], place: int) -> Iterator[Observation]:
    """The figures of a plan's KPIs; `place` is the number of KPIs in the families before it."""
    for number, kpi in enumerate(plan.kpis, start=place):
        level = 1.0 + 0.1 * (number // len(series))
        for step, value in enumerate(series[number % len(series)] * level):
            month = LAST.plus(step + 1 - MONTHS)
            yield Observation(
                kpi.slug, month, "month", float(value), "final", month.last_day, "panel"
            )


def load(
    store: Store, shape: Shape, series: NDArray[np.float64], until: Month = LAST
) -> list[Plan]:
    """Store the families with their figures up to a month."""
    plans, place = [], 0
    for family, size in shape.families():
        plan = plan_of(family, size)
        figures = [one for one in figures_of(plan, series, place) if one.month <= until]
        save_plan(store, plan)
        add_figures(store, plan, figures)
        plans.append(plan)
        place += size
    return plans


def add_figures(store: Store, plan: Plan, figures: Sequence[Observation]) -> None:
    """Store figures of a family as an import."""
    content = hashlib.sha256(repr(figures).encode()).hexdigest()
    origin = ImportRecord("panel", content, "experiment", datetime.now(UTC))
    add_observations(store, plan.family, figures, origin)


def data_hash(series: NDArray[np.float64], kpis: int) -> str:
    """Of the series that so many KPIs are drawn from."""
    return hashlib.sha256(b"".join(one.tobytes() for one in islice(series, kpis))).hexdigest()
