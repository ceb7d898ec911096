"""Totals over the plans of several bodies: sums of paths, named gaps, who may see them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy

from data.accounts.bodies import add_body, give_family
from data.db.store import Store
from data.plans.rows import save_plan
from data.settings import Settings
from data.vintages.rows import add_observations
from models.coherence import OriginKey, likeness
from models.errors import InputError, NoBundle, UnknownKpi
from service.analysis.roll_up import _member, common_kpis, roll_up
from service.app import create_app
from service.cli.main import main
from service.projections.basis import learned_of
from service.projections.shape import as_json
from service.shapes.roll_up import RollUpPart
from service.state.app_state import AppState
from service.texts import writer
from tests.families import demo_figures, demo_plan, import_of, train
from tests.service.pages.test_pages import text_of

pytestmark = pytest.mark.slow
DAY = date(2018, 6, 30)


@pytest.fixture
def state(home: Path) -> AppState:
    """Two provinces with the same KPIs, and one whose figures were never trained on."""
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    for body in ("north", "south", "west"):
        add_body(store, body, body, body, "os:root")
    give_family(store, "demo", "north", "os:root")
    for body in ("south", "west"):
        save_plan(store, replace(demo_plan(), slug=f"{body}-2018", family=body), body=body)
        add_observations(store, body, demo_figures(), import_of())
    train(store, settings, "south-2018", date(2018, 5, 31), promote=True)
    return AppState(settings, store)


def past_errors(state: AppState, plan: str) -> Mapping[OriginKey, float]:
    basis = state.basis(plan, DAY)
    assert not isinstance(basis.bundle, NoBundle)
    return learned_of(basis.bundle, "coal", basis.series("coal")).errors


def spread_of_sum(state: AppState, parts: Sequence[RollUpPart], together: float) -> float:
    """Width of the 80 % interval of a sum of two years with this correlation of scores."""
    rng = np.random.default_rng(1)
    total = np.zeros(100_000)
    scores = rng.multivariate_normal([0, 0], [[1, together], [together, 1]], size=total.size)
    for part, score in zip(parts, scores.T, strict=True):
        member, _projection = _member(state.basis(part.plan, DAY), "coal")
        total += np.quantile(member.annual.samples, scipy.stats.norm.cdf(score))
    low, high = np.quantile(total, [0.1, 0.9])
    return float(high - low)


def test_a_total_is_the_sum_of_its_parts_and_says_what_is_missing(state: AppState) -> None:
    found = roll_up(state, "house", "coal", 2018, DAY)
    assert [(part.plan, part.body) for part in found.parts] == [
        ("demo-2018", "north"),
        ("south-2018", "south"),
    ]
    assert [(one.plan, one.body) for one in found.without] == [("west-2018", "west")]
    assert "retrain" in found.without[0].reason
    assert (found.unit, found.status) == ("thousand tonnes", "projected")
    means = [part.projected.mean for part in found.parts]
    assert found.projected.mean == pytest.approx(sum(means))
    # two provinces with the same figures erred nearly alike: wider than if they were independent
    together = likeness(*(past_errors(state, part.plan) for part in found.parts))
    assert 0.5 < together < 1.0
    spreads = [spread_of_sum(state, found.parts, one) for one in (0.0, together, 1.0)]
    total = found.projected.quantiles.q90 - found.projected.quantiles.q10
    assert spreads[0] < total < 1.02 * spreads[2]
    assert total == pytest.approx(spreads[1], rel=0.07)
    (own,) = state.shown("demo-2018", DAY, "coal")
    assert own.projected is not None
    assert found.parts[0].projected == own.projected
    assert found.parts[0].stamp == own.stamp
    again = roll_up(AppState(state.settings, state.store), "house", "coal", 2018, DAY)
    assert as_json(again) == as_json(found)


def test_a_body_s_total_is_of_its_own_and_those_below(state: AppState) -> None:
    found = roll_up(state, "south", "coal", 2018, DAY)
    assert [part.plan for part in found.parts] == ["south-2018"]
    assert found.projected.median == pytest.approx(found.parts[0].projected.median)


def test_what_does_not_add_up_is_refused(state: AppState) -> None:
    with pytest.raises(InputError, match="kind 'growth'"):
        roll_up(state, "house", "output", 2018, DAY)
    with pytest.raises(UnknownKpi, match="no plan of 2017"):
        roll_up(state, "house", "coal", 2017, DAY)
    plan = demo_plan()
    kpis = tuple(replace(one, unit="tonnes") if one.slug == "coal" else one for one in plan.kpis)
    save_plan(state.store, replace(plan, slug="south-2018", family="south", kpis=kpis))
    with pytest.raises(InputError, match="in one unit"):
        roll_up(state, "house", "coal", 2018, DAY)


def test_over_http_a_province_sees_its_own_total_only(office: Any) -> None:
    add_body(office.store, "north", "Bắc", "North", "os:root")
    path = "/v1/bodies/{}/roll-up/coal?year=2018&as_of=2018-06"
    told = office.ask("viewer", "GET", path.format("house")).json()
    assert [part["plan"] for part in told["parts"]] == ["demo-2018"]
    from data.accounts.accounts import set_body

    set_body(office.store, "viewer", "north", "os:root")
    for body in ("house", "nowhere"):
        hidden = office.ask("viewer", "GET", path.format(body))
        assert hidden.status_code == 404
        assert f"no body '{body}'" in hidden.json()["detail"]
    assert office.ask("viewer", "GET", path.format("north")).status_code == 404  # no such KPI


def test_its_page_names_the_parts_and_what_is_missing(state: AppState, client_of: Any) -> None:
    client = client_of(create_app(state.settings, state.store))
    page = text_of(client.get("/roll-up?lang=en&as_of=2018-06&kpi=2018:coal").text)
    found = roll_up(state, "house", "coal", 2018, DAY)
    assert "Coal in 2018, sum of the plans, as known on 30 June 2018" in page
    write = writer(found.projected, 1, "en")
    assert f"Total {write(found.projected.median)}" in page
    assert page.count("has no forecast and is not in the total") == 1
    assert "output" not in [kpi.slug for _year, kpi in common_kpis(state, "house")]
    assert "/roll-up" in client.get("/?lang=vi").text
    alone = text_of(client.get("/roll-up?lang=vi&body=south").text)
    assert "Chưa có hai đơn vị nào" in alone
    assert client.get("/roll-up?body=nowhere").status_code == 404


def test_from_the_terminal(state: AppState, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["roll-up", "coal", "--year", "2018", "--as-of", "2018-06", "--lang", "en"]
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Coal in 2018, sum of the plans, as known on 30 June 2018"
    assert lines[1].startswith("projected ")
    assert "thousand tonnes, 80% interval" in lines[1]
    assert "west-2018 is not in the total" in lines[-1]
    with pytest.raises(SystemExit):
        main([*given, "--format", "json"])
    assert json.loads(capsys.readouterr().out)["kpi"] == "coal"
