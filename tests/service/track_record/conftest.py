"""A home whose family has a plan of a year that is over, with projections given out in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from data.db.store import Store
from data.plans.plan import PlanVersion
from data.plans.rows import save_plan
from data.settings import Settings
from models.targets.target import Target
from service.projections.issue import issue
from tests.families import KPIS, SOURCE, small_plan, train

LAST_YEAR = "demo-2017"
DAYS = (date(2017, 4, 30), date(2017, 9, 30))


@pytest.fixture
def settled_home(home: Path) -> Path:
    """`demo` with the plan of 2017: two projections of each KPI, made after the year."""
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    targets = (
        ("coal", Target("at_least", 1400.0, source=SOURCE)),
        ("coal", Target("at_least", 650.0, period="H1", level="indicative", source=SOURCE)),
        ("steel", Target("at_least", 1_000_000.0, source=SOURCE)),
        ("both", Target("about", 4.0, 5.0, form="growth", source=SOURCE)),
    )
    version = PlanVersion(1, date(2017, 1, 15), "made up", targets)
    save_plan(store, small_plan("demo", 2017, KPIS, (version,)))
    for day in DAYS:
        train(store, settings, LAST_YEAR, day, promote=True)
        issue(store, settings, LAST_YEAR, day)
    store.close()
    return home
