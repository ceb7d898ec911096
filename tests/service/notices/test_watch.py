"""What looks wrong is said in both languages: in notices, on Today and in the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.db.store import Store
from data.notices.rows import Notice, notices_of
from data.notices.rules import WATCHED, NoticeRules, save_rules
from data.notices.standing import standing_counts
from data.plans.events import EventEntry
from data.plans.kpi import Kpi
from data.plans.rows import load_plan
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from data.vintages.rows import add_observations
from models.series import Month
from models.watching.betting import Alarm
from service.notices import watch
from service.notices.rules import tell
from service.notices.watch import watched
from service.state.app_state import AppState
from service.workflow.events import add_event
from tests.families import KPIS, demo_figures, flow, import_of, noisy_months

PLAN, DAY = "demo-2018", date(2018, 7, 9)


@pytest.fixture
def app_state(home: Path) -> Iterator[AppState]:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    yield AppState(settings, store)
    store.close()


def add(app_state: AppState, *figures: tuple[Month, float]) -> None:
    """Restated months of steel, published later."""
    rows = [
        Observation("steel", month, "month", value, "restated", DAY, "made")
        for month, value in figures
    ]
    add_observations(app_state.store, "demo", rows, import_of())


def of(app_state: AppState, day: date = DAY) -> list[Notice]:
    return list(watched(app_state, load_plan(app_state.store, PLAN), day))


def test_figures_that_are_right_say_nothing(app_state: AppState) -> None:
    assert of(app_state, date(2018, 6, 30)) == []


def test_a_wrong_unit_is_told_once_with_what_to_do(app_state: AppState) -> None:
    add(app_state, (Month(2018, 6), 1000 * noisy_months("steel", 40.0)[Month(2018, 6)]))
    assert of(app_state, date(2018, 6, 30)) == []
    (found,) = of(app_state)
    assert (found.rule, found.kpi, found.about) == ("unit", "steel", "unit steel 2018-06")
    assert found.en.startswith("Steel: the figure of June 2018 is about 1,000 times the usual.")
    assert "load the corrected file" in found.en
    assert found.vi.startswith("Thép: số liệu tháng 6/2018 lớn gấp khoảng 1.000 lần")
    for _ in range(2):
        tell(app_state, PLAN, DAY)
    entry = EventEntry("steel", Month(2018, 6), "pulse", 9.0, 1, False, DAY, "An")
    add_event(app_state.store, PLAN, entry, DAY, "An")
    assert of(app_state) == []  # somebody decided about that month
    told = [one.notice for one in notices_of(app_state.store, PLAN) if one.notice.rule == "unit"]
    assert [one.about for one in told] == [found.about]
    assert standing_counts(app_state.store) == {(PLAN, "unit"): 1}


def test_what_was_mended_stands_no_more(app_state: AppState) -> None:
    right = noisy_months("steel", 40.0)[Month(2018, 6)]
    add(app_state, (Month(2018, 6), right / 100))
    tell(app_state, PLAN, DAY)
    assert standing_counts(app_state.store) == {(PLAN, "unit"): 1}
    figure = Observation("steel", Month(2018, 6), "month", right, "final", DAY, "made")
    add_observations(app_state.store, "demo", [figure], import_of())
    tell(app_state, PLAN, DAY)
    assert standing_counts(app_state.store) == {}


def test_a_rule_that_is_off_still_counts(app_state: AppState) -> None:
    add(app_state, (Month(2018, 6), 0.001 * noisy_months("steel", 40.0)[Month(2018, 6)]))
    save_rules(app_state.store, PLAN, NoticeRules(off=WATCHED), "head")
    tell(app_state, PLAN, DAY)
    assert [one for one in notices_of(app_state.store, PLAN) if one.notice.rule == "unit"] == []
    assert standing_counts(app_state.store) == {(PLAN, "unit"): 1}


def test_a_new_base_says_what_is_still_on_the_old_one(app_state: AppState) -> None:
    months = noisy_months("steel", 40.0)
    add(
        app_state, *((month, 1.37 * value) for month, value in months.items() if month.year > 2015)
    )
    (found,) = [one for one in of(app_state) if one.rule == "base"]
    assert "from January 2016 to June 2018 by one factor, 1.37" in found.en
    assert "The months before January 2016 are still on the old base" in found.en


def test_a_break_until_it_is_explained(app_state: AppState) -> None:
    months = noisy_months("steel", 40.0)
    low = {month: 0.4 * months[month] for month in (Month(2018, m) for m in (3, 4, 5, 6))}
    add(app_state, *low.items())
    (found,) = of(app_state)
    assert found.about == "break steel 2018-03"
    assert "since March 2018" in found.en
    assert "Events" in found.en
    entry = EventEntry("steel", Month(2018, 3), "step", -0.6, 1, True, DAY, "An")
    add_event(app_state.store, PLAN, entry, DAY, "An")
    assert of(app_state) == []


STOPPED = Kpi("stopped", "Than cũ", "Old coal", "tonnes")


def of_stopped(panel: Panel, day: date) -> list[Notice]:
    return list(watch._of_kpi(panel, STOPPED, panel.series_as_of("stopped", day), [], ()))


def test_a_kpi_that_stopped_while_others_came() -> None:
    months = noisy_months("stopped", 10.0)
    known = {month: value for month, value in months.items() if month <= Month(2018, 2)}
    panel = Panel.of("demo", (*KPIS, STOPPED), (*demo_figures(), *flow("stopped", known)))
    (found,) = of_stopped(panel, date(2018, 5, 31))
    assert found.about == "stale stopped 2018-03"
    assert "no figure for March 2018" in found.en
    assert "figures to February 2018" in found.en
    assert of_stopped(panel, date(2018, 3, 31)) == []


def test_months_that_were_copied() -> None:
    months = noisy_months("stopped", 10.0)
    last = dict(months)
    for number in (5, 6):
        last[Month(2018, number)] = months[Month(2018, 4)]
    panel = Panel.of("demo", (STOPPED,), flow("stopped", last))
    found = of_stopped(panel, date(2018, 6, 30))
    assert [one.about for one in found if one.rule == "stale"] == ["stale stopped copied 2018-04"]
    assert "3 months in a row, to June 2018" in found[0].en


def test_forecasts_that_err_are_told_by_kpi_and_together(
    app_state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = Alarm(Month(2018, 6), 5, 0.6)
    monkeypatch.setattr(watch, "beyond_of", lambda *_: {"coal": alarm})
    monkeypatch.setattr(watch, "drift_of", lambda *_: alarm)
    errors, drift = of(app_state)
    assert (errors.rule, errors.kpi, errors.about) == ("errors", "coal", "errors coal 2018-06")
    assert "over 5 months 60% of the new figures" in errors.en
    assert (drift.rule, drift.kpi) == ("drift", None)


def test_an_index_known_by_rates_has_no_unit_to_be_wrong(app_state: AppState) -> None:
    rows = [
        Observation("output", Month(2018, 6), form, 100_000.0, "restated", DAY, "made")
        for form in ("rate_on_year", "rate_on_month", "rate_to_date")
    ]
    add_observations(app_state.store, "demo", rows, import_of())
    assert [one.rule for one in of(app_state) if one.rule in ("unit", "base")] == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_today_and_the_metrics_say_it_too(own_service: Any, lang: str) -> None:
    app_state = own_service.app.state.vedich
    right = noisy_months("steel", 40.0)[Month(2018, 6)]
    day = date(2018, 6, 30)
    figure = Observation("steel", Month(2018, 6), "month", 1e3 * right, "restated", day, "made")
    add_observations(app_state.store, "demo", [figure], import_of())
    page = own_service.get(f"/plans/{PLAN}/today?lang={lang}").text
    said = {"vi": "lớn gấp khoảng 1.000 lần mức thường lệ", "en": "about 1,000 times the usual"}
    assert said[lang] in page
    tell(app_state, PLAN, DAY)
    text = own_service.get("/metrics").text
    assert f'vedich_watching{{plan="{PLAN}",rule="unit"}} 1.0' in text
