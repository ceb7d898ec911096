"""Plans over HTTP: reading, new versions, retraining as a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from data.jobs.rows import claim
from service.shapes.plans import PlanDetail, PlanList, VersionShape
from service.shapes.registry import JobDetail, JobShape
from service.workflow.job_process import run
from tests.families import demo_plan

PLAN = "/v1/plans/demo-2018"
TARGET = {"kpi": "coal", "comparator": "at_least", "lower": 1650.0, "source": "made up"}
VERSION = {"adopted": "2018-06-20", "document": "made up", "targets": [TARGET]}


def worked_off(client: Any, address: str) -> dict[str, Any]:
    """The job once it is over, run here as its process runs it."""
    app_state = client.app.state.vedich
    job = claim(app_state.store, "a process", 1)
    assert job is not None
    run(app_state.store, app_state.settings, job)
    found: dict[str, Any] = client.get(address).json()
    return found


def test_plans_in_short_and_in_full(service: Any) -> None:
    listed = PlanList.model_validate(service.get("/v1/plans").json()).plans
    assert [(one.plan, one.kpi_count, one.version_count) for one in listed] == [
        ("demo-2018", 5, 2)
    ]
    assert listed[0].newest_vintage == date(2018, 6, 30)
    full = PlanDetail.model_validate(service.get(PLAN).json())
    assert [kpi.kpi for kpi in full.kpis] == [kpi.slug for kpi in demo_plan().kpis]
    assert full.kpis[2].parts == ("coal", "steel")
    first, second = full.versions
    assert (first.adopted, second.adopted) == (date(2018, 1, 15), date(2018, 6, 10))
    assert [target.lower for target in second.targets if target.kpi == "coal"] == [1600.0, 9000.0]


def test_a_new_version_gets_the_next_number_and_is_there_from_its_day_on(own_service: Any) -> None:
    response = own_service.post(f"{PLAN}/versions", json=VERSION)
    assert response.status_code == 201
    assert response.headers["location"] == PLAN
    added = VersionShape.model_validate(response.json())
    assert (added.number, added.targets[0].lower) == (3, 1650.0)
    assert own_service.get(PLAN).json()["versions"][-1] == response.json()
    coal = own_service.get(f"{PLAN}/projections/coal?as_of=2018-06").json()
    assert coal["targets"][0]["plan_version"] == 3
    earlier = own_service.get(f"{PLAN}/projections/coal?as_of=2018-06-19").json()
    assert earlier["targets"][0]["plan_version"] == 2


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"number": 2}, "already has a version 2"),
        ({"adopted": "tomorrow"}, "adopted"),
        ({"targets": [TARGET | {"kpi": "gold"}]}, "targets[0].kpi"),
        ({"targets": [TARGET | {"lower": None}]}, "needs lower"),
        ({"targets": [TARGET | {"lower": "much"}]}, "targets[0].lower"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_version_that_cannot_be_read_changes_nothing(
    own_service: Any, change: dict[str, Any], place: str
) -> None:
    before = own_service.get(PLAN).json()
    response = own_service.post(f"{PLAN}/versions", json=VERSION | change)
    assert response.status_code == 422
    assert place in response.json()["detail"]
    assert own_service.get(PLAN).json() == before


@pytest.mark.slow
def test_retraining_is_a_job_whose_model_answers_when_it_is_done(
    own_service: Any, quick_retrain: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.retrain.retrain", quick_retrain)
    before = own_service.get(f"{PLAN}/projections/coal?as_of=2018-06").json()
    response = own_service.post(f"{PLAN}/retrain", json={"as_of": "2018-06"})
    assert response.status_code == 202
    started = JobShape.model_validate(response.json())
    assert started.task == "retrain demo-2018 as of 2018-06-30"
    assert response.headers["location"] == f"/v1/jobs/{started.id}"
    job = worked_off(own_service, response.headers["location"])
    JobDetail.model_validate(job)
    assert (job["state"], job["error"]) == ("done", None)
    assert job["done"] == job["total"] > 0
    assert job["result"]["as_of"] == "2018-06-30"
    models = own_service.get("/v1/models").json()["models"]
    assert models[0]["bundle_hash"] == job["result"]["bundle_hash"]
    after = own_service.get(f"{PLAN}/projections/coal?as_of=2018-06").json()
    assert after["stamp"] != before["stamp"]


@pytest.mark.slow
def test_retraining_without_a_body_means_the_newest_vintage(
    own_service: Any, quick_retrain: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.retrain.retrain", quick_retrain)
    response = own_service.post(f"{PLAN}/retrain")
    assert response.json()["task"] == "retrain demo-2018 as of 2018-06-30"
    assert worked_off(own_service, response.headers["location"])["state"] == "done"


def test_a_retraining_that_cannot_be_done_says_why(
    own_service: Any, quick_retrain: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.retrain.retrain", quick_retrain)
    response = own_service.post(f"{PLAN}/retrain", json={"as_of": "2001-01"})
    job = worked_off(own_service, response.headers["location"])
    assert job["state"] == "failed"
    assert "nothing was published" in job["error"]
