"""What the first pages rest on is made before somebody asks, and again after new figures."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.db.store import Store
from data.plans.rows import load_plan, save_plan
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import add_observations
from models.errors import StoreUnavailable
from models.series import Month
from service.app import create_app
from service.pages.desk.ready import Ready
from service.projections import issue
from service.state import app_state as state
from tests.families import import_of

pytestmark = pytest.mark.slow

PAGES = (
    "/",
    "/plans/demo-2018/today",
    "/plans/demo-2018/why",
    "/plans/demo-2018/kpis/coal",
    "/v1/plans/demo-2018/projections/coal/history",
)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The KPIs of which a projection was computed."""
    found: list[str] = []

    def counted(basis: Any, slug: str) -> Any:
        found.append(slug)
        return issue.issue_kpi(basis, slug)

    monkeypatch.setattr(state, "issue_kpi", counted)
    return found


def test_who_comes_first_waits_for_no_projection(own_service: Any, computed: list[str]) -> None:
    ready = Ready(own_service.app.state.vedich)
    ready.look()
    assert computed
    computed.clear()
    for page in PAGES:
        assert own_service.get(page).status_code == 200
    assert computed == []
    ready.look()  # nothing changed
    assert computed == []


def test_the_first_pages_of_all_plans_come_before_the_rest_of_any(
    own_service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    for name in ("first_answers", "later_answers"):

        def steps(_state: Any, plan: Any, name: str = name) -> Any:
            yield lambda: done.append(f"{name} {plan.family}")

        monkeypatch.setattr(f"service.pages.desk.ready.{name}", steps)
    app_state = own_service.app.state.vedich
    plan = load_plan(app_state.store, "demo-2018")
    for family in map(str, range(5)):  # more than a service that starts waits for
        save_plan(app_state.store, replace(plan, slug=f"{family}-2018", family=family))
    ready = Ready(app_state)
    ready.look()
    assert [one.split()[0] for one in done] == ["first_answers"] * 6 + ["later_answers"] * 6
    assert len(set(done)) == 12
    monkeypatch.setattr("service.pages.desk.ready.KPIS", len(plan.kpis) * 2)
    done.clear()
    Ready(app_state).look()
    assert len(set(done)) == 4


def test_new_figures_are_made_ready_in_their_turn(own_service: Any, computed: list[str]) -> None:
    ready = Ready(own_service.app.state.vedich)
    ready.look()
    day = date(2018, 7, 9)
    figure = Observation("steel", Month(2018, 6), "month", 61.5, "restated", day, "made")
    add_observations(own_service.app.state.vedich.store, "demo", (figure,), import_of())
    computed.clear()
    ready.look()
    assert computed
    computed.clear()
    own_service.get(PAGES[1])
    assert computed == []


def test_a_service_that_starts_waits_for_its_first_pages(
    own_service: Any, computed: list[str]
) -> None:
    ready = Ready(own_service.app.state.vedich)
    ready.begin()
    ready.wait()
    ready.close()
    assert {"coal", "steel"} <= set(computed)


def test_a_service_that_cannot_make_them_starts_all_the_same(
    own_service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Ready) -> None:
        raise StoreUnavailable("a place", "nothing")

    monkeypatch.setattr(Ready, "look", fail)
    monkeypatch.setattr("service.pages.desk.ready.FIRST", 600.0)
    ready = Ready(own_service.app.state.vedich)
    ready.begin()
    ready.wait()
    ready.close()


def test_it_stops_with_the_service(own_service: Any, computed: list[str]) -> None:
    ready = Ready(own_service.app.state.vedich)
    ready.begin()
    until = time.monotonic() + 60
    while not computed and time.monotonic() < until:
        time.sleep(0.01)
    ready.close()
    assert computed
    made = len(computed)
    time.sleep(0.2)
    assert len(computed) == made


def test_a_house_without_plans_is_left_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    app = create_app(settings, store)
    Ready(app.state.vedich).look()
    assert not (tmp_path / "cache").exists()
    app.state.vedich.jobs.close()
    store.close()
