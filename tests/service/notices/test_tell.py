"""What is told of a plan: changes with their reason, late months, signatures; each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from data.db.store import Store
from data.notices.rows import Notice, Told, notices_of
from data.notices.rules import NoticeRules, save_rules
from data.plans.rows import load_plan
from data.settings import Settings
from data.sign_off.signing import enter_estimate
from models.series import Month
from service.notices import rules as module
from service.notices.rules import given_by_month, tell
from service.projections.issue import issue
from service.projections.view import ProjectionView
from service.state.app_state import AppState

pytestmark = pytest.mark.slow

PLAN, TODAY = "demo-2018", date(2018, 7, 5)
DAYS = (date(2018, 5, 31), date(2018, 6, 30))


@pytest.fixture
def app_state(home: Path) -> Iterator[AppState]:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    for day in DAYS:
        issue(store, settings, PLAN, day)
    yield AppState(settings, store)
    store.close()


def told(app_state: AppState, rule: str) -> list[Told]:
    return [one for one in notices_of(app_state.store, PLAN) if one.notice.rule == rule]


def test_a_changed_status_is_told_with_reason_and_code_and_once(app_state: AppState) -> None:
    before, after = given_by_month(app_state, PLAN).values()
    changed = {
        kpi: view
        for kpi, view in after.items()
        if view.probability is not None and view.status != before[kpi].status
    }
    assert changed, "the sample has a target whose status changed"
    tell(app_state, PLAN, TODAY)
    found = {one.notice.kpi: one.notice for one in told(app_state, "status")}
    assert found.keys() == changed.keys()
    for kpi, view in changed.items():
        assert found[kpi].stamp == view.stamp
        assert found[kpi].en.rstrip().endswith(".")
        assert found[kpi].vi != found[kpi].en
    number = len(notices_of(app_state.store, PLAN))
    assert tell(app_state, PLAN, TODAY) == 0
    assert len(notices_of(app_state.store, PLAN)) == number


def moved(view: ProjectionView, probability: float) -> ProjectionView:
    return view.model_copy(update={"probability": probability})


def test_a_probability_that_moved_by_more_than_the_rule_says(
    app_state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, before), (second, after) = given_by_month(app_state, PLAN).items()
    steel = next(kpi for kpi in after if after[kpi].probability is not None)
    same = {"status": "on_track"}
    given = {
        first: {steel: moved(before[steel], 0.95).model_copy(update=same)},
        second: {steel: moved(after[steel], 0.83).model_copy(update=same)},
    }
    monkeypatch.setattr(module, "given_by_month", lambda *_: given)
    save_rules(app_state.store, PLAN, NoticeRules(moved=12.5), "head")
    tell(app_state, PLAN, TODAY)
    assert told(app_state, "moved") == []
    save_rules(app_state.store, PLAN, NoticeRules(moved=11.5), "head")
    tell(app_state, PLAN, TODAY)
    (one,) = told(app_state, "moved")
    assert (one.notice.kpi, one.notice.stamp) == (steel, after[steel].stamp)
    assert "probability 83%, " in one.notice.en


def test_a_month_is_missed_after_its_usual_day(app_state: AppState) -> None:
    usual = date(2018, 7, 31)  # months were published on their last day
    tell(app_state, PLAN, usual)
    assert told(app_state, "missing") == []
    tell(app_state, PLAN, usual + timedelta(days=1))
    (one,) = told(app_state, "missing")
    assert "July 2018" in one.notice.en
    assert "31/7/2018" in one.notice.vi


def test_a_plan_of_long_ago_misses_nothing(app_state: AppState) -> None:
    tell(app_state, PLAN, date(2026, 1, 1))
    assert told(app_state, "missing") == []


def test_what_waits_for_a_signature_is_told_when_it_changes(app_state: AppState) -> None:
    plan, month = load_plan(app_state.store, PLAN), Month(2018, 6)
    enter_estimate(app_state.store, plan, month, "coal", 1.0, "thousand tonnes", "made up", "one")
    tell(app_state, PLAN, TODAY)
    tell(app_state, PLAN, TODAY)
    (one,) = told(app_state, "waiting")
    assert one.notice.en == "June 2018: 1 estimate of the year waits to be checked."
    enter_estimate(app_state.store, plan, month, "steel", 1.0, "thousand tonnes", "made up", "one")
    tell(app_state, PLAN, TODAY)
    assert len(told(app_state, "waiting")) == 2


def test_a_month_has_one_digest(app_state: AppState) -> None:
    tell(app_state, PLAN, TODAY)
    assert told(app_state, "digest") == []
    for _ in range(2):
        tell(app_state, PLAN, TODAY, ran=True)
    (one,) = told(app_state, "digest")
    lines = one.notice.en.splitlines()
    assert lines[0].startswith("Trial plan, June 2018:")
    assert len(lines) == 1 + len(told(app_state, "status")) + len(told(app_state, "moved"))


def test_a_rule_that_is_off_tells_nothing(app_state: AppState) -> None:
    save_rules(app_state.store, PLAN, NoticeRules(off=("refused", "status", "moved")), "head")
    tell(app_state, PLAN, TODAY, [Notice("refused", "a file", "một tệp", "a file")])
    assert notices_of(app_state.store, PLAN) == ()
