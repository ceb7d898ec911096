"""What readers outside get: issued figures, as they were issued, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from data.plans.rows import load_plan
from data.sign_off.signing import sign_estimate
from models.errors import NotIssued, UnknownKpi, UnknownPlan
from models.series import Month
from service.projections.issued import issued_projections
from service.projections.shape import as_json

PLAN = "demo-2018"
LIST = f"/v1/plans/{PLAN}/projections"
OUTSIDE = ("anonymous", "key:issued")
JUNE = date(2018, 6, 30)


def outside_estimate(office: Any) -> float | None:
    estimate = issued_projections(office.store, PLAN)[0].official_estimate
    return None if estimate is None else estimate.value


def test_nothing_is_given_before_it_is_issued(office: Any) -> None:
    office.bring_month("approved")
    for who in OUTSIDE:
        for path in (LIST, f"{LIST}.csv", f"{LIST}/coal", f"{LIST}?as_of=2018-06"):
            refused = office.ask(who, "GET", path)
            assert refused.status_code == 404
            assert refused.json()["type"] == "/problems#not-issued"
            assert "none yet" in refused.json()["detail"]
    with pytest.raises(NotIssued, match=r"\(none yet\), found no date"):
        issued_projections(office.store, PLAN)


def test_issued_projections_are_those_of_the_ledger(office: Any) -> None:
    office.bring_month("issued")
    found = issued_projections(office.store, PLAN)
    assert {one.kpi: one.stamp for one in found} == office.stamps()
    inside = office.ask("viewer", "GET", f"{LIST}?as_of=2018-06").json()["projections"]
    for who in OUTSIDE:
        for query in ("", "?as_of=2018-06", "?as_of=2018-06-30"):
            told = office.ask(who, "GET", f"{LIST}{query}")
            assert told.json()["projections"] == [as_json(one) for one in found] == inside
        one = office.ask(who, "GET", f"{LIST}/coal")
        assert one.json() == as_json(found[0])
        assert one.headers["etag"] == f'"{found[0].stamp}"'
        text = office.ask(who, "GET", f"{LIST}.csv").text
        assert text == office.ask("viewer", "GET", f"{LIST}.csv?as_of=2018-06").text
    assert issued_projections(office.store, PLAN, JUNE, "coal") == found[:1]


@pytest.mark.slow
def test_the_issue_stays_whatever_is_learned_later(office: Any, quick_retrain: Any) -> None:
    office.bring_month("issued")
    issued = issued_projections(office.store, PLAN)
    settings = office.client.app.state.vedich.settings
    quick_retrain(office.store, settings, PLAN, JUNE, promote=True)
    assert office.ask("viewer", "GET", f"{LIST}/coal").json()["stamp"] != issued[0].stamp
    assert office.ask("anonymous", "GET", LIST).json()["projections"] == [
        as_json(one) for one in issued
    ]
    office.bring_month("issued")
    assert issued_projections(office.store, PLAN)[0].stamp != issued[0].stamp


@pytest.mark.slow
def test_what_was_made_for_one_side_is_not_given_to_the_other(
    office: Any, quick_retrain: Any
) -> None:
    office.bring_month("issued")
    settings = office.client.app.state.vedich.settings
    quick_retrain(office.store, settings, PLAN, JUNE, promote=True)  # what is issued is now older
    for number, path in enumerate((LIST, f"{LIST}.csv", f"{LIST}/coal")):
        for first, second in (("viewer", "anonymous"), ("anonymous", "viewer")):
            office.bring_estimate("draft", 1500.0 + 2 * number + (first == "viewer"))
            query = f"{path}?as_of=2018-06"
            told = {who: office.ask(who, "GET", query).text for who in (first, second)}
            assert told["viewer"] != told["anonymous"]
            assert "draft" in told["viewer"]
            assert "draft" not in told["anonymous"]


def test_outside_an_estimate_is_seen_when_it_is_issued(office: Any) -> None:
    office.enter(1500.0)
    office.bring_month("issued")
    assert outside_estimate(office) == 1500.0
    tag = office.ask("anonymous", "GET", f"{LIST}/coal").headers["etag"]
    changed = office.bring_estimate("approved", 1600.0)
    assert outside_estimate(office) == 1500.0
    told = office.ask("anonymous", "GET", f"{LIST}/coal", headers={"If-None-Match": tag})
    assert told.status_code == 304
    plan = load_plan(office.store, PLAN)
    sign_estimate(office.store, plan, Month(2018, 6), "coal", changed, "issued", "os:second")
    told = office.ask("anonymous", "GET", f"{LIST}/coal", headers={"If-None-Match": tag})
    assert told.status_code == 200
    assert told.json()["official_estimate"]["value"] == 1600.0


@pytest.mark.parametrize("day", [date(2018, 5, 31), date(2018, 6, 15)])
def test_another_day_is_not_answered_with_that_month(office: Any, day: date) -> None:
    office.bring_month("issued")
    with pytest.raises(NotIssued, match=rf"\(2018-06\), found {day}"):
        issued_projections(office.store, PLAN, day)


def test_what_does_not_exist_is_named(office: Any) -> None:
    office.bring_month("issued")
    with pytest.raises(UnknownPlan, match="nowhere-2018"):
        issued_projections(office.store, "nowhere-2018")
    with pytest.raises(UnknownKpi, match="coals"):
        issued_projections(office.store, PLAN, kpi="coals")


def test_a_stamp_is_looked_up_outside_once_it_is_issued(office: Any) -> None:
    path = f"/v1/stamps/{office.stamps()['coal']}"
    assert office.ask("viewer", "GET", path).status_code == 200
    for who in OUTSIDE:
        assert office.ask(who, "GET", path).status_code == 404
    office.bring_month("issued")
    for who in OUTSIDE:
        assert office.ask(who, "GET", path.lower()).status_code == 200
