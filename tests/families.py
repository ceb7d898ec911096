"""The made-up plan families of the tests: figures, plans, retraining without MLflow.

`demo` makes coal, steel, both together and an index, with figures from 2012 to
June 2018, each published at its month's end. `tests/homes.py` puts families into
databases and trained folders.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import ImportRecord
from models.candidates import REGISTRY
from models.candidates.base import Candidate
from models.series import Month
from models.targets.target import Target
from training.retrain import RetrainReport, retrain
from training.tracking import RegisteredVersion, RetrainingRun

FIRST, LAST = Month(2012, 1), Month(2018, 6)  # of the figures of `demo`
SOURCE = "a decision made up for tests"
KPIS = (
    Kpi("coal", "Than đá", "Coal", "thousand tonnes", decimals=1),
    Kpi("steel", "Thép", "Steel", "thousand tonnes"),
    Kpi("both", "Than và thép", "Coal and steel", "thousand tonnes", parts=("coal", "steel")),
    Kpi("output", "Chỉ số sản xuất", "Production index", "%", kind="growth", decimals=1),
)
BRIDGE = Kpi("bridge", "Cầu", "Bridge", "billion VND")  # nothing was published about it
CHEAP: Mapping[str, Candidate] = {name: REGISTRY[name] for name in ("pace", "seasonal_naive")}


def published(month: Month) -> date:
    """The month's last day."""
    return date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])


def import_of(moment: datetime = datetime(2018, 7, 1, tzinfo=UTC)) -> ImportRecord:
    """Where figures that were made up come from."""
    return ImportRecord("demo.csv", "0" * 64, "test", moment)


def noisy_months(kpi: str, level: float) -> dict[Month, float]:
    """A KPI's months with trend, season and noise of its own, from `FIRST` to `LAST`."""
    rng = np.random.default_rng([ord(letter) for letter in kpi])
    count = LAST.ordinal - FIRST.ordinal + 1
    season = np.resize(1 + 0.2 * np.sin(np.arange(12) / 2), count)
    noise = np.exp(0.05 * rng.standard_normal(count))
    values = level * season * 1.004 ** np.arange(count) * noise
    return {FIRST.plus(place): float(value) for place, value in enumerate(values)}


def flow(
    kpi: str, months: Mapping[Month, float], *, estimated: float = 1.0, restate: bool = True
) -> list[Observation]:
    """What is printed of a flow: each month, the year to date, the month before restated.

    `estimated` is the share of a month's value that its first estimate tells.
    """
    rows = []
    for month, value in months.items():
        day, before = published(month), month.plus(-1)
        early = estimated * value
        earlier = sum(months[Month(month.year, number)] for number in range(1, month.month))
        rows.append(Observation(kpi, month, "month", early, "estimate", day, "made"))
        rows.append(
            Observation(kpi, month, "year_to_date", earlier + early, "estimate", day, "made")
        )
        if restate and before in months:
            rows.append(Observation(kpi, before, "month", months[before], "restated", day, "made"))
    return rows


def rates(kpi: str, months: Mapping[Month, float]) -> list[Observation]:
    """What is printed of an index: on the month before, on last year's, of the year to date."""
    rows = []
    for month, value in months.items():
        day, last_year, before = published(month), month.plus(-12), month.plus(-1)
        if before in months:
            rate = 100 * value / months[before]
            rows.append(Observation(kpi, month, "rate_on_month", rate, "estimate", day, "made"))
        if last_year in months:
            rate = 100 * value / months[last_year]
            rows.append(Observation(kpi, month, "rate_on_year", rate, "estimate", day, "made"))
            numbers = range(1, month.month + 1)
            now = sum(months[Month(month.year, number)] for number in numbers)
            then = sum(months[Month(month.year - 1, number)] for number in numbers)
            rate = 100 * now / then
            rows.append(Observation(kpi, month, "rate_to_date", rate, "estimate", day, "made"))
    return rows


def demo_figures(estimated: float = 1.0) -> tuple[Observation, ...]:
    """What was printed of `demo`; `estimated` as for `flow`."""
    return (
        *flow("coal", noisy_months("coal", 100.0), estimated=estimated),
        *flow("steel", noisy_months("steel", 40.0), estimated=estimated),
        *rates("output", noisy_months("output", 100.0)),
    )


def demo_plan() -> Plan:
    """`demo-2018` in two versions: on 10 June the target of coal was moved."""
    coal = Target("at_least", 1500.0, source=SOURCE)
    targets = (
        ("coal", coal),
        ("coal", Target("at_least", 9000.0, level="stretch", source=SOURCE)),
        ("both", Target("about", 4.0, 5.0, form="growth", source=SOURCE)),
        ("output", Target("between", 2.0, 8.0, source=SOURCE)),
        ("bridge", Target("at_least", 10.0, source=SOURCE)),
    )
    versions = (
        PlanVersion(1, date(2018, 1, 15), "made up", targets),
        PlanVersion(
            2,
            date(2018, 6, 10),
            "made up, adjusted",
            (("coal", replace(coal, lower=1600.0)), *targets[1:]),
        ),
    )
    return small_plan("demo", 2018, (*KPIS, BRIDGE), versions)


def small_plan(
    family: str,
    year: int,
    kpis: Iterable[Kpi],
    versions: Iterable[PlanVersion] = (),
    **given: Any,
) -> Plan:
    """A plan of a department of trade, named as most tests need no other."""
    plain: dict[str, Any] = {
        "body": "Sở Công Thương",
        "name_vi": "Kế hoạch thử",
        "name_en": "Trial plan",
    }
    return Plan(
        f"{family}-{year}",
        family,
        year,
        kpis=tuple(kpis),
        versions=tuple(versions),
        **{**plain, **given},
    )


class FakeTracker:
    """A tracker in memory; `away` is what it raises instead of recording."""

    def __init__(self) -> None:
        self.away: Exception | None = None
        self.runs: list[RetrainingRun] = []
        self.aliases: dict[str, str] = {}

    def open(self, family: str | None = None) -> None:
        pass

    def record(self, run: RetrainingRun) -> RegisteredVersion:
        if self.away is not None:
            raise self.away
        self.runs.append(run)
        return RegisteredVersion(run.family, str(len(self.runs)), f"run{len(self.runs)}")

    def set_alias(self, family: str, alias: str, version: str) -> None:
        self.aliases[alias] = version

    def remove_alias(self, family: str, alias: str) -> None:
        del self.aliases[alias]

    def versions(self, family: str) -> tuple[RegisteredVersion, ...]:
        return tuple(
            RegisteredVersion(
                family,
                str(number),
                f"run{number}",
                tuple(alias for alias, named in self.aliases.items() if named == str(number)),
                run.tags,
            )
            for number, run in enumerate(self.runs, start=1)
        )


def train(
    store: Store, settings: Settings, plan: str, day: date | None, **options: Any
) -> RetrainReport:
    """The real retraining with the two cheap candidates, in this process, without MLflow."""
    options |= {"candidates": CHEAP, "workers": 1}
    return retrain(store, settings, plan, day, **{"tracker": FakeTracker(), **options})
