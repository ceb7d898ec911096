"""A small plan family for monthly runs that are disturbed, and the files of its months.

All figures are made up.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import save_plan
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import ImportRecord, add_observations
from models.series import Month
from models.targets.target import Target

FAMILY, SLUG = "faults", "faults-2021"
FIRST, LAST = Month(2016, 1), Month(2021, 4)  # of the figures that are there from the start
LEVELS = {
    "coal": 100.0,
    "steel": 40.0,
    "cement": 250.0,
    "glass": 30.0,
    "paper": 60.0,
    "sugar": 20.0,
}
KPIS = (
    Kpi("coal", "Than đá", "Coal", "thousand tonnes", decimals=1),
    Kpi("steel", "Thép", "Steel", "thousand tonnes", decimals=1),
    Kpi("cement", "Xi măng", "Cement", "thousand tonnes", decimals=1),
    Kpi("glass", "Kính", "Glass", "thousand tonnes", decimals=1),
    Kpi("paper", "Giấy", "Paper", "thousand tonnes", decimals=1),
    Kpi("sugar", "Đường", "Sugar", "thousand tonnes", decimals=1),
)
TARGETS = tuple(
    (kpi, Target("at_least", 13 * level, source="made up")) for kpi, level in LEVELS.items()
)
PLAN = Plan(
    *(SLUG, FAMILY, 2021, "Sở Công Thương", "Kế hoạch thử", "Trial plan", KPIS),
    (PlanVersion(1, date(2021, 1, 15), "made up", TARGETS),),
)


def prepare(settings: Settings) -> None:
    """A home with the plan and its figures up to `LAST`, without a model."""
    store = Store.open(settings.store_url)
    save_plan(store, PLAN)
    count = LAST.ordinal - FIRST.ordinal + 1
    figures = [one for place in range(count) for one in _of_month(FIRST.plus(place))]
    record = ImportRecord("made-up.csv", "0" * 64, "experiment", datetime(2021, 5, 1, tzinfo=UTC))
    add_observations(store, FAMILY, figures, record)
    store.close()


def put_month(settings: Settings, month: Month) -> None:
    """A month's file in the watched folder, as a department saves it."""
    assert settings.watched is not None
    folder = settings.watched / FAMILY
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{_published(month)}-so-lieu.csv"
    lines = [
        f"{one.kpi},{one.month},{one.form},{one.value},{one.status},{one.published}"
        for one in _of_month(month)
    ]
    file.write_text("\n".join(["kpi,month,form,value,status,published", *lines, ""]))


def _of_month(month: Month) -> Iterator[Observation]:
    for kpi in LEVELS:
        yield Observation(
            kpi, month, "month", _value(kpi, month), "estimate", _published(month), "made up"
        )


def _value(kpi: str, month: Month) -> float:
    place = month.ordinal - FIRST.ordinal
    rng = np.random.default_rng([place, *(ord(letter) for letter in kpi)])
    season = 1 + 0.2 * np.sin(month.month / 2)
    noise = np.exp(0.04 * rng.standard_normal())
    return round(float(LEVELS[kpi] * season * 1.003**place * noise), 1)


def _published(month: Month) -> date:
    return date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])
