"""Events: proposed by the figures, decided by people, known from their day on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from data.db.audit import entries
from data.db.store import Store
from data.plans.events import EventEntry, events_of
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import add_observations
from models.series import Month
from service.cli.main import main
from service.projections.issue import issue
from service.projections.replay import replay
from service.shapes.entries import EventList, EventOutcome
from tests.families import import_of

EVENTS = "/v1/plans/demo-2018/events"
COAL = "/v1/plans/demo-2018/projections/coal?as_of=2018-06"
JUNE = "2018-06-30"
OWN = {"kpi": "coal", "start": "2017-10", "shape": "pulse", "size": 1.0, "day": JUNE, "by": "An"}


@pytest.fixture
def store(own_service: Any) -> Store:
    opened: Store = own_service.app.state.vedich.store
    return opened


def october(service: Any, as_of: str = "2018-06") -> float:
    answer = service.get(COAL.replace("2018-06", as_of))
    assert answer.status_code == 200, answer.text
    months = {one["month"]: one["median"] for one in answer.json()["months"]}
    found: float = months["2018-10"]
    return found


def add(service: Any, **entry: Any) -> Any:
    return service.post(EVENTS, json={**OWN, **entry})


def states(service: Any, as_of: str = "2018-06") -> dict[str, str]:
    answer = service.get(f"{EVENTS}?kpi=coal&as_of={as_of}")
    EventList.model_validate(answer.json())
    return {one["event"]: one["state"] for one in answer.json()["events"]}


def test_an_accepted_event_moves_the_forecast_from_its_day_on(own_service: Any) -> None:
    before, earlier = october(own_service), october(own_service, "2018-05")
    answer = add(own_service)
    assert answer.status_code == 201
    EventOutcome.model_validate(answer.json())
    after = october(own_service)
    assert after < 0.95 * before  # last October was doubled by the event, this one will not be
    assert october(own_service, "2018-05") == earlier
    one = own_service.get(COAL).json()
    assert one["method"]["events"] == [
        {"start": "2017-10", "shape": "pulse", "size": 1.0, "length": 1, "name": ""}
    ]


def test_a_rejected_event_leaves_the_figures_as_they_are(own_service: Any) -> None:
    before = october(own_service)
    add(own_service)
    adjusted = october(own_service)
    answer = own_service.post(
        f"{EVENTS}/coal/2017-10-pulse/reject", json={"day": JUNE, "note": "không phải"}
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "rejected")
    assert october(own_service) == before != adjusted
    again = own_service.post(f"{EVENTS}/coal/2017-10-pulse/accept", json={"day": JUNE})
    assert again.json()["state"] == "accepted"
    assert october(own_service) == adjusted


def test_the_figures_propose_and_a_person_decides(own_service: Any, store: Store) -> None:
    shut = Observation("coal", Month(2017, 10), "month", 30.0, "final", date(2018, 6, 30), "made")
    add_observations(store, "demo", [shut], import_of())
    assert states(own_service)["2017-10-pulse"] == "proposed"
    assert "2017-10-pulse" not in states(own_service, "2018-05")  # not known then
    low = october(own_service)
    answer = own_service.post(f"{EVENTS}/coal/2017-10-pulse/accept", json={"day": JUNE})
    assert answer.json()["size"] == pytest.approx(-0.75, abs=0.1)
    assert states(own_service)["2017-10-pulse"] == "accepted"
    assert october(own_service) > 1.05 * low


def test_an_unknown_event_is_named_with_those_there_are(own_service: Any) -> None:
    add(own_service)
    answer = own_service.post(f"{EVENTS}/coal/2017-09-step/accept", json={"day": JUNE})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems#unknown-event")
    assert "2017-10-pulse" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"size": 0.0}, "other than 0"),
        ({"size": -1.5}, "not below -1"),
        ({"shape": "step", "size": -1.0}, "above -1"),
        ({"length": 0}, "1 month or more"),
        ({"shape": "step", "length": 3}, "of a step exactly 1"),
        ({"day": "2099-01-01"}, "up to today"),
        ({"start": "2017"}, "YYYY-MM"),
    ],
)
def test_what_cannot_be_an_event_is_refused(
    own_service: Any, entry: dict[str, Any], message: str
) -> None:
    answer = add(own_service, **entry)
    assert answer.status_code == 422
    assert message in answer.json()["detail"]
    assert "accepted" not in states(own_service).values()


def test_a_total_takes_its_parts_events(own_service: Any) -> None:
    both = COAL.replace("coal", "both")
    before = own_service.get(both).json()
    add(own_service)
    after = own_service.get(both).json()
    assert before["method"]["name"] == after["method"]["name"] == "parts"
    assert after["projected"]["median"] < before["projected"]["median"]
    assert after["stamp"] != before["stamp"]


def test_an_event_of_one_kpi_changes_no_other(own_service: Any) -> None:
    steel = COAL.replace("coal", "steel")
    before = own_service.get(steel).json()
    add(own_service)
    assert own_service.get(steel).json() == before


def test_a_figure_replays_with_the_events_it_was_made_with(
    own_service: Any, store: Store, home: Path
) -> None:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    given_out = partial(issue, store, settings, "demo-2018", date(2018, 6, 30), "coal")
    stamps = [one.stamp for one in given_out()]
    add(own_service)
    stamps += [one.stamp for one in given_out()]
    add(own_service, start="2017-11", day="2018-06-01")  # entered later, true since earlier
    stamps += [one.stamp for one in given_out()]
    assert own_service.get(COAL).json()["stamp"] == stamps[-1]
    assert len(set(stamps)) == 3
    for stamp in stamps:
        assert replay(store, settings, stamp).differences == ()


def test_decisions_are_append_only_and_in_the_audit_log(own_service: Any, store: Store) -> None:
    add(own_service)
    with pytest.raises(DatabaseError, match="append-only"), store.writing() as connection:
        connection.execute(text("UPDATE events SET accepted = 0"))
    with pytest.raises(DatabaseError, match="append-only"), store.writing() as connection:
        connection.execute(text("DELETE FROM events"))
    [entry] = [one for one in entries(store) if one.action.startswith("event.")]
    assert (entry.action, entry.subject) == ("event.accept", "demo-2018/coal")
    [stored] = events_of(store, "demo")
    assert isinstance(stored, EventEntry)
    assert (stored.by, stored.day, stored.number) == ("An", date(2018, 6, 30), 1)
    assert stored.entered is not None


@pytest.mark.slow
def test_the_same_at_the_command_line(
    home: Path, capsys: pytest.CaptureFixture[str], run: Callable[..., str]
) -> None:
    added = run("event", "add", "coal", "--start", "2017-10", "--size", "1.0", "--day", JUNE)
    assert "2017-10-pulse counts from 2018-06-30 on" in added
    listed = run("event", "list", "--kpi", "coal", "--as-of", "2018-06", "--lang", "vi")
    assert "chấp nhận" in listed
    assert "+100" in listed
    rejected = run("event", "reject", "coal", "2017-10-pulse", "--day", JUNE, "--note", "x")
    assert "rejected from 2018-06-30" in rejected
    assert "accepted from" in run("event", "accept", "coal", "2017-10-pulse", "--day", JUNE)
    assert "2017-10-pulse" not in run("event", "list", "--kpi", "coal", "--as-of", "2018-05")


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """A command's output; it must succeed."""

    def command(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--plan", "demo-2018"])
        assert ended.value.code == 0
        return capsys.readouterr().out

    return command
