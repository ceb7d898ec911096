"""The record over HTTP and on its pages: what came, both outcomes, and the path of a target."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.settings import Settings
from service.app import create_app
from tests.service.conftest import Client
from tests.service.track_record.conftest import DAYS, LAST_YEAR

PLAN = f"/plans/{LAST_YEAR}"


def text_of(page: str) -> str:
    """What a reader sees of a page."""
    return html.unescape(re.sub(r"<[^>]*>|\s+", " ", page))


@pytest.fixture
def client(settled_home: Path) -> Client:
    return Client(create_app(Settings(home=settled_home, mlflow_tracking_uri=None)))


def test_the_record_has_what_was_given_out_beside_the_backtests(client: Client) -> None:
    found = client.get("/v1/track-record").json()
    (given,) = found["given_out"]
    assert (given["family"], given["years"]) == ("demo", [2017])
    overall = {
        one["settled_on"]: one
        for one in given["scores"]
        if one["by"] == "all" and one["origin"] == "backtest"
    }
    assert set(overall) == {"estimate", "final"}
    assert overall["estimate"]["forecasts"] == 8  # four KPIs on two days
    assert overall["final"]["forecasts"] == 6  # an index is not printed again
    assert overall["estimate"]["with_crps"] == 8
    assert {one["origin"] for one in given["scores"]} == {"backtest"}
    offices = {one["group"] for one in found["offices"]["scores"]}
    assert offices == {"Sở Công Thương"}


def test_a_settled_target_can_be_opened(client: Client) -> None:
    found = client.get(f"/v1{PLAN}/track-record?kpi=steel").json()["settled"]
    (steel,) = found
    assert [one["as_of"] for one in steel["given"]] == [day.isoformat() for day in DAYS]
    assert steel["estimate"]["published"] == "2017-12-31"
    assert steel["final"]["status"] == "restated"
    assert [one["targets"][0]["met"] for one in steel["given"]] == [False, False]
    stamp = steel["given"][0]["stamp"]
    assert client.get(f"/v1/stamps/{stamp}").json()["kpi"] == "steel"


def test_no_later_outcome_is_seen_on_an_earlier_day(client: Client) -> None:
    found = client.get(f"/v1{PLAN}/track-record?as_of=2017-12-30").json()["settled"]
    assert [one["kpi"] for one in found] == ["coal"]  # whose first half was over
    assert (found[0]["estimate"], found[0]["final"]) == (None, None)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_leads_to_the_path_of_each_target(client: Client, lang: str) -> None:
    page = client.get(f"{PLAN}/track-record?lang={lang}&as_of=2018-06").text
    assert f"{PLAN}/track-record/steel?" in page
    shown = text_of(page)
    assert {"vi": "Tính lại về sau", "en": "Backtest"}[lang] in shown
    assert {"vi": "Lập đúng kỳ", "en": "Live"}[lang] not in shown
    path = text_of(client.get(f"{PLAN}/track-record/steel?lang={lang}&as_of=2018-06").text)
    for day in DAYS:
        assert {"vi": f"{day.day}/{day.month}/{day.year}", "en": f"{day:%-d %B %Y}"}[lang] in path
    estimate = client.get(f"/v1{PLAN}/track-record?kpi=steel").json()["settled"][0]["estimate"]
    shown_as = f"{estimate['value']:,.0f}"
    assert (shown_as if lang == "en" else shown_as.replace(",", ".")) in path


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_path_is_drawn_and_told_in_words(client: Client, lang: str) -> None:
    page = client.get(f"{PLAN}/track-record/steel?lang={lang}&as_of=2018-06").text
    picture = re.search(r'<img src="([^"]+/steel/path\.svg[^"]*)" alt="([^"]+)"', page)
    assert picture is not None
    said = {"vi": "Biểu đồ Thép: 30/4/2017 dự báo cả năm ", "en": "Chart of Steel: 30 April 2017 "}
    assert picture[2].startswith(said[lang]), picture[2]
    drawn = client.get(picture[1].replace("&amp;", "&"))
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert {"vi": "Khoảng dự báo 80%", "en": "80% interval"}[lang] in drawn.text
    spec = client.get(picture[1].replace("&amp;", "&").replace(".svg", ".json")).json()
    assert len(spec["vconcat"]) == 2


def test_what_is_not_settled_has_no_path_to_draw(client: Client) -> None:
    answered = client.get("/plans/demo-2018/track-record/steel/path.json?as_of=2018-06")
    assert answered.status_code == 404


def test_reading_writes_nothing(client: Client, settled_home: Path) -> None:
    from data.db.store import Store
    from data.ledger.projections import ledger_of

    def entries() -> int:
        store = Store.open(Settings(home=settled_home).store_url)
        found = len(ledger_of(store, LAST_YEAR)) + len(ledger_of(store, "demo-2018"))
        store.close()
        return found

    before: Any = entries()
    for address in (
        f"/v1{PLAN}/projections?as_of=2017-11",
        "/v1/plans/demo-2018/projections/coal?as_of=2018-05-15",
        "/plans/demo-2018?as_of=2018-06-12",
        f"/v1{PLAN}/track-record?as_of={date(2018, 5, 1)}",
        "/plans/demo-2018/kpis/coal?as_of=2018-06-14",
        "/v1/plans/demo-2018/report.md?as_of=2018-06-13",
    ):
        assert client.get(address).status_code == 200, address
    assert entries() == before
