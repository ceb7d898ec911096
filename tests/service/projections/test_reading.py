"""Reading writes nothing: the ledger is written by promotion, by signing and by issuing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from sqlalchemy import inspect, text

from data.db.store import Store
from data.jobs.rows import claim
from data.settings import Settings
from models.errors import InvalidMonth
from service.auth.access import declared
from service.cli.main import main
from service.projections.basis import AHEAD, FIRST_DAY, as_of_date
from service.workflow.retraining import retrain_job
from tests.service.auth.test_roles import ASKED, PLACES

PROJECTIONS = "/v1/plans/demo-2018/projections"


def contents(store: Store) -> dict[str, list[Any]]:
    """Every row of every table."""
    with store.reading() as connection:
        tables = inspect(connection).get_table_names()
        return {
            table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]
            for table in tables
        }


def rows(store: Store) -> int:
    return len(contents(store)["projections"])


@pytest.mark.slow
@pytest.mark.parametrize("who", ["anonymous", "admin"])
def test_no_get_writes_anything(office: Any, who: str) -> None:
    gets = [(m, path) for m, path, _ in declared(office.client.app) if m == "GET"]
    for method, path in gets:
        ASKED[method, path].before(office)  # what has to be there first
    headers = office.headers(who)
    before = contents(office.store)
    for method, path in gets:
        places = {**PLACES, "form": "svg", "key": "'x'", **ASKED[method, path].places}
        if {name for _, name, _, _ in Formatter().parse(path) if name} - set(places):
            continue  # names something that has to be made first
        address = path.format(**places)
        for query in ("", "?as_of=2018-06", "?as_of=2018-04-17"):
            asked = query or ASKED[method, path].query
            answer = office.client.get(address + asked, headers=headers)
            assert answer.status_code < 500, address
    assert contents(office.store) == before


def test_dates_of_any_year_add_nothing_to_the_ledger(own_service: Any) -> None:
    store = own_service.app.state.vedich.store
    before = rows(store)
    statuses = {}
    for year in ("0001", "1989", "2016", "2018", "2019", "2026", "2099", "9999"):
        answer = own_service.get(f"{PROJECTIONS}?as_of={year}-06")
        statuses[year] = answer.status_code
    assert rows(store) == before
    outside = {year for year, status in statuses.items() if status == 422}
    assert outside == {"0001", "1989", "2099", "9999"}


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("1989-12", False),
        ("1990-01", True),
        ("2021-08-01", True),
        ("2021-07", True),
        ("2021-08-02", False),
        ("2099-01", False),
    ],
)
def test_a_vintage_is_a_day_that_figures_could_have_been_published_on(
    text: str, valid: bool
) -> None:
    today = date(2021, 5, 31)
    assert today + AHEAD == date(2021, 8, 1)
    if valid:
        assert as_of_date(text, today) >= FIRST_DAY
        return
    with pytest.raises(InvalidMonth, match=r"expected a day from 1990-01-01 to 2021-08-01"):
        as_of_date(text, today)


def test_a_signature_enters_what_it_signs(office: Any) -> None:
    shown = office.ask("viewer", "GET", "/v1/plans/demo-2018/months/2018-06").json()
    assert rows(office.store) == 0
    body = {"figures": shown["figures"]}
    signed = office.ask("checker", "POST", "/v1/plans/demo-2018/months/2018-06/check", json=body)
    assert signed.status_code == 200
    stamps = {row[0] for row in contents(office.store)["projections"]}
    assert stamps == set(shown["stamps"].values())


def test_a_promoted_model_enters_its_own_month(
    own_service: Any, monkeypatch: pytest.MonkeyPatch, quick_retrain: Callable[..., Any]
) -> None:
    state = own_service.app.state.vedich
    monkeypatch.setattr(
        "training.retrain.retrain",
        lambda *given, progress, by: quick_retrain(*given, promote=True),
    )
    state.jobs.start("retrain", "x", "linh", "demo-2018", {"as_of": "2018-06-30"})
    job = claim(state.store, "a process", 1)
    assert job is not None
    assert rows(state.store) == 0
    assert retrain_job(state.store, state.settings, job, lambda *_: None)["promoted"]
    listed = own_service.get(f"{PROJECTIONS}?as_of=2018-06").json()["projections"]
    assert {row[0] for row in contents(state.store)["projections"]} == {
        one["stamp"] for one in listed
    }


def test_the_command_line_reads_too_unless_it_issues(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store.open(Settings(home=home).store_url)
    asked = ["project", "--as-of", "2018-06", "--kpi", "coal", "--format", "json"]
    with pytest.raises(SystemExit):
        main(asked)
    (one,) = json.loads(capsys.readouterr().out)["projections"]
    assert rows(store) == 0
    with pytest.raises(SystemExit) as ended:
        main(["replay", one["stamp"]])
    assert ended.value.code == 2
    assert "vedich project --issue" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*asked, "--issue"])
    assert rows(store) == 1
