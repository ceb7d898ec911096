"""Projections over HTTP: the contract's shape, vintages, ETag, CSV, charts, history."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.db.store import Store
from data.plans.plan import PlanVersion
from data.plans.rows import load_plan, save_plan
from data.settings import Settings
from models.targets.target import Target
from service.projections.issue import projections
from service.projections.shape import as_json
from service.projections.view import HistoryView, ProjectionsView, ProjectionView

PLAN = "/v1/plans/demo-2018"
LIST, COAL = f"{PLAN}/projections", f"{PLAN}/projections/coal"
DESIGN = Path(__file__).resolve().parents[3] / "docs" / "design.md"
ADDRESSES = (
    f"{LIST}?as_of=2018-06",
    f"{LIST}.csv?as_of=2018-06",
    f"{COAL}?as_of=2018-06",
    f"{COAL}/fan-chart.svg?as_of=2018-06",
    f"{COAL}/fan-chart.png?as_of=2018-06",
    f"{COAL}/fan-chart.json?as_of=2018-06",
    f"{COAL}/history?as_of=2018-06",
)


def keys(value: Any, path: str = "") -> set[str]:
    """Every key of a document by its path; entries of a list as one, what may be null as one."""
    if isinstance(value, list):
        return set().union(*(keys(item, f"{path}[]") for item in value))
    if not isinstance(value, dict):
        return set()
    null = ("reason", "base_when_set", "base_today", ".method.plan")
    if path.endswith(("quantiles", "cumulative", *null)):
        return set()
    below = (keys(item, f"{path}.{key}") for key, item in value.items())
    return {f"{path}.{key}" for key in value}.union(*below)


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    """The JSON of one projection as the design prints it."""
    (block,) = re.findall(r"```json\n(.*?)```", DESIGN.read_text("utf-8"), re.DOTALL)
    found: dict[str, Any] = json.loads(block)
    return found


def test_one_projection_has_exactly_the_keys_of_the_design(
    service: Any, contract: dict[str, Any]
) -> None:
    one = service.get(f"{COAL}?as_of=2018-06").json()
    assert keys(one) == keys(contract)
    assert set(one["projected"]["quantiles"]) == set(contract["projected"]["quantiles"])
    ProjectionView.model_validate(one)


def test_a_thing_that_does_not_exist_is_null(service: Any, contract: dict[str, Any]) -> None:
    without_target = service.get(f"{LIST}/steel?as_of=2018-06").json()
    assert set(without_target) == set(contract)
    assert (without_target["targets"], without_target["probability"]) == ([], None)
    assert without_target["status"] == "no_target"
    without_figures = service.get(f"{LIST}/bridge?as_of=2018-06").json()
    assert set(without_figures) == set(contract)
    empty = ("cutoff", "actual_to_date", "data_status", "projected", "growth_on_last_year")
    assert [without_figures[key] for key in (*empty, "probability")] == [None] * 6
    assert without_figures["status"] == "no_basis"
    (target,) = without_figures["targets"]
    assert keys({"targets": [target]}) == {
        key for key in keys(contract) if key.startswith(".targets") and ".required." not in key
    }
    assert (target["probability"], target["required"], target["status"]) == (
        None,
        None,
        "no_basis",
    )
    (failure,) = without_figures["method"]["failures"]
    assert "nothing was published for 'demo/bridge'" in failure["reason"]


def test_growth_is_shown_in_per_cent_and_has_no_base_in_units(service: Any) -> None:
    one = service.get(f"{LIST}/output?as_of=2018-06").json()
    assert (one["kind"], one["unit"]) == ("growth", "%")
    assert one["growth_on_last_year"]["base"] == 100.0
    assert one["months"][-1]["cumulative"] == {}


def test_the_list_is_that_of_the_same_function_and_in_the_plans_order(
    service: Any, trained_home: Path
) -> None:
    settings = Settings(home=trained_home, mlflow_tracking_uri=None)
    found = projections(Store.open(settings.store_url), settings, "demo-2018", date(2018, 6, 30))
    answer = service.get(f"{LIST}?as_of=2018-06").json()
    ProjectionsView.model_validate(answer)
    assert answer["projections"] == [as_json(one) for one in found]
    assert [one.kpi for one in found] == ["coal", "steel", "both", "output", "bridge"]
    assert answer["projections"][0] == service.get(f"{COAL}?as_of=2018-06").json()


def test_a_vintage_knows_what_was_published_up_to_its_day(service: Any) -> None:
    june, day = (service.get(f"{COAL}?as_of={day}").json() for day in ("2018-06", "2018-06-30"))
    newest = service.get(COAL).json()
    assert june == day == newest
    middle = service.get(f"{COAL}?as_of=2018-06-15").json()
    assert (middle["as_of"], middle["cutoff"]) == ("2018-06-15", "2018-05")
    may = service.get(f"{COAL}?as_of=2018-05").json()
    assert [one["targets"][0]["plan_version"] for one in (may, middle, june)] == [1, 2, 2]
    assert [one["targets"][0]["lower_value"] for one in (may, middle, june)] == [1500, 1600, 1600]
    april = service.get(f"{COAL}?as_of=2018-04").json()
    assert [one["method"]["model_version"] for one in (april, may, june)] == ["1", "2", "2"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_projection_has_an_etag_and_answers_304(service: Any, address: str) -> None:
    first = service.get(address)
    assert first.status_code == 200
    etag = first.headers["etag"]
    assert re.fullmatch(r'"[\w-]+"', etag)
    for tags in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = service.get(address, headers={"If-None-Match": tags})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    assert service.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.slow
def test_tags_tell_answers_apart(service: Any) -> None:
    tags = [service.get(address).headers["etag"] for address in ADDRESSES]
    tags.append(service.get(f"{COAL}?as_of=2018-05").headers["etag"])
    tags.append(service.get(f"{COAL}/fan-chart.svg?as_of=2018-06&lang=en").headers["etag"])
    assert len(set(tags)) == len(tags)


def test_the_tag_of_one_projection_is_its_stamp(service: Any) -> None:
    response = service.get(f"{COAL}?as_of=2018-06")
    assert response.headers["etag"] == f'"{response.json()["stamp"]}"'


def test_a_new_plan_version_makes_a_new_answer_from_its_day_on(
    own_service: Any, home: Path
) -> None:
    before = {day: own_service.get(f"{COAL}?as_of={day}") for day in ("2018-05", "2018-06")}
    store = own_service.app.state.vedich.store
    plan = load_plan(store, "demo-2018")
    harder = Target("at_least", 1700.0, source="made up")
    version = PlanVersion(3, date(2018, 6, 20), "made up", (("coal", harder),))
    save_plan(store, type(plan)(**{**vars(plan), "versions": (*plan.versions, version)}))
    after = {day: own_service.get(f"{COAL}?as_of={day}") for day in before}
    assert after["2018-05"].headers["etag"] == before["2018-05"].headers["etag"]
    headers = {"If-None-Match": before["2018-06"].headers["etag"]}
    fresh = own_service.get(f"{COAL}?as_of=2018-06", headers=headers)
    assert fresh.status_code == 200
    assert fresh.json()["targets"][0]["lower_value"] == 1700.0
    assert fresh.json()["probability"] < before["2018-06"].json()["probability"]


def test_csv_has_the_numbers_of_the_json(service: Any) -> None:
    response = service.get(f"{LIST}.csv?as_of=2018-06")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbf")  # or Excel takes it for another encoding
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    listed = service.get(f"{LIST}?as_of=2018-06").json()["projections"]
    pairs = [(one, target) for one in listed for target in one["targets"] or [None]]
    assert [row["kpi"] for row in rows] == [one["kpi"] for one, _ in pairs]
    for row, (one, target) in zip(rows, pairs, strict=True):
        assert row["name_vi"] == one["name"]["vi"]
        assert row["stamp"] == one["stamp"]
        if one["projected"]:
            assert float(row["projected_mean"]) == one["projected"]["mean"]
            assert float(row["q0.9"]) == one["projected"]["quantiles"]["0.9"]
        else:
            assert row["projected_mean"] == ""
        if target and target["required"]:
            required = target["required"]["monthly_average"]
            assert float(row["required_monthly_average"]) == required
        assert row["status"] == (target or one)["status"]


@pytest.mark.slow
def test_charts_are_of_their_kind_and_speak_the_language_asked(service: Any) -> None:
    svg = service.get(f"{COAL}/fan-chart.svg?as_of=2018-06&lang=en")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert "Published up to 30 June 2018" in svg.text
    assert "Số liệu công bố đến 30/6/2018" in service.get(f"{COAL}/fan-chart.svg").text
    png = service.get(f"{COAL}/fan-chart.png?as_of=2018-06")
    assert png.headers["content-type"] == "image/png"
    assert png.content.startswith(b"\x89PNG\r\n")
    specification = service.get(f"{COAL}/fan-chart.json?as_of=2018-06").json()
    assert "vega-lite" in specification["$schema"]
    assert service.get(f"{COAL}?as_of=2018-06").json()["stamp"] in svg.text


def test_history_tells_every_month_with_what_was_known_at_its_end(service: Any) -> None:
    content = service.get(f"{COAL}/history?as_of=2018-06").json()
    HistoryView.model_validate(content)
    points = {point["as_of"]: point for point in content["history"]}
    assert list(points) == [
        f"2018-{ending}" for ending in ("01-31", "02-28", "03-31", "04-30", "05-31", "06-30")
    ]
    january = points["2018-01-31"]  # no model of its own: what today's would have said
    assert january["hindsight"] is True
    assert january["reason"] is None
    assert january["stamp"] is None
    assert 0 <= january["probability"] <= 1
    for month in ("2018-04", "2018-06"):
        one = service.get(f"{COAL}?as_of={month}").json()
        point = points[one["as_of"]]
        assert point["stamp"] == one["stamp"]
        assert point["probability"] == one["probability"]
        assert point["median"] == one["projected"]["median"]
    earlier = service.get(f"{COAL}/history?as_of=2018-05").json()["history"]
    assert earlier == content["history"][:-1]
