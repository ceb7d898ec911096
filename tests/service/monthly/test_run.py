"""A monthly run: what it does, that it may be run twice, and that files wait for a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from data.db.store import Store
from data.jobs.rows import claim, jobs_of
from data.ledger.promotions import promotions_of
from data.monthly.rows import runs_of
from data.notices.rows import notices_of
from data.plans.rows import load_plan
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import add_observations
from service.monthly import run as module
from service.monthly.outcome import Outcome
from service.monthly.run import run_month
from service.monthly.summary import summary
from service.state import jobs as state
from service.state.jobs import Jobs
from service.work.process import run as run_job
from tests.families import LAST, import_of, noisy_months

pytestmark = pytest.mark.slow

JUNE = date(2018, 6, 30)
HEAD = "kpi,month,form,value,status,published\n"
AGAIN = HEAD + "steel,2018-06,month,{value},estimate,2018-06-30\n"  # another value of that day
TABLE = HEAD + "coal,2018-06,month,{value},restated,2018-06-30\n"
PLAUSIBLE = round(1.001 * noisy_months("coal", 100.0)[LAST], 2)


def quiet(*_: Any) -> None:
    pass


@pytest.fixture
def settings(home: Path, tmp_path: Path) -> Settings:
    return Settings(
        home=home,
        watched=tmp_path / "new",
        monthly_reports="report.docx, annex.md",
    )


@pytest.fixture
def store(settings: Settings) -> Any:
    found = Store.open(settings.store_url)
    yield found
    found.close()


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch, quick_retrain: Callable[..., Any]) -> list[Any]:
    """The retrainings that were begun; each is quick."""
    begun: list[Any] = []

    def retrain(store: Any, settings: Any, plan: str, day: date, **_: Any) -> Any:
        begun.append(day)
        return quick_retrain(store, settings, plan, day, promote=True)

    monkeypatch.setattr("training.retrain.retrain", retrain)
    return begun


def put(settings: Settings, name: str, content: str) -> None:
    assert settings.watched is not None
    folder = settings.watched / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content)


def once(store: Store, settings: Settings) -> Outcome:
    return run_month(store, settings, "demo-2018", JUNE, "os:an", quiet, 1)


def test_files_that_wait_a_model_reports_and_a_second_time_nothing(
    store: Store, settings: Settings, trained: list[Any]
) -> None:
    put(settings, "2018-07-02-so-lieu.csv", TABLE.format(value=PLAUSIBLE))
    put(settings, "2018-07-03-hong.csv", "nothing that anybody could read\n")
    put(settings, "2018-07-01-hai-so.csv", AGAIN.format(value=50.5))
    outcome = once(store, settings)
    assert outcome.loaded == {"2018-07-02-so-lieu.csv": 1}
    assert list(outcome.refused or ()) == ["2018-07-03-hong.csv"]
    assert list(outcome.held or ()) == ["2018-07-01-hai-so.csv"]
    assert outcome.waits
    assert (outcome.promoted, outcome.projections) == (True, 5)
    assert sorted(Path(one).suffix for one in outcome.reports) == [".docx", ".md"]
    assert all(Path(one).stat().st_size > 500 for one in outcome.reports)
    waits = {one.notice.rule for one in notices_of(store, "demo-2018")} & {"held", "refused"}
    assert waits == {"held", "refused"}
    (why,) = (outcome.held or {}).values()
    assert why["en"].startswith("Steel, June 2018:")
    assert "on the same day" in why["en"]
    promoted = len(promotions_of(store, "demo"))

    again = once(store, settings)
    assert again.again
    assert len(trained) == 1
    assert len(promotions_of(store, "demo")) == promoted
    assert len(runs_of(store, "demo-2018")) == 1
    plan = load_plan(store, "demo-2018")
    assert "Không có gì mới" in "\n".join(summary(again, plan, "vi"))
    assert "in use" in "\n".join(summary(outcome, plan, "en"))


@pytest.mark.parametrize("step", ["issue", "_reports", "record_run"])
def test_a_run_that_ended_in_the_middle_is_done_to_its_end(
    store: Store,
    settings: Settings,
    trained: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    put(settings, "2018-07-02-so-lieu.csv", TABLE.format(value=PLAUSIBLE))

    def killed(*_: Any, **__: Any) -> Any:
        raise SystemExit(step)

    with monkeypatch.context() as patch:
        patch.setattr(module, step, killed)
        with pytest.raises(SystemExit):
            once(store, settings)
    assert runs_of(store, "demo-2018") == ()
    outcome = once(store, settings)
    assert not outcome.again
    assert outcome.projections == 5
    assert len(outcome.reports) == 2
    assert len(trained) == 1  # the model of these figures was promoted before
    assert len(runs_of(store, "demo-2018")) == 1


def test_what_a_killed_run_did_not_tell_the_next_one_does(
    store: Store, settings: Settings, trained: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(settings, "2018-07-02-so-lieu.csv", TABLE.format(value=PLAUSIBLE))
    out = settings.model_copy(update={"notices": settings.home / "out"})

    def killed(*_: Any, **__: Any) -> Any:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(module, "tell", killed)
        with pytest.raises(SystemExit):
            once(store, out)
    assert notices_of(store, "demo-2018") == ()
    assert once(store, out).again
    told = notices_of(store, "demo-2018")
    assert "digest" in {one.notice.rule for one in told}
    assert len(list((settings.home / "out").iterdir())) == len(told)
    once(store, out)
    assert notices_of(store, "demo-2018") == told
    assert len(list((settings.home / "out").iterdir())) == len(told)


def test_as_a_job_its_summary_is_in_both_languages(
    store: Store, settings: Settings, trained: list[Any]
) -> None:
    jobs = Jobs(store, settings)
    job = jobs.start("monthly", "x", "An", "demo-2018", {"as_of": "2018-06-30"})
    taken = claim(store, "a process", 1)
    assert taken is not None
    run_job(store, settings, taken)
    done = jobs.get(job.id)
    assert done.state == "done", done.error
    assert done.result is not None
    assert set(done.result["summary"]) == {"vi", "en"}
    json.dumps(done.result)


def test_notices_are_told_once_a_day_whichever_service_is_first(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2021, 6, 29, 6, 59)

    class Clock:
        @staticmethod
        def now() -> datetime:
            return now

    monkeypatch.setattr(state, "datetime", Clock)
    daily = settings.model_copy(update={"notify_hour": 7, "notices": settings.home / "out"})
    services = [Jobs(store, daily), Jobs(store, daily)]
    for service in (*services, Jobs(store, settings)):
        service._ask_to_tell()
    assert jobs_of(store) == ()  # before the hour, or not switched on
    now = datetime(2021, 6, 29, 7, 0)
    for service in (*services, Jobs(store, daily), Jobs(store, settings)):
        service._ask_to_tell()
    (asked,) = jobs_of(store)
    assert (asked.kind, asked.task, asked.by) == ("notify", "notify of 2021-06-29", "schedule")
    value = 1000 * noisy_months("steel", 40.0)[LAST]
    wrong = Observation("steel", LAST, "month", value, "restated", JUNE, "made")
    add_observations(store, "demo", [wrong], import_of())
    taken = claim(store, "a process", 1)
    assert taken is not None
    run_job(store, daily, taken)
    done = services[0].get(asked.id)
    assert done.state == "done", done.error
    assert done.result is not None
    told = notices_of(store, "demo-2018")
    assert done.result == {"new": len(told), "sent": len(told), "failed": 0, "silent": []}
    assert len(list((settings.home / "out").iterdir())) == len(told) > 0
    services[0]._ask_to_tell()
    now = datetime(2021, 6, 30, 7, 0)
    services[1]._ask_to_tell()
    assert [one.task for one in jobs_of(store)] == ["notify of 2021-06-30", asked.task]


def test_the_schedule_asks_once_a_month_whichever_service_is_first(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2021, 6, 29, 5, 59)

    class Clock:
        @staticmethod
        def now() -> datetime:
            return now

    monkeypatch.setattr(state, "datetime", Clock)
    dated = settings.model_copy(update={"monthly_day": 29, "monthly_hour": 6})
    services = [Jobs(store, dated), Jobs(store, dated)]
    for service in (*services, Jobs(store, settings)):
        service._ask_for_month()
    assert jobs_of(store) == ()
    now = datetime(2021, 6, 30, 0, 5)
    for service in (*services, *services, Jobs(store, settings)):
        service._ask_for_month()
    (asked,) = jobs_of(store)
    assert (asked.task, asked.by) == ("monthly demo-2018 of 2021-06", "schedule")
    services[0].cancel(asked.id, "An")
    services[1]._month = None  # a service that was started since
    services[1]._ask_for_month()
    assert len(jobs_of(store)) == 1
