"""Official estimates and months through their life, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.accounts.accounts import add_account
from data.db.audit import entries
from data.db.revision import revision_of
from data.db.store import Store
from data.ledger.projections import Given, record_projections
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.sign_off.rows import issue_of, issued_months, months_begun, sign_off, was_issued
from data.sign_off.rules import SignOff, State, figures_of
from data.sign_off.signing import (
    enter_estimate,
    return_estimate,
    return_month,
    sign_estimate,
    sign_month,
)
from models.errors import (
    InputError,
    InvalidEstimate,
    NotAllowed,
    OutOfTurn,
    UnknownEstimate,
    UnknownKpi,
)
from models.series import Month

EXPORTS = Kpi("exports", "Xuất khẩu", "Exports", "million USD")
IMPORTS = Kpi("imports", "Nhập khẩu", "Imports", "million USD")
PLAN = Plan(
    "somewhere-2021", "somewhere", 2021, "Somewhere", "Kế hoạch", "Plan", (EXPORTS, IMPORTS), ()
)
JUNE = Month(2021, 6)
STAMPS = {"imports": "IMPORTSJUNE2", "exports": "EXPORTSJUNE2"}  # in another order than names


@pytest.fixture
def prepared(store: Store) -> Store:
    """A store with the plan, its projections of June in the ledger, and accounts."""
    save_plan(store, PLAN)
    for kpi, stamp in STAMPS.items():
        record_projections(store, [Given(stamp, PLAN.slug, kpi, {"projection": {"stamp": stamp}})])
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("data.accounts.accounts.HASHER", cheap)
        add_account(store, "linh", "entry", "a long password", "os:root")
    return store


def enter(store: Store, value: float, by: str = "linh", kpi: str = "exports") -> SignOff:
    return enter_estimate(store, PLAN, JUNE, kpi, value, "million USD", "đơn hàng quý IV", by)


def sign(store: Store, to: State, by: str = "minh", seen: int | None = None) -> SignOff:
    found = sign_off(store, PLAN.slug, JUNE).newest("exports").id
    return sign_estimate(store, PLAN, JUNE, "exports", seen or found, to, by)


def sign_june(store: Store, to: State, by: str = "minh", note: str = "") -> SignOff:
    seen = figures_of(STAMPS, sign_off(store, PLAN.slug, JUNE).current)
    return sign_month(store, PLAN, JUNE, STAMPS, seen, to, by, note)


def test_an_estimate_from_draft_to_issued(prepared: Store) -> None:
    found = enter(prepared, 335_000.0)
    assert found.newest("exports").value == 335_000.0
    assert found.newest("exports").reason == "đơn hàng quý IV"
    sign(prepared, "checked", "minh")
    sign(prepared, "approved", "hoa")
    found = sign(prepared, "issued", "hoa")
    history = [(step.state, step.by) for step in found.newest("exports").steps]
    assert history == [
        ("draft", "linh"),
        ("checked", "minh"),
        ("approved", "hoa"),
        ("issued", "hoa"),
    ]
    assert found.issued["exports"].value == 335_000.0
    logged = entries(prepared, subject="somewhere-2021 2021-06 exports")
    assert [(one.by, one.action) for one in reversed(logged)] == [
        ("linh", "estimate.draft"),
        ("minh", "estimate.checked"),
        ("hoa", "estimate.approved"),
        ("hoa", "estimate.issued"),
    ]
    assert logged[0].before is not None
    assert logged[0].after is not None
    assert (logged[0].before["state"], logged[0].after["state"]) == ("approved", "issued")


def test_a_changed_value_is_a_draft_again_and_the_issued_one_stays(prepared: Store) -> None:
    enter(prepared, 335_000.0)
    for to in ("checked", "approved", "issued"):
        sign(prepared, to)
    found = enter(prepared, 340_000.0)
    assert (found.newest("exports").value, found.newest("exports").state) == (340_000.0, "draft")
    assert found.issued["exports"].value == 335_000.0
    logged = entries(prepared, action="estimate.draft")[0]
    assert logged.before is not None
    assert (logged.before["value"], logged.before["state"]) == (335_000.0, "issued")


def test_the_same_value_for_the_same_reason_is_refused(prepared: Store) -> None:
    enter(prepared, 335_000.0)
    with pytest.raises(InvalidEstimate, match="335,000 million USD already"):
        enter(prepared, 335_000.0, by="minh")
    assert len(sign_off(prepared, PLAN.slug, JUNE).estimates) == 1


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"kpi": "exprots"}, UnknownKpi, "exports, imports"),
        ({"value": float("nan")}, InvalidEstimate, "expected a number, found nan"),
        ({"unit": "billion USD"}, InvalidEstimate, "in million USD, found one in 'billion USD'"),
        ({"reason": " "}, InvalidEstimate, "expected a reason"),
        ({"month": Month(2012, 6)}, InvalidEstimate, "a month of 2021.*found 2012-06"),
    ],
)
def test_what_cannot_be_entered(
    prepared: Store, change: dict[str, object], kind: type[Exception], message: str
) -> None:
    given = {
        "month": JUNE,
        "kpi": "exports",
        "value": 1.0,
        "unit": "million USD",
        "reason": "r",
        "by": "linh",
    }
    with pytest.raises(kind, match=message):
        enter_estimate(prepared, PLAN, **{**given, **change})  # type: ignore[arg-type]
    assert months_begun(prepared, PLAN.slug) == ()


def test_the_author_does_not_check_their_own(prepared: Store) -> None:
    enter(prepared, 335_000.0, by="linh")
    with pytest.raises(NotAllowed, match="'linh' entered a value"):
        sign(prepared, "checked", "linh")
    assert sign(prepared, "checked", "minh").newest("exports").state == "checked"
    with pytest.raises(NotAllowed, match="'linh' entered a value"):
        sign(prepared, "approved", "linh")


def test_without_accounts_anybody_may_check(store: Store) -> None:
    save_plan(store, PLAN)
    enter(store, 335_000.0, by="local")
    assert sign(store, "checked", "local").newest("exports").state == "checked"


def test_a_changed_value_is_not_signed(prepared: Store) -> None:
    seen = enter(prepared, 335_000.0).newest("exports").id
    enter(prepared, 340_000.0)
    with pytest.raises(OutOfTurn, match="changed to 340,000 million USD by 'linh'"):
        sign(prepared, "checked", "minh", seen)
    assert sign_off(prepared, PLAN.slug, JUNE).newest("exports").state == "draft"


def test_sending_back_asks_for_a_reason_and_keeps_it(prepared: Store) -> None:
    enter(prepared, 335_000.0)
    sign(prepared, "checked")
    with pytest.raises(InputError, match="expected a reason"):
        return_estimate(prepared, PLAN, JUNE, "exports", "hoa", "")
    found = return_estimate(prepared, PLAN, JUNE, "exports", "hoa", "chưa có số cửa khẩu")
    assert found.newest("exports").state == "draft"
    assert found.newest("exports").steps[-1].note == "chưa có số cửa khẩu"
    assert found.newest("exports").author == "linh"
    for to in ("checked", "approved", "issued"):
        sign(prepared, to)
    with pytest.raises(OutOfTurn, match="enter a new value instead"):
        return_estimate(prepared, PLAN, JUNE, "exports", "hoa", "a reason")


def test_an_estimate_must_be_entered_before_it_is_signed(prepared: Store) -> None:
    with pytest.raises(UnknownEstimate, match="'exports' was entered in 2021-06"):
        sign_estimate(prepared, PLAN, JUNE, "exports", 1, "checked", "minh")
    with pytest.raises(UnknownKpi, match="'exprots'"):
        sign_estimate(prepared, PLAN, JUNE, "exprots", 1, "checked", "minh")


def test_signing_a_month_signs_its_estimates(prepared: Store) -> None:
    enter(prepared, 335_000.0)
    enter(prepared, 330_000.0, kpi="imports")
    sign(prepared, "checked", "hoa")
    found = sign_june(prepared, "checked", "minh")
    assert {one.state for one in found.current.values()} == {"checked"}
    assert found.newest("exports").steps[-1].by == "hoa"
    assert found.newest("imports").steps[-1].by == "minh"
    sign_june(prepared, "approved", "hoa")
    found = sign_june(prepared, "issued", "hoa")
    assert found.state == "issued"
    assert set(found.issued) == {"exports", "imports"}


def test_issuing_keeps_which_projections_were_issued(prepared: Store) -> None:
    assert issue_of(prepared, PLAN.slug, JUNE) is None
    for to in ("checked", "approved"):
        sign_june(prepared, to)
    assert not was_issued(prepared, "EXPORTSJUNE2")
    assert issued_months(prepared, PLAN.slug) == ()
    sign_june(prepared, "issued", note="theo công văn 12")
    issue = issue_of(prepared, PLAN.slug, JUNE)
    assert issue is not None
    assert list(issue.stamps.items()) == list(STAMPS.items())
    assert (issue.step.by, issue.step.note) == ("minh", "theo công văn 12")
    assert was_issued(prepared, "EXPORTSJUNE2")
    assert issued_months(prepared, PLAN.slug) == (JUNE,)
    return_month(prepared, PLAN, JUNE, "minh", "số sai")
    assert sign_off(prepared, PLAN.slug, JUNE).state == "draft"
    assert issue_of(prepared, PLAN.slug, JUNE) == issue


def test_issuing_an_estimate_does_not_issue_the_month(prepared: Store) -> None:
    enter(prepared, 335_000.0)
    for to in ("checked", "approved", "issued"):
        sign(prepared, to)
    assert issued_months(prepared, PLAN.slug) == ()
    assert issue_of(prepared, PLAN.slug, JUNE) is None
    assert months_begun(prepared, PLAN.slug) == (JUNE,)


def test_a_month_is_not_checked_by_an_author_in_it(prepared: Store) -> None:
    enter(prepared, 335_000.0, by="linh")
    with pytest.raises(NotAllowed, match="2021-06 of 'somewhere-2021': 'linh'"):
        sign_june(prepared, "checked", "linh")
    assert sign_off(prepared, PLAN.slug, JUNE).steps == ()


def test_an_estimate_sent_back_blocks_its_month(prepared: Store) -> None:
    enter(prepared, 335_000.0)
    enter(prepared, 330_000.0, kpi="imports")
    sign_june(prepared, "checked")
    return_estimate(prepared, PLAN, JUNE, "imports", "hoa", "a reason")
    with pytest.raises(OutOfTurn, match=r"estimate of 'imports'.* is 'draft'"):
        sign_june(prepared, "approved", "hoa")
    found = sign_off(prepared, PLAN.slug, JUNE)
    assert (found.state, found.newest("exports").state) == ("checked", "checked")


def test_figures_changed_since_they_were_shown_are_not_signed(prepared: Store) -> None:
    seen = figures_of(STAMPS, {})
    enter(prepared, 335_000.0)
    with pytest.raises(OutOfTurn, match="changed since they were shown"):
        sign_month(prepared, PLAN, JUNE, STAMPS, seen, "checked", "minh")


def test_figures_changed_since_they_were_checked_are_not_approved(prepared: Store) -> None:
    sign_june(prepared, "checked")
    revised = {**STAMPS, "exports": "EXPORTSJUNE3"}
    record_projections(prepared, [Given("EXPORTSJUNE3", PLAN.slug, "exports", {})])
    with pytest.raises(OutOfTurn, match="changed since they were checked"):
        sign_month(prepared, PLAN, JUNE, revised, figures_of(revised, {}), "approved", "minh")
    return_month(prepared, PLAN, JUNE, "minh", "new figures")
    for to in ("checked", "approved", "issued"):
        sign_month(prepared, PLAN, JUNE, revised, figures_of(revised, {}), to, "minh")
    issue = issue_of(prepared, PLAN.slug, JUNE)
    assert issue is not None
    assert issue.stamps["exports"] == "EXPORTSJUNE3"


def test_two_people_cannot_sign_at_once(prepared: Store, store_url: str) -> None:
    enter(prepared, 335_000.0)
    doors = [Store.open(store_url) for _ in range(4)]

    def check(door: Store) -> bool:
        try:
            sign(door, "checked")
        except OutOfTurn:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(check, doors)) == 1
    assert len(sign_off(prepared, PLAN.slug, JUNE).newest("exports").steps) == 2
    for door in doors:
        door.close()


def test_signing_changes_the_revision_but_not_that_of_the_figures(prepared: Store) -> None:
    save_plan(prepared, replace(PLAN, slug="elsewhere-2021", family="elsewhere"))
    before, elsewhere = revision_of(prepared, "somewhere"), revision_of(prepared, "elsewhere")
    enter(prepared, 335_000.0)
    entered = revision_of(prepared, "somewhere")
    sign(prepared, "checked")
    signed = revision_of(prepared, "somewhere")
    assert len({before, entered, signed}) == 3
    assert before.figures == entered.figures == signed.figures
    assert revision_of(prepared, "elsewhere") == elsewhere


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE estimates SET value = 0",
        "DELETE FROM estimates",
        "UPDATE steps SET actor = 'x'",
        "DELETE FROM steps",
        "UPDATE issued_figures SET stamp = 'x'",
        "DELETE FROM issued_figures",
    ],
)
def test_the_database_refuses_to_change_what_was_signed(prepared: Store, statement: str) -> None:
    enter(prepared, 335_000.0)
    for to in ("checked", "approved", "issued"):
        sign_june(prepared, to)
    with pytest.raises(DBAPIError, match="append-only"), prepared.writing() as connection:
        connection.execute(text(statement))
