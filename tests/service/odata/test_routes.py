"""The OData feed: issued figures in the format of the specification, read by a client library."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from odata import ODataService

from service.client import Refused, Vedich

pytestmark = pytest.mark.slow

FEED = "/odata/Projections"
KEY = "demo-2018:coal:2018-06-30:assigned:year"


@pytest.fixture
def issued(office: Any) -> Any:
    office.bring_month("issued")
    return office


def test_the_feed_is_empty_until_a_month_is_issued_for_everybody(office: Any) -> None:
    office.bring_month("approved")
    for who in ("anonymous", "viewer", "admin"):
        assert office.ask(who, "GET", FEED).json()["value"] == []
        assert office.ask(who, "GET", f"{FEED}/$count").text == "0"


@pytest.mark.slow
def test_rows_are_the_issued_projections(issued: Any, quick_retrain: Any) -> None:
    stamps = issued.stamps()
    settings = issued.client.app.state.vedich.settings
    quick_retrain(issued.store, settings, "demo-2018", None, promote=True)
    for who in ("anonymous", "viewer"):
        rows = issued.ask(who, "GET", FEED).json()["value"]
        assert {row["Kpi"]: row["Stamp"] for row in rows} == stamps
    coal = next(row for row in rows if row["Id"] == KEY)
    one = issued.ask("anonymous", "GET", "/v1/plans/demo-2018/projections/coal").json()
    assert coal["ProjectedMedian"] == one["projected"]["median"]
    assert coal["Probability"] == one["targets"][0]["probability"]
    assert (coal["Unit"], coal["AsOf"], coal["Year"]) == ("thousand tonnes", "2018-06-30", 2018)


def test_answers_are_written_as_odata_4_0(issued: Any) -> None:
    root = issued.ask("anonymous", "GET", "/odata/")
    here = "http://127.0.0.1/odata/"
    assert root.json() == {
        "@odata.context": f"{here}$metadata",
        "value": [{"name": "Projections", "kind": "EntitySet", "url": "Projections"}],
    }
    metadata = issued.ask("anonymous", "GET", "/odata/$metadata")
    assert metadata.headers["content-type"].startswith("application/xml")
    rows = issued.ask("anonymous", "GET", f"{FEED}?$select=Kpi,Probability&$top=1&$count=true")
    assert rows.headers["content-type"] == "application/json;odata.metadata=minimal"
    assert rows.json()["@odata.context"] == f"{here}$metadata#Projections(Kpi,Probability)"
    assert set(rows.json()["value"][0]) == {"Kpi", "Probability"}
    assert rows.json()["@odata.count"] == 6
    one = issued.ask("anonymous", "GET", f"{FEED}('{KEY}')").json()
    assert one["@odata.context"] == f"{here}$metadata#Projections/$entity"
    assert one["Id"] == KEY
    for answer in (root, metadata, rows):
        assert answer.headers["odata-version"] == "4.0"
    count = issued.ask("anonymous", "GET", f"{FEED}/$count?$filter=Level eq 'assigned'")
    assert (count.text, count.headers["content-type"].partition(";")[0]) == ("4", "text/plain")


@pytest.mark.slow
def test_errors_are_problems_that_odata_clients_understand(issued: Any) -> None:
    wrong = issued.ask("anonymous", "GET", f"{FEED}?$filter=Gold eq 1")
    assert wrong.status_code == 400
    assert wrong.json()["error"]["code"] == "invalid-query"
    assert "Gold" in wrong.json()["error"]["message"]
    assert issued.ask("anonymous", "GET", f"{FEED}?$expand=x").status_code == 501
    assert issued.ask("anonymous", "GET", f"{FEED}('nothing')").status_code == 404
    assert issued.ask("anonymous", "GET", f"{FEED}(nothing)").status_code == 400
    assert issued.ask("anonymous", "POST", FEED).status_code == 405


def test_pages_are_followed_by_their_links(issued: Any) -> None:
    url, keys = f"{FEED}?$orderby=Kpi desc", []
    while url:
        page = issued.ask("anonymous", "GET", url, headers={"Prefer": "odata.maxpagesize=4"})
        assert page.headers["preference-applied"] == "odata.maxpagesize=4"
        keys += [row["Kpi"] for row in page.json()["value"]]
        url = page.json().get("@odata.nextLink", "").removeprefix("http://127.0.0.1")
    assert keys == sorted(keys, reverse=True)
    assert len(keys) == 6


def test_a_key_may_stand_in_the_address_of_a_feed(issued: Any) -> None:
    """As Excel's and Power BI's "Web API" credentials send it; nowhere else."""
    csv, keys = "/v1/plans/demo-2018/projections.csv", issued.keys

    def ask(path: str, key: str, method: str = "GET", **options: Any) -> Any:
        return issued.ask("anonymous", method, f"{path}api_key={key}", **options)

    draft = ask(f"{csv}?as_of=2018-05&", keys["read"])
    assert draft.status_code == 200  # May was not issued, and a reader inside sees it
    assert draft.text.startswith("\ufeffplan,kpi")
    assert ask(f"{csv}?as_of=2018-05&", keys["issued"]).status_code == 404
    for path in (csv, FEED, f"{FEED}/$count"):
        assert ask(f"{path}?", "wrong").status_code == 401
    refused = ask(f"{csv}?", keys["entry"])
    assert (refused.status_code, "scope 'issued' or 'read'" in refused.text) == (401, True)
    assert ask("/v1/plans?", keys["read"]).status_code == 401  # no feed: not looked at
    body = {"adopted": "2018-07-01", "document": "made up", "targets": []}
    assert ask("/v1/plans/demo-2018/versions?", keys["read"], "POST", json=body).status_code == 401
    page = ask("/odata/Projections?$top=1&", keys["issued"], headers={"Prefer": "maxpagesize=1"})
    assert page.status_code == 200
    assert keys["issued"] not in page.text


@pytest.fixture
def address(issued: Any) -> Iterator[str]:
    """The service on a port of its own."""
    config = uvicorn.Config(issued.client.app, port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_a_client_library_reads_the_feed(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service = ODataService(f"{address}/odata/", reflect_entities=True, quiet_progress=True)
    row = service.entities["Projections"]
    everything = list(service.query(row))
    assert len(everything) == 6
    monkeypatch.setattr("service.odata.feed.PAGE", 2)
    monkeypatch.setattr("service.odata.feed.Query.page", 2)
    assert [one.Id for one in service.query(row)] == [one.Id for one in everything]
    query = service.query(row).filter((row.Kpi == "coal") & (row.Level == "assigned"))
    (coal,) = list(query)
    assert (coal.Id, coal.Unit, coal.Year) == (KEY, "thousand tonnes", 2018)
    ordered = list(service.query(row).filter(row.Year >= 2018).order_by(row.Kpi.desc()).limit(1))
    assert [one.Kpi for one in ordered] == ["steel"]
    assert service.query(row).get(KEY).Stamp == coal.Stamp
    assert [one.Kpi for one in service.query(row).filter(row.Kpi.startswith("bri"))] == ["bridge"]


def test_our_own_client_asks_in_three_lines(address: str, issued: Any) -> None:
    plan = Vedich(address, key=issued.keys["read"]).plan("demo-2018")
    assert plan.projection("coal", as_of="2018-06")["stamp"] == issued.stamps()["coal"]
    assert len(plan.projections()) == 5
    assert plan.changes("2018-05", "2018-06")[0]["kpi"] == "coal"
    assert [one["plan"] for one in Vedich(address, issued.keys["read"]).plans()] == ["demo-2018"]
    outside = Vedich(address)
    rows = list(outside.rows(filter="Kpi eq 'coal'", orderby="Level"))
    assert [row["Level"] for row in rows] == ["assigned", "stretch"]
    with pytest.raises(Refused, match="404: plan 'demo-2018' has no KPI 'gold'") as refused:
        outside.plan("demo-2018").projection("gold")
    assert refused.value.status == 404
    assert refused.value.problem["type"] == "/problems#unknown-kpi"
    assert issued.keys["read"] not in repr(Vedich(address, issued.keys["read"]))
