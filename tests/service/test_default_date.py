"""One rule for the default date, wherever an answer is asked for without one."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.db.store import Store
from data.plans.rows import load_plan, save_plan
from data.settings import Settings
from data.vintages.rows import add_observations
from service.app import create_app
from service.cli.main import main
from service.projections.basis import default_day
from tests.families import FakeTracker, demo_figures, demo_plan, import_of, train
from tests.homes import Run

pytestmark = pytest.mark.slow

PLAN = "demo-2018"
API = f"/v1/plans/{PLAN}"
LATER = date(2018, 7, 15)


@pytest.fixture
def trained_later(tmp_path: Path, this_run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose figures end on 30 June, and whose only model was made for 15 July."""
    home = tmp_path / "home"
    store = this_run.new_store(home)
    save_plan(store, demo_plan())
    add_observations(store, "demo", demo_figures(), import_of())
    settings = Settings(home=home, mlflow_tracking_uri=None)
    train(store, settings, PLAN, LATER, tracker=FakeTracker(), promote=True)
    store.close()
    monkeypatch.setenv("VEDICH_HOME", str(home))
    return home


def test_figures_published_before_the_day_of_their_model_are_answered_everywhere(
    trained_later: Path, client_of: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(home=trained_later, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    own_service = client_of(create_app(settings, store))
    assert default_day(store, load_plan(store, PLAN)) == LATER
    listed = own_service.get(f"{API}/projections").json()["projections"]
    one = own_service.get(f"{API}/projections/coal").json()
    rows = csv.DictReader(io.StringIO(own_service.get(f"{API}/projections.csv").text))
    days = {shown["as_of"] for shown in (*listed, one, *rows)}
    assert days == {LATER.isoformat()}
    for address in (
        f"/embed/{PLAN}/coal?lang=vi",
        f"/embed/{PLAN}/coal/card.svg?lang=vi",
        f"{API}/projections/coal.md?lang=vi",
        f"/plans/{PLAN}?lang=vi",
        f"/plans/{PLAN}/kpis/coal?lang=vi",
        f"/plans/{PLAN}/what-if?lang=vi",
        f"/plans/{PLAN}/reports?lang=vi",
    ):
        answer = own_service.get(address)
        assert answer.status_code == 200, answer.text
        assert "15/7/2018" in answer.text, address
    for address in (
        f"{API}/projections/coal/fan-chart.svg",
        f"{API}/report.docx",
        f"{API}/contributions/both",
        f"{API}/projections/coal/history",
        f"/v1/track-record?plan={PLAN}",
    ):
        assert own_service.get(address).status_code == 200, address
    framed = f"http://127.0.0.1/embed/{PLAN}/coal"
    assert own_service.get(f"/oembed?url={framed}").status_code == 200
    with pytest.raises(SystemExit) as ended:
        main(["project", "--plan", PLAN, "--kpi", "coal", "--format", "json"])
    assert ended.value.code == 0
    assert f'"as_of": "{LATER}"' in capsys.readouterr().out


def test_newer_figures_are_answered_by_the_newest_model_and_the_page_says_so(
    own_service: Any,
) -> None:
    one = own_service.get(f"{API}/projections/coal").json()
    assert one["as_of"] == "2018-06-30"
    assert one["method"]["model_version"] == "2"  # of May
    page = own_service.get(f"/plans/{PLAN}?lang=vi").text
    assert "30/6/2018" in page
    assert "huấn luyện trên số liệu đến hết 31/5/2018" in page


def test_a_model_answers_unasked_through_the_month_after_its_own(
    tmp_path: Path, this_run: Run
) -> None:
    home = tmp_path / "home"
    store = this_run.new_store(home)
    save_plan(store, demo_plan())
    add_observations(store, "demo", demo_figures(), import_of())
    settings, plan = Settings(home=home, mlflow_tracking_uri=None), load_plan(store, PLAN)
    assert default_day(store, plan) == date(2018, 6, 30)  # without a model the newest is named
    train(store, settings, PLAN, date(2018, 4, 30), tracker=FakeTracker(), promote=True)
    assert default_day(store, plan) == date(2018, 4, 30)  # figures are two months further
    train(store, settings, PLAN, date(2018, 5, 31), tracker=FakeTracker(), promote=True)
    assert default_day(store, plan) == date(2018, 6, 30)
    store.close()
