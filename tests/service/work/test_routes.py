"""Jobs over HTTP: list, log, live progress, end."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from data.jobs.job import Job
from data.jobs.rows import beat, claim, end
from models.errors import Overloaded
from service.shapes.registry import JobDetail, JobList
from service.state.streams import Streams
from service.work import routes


@pytest.fixture
def running(own_service: Any) -> Job:
    """A retraining that some process runs."""
    own_service.post("/v1/plans/demo-2018/retrain", json={"as_of": "2018-06"})
    store = own_service.app.state.vedich.store
    job = claim(store, "a process", 1)
    assert job is not None
    beat(store, job, (1, 4, "coal 2017"))
    return job


def events_of(text: str) -> list[dict[str, Any]]:
    parts = [part.split("\n") for part in text.split("\n\n") if part]
    assert all(part[0] == "event: job" for part in parts)
    return [json.loads(part[1].removeprefix("data: ")) for part in parts]


def test_a_job_is_told_in_the_readers_language(own_service: Any, running: Job) -> None:
    job = JobDetail.model_validate(own_service.get(f"/v1/jobs/{running.id}?lang=vi").json())
    assert job.said.startswith("25% · Than đá 2017")
    assert job.title == "Huấn luyện lại: Kế hoạch thử, số liệu đến 30/6/2018"
    assert [line.event for line in job.log] == ["queued", "started"]
    english = own_service.get(f"/v1/jobs/{running.id}?lang=en").json()
    assert english["said"].startswith("25% · Coal 2017")


def test_the_list_is_of_a_plan_or_of_all(own_service: Any, running: Job) -> None:
    for query in ("", "?plan=demo-2018"):
        found = JobList.model_validate(own_service.get(f"/v1/jobs{query}").json())
        assert [job.id for job in found.jobs] == [running.id]


def test_progress_is_streamed_until_the_end(
    own_service: Any, running: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    app_state = own_service.app.state.vedich
    looks = iter([None, (2, 4, "steel 2017"), None, "end"])

    async def meanwhile(_seconds: float) -> None:
        what = next(looks)
        if what == "end":
            end(app_state.store, running, "done", result={"version": "2"})
        elif isinstance(what, tuple):
            beat(app_state.store, running, what)
        app_state.jobs._read = (0.0, ())

    monkeypatch.setattr(routes, "asyncio", SimpleNamespace(sleep=meanwhile))
    answer = own_service.get(f"/v1/jobs/{running.id}/events?lang=vi")
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events_of(answer.text)
    assert [(one["state"], one["done"]) for one in told] == [
        ("running", 1),
        ("running", 2),
        ("done", 2),
    ]
    assert told[-1]["said"] == "Đã xong."


def test_a_stream_ends_when_the_service_is_to_stop(own_service: Any, running: Job) -> None:
    own_service.app.state.vedich.closing.set()
    assert own_service.get(f"/v1/jobs/{running.id}/events").text == ""


def test_streams_are_counted_and_limited(own_service: Any, running: Job) -> None:
    app_state = own_service.app.state.vedich
    app_state.streams = Streams(of_one=1, of_all=2)
    with app_state.streams.one("local 127.0.0.1"):
        refused = own_service.get(f"/v1/jobs/{running.id}/events?lang=vi")
        assert refused.status_code == 503
        assert "Quá nhiều trang" in refused.json()["text"]
        with app_state.streams.one("another"), pytest.raises(Overloaded):
            app_state.streams.one("a third").__enter__()
    app_state.closing.set()
    assert own_service.get(f"/v1/jobs/{running.id}/events").status_code == 200
    assert app_state.streams._open.total() == 0  # what ended is counted no more


def test_a_job_is_cancelled(own_service: Any, running: Job) -> None:
    answer = own_service.post(f"/v1/jobs/{running.id}/cancel?lang=vi")
    assert answer.json()["said"] == "Đang dừng sau bước này…"
    waiting = own_service.post("/v1/plans/demo-2018/retrain", json={"as_of": "2018-05"}).json()
    answer = own_service.post(f"/v1/jobs/{waiting['id']}/cancel").json()
    assert answer["state"] == "cancelled"
    log = own_service.get(f"/v1/jobs/{waiting['id']}").json()["log"]
    assert [line["event"] for line in log] == ["queued", "cancelled"]
