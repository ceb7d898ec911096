"""Models, their track record, stamps and jobs over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.plans.rows import load_plan, save_plan
from service.projections.shape import as_json
from service.projections.view import StampView
from service.shapes.registry import ModelList, TrackRecordList
from training.backtest.scoreboard import after_first_year, summary
from training.bundle.bundle import read_bundle

COAL = "/v1/plans/demo-2018/projections/coal"


EMPTY = {
    "track_record": [],
    "given_out": [],
    "offices": {"scores": [], "estimates": []},
}


def test_models_newest_first(service: Any) -> None:
    found = ModelList.model_validate(service.get("/v1/models").json()).models
    assert [(one.version, one.as_of, one.champion) for one in found] == [
        ("2", date(2018, 5, 31), True),
        ("1", date(2018, 3, 31), False),
    ]
    assert service.get("/v1/models?plan=demo-2018").json() == service.get("/v1/models").json()


def test_the_track_record_is_the_backtest_of_the_model_that_answers(
    service: Any, trained_home: Path
) -> None:
    content = service.get("/v1/track-record?plan=demo-2018&as_of=2018-04").json()
    (record,) = TrackRecordList.model_validate(content).track_record
    assert (record.model_version, record.as_of) == ("1", date(2018, 3, 31))
    models = service.get("/v1/models").json()["models"]
    folder = trained_home / "bundles" / "demo" / models[1]["bundle_hash"][:16]
    rows = after_first_year(read_bundle(folder).scores.frame())
    expected = summary(rows).set_index(["method", "months_known"])
    for score in record.methods:
        known = "all" if score.months_known is None else score.months_known
        wanted: Any = expected.loc[(score.method, known)]
        assert score.n == wanted["n"]
        assert score.annual_error == pytest.approx(wanted["annual_error"])
        assert score.coverage_80 == pytest.approx(wanted["coverage_80"])
    assert {score.months_known for score in record.methods} == {*range(12), None}
    assert [one.kpi for one in record.kpis] == ["both", "coal", "output", "steel"]
    newest = service.get("/v1/track-record").json()["track_record"]
    assert [one["model_version"] for one in newest] == ["2"]


def test_a_labelled_family_has_no_track_record(own_service: Any) -> None:
    store = own_service.app.state.vedich.store
    save_plan(store, replace(load_plan(store, "demo-2018"), label="made up, for demonstration"))
    for address in ("/v1/track-record", "/v1/track-record?plan=demo-2018"):
        assert own_service.get(address).json() == EMPTY


def test_without_a_model_there_is_no_track_record(service: Any) -> None:
    response = service.get("/v1/track-record?plan=demo-2018&as_of=2018-01")
    assert (response.status_code, response.json()["type"]) == (409, "/problems#no-bundle")


def test_a_stamp_leads_back_to_the_figure_and_what_it_was_made_from(own_service: Any) -> None:
    own_service.app.state.vedich.give_out("demo-2018", date(2018, 6, 30))
    one = own_service.get(f"{COAL}?as_of=2018-06").json()
    stamp = one["stamp"]
    content = own_service.get(f"/v1/stamps/{stamp}").json()
    record = StampView.model_validate(content)
    assert (record.stamp, record.plan, record.kpi) == (stamp, "demo-2018", "coal")
    assert as_json(record.projection) == one
    assert record.inputs.plan_version == 2
    assert record.inputs.as_of == date(2018, 6, 30)
    typed = f"{stamp[:4].lower()}-{stamp[4:8]} {stamp[8:]}"
    assert own_service.get(f"/v1/stamps/{typed}").json() == content


@pytest.mark.parametrize("stamp", ["AAAAAAAAAAAA", "short", "0189"])
def test_a_stamp_that_nothing_carries(service: Any, stamp: str) -> None:
    response = service.get(f"/v1/stamps/{stamp}")
    assert (response.status_code, response.json()["type"]) == (404, "/problems#unknown-stamp")
