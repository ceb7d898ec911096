"""The queue in the database, and the lease of whoever runs a job."""

from __future__ import annotations

import time
from typing import Any

import pytest

from data.jobs import lease, rows
from data.jobs.job import Cancelled, Job, LeaseLost, UnknownJob
from data.jobs.lease import Lease, Watch, attended
from models.errors import Busy


def ask(store: Any, task: str = "retrain a", family: str = "a") -> Job:
    return rows.enqueue(store, "retrain", task, "An", family=family, plan=f"{family}-2021")


def events(store: Any, job: Job) -> list[str]:
    return [line.event for line in rows.log_of(store, job)]


def test_a_job_goes_from_the_queue_to_its_result(store: Any) -> None:
    asked = ask(store)
    assert (asked.state, asked.by, asked.plan) == ("queued", "An", "a-2021")
    taken = rows.claim(store, "one", 1)
    assert taken is not None
    assert (taken.id, taken.state, taken.attempts) == (asked.id, "running", 1)
    rows.beat(store, taken, (1, 2, "coal 2017"))
    now = rows.job_of(store, asked.id)
    assert (now.done, now.total, now.step, now.beats) == (1, 2, "coal 2017", taken.beats + 1)
    rows.end(store, taken, "done", result={"version": "3"})
    over = rows.job_of(store, asked.id)
    assert (over.state, over.result) == ("done", {"version": "3"})
    assert over.ended_at is not None
    assert events(store, over) == ["queued", "started", "done"]


def test_the_same_task_is_not_queued_twice_but_again_when_done(store: Any) -> None:
    first = ask(store)
    assert ask(store).id == first.id
    assert ask(store, "retrain b", "b").id != first.id
    taken = rows.claim(store, "one", 1)
    assert taken is not None
    assert ask(store).id == first.id
    rows.end(store, taken, "done")
    assert ask(store).id != first.id


def test_a_family_has_one_runner_and_a_house_a_few(store: Any) -> None:
    for task in ("first", "second"):
        ask(store, task)
    ask(store, "third", "b")
    ask(store, "fourth", "c")
    assert [
        one.task for one in (rows.claim(store, "one", 2), rows.claim(store, "two", 2)) if one
    ] == [
        "first",
        "third",
    ]
    assert rows.claim(store, "three", 2) is None
    taken = rows.claim(store, "three", 3)
    assert taken is not None
    assert taken.task == "fourth"


def test_a_job_without_a_sign_of_life_is_taken_up_by_another(store: Any) -> None:
    job = ask(store)
    lost = rows.claim(store, "one", 1)
    assert lost is not None
    watch = Watch(stale=0.0)
    rows.beat(store, lost)
    assert [one.id for one in watch.still(store)] == [job.id]  # nothing is allowed
    patient = Watch(stale=60.0)
    assert patient.still(store) == ()
    rows.take_back(store, [lost.number])
    again = rows.claim(store, "two", 1)
    assert again is not None
    assert (again.id, again.attempts) == (job.id, 2)
    with pytest.raises(LeaseLost):
        rows.beat(store, lost, (5, 5, "late"))
    with pytest.raises(LeaseLost):
        rows.end(store, lost, "done", result={})
    assert rows.job_of(store, job.id).runner == "two"
    assert events(store, job) == ["queued", "started", "interrupted", "resumed"]


def test_a_job_whose_processes_end_again_and_again_is_given_up(store: Any) -> None:
    job = ask(store)
    for attempt in range(rows.MOST_ATTEMPTS):
        taken = rows.claim(store, f"runner {attempt}", 1)
        assert taken is not None
        rows.release(store, taken, "signal 9", ended=True)
    over = rows.job_of(store, job.id)
    assert over.state == "failed"
    assert "3 times" in str(over.error)


def test_a_service_that_stops_costs_no_attempt(store: Any) -> None:
    job = ask(store)
    for _ in range(5):
        taken = rows.claim(store, "one", 1)
        assert taken is not None
        rows.release(store, taken, "the service stopped", ended=False)
    assert (rows.job_of(store, job.id).state, rows.job_of(store, job.id).attempts) == ("queued", 0)


def test_cancelled_at_once_or_at_the_next_beat_or_too_late(store: Any) -> None:
    waiting = ask(store)
    assert rows.cancel(store, waiting.id, "Bình").state == "cancelled"
    running = ask(store)
    taken = rows.claim(store, "one", 1)
    assert taken is not None
    assert rows.cancel(store, running.id, "Bình").cancelling
    with pytest.raises(Cancelled):
        rows.beat(store, taken)
    rows.end(store, taken, "cancelled")
    assert rows.cancel(store, running.id, "Bình").state == "cancelled"
    assert events(store, running) == ["queued", "started", "cancelling", "cancelled"]
    with pytest.raises(UnknownJob, match="nothing-such"):
        rows.cancel(store, "nothing-such", "Bình")


def test_a_cancelled_job_whose_process_ended_stays_cancelled(store: Any) -> None:
    job = ask(store)
    taken = rows.claim(store, "one", 1)
    assert taken is not None
    rows.cancel(store, job.id, "Bình")
    rows.release(store, taken, "signal 9", ended=True)
    assert rows.job_of(store, job.id).state == "cancelled"


def test_the_oldest_finished_jobs_are_forgotten(store: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(rows, "KEPT", 2)
    for number in range(5):
        job = ask(store, f"task {number}")
        rows.cancel(store, job.id, "An")
    ask(store, "the last")
    assert [job.task for job in rows.jobs_of(store, limit=9)] == ["the last", "task 4", "task 3"]


def test_work_at_a_terminal_is_the_only_one_of_its_family(store: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(lease, "BEAT", 0.05)
    with attended(store, "retrain", "retrain a", "os:an", family="a", plan=None) as progress:
        progress(1, 2, "coal")
        ask(store, "from a page")
        assert rows.claim(store, "one", 5) is None
        with (
            pytest.raises(Busy, match="'a' has a job"),
            attended(store, "retrain", "again", "os:an", family="a", plan=None, stale=0.5),
        ):
            pass
    done = rows.jobs_of(store, limit=2)[1]
    assert (done.state, done.step, done.attended) == ("done", "coal", True)
    with (
        pytest.raises(KeyboardInterrupt),
        attended(store, "retrain", "c", "os:an", family="c", plan=None),
    ):
        raise KeyboardInterrupt
    assert rows.jobs_of(store, limit=1)[0].state == "cancelled"


def test_work_left_at_a_terminal_is_taken_up_by_nobody(store: Any) -> None:
    left = rows.attend(store, "retrain", "x", "os:an", "gone", family="a", plan=None)
    assert left is not None
    with attended(store, "retrain", "y", "os:an", family="a", plan=None, stale=0.2):
        assert rows.job_of(store, left.id).state == "failed"


def test_a_runner_that_was_stopped_learns_it_before_it_writes_what_it_learned(store: Any) -> None:
    ask(store)
    lost = rows.claim(store, "one", 1)
    assert lost is not None
    with Lease(store, lost, lambda: None, every=60.0) as lease:
        lease.progress(1, 2, "coal")
        rows.take_back(store, [lost.number])
        lease.progress(1, 2, "coal")  # between two beats it does not know
        with pytest.raises(LeaseLost):
            lease.progress(2, 2, "steel")


def test_cancelled_too_late_what_was_learned_is_written(store: Any) -> None:
    job = ask(store)
    taken = rows.claim(store, "one", 1)
    assert taken is not None
    with Lease(store, taken, lambda: None, every=60.0) as lease:
        rows.cancel(store, job.id, "Bình")
        lease.progress(2, 2, "steel")


def test_on_a_busy_machine_work_that_was_left_is_no_work_that_still_runs(
    store: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(lease, "BEAT", 0.0)
    left = rows.attend(store, "retrain", "x", "os:an", "gone", family="a", plan=None)
    assert left is not None
    attend = rows.attend

    def slow(*given: Any, **named: Any) -> Any:
        time.sleep(0.5)  # longer than a runner may give no sign of life
        return attend(*given, **named)

    monkeypatch.setattr(rows, "attend", slow)
    with attended(store, "retrain", "y", "os:an", family="a", plan=None, stale=0.2):
        assert rows.job_of(store, left.id).state == "failed"
