"""Several estimates signed or sent back at once: all of them, or none."""

from __future__ import annotations

import pytest

from data.accounts.accounts import add_account
from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.sign_off.rows import sign_off
from data.sign_off.signing import (
    enter_estimate,
    return_estimate,
    return_estimates,
    sign_estimates,
)
from models.errors import InputError, NotAllowed, OutOfTurn, UnknownEstimate
from models.series import Month

KPIS = tuple(Kpi(one, one, one, "million USD") for one in ("exports", "imports"))
PLAN = Plan("somewhere-2021", "somewhere", 2021, "Somewhere", "Kế hoạch", "Plan", KPIS, ())
JUNE = Month(2021, 6)


@pytest.fixture
def entered(store: Store) -> Store:
    save_plan(store, PLAN)
    for kpi in ("exports", "imports"):
        enter_estimate(store, PLAN, JUNE, kpi, 335_000.0, "million USD", "đơn hàng", "linh")
    return store


def ids(store: Store) -> list[int]:
    return [one.id for one in sign_off(store, PLAN.slug, JUNE).current.values()]


def states(store: Store) -> list[str]:
    return [one.state for one in sign_off(store, PLAN.slug, JUNE).current.values()]


def test_several_go_from_draft_to_issued(entered: Store) -> None:
    for to in ("checked", "approved", "issued"):
        sign_estimates(entered, PLAN, JUNE, ids(entered), to, "minh")
        assert states(entered) == [to, to]


def test_one_that_cannot_be_signed_keeps_all_unsigned(entered: Store) -> None:
    add_account(entered, "hoa", "entry", "a long password", "os:root")
    enter_estimate(entered, PLAN, JUNE, "imports", 1.0, "million USD", "của tôi", "hoa")
    with pytest.raises(NotAllowed, match="another person"):
        sign_estimates(entered, PLAN, JUNE, ids(entered), "checked", "hoa")
    assert states(entered) == ["draft", "draft"]


def test_what_was_changed_meanwhile_is_looked_at_again(entered: Store) -> None:
    seen = ids(entered)
    enter_estimate(entered, PLAN, JUNE, "imports", 1.0, "million USD", "lại", "linh")
    with pytest.raises(OutOfTurn, match="look at it again"):
        sign_estimates(entered, PLAN, JUNE, seen, "checked", "minh")
    assert states(entered) == ["draft", "draft"]
    with pytest.raises(UnknownEstimate):
        sign_estimates(entered, PLAN, JUNE, [999], "checked", "minh")
    with pytest.raises(InputError, match="at least one"):
        sign_estimates(entered, PLAN, JUNE, [], "checked", "minh")


def test_what_was_just_entered_is_sent_back_once_with_its_reason(entered: Store) -> None:
    with pytest.raises(InputError, match="reason"):
        return_estimates(entered, PLAN, JUNE, ids(entered), "minh", " ")
    found = return_estimates(entered, PLAN, JUNE, ids(entered), "minh", "thiếu căn cứ")
    for one in found.current.values():
        assert one.sent_back is not None
        assert (one.sent_back.by, one.sent_back.note) == ("minh", "thiếu căn cứ")
    with pytest.raises(OutOfTurn, match="nothing to send back"):
        return_estimate(entered, PLAN, JUNE, "exports", "minh", "lại lần nữa")
    given = (PLAN, JUNE, "exports", 335_000.0, "million USD", "có công văn kèm theo", "linh")
    assert enter_estimate(entered, *given).newest("exports").sent_back is None
