"""Official estimates and months over HTTP: what a planner, a checker and a director do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from data.db.audit import entries
from models.series import Month
from service.projections.view import EstimateView, ProjectionView
from service.shapes.operation import AuditLog
from service.shapes.sign_off import EstimateList, MonthList, MonthShape

pytestmark = pytest.mark.slow

MONTHS = "/v1/plans/demo-2018/months"
MONTH = f"{MONTHS}/2018-06"
ESTIMATE = f"{MONTH}/estimates/coal"
PROJECTION = "/v1/plans/demo-2018/projections/coal?as_of=2018-06"
BODY = {
    "value": 1500.0,
    "unit": "thousand tonnes",
    "reason": "mỏ mới từ quý III",
    "confirm": True,
}


def estimate_of(office: Any, path: str = PROJECTION, who: str = "viewer") -> Any:
    answer = office.ask(who, "GET", path)
    ProjectionView.model_validate_json(answer.content)
    return answer.json()["official_estimate"]


def newest(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return EstimateList.model_validate(answer.json()).estimates[0]


def month(office: Any) -> MonthShape:
    return MonthShape.model_validate(office.ask("viewer", "GET", MONTH).json())


def test_an_estimate_stands_beside_its_projection_through_its_life(office: Any) -> None:
    assert estimate_of(office) is None
    number = newest(office.ask("entry", "POST", ESTIMATE, json=BODY)).id
    drafted = estimate_of(office)
    assert drafted.pop("entered_at")
    assert drafted == {
        "value": 1500.0,
        "unit": "thousand tonnes",
        "author": "entry",
        "reason": "mỏ mới từ quý III",
        "state": "draft",
        "checked_by": None,
        "approved_by": None,
        "issued_at": None,
    }
    office.ask("checker", "POST", f"{ESTIMATE}/check", json={"estimate": number})
    office.ask("approver", "POST", f"{ESTIMATE}/approve", json={"estimate": number})
    signed = EstimateView.model_validate(estimate_of(office))
    assert (signed.state, signed.checked_by, signed.approved_by) == (
        "approved",
        "checker",
        "approver",
    )
    assert signed.issued_at is None
    issued = newest(office.ask("approver", "POST", f"{ESTIMATE}/issue", json={"estimate": number}))
    assert issued.issued_at is not None
    assert issued.issued_at == issued.history[-1].at
    assert [step.state for step in issued.history] == ["draft", "checked", "approved", "issued"]


def test_sent_back_no_signature_counts(office: Any) -> None:
    office.bring_estimate("approved", 1500.0)
    back = office.ask("checker", "POST", f"{ESTIMATE}/send-back", json={"note": "thiếu căn cứ"})
    assert newest(back).history[-1].note == "thiếu căn cứ"
    found = estimate_of(office)
    assert (found["state"], found["checked_by"], found["approved_by"]) == ("draft", None, None)


def test_an_estimate_belongs_to_its_month_and_kpi(office: Any) -> None:
    office.enter(1500.0)
    projections = "/v1/plans/demo-2018/projections"
    assert estimate_of(office, f"{projections}/coal?as_of=2018-06-15")["value"] == 1500.0
    assert estimate_of(office, f"{projections}/coal?as_of=2018-05") is None
    assert estimate_of(office, f"{projections}/steel?as_of=2018-06") is None
    listed = office.ask("viewer", "GET", f"{projections}?as_of=2018-06").json()["projections"]
    values = {one["kpi"]: one["official_estimate"] for one in listed}
    assert values.pop("coal")["value"] == 1500.0
    assert set(values.values()) == {None}


@pytest.mark.slow
def test_the_csv_says_value_and_state(office: Any) -> None:
    office.enter(1500.0)
    text = office.ask("viewer", "GET", "/v1/plans/demo-2018/projections.csv?as_of=2018-06").text
    heading, first = text.lstrip("\ufeff").splitlines()[:2]
    row = dict(zip(heading.split(","), first.split(","), strict=True))
    assert (row["kpi"], row["official_estimate"], row["official_estimate_state"]) == (
        "coal",
        "1500.0",
        "draft",
    )


def test_the_tag_follows_the_estimate_and_the_stamp_does_not(office: Any) -> None:
    paths = [PROJECTION, "/v1/plans/demo-2018/projections", "/v1/plans/demo-2018/projections.csv"]
    stamp = office.ask("viewer", "GET", PROJECTION).json()["stamp"]
    seen: list[list[str]] = []
    for change in (None, "draft", "checked"):
        if change:
            office.bring_estimate(change, 1500.0 + len(seen))
        answers = [office.ask("viewer", "GET", path) for path in paths]
        assert answers[0].json()["stamp"] == stamp
        tags = [answer.headers["etag"] for answer in answers]
        seen.append(tags)
        for path, tag in zip(paths, tags, strict=True):
            again = office.ask("viewer", "GET", path, headers={"If-None-Match": tag})
            assert again.status_code == 304
    assert seen[0][0] == f'"{stamp}"'
    for tags_of_one_path in zip(*seen, strict=True):
        assert len(set(tags_of_one_path)) == 3


def test_a_month_says_what_a_signature_covers(office: Any) -> None:
    empty = month(office)
    assert (empty.state, empty.estimates, empty.history, empty.issued) == ("draft", (), (), None)
    assert empty.stamps == office.stamps()
    assert empty.as_of == date(2018, 6, 30)
    office.enter(1500.0)
    entered = month(office)
    assert entered.figures != empty.figures
    assert entered.estimates[0].value == 1500.0


def test_a_month_from_draft_to_issued(office: Any) -> None:
    office.enter(1500.0)
    figures = month(office).figures
    for who, action in (("checker", "check"), ("approver", "approve"), ("approver", "issue")):
        body = {"figures": figures, "note": action}
        answer = office.ask(who, "POST", f"{MONTH}/{action}", json=body)
        assert answer.status_code == 200, answer.text
    issued = MonthShape.model_validate(answer.json())
    assert issued.state == "issued"
    assert issued.issued is not None
    assert issued.issued.stamps == office.stamps()
    assert [(step.state, step.by, step.note) for step in issued.history] == [
        ("checked", "checker", "check"),
        ("approved", "approver", "approve"),
        ("issued", "approver", "issue"),
    ]
    assert issued.estimates[0].state == "issued"
    listed = MonthList.model_validate(office.ask("viewer", "GET", MONTHS).json()).months
    assert [(one.month, one.state, one.issued_at) for one in listed] == [
        (Month(2018, 6), "issued", issued.issued.at)
    ]


def test_what_a_signature_does_not_cover_is_not_signed(office: Any) -> None:
    figures = month(office).figures
    office.enter(1500.0)
    late = office.ask("checker", "POST", f"{MONTH}/check", json={"figures": figures})
    assert late.status_code == 409
    assert "changed since they were shown" in late.json()["detail"]
    early = office.ask("approver", "POST", f"{MONTH}/issue", json={"figures": figures})
    assert early.status_code == 409
    assert "expected the step 'checked', found 'issued'" in early.json()["detail"]
    assert month(office).state == "draft"


def test_the_author_does_not_check_over_http_either(office: Any) -> None:
    number = newest(office.ask("checker", "POST", ESTIMATE, json=BODY)).id
    own = office.ask("checker", "POST", f"{ESTIMATE}/check", json={"estimate": number})
    assert own.status_code == 403
    assert own.json()["type"] == "/problems#not-allowed"
    other = office.ask("approver", "POST", f"{ESTIMATE}/check", json={"estimate": number})
    assert other.status_code == 200


def test_a_month_without_a_model_takes_estimates_but_no_signature(office: Any) -> None:
    january = f"{MONTHS}/2018-01"
    assert office.ask("entry", "POST", f"{january}/estimates/coal", json=BODY).status_code == 201
    found = MonthShape.model_validate(office.ask("viewer", "GET", january).json())
    assert (found.figures, found.stamps) == (None, {})
    assert found.reason is not None
    assert "vedich retrain" in found.reason
    refused = office.ask("checker", "POST", f"{january}/check", json={"figures": "0"})
    assert refused.status_code == 409


def test_what_cannot_be_read_says_where(office: Any) -> None:
    for body, place in (
        ({**BODY, "value": "much"}, "body.value"),
        ({**BODY, "extra": 1}, "body.extra"),
    ):
        answer = office.ask("entry", "POST", ESTIMATE, json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["place"] == place
    for path in (f"{MONTHS}/2018-13", f"{MONTHS}/June"):
        assert office.ask("viewer", "GET", path).status_code == 422
    unknown = ("/v1/plans/demo-2019/months/2018-06", f"{MONTH}/estimates/coals", ESTIMATE)
    for path in unknown:
        assert office.ask("viewer", "GET", path).status_code == 404


def test_the_audit_log_over_http(office: Any) -> None:
    office.ask("entry", "POST", ESTIMATE, json=BODY)
    path = "/v1/audit?action=estimate.draft&by=entry"
    found = AuditLog.model_validate(office.ask("admin", "GET", path).json()).entries
    assert [(one.by, one.action, one.subject) for one in found] == [
        ("entry", "estimate.draft", "demo-2018 2018-06 coal")
    ]
    assert found[0].after is not None
    assert found[0].after["value"] == 1500.0
    older = office.ask("admin", "GET", f"/v1/audit?limit=1000&older_than={found[0].id}").json()
    assert len(older["entries"]) == len(entries(office.store, limit=1000, older_than=found[0].id))
    assert all(one["id"] < found[0].id for one in older["entries"])


def test_adding_a_version_is_told_with_who(office: Any) -> None:
    target = {"kpi": "coal", "comparator": "at_least", "lower": 1.0, "source": "made up"}
    body = {"adopted": "2018-07-01", "document": "made up", "targets": [target]}
    answer = office.ask("entry", "POST", "/v1/plans/demo-2018/versions", json=body)
    assert answer.status_code == 201
    entry = entries(office.store, action="plan.save")[0]
    assert (entry.by, entry.subject) == ("entry", "demo-2018")
    assert entry.after == {"new_versions": [3]}


def test_a_value_that_contradicts_what_is_known_is_confirmed(office: Any) -> None:
    given = {**BODY, "value": "4,15"}
    given.pop("confirm")
    refused = office.ask("entry", "POST", f"{ESTIMATE}?lang=vi", json=given)
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems#needs-confirmation"
    assert (
        "4.15 thousand tonnes is below the actual to the end of June 2018"
        in (refused.json()["detail"])
    )
    assert "thấp hơn số lũy kế đến hết tháng 6/2018" in refused.json()["text"]
    assert estimate_of(office) is None
    entered = newest(office.ask("entry", "POST", ESTIMATE, json={**given, "confirm": True}))
    assert entered.value == 4.15
    assert [doubt.code for doubt in entered.doubts] == ["below_actual", "outside"]
    assert [doubt.code for doubt in month(office).estimates[0].doubts] == [
        "below_actual",
        "outside",
    ]


def test_a_value_as_expected_needs_no_confirmation(office: Any) -> None:
    median = office.ask("viewer", "GET", PROJECTION).json()["projected"]["median"]
    given = {"value": round(median, 1), "unit": "thousand tonnes", "reason": "as projected"}
    assert newest(office.ask("entry", "POST", ESTIMATE, json=given)).doubts == ()


def test_a_text_that_reads_two_ways_is_no_value(office: Any) -> None:
    refused = office.ask("entry", "POST", ESTIMATE, json={**BODY, "value": "1.020"})
    assert refused.status_code == 422
    assert "1.02 or 1,020" in refused.json()["detail"]
