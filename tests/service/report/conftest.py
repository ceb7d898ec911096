"""A small plan with figures, a bundle that answers, and the reports made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.db.store import Store
from data.ledger.promotions import Promotion, record_promotion
from data.plans.kpi import Kpi
from data.plans.plan import PlanVersion
from data.plans.rows import load_plan, save_plan
from data.settings import Settings
from data.sign_off.rules import State
from data.vintages.observation import Observation
from data.vintages.panel_rows import load_panel
from data.vintages.rows import add_observations
from models.candidates import REGISTRY
from models.pipeline import LADDER, Learned, fit_candidates
from models.series import Month
from models.targets.target import Target
from service.projections.view import EstimateView, ProjectionView
from service.report.build import Wanted, build
from service.report.document import Report
from service.report.letterhead import Letterhead
from service.state.app_state import AppState
from tests.families import flow, import_of, published, small_plan
from tests.homes import Run
from training.backtest.scoreboard import Scoreboard
from training.bundle.bundle import Bundle, write_bundle
from training.bundle.promoted import bundle_folder

KPIS = (
    Kpi("exports", "Xuất khẩu", "Exports", "million USD", decimals=1),
    Kpi("coal", "Than sạch", "Coal", "thousand tonnes"),
    Kpi("cement", "Xi măng", "Cement", "tonnes", parent="coal"),
    Kpi("output", "Chỉ số sản xuất", "Production index", "%", kind="growth", decimals=1),
    Kpi("power", "Điện sản xuất", "Electricity", "million kWh"),
)
TARGETS = (
    ("exports", Target("about", 4.0, 5.0, form="growth")),
    ("coal", Target("at_least", 1500.0)),
    ("cement", Target("at_least", 900.0)),
    ("output", Target("at_least", 9.0)),
)
LEVELS = {"exports": 100.0, "coal": 100.0, "cement": 50.0, "power": 30.0}
DAY = date(2021, 6, 30)
HEAD = Letterhead(
    organ="Sở Công Thương",
    parent="UBND tỉnh Lạng Sơn",
    symbol="BC-SCT",
    place="Lạng Sơn",
    signer_title="Giám đốc",
    signer_name="Nguyễn Văn A",
    recipients=("Bộ Công Thương",),
)


def figures() -> Iterator[Observation]:
    """Three and a half years; exports with printed rates, coal with a printed share."""
    span = [Month(2018, 1).plus(place) for place in range(42)]
    for kpi, level in LEVELS.items():
        months = {month: _value(level, place) for place, month in enumerate(span)}
        yield from flow(kpi, months, restate=False)
    for place, month in enumerate(span):
        day = published(month)
        yield Observation("output", month, "rate_on_month", 101.0, "estimate", day, "made")
        if place >= 12:
            yield Observation("output", month, "rate_on_year", 106.0, "estimate", day, "made")
            yield Observation("output", month, "rate_to_date", 106.3, "estimate", day, "made")
    june = Month(2021, 6)
    yield Observation("exports", june, "rate_to_date", 110.06, "estimate", DAY, "made")
    yield Observation("coal", june, "share_of_plan", 42.24, "estimate", DAY, "made")


def _value(level: float, place: int) -> float:
    return float(level * (1 + 0.1 * np.sin(place / 2)) * 1.006**place)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, this_run: Run) -> Path:
    """A VEDICH_HOME with the plan `demo-2021`, its figures and a promoted bundle."""

    def make(folder: Path) -> None:
        store = this_run.new_store(folder)
        version = PlanVersion(1, date(2021, 1, 5), "Quyết định số 1", TARGETS)
        names = {"name_vi": "Kế hoạch 2021", "name_en": "Plan for 2021"}
        save_plan(
            store, small_plan("demo", 2021, KPIS, (version,), **names, label="reconstructed")
        )
        moment = datetime(2021, 7, 1, tzinfo=UTC)
        add_observations(store, "demo", tuple(figures()), import_of(moment))
        _promote(store, Settings(home=folder))
        store.close()

    return this_run.copy("reported", make, tmp_path_factory.mktemp("reported") / "home")


def _promote(store: Store, settings: Settings) -> None:
    panel = load_panel(store, "demo", DAY)
    cheap = {name: REGISTRY[name] for name in LADDER}
    series = {kpi.slug: panel.series_as_of(kpi.slug, DAY) for kpi in KPIS}
    bundle = Bundle(
        family="demo",
        as_of=DAY,
        data_hash=load_panel(store, "demo", DAY).hash(DAY),
        kinds={kpi.slug: kpi.kind for kpi in KPIS},
        units={kpi.slug: kpi.unit for kpi in KPIS},
        learned={slug: Learned(*fit_candidates(one, cheap)) for slug, one in series.items()},
        scores=_no_scores(),
    )
    write_bundle(bundle, bundle_folder(settings.bundles, "demo", bundle.content_hash))
    now = datetime(2021, 7, 1, tzinfo=UTC)
    record_promotion(store, Promotion("demo", "1", DAY, now, bundle.content_hash))


def _no_scores() -> Scoreboard:
    none = np.array([])
    places = np.array([], dtype=int)
    return Scoreboard(
        kpis=(), methods=(), kpi=places, method=places, year=places, months_known=places,
        outcome=none, base=none, quantiles=np.empty((0, 9)), crps=none, brier=none,
        standardised=none,
    )  # fmt: skip


@pytest.fixture(scope="session")
def app_state(home: Path) -> Iterator[AppState]:
    settings = Settings(home=home)
    app_state = AppState(settings, Store.open(settings.store_url))
    yield app_state
    app_state.jobs.close()


ESTIMATES: tuple[tuple[str, float, State], ...] = (
    ("exports", 1500.0, "approved"),
    ("coal", 1490.0, "checked"),
)


@pytest.fixture(scope="session")
def projections(app_state: AppState) -> list[ProjectionView]:
    """Views, with an approved estimate for exports and a pending one for coal."""
    estimates = {
        slug: EstimateView(
            value=value, unit=load_plan(app_state.store, "demo-2021").kpi(slug).unit,
            author="B", reason="",
            state=state, entered_at=datetime(2021, 6, 30), checked_by=None, approved_by=None,
            issued_at=None,
        )
        for slug, value, state in ESTIMATES
    }  # fmt: skip
    return [
        one.view.model_copy(update={"official_estimate": estimates.get(one.view.kpi)})
        for one in app_state.all_issued("demo-2021", DAY)
    ]


@pytest.fixture(scope="session")
def made(app_state: AppState, projections: list[ProjectionView]) -> Callable[..., Report]:
    """Builds a report: `made(lang='en', part='annex')`."""
    basis = app_state.basis("demo-2021", DAY)

    @cache
    def make(**wanted: Any) -> Report:
        return build(basis, projections, HEAD, Wanted(**wanted))

    return make
