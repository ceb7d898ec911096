"""Projects: entered and accepted by people, added to forecasts from their day on."""

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
from data.plans import projects as register
from data.plans.projects import projects_of
from data.settings import Settings
from service.cli.main import main
from service.projections.issue import issue
from service.projections.replay import replay
from service.shapes.projects import ProjectList, ProjectOutcome
from tests.service.conftest import Client

PROJECTS = "/v1/plans/demo-2018/projects"
COAL = "/v1/plans/demo-2018/projections/coal?as_of=2018-06"
JUNE = "2018-06-30"
MINE = {
    "kpi": "coal",
    "name": "Mỏ mới",
    "name_en": "New mine",
    "start": "2018-09",
    "amount": 10.0,
    "on_time": 1.0,
    "accepted": True,
    "day": JUNE,
    "by": "An",
}


@pytest.fixture
def store(own_service: Any) -> Store:
    opened: Store = own_service.app.state.vedich.store
    return opened


def add(service: Client, **entry: Any) -> Any:
    return service.post(PROJECTS, json={**MINE, **entry})


def coal(service: Client, address: str = COAL) -> dict[str, Any]:
    answer = service.get(address)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def medians(one: dict[str, Any]) -> dict[str, float]:
    return {month["month"]: month["median"] for month in one["months"]}


def test_an_accepted_project_adds_its_output_from_its_day_on(own_service: Client) -> None:
    before, earlier = coal(own_service), coal(own_service, COAL.replace("06", "05"))
    assert "projects" not in before
    answer = add(own_service)
    assert answer.status_code == 201
    ProjectOutcome.model_validate(answer.json())
    after = coal(own_service)
    assert after["projected"]["mean"] == pytest.approx(before["projected"]["mean"] + 40)
    assert after["projects"] == [
        {
            "project": 1,
            "kpi": "coal",
            "name": {"vi": "Mỏ mới", "en": "New mine"},
            "start": "2018-09",
            "added": 40.0,
            "low": 40.0,
            "high": 40.0,
        }
    ]
    moved = {m: medians(after)[m] - value for m, value in medians(before).items()}
    assert moved["2018-08"] == 0.0
    assert moved["2018-09"] == pytest.approx(10.0)
    assert coal(own_service, COAL.replace("06", "05")) == earlier


def test_a_project_that_is_only_proposed_or_rejected_adds_nothing(own_service: Client) -> None:
    before = coal(own_service)["projected"]
    answer = add(own_service, accepted=False)
    assert answer.json()["state"] == "proposed"
    assert coal(own_service)["projected"] == before
    decided = {"day": JUNE, "note": "đã khởi công"}
    assert own_service.post(f"{PROJECTS}/1/accept", json=decided).json()["state"] == "accepted"
    assert coal(own_service)["projected"]["mean"] > before["mean"] + 39
    assert own_service.post(f"{PROJECTS}/1/reject", json=decided).json()["state"] == "rejected"
    assert coal(own_service)["projected"] == before
    listed = ProjectList.model_validate(own_service.get(f"{PROJECTS}?as_of=2018-06").json())
    [one] = listed.projects
    assert (one.state, one.note, one.name.vi) == ("rejected", "đã khởi công", "Mỏ mới")


def test_a_decision_takes_what_has_changed(own_service: Client) -> None:
    add(own_service)
    later = {"day": JUNE, "start": "2018-12", "obstacle": "Giấy phép", "amount": "12,5"}
    own_service.post(f"{PROJECTS}/1/accept", json={**later, "amount": 12.5})
    [added] = coal(own_service)["projects"]
    assert (added["start"], added["added"]) == ("2018-12", 12.5)
    [one] = own_service.get(f"{PROJECTS}?as_of=2018-06").json()["projects"]
    assert (one["obstacle"], one["on_time"]) == ("Giấy phép", 1.0)


def test_delays_make_the_addition_uncertain(own_service: Client) -> None:
    add(own_service, on_time=0.5, delay=2)
    [added] = coal(own_service)["projects"]
    assert added["low"] < added["added"] < added["high"] == 40.0


def test_a_total_takes_its_parts_projects(own_service: Client) -> None:
    both = COAL.replace("coal", "both")
    before = coal(own_service, both)
    add(own_service)
    after = coal(own_service, both)
    assert after["projected"]["mean"] == pytest.approx(before["projected"]["mean"] + 40)
    assert [one["kpi"] for one in after["projects"]] == ["coal"]
    assert after["stamp"] != before["stamp"]


def test_a_project_of_one_kpi_changes_no_other(own_service: Client) -> None:
    others = [COAL.replace("coal", kpi) for kpi in ("steel", "output")]
    before = [coal(own_service, one) for one in others]
    add(own_service)
    assert [coal(own_service, one)["projected"] for one in others] == [
        one["projected"] for one in before
    ]
    assert coal(own_service, others[1]) == before[1]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"amount": 0}, "other than 0"),
        ({"happening": "stops"}, "below 0"),
        ({"happening": "starts", "ramp": 3}, "1 month for what starts"),
        ({"happening": "ramps_up", "ramp": 1}, "2 to 60 months"),
        ({"on_time": 1.5}, "from 0 to 1"),
        ({"delay": 0}, "from 1 to 60"),
        ({"name": " "}, "needs a name"),
        ({"responsible": "x" * 301}, "at most 300 characters, found 301"),
        ({"day": "2999-01-01"}, "up to today"),
        ({"start": "2018"}, "YYYY-MM"),
        ({"kpi": "both"}, "total of coal, steel"),
        ({"kpi": "output"}, "months add up to the year"),
    ],
)
def test_what_cannot_be_a_project_is_refused(
    own_service: Client, store: Store, entry: dict[str, Any], message: str
) -> None:
    answer = add(own_service, **entry)
    assert answer.status_code == 422
    assert message in answer.json()["detail"]
    assert projects_of(store, "demo") == ()


def test_an_unknown_project_is_named_with_those_there_are(own_service: Client) -> None:
    add(own_service)
    answer = own_service.post(f"{PROJECTS}/7/accept", json={"day": JUNE})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems#unknown-project")
    assert "known: 1" in answer.json()["detail"]


def test_the_register_has_a_limit(own_service: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "MOST_ENTRIES", 1)
    assert add(own_service).status_code == 201
    answer = add(own_service)
    assert (answer.status_code, "1 entries at most" in answer.json()["detail"]) == (422, True)


def test_a_figure_replays_with_the_projects_it_was_made_with(
    own_service: Client, store: Store, home: Path
) -> None:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    given_out = partial(issue, store, settings, "demo-2018", date(2018, 6, 30), "coal")
    stamps = [one.stamp for one in given_out()]
    add(own_service, on_time=0.5)
    stamps += [one.stamp for one in given_out()]
    own_service.post(f"{PROJECTS}/1/accept", json={"day": JUNE, "amount": 20.0})
    stamps += [one.stamp for one in given_out()]
    assert coal(own_service)["stamp"] == stamps[-1]
    assert len(set(stamps)) == 3
    for stamp in stamps:
        assert replay(store, settings, stamp).differences == ()


def test_why_names_projects_as_a_part_of_its_own(own_service: Client) -> None:
    address = "/v1/plans/demo-2018/changes?from=2018-06-29&to=2018-06&kpi=coal"
    parts = [one["part"] for one in coal(own_service, address)["changes"][0]["projected"]["parts"]]
    assert "projects" not in parts
    add(own_service)
    split = coal(own_service, address)["changes"][0]["projected"]
    by_name = {one["part"]: one["change"] for one in split["parts"]}
    assert by_name["projects"] == pytest.approx(40.0)
    assert sum(by_name.values()) == pytest.approx(split["change"])


def test_the_page_of_the_kpi_says_what_projects_add(own_service: Client) -> None:
    add(own_service)
    page = own_service.get("/plans/demo-2018/kpis/coal?as_of=2018-06&lang=vi").text
    assert "Mỏ mới, từ tháng 9/2018: dự kiến +40,0" in page


def test_the_what_if_page_lists_projects_and_takes_new_ones(own_service: Client) -> None:
    address = "/plans/demo-2018/what-if?as_of=2018-06&lang=vi"
    assert "Chưa ghi dự án nào." in own_service.get(address).text
    add(own_service, obstacle="Giấy phép", amount=12.5, happening="ramps_up", ramp=3)
    page = own_service.get(address).text
    assert "tăng dần, tháng 9/2018 (3 tháng)" in page
    assert "+12,50 nghìn tấn" in page
    assert "Giấy phép" in page
    assert 'data-api="/v1/plans/demo-2018/projects/1"' in page
    assert '<option value="coal">' in page
    choices = page.partition('id="r-kpi"')[2].partition("</select>")[0]
    assert "both" not in choices
    assert "output" not in choices


def test_entries_are_append_only_and_in_the_audit_log(own_service: Client, store: Store) -> None:
    add(own_service)
    with pytest.raises(DatabaseError, match="append-only"), store.writing() as connection:
        connection.execute(text("UPDATE projects SET state = 'rejected'"))
    with pytest.raises(DatabaseError, match="append-only"), store.writing() as connection:
        connection.execute(text("DELETE FROM projects"))
    [entry] = [one for one in entries(store) if one.action.startswith("project.")]
    assert (entry.action, entry.subject) == ("project.accepted", "demo-2018/coal")
    [stored] = projects_of(store, "demo")
    assert (stored.by, stored.day, stored.key) == ("An", date(2018, 6, 30), 1)


@pytest.mark.slow
def test_the_same_at_the_command_line(
    home: Path, capsys: pytest.CaptureFixture[str], run: Callable[..., str]
) -> None:
    given = ("--name", "Mỏ mới", "--start", "2018-09", "--amount", "10", "--on-time", "0.5")
    added = run("project-register", "add", "coal", *given, "--day", JUNE)
    assert "project 1 proposed on 2018-06-30" in added
    accepted = run("project-register", "accept", "1", "--day", JUNE, "--on-time", "1")
    assert "project 1 accepted from 2018-06-30 on" in accepted
    listed = run("project-register", "list", "--as-of", "2018-06", "--lang", "vi")
    assert "Mỏ mới" in listed
    assert "chấp nhận" in listed
    shown = run("project", "--kpi", "coal", "--as-of", "2018-06", "--lang", "en")
    assert "Mỏ mới, from September 2018: expected +40.0 thousand tonnes" in shown
    assert "rejected from" in run("project-register", "reject", "1", "--day", JUNE)


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """A command's output; it must succeed."""

    def command(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--plan", "demo-2018"])
        assert ended.value.code == 0
        return capsys.readouterr().out

    return command
