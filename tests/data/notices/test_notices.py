"""Notices are written once, rules are kept, and a delivery is made by one process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.db.audit import entries
from data.db.store import Store
from data.notices.deliveries import LEFT, WAITS, claim, failures_of, settle
from data.notices.rows import Notice, add_notices, newest_notices, notices_of
from data.notices.rules import NoticeRules, Recipient, rules_of, save_rules
from data.plans.rows import save_plan
from models.errors import InputError
from tests.families import demo_plan
from tests.homes import Run

PLAN, NOW = "demo-2018", datetime(2018, 7, 1, tzinfo=UTC)
LATE = Notice("missing", "missing 2018-07", "Chưa có số liệu", "Missing", stamp="A" * 12)


@pytest.fixture
def store(this_run: Run, tmp_path: Path) -> Iterator[Store]:
    found = this_run.new_store(tmp_path / "home")
    save_plan(found, demo_plan())
    save_plan(found, replace(demo_plan(), slug="demo-2019", year=2019, versions=()))
    yield found
    found.close()


def test_the_same_is_told_once_and_of_another_plan_again(store: Store) -> None:
    assert add_notices(store, "demo", PLAN, [LATE, LATE], NOW) == 1
    assert add_notices(store, "demo", PLAN, [replace(LATE, en="in other words")], NOW) == 0
    assert add_notices(store, "demo", "demo-2019", [LATE], NOW) == 1
    (told,) = notices_of(store, PLAN)
    assert (told.notice, told.at, told.plan) == (LATE, NOW, PLAN)
    assert (told.text("vi"), told.text("en")) == ("Chưa có số liệu", "Missing")
    assert len(newest_notices(store, NOW)) == 2
    assert newest_notices(store, NOW + timedelta(seconds=1)) == ()


def test_rules_are_kept_and_audited(store: Store) -> None:
    assert rules_of(store, PLAN) == NoticeRules()
    rules = NoticeRules(20.0, ("digest",), (Recipient("ke.hoach@so.vn"), Recipient("a@b.c", "en")))
    save_rules(store, PLAN, rules, "head")
    assert rules_of(store, PLAN) == rules
    assert rules_of(store, "demo-2019") == NoticeRules()
    assert not rules_of(store, PLAN).on("digest")
    (entry,) = entries(store, action="notices.rules", subject=PLAN, limit=5)
    assert entry.by == "head"


@pytest.mark.parametrize(
    "wrong",
    [
        {"moved": 0.5},
        {"moved": float("nan")},
        {"off": ("nothing",)},
        {"mail": (Recipient("nobody"),)},
        {"mail": (Recipient("a@b\nBcc: c@d"),)},
        {"mail": (Recipient("a@b.c", "fr"),)},  # type: ignore[arg-type]
        {"mail": (Recipient("a@b.c"),) * 51},
    ],
    ids=str,
)
def test_rules_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        NoticeRules(**wrong)  # type: ignore[arg-type]


def number_of(store: Store) -> int:
    add_notices(store, "demo", PLAN, [LATE], NOW)
    return notices_of(store, PLAN)[0].id


def test_a_delivery_is_claimed_by_one_and_made_once(store: Store) -> None:
    notice = number_of(store)
    first = claim(store, notice, "mail", "a@b.c", NOW)
    assert first is not None
    assert claim(store, notice, "mail", "a@b.c", NOW) is None
    assert claim(store, notice, "mail", "other@b.c", NOW) is not None
    settle(store, first, NOW)
    assert claim(store, notice, "mail", "a@b.c", NOW + timedelta(days=30)) is None


def test_one_that_failed_is_tried_again_later_and_then_given_up(store: Store) -> None:
    notice, moment = number_of(store), NOW
    for attempt, minutes in enumerate(WAITS, start=1):
        claimed = claim(store, notice, "webhook", "http://x", moment)
        assert claimed is not None
        assert claimed.attempts == attempt
        settle(store, claimed, moment, "away")
        assert claim(store, notice, "webhook", "http://x", moment) is None
        moment += timedelta(minutes=minutes)
    assert failures_of(store, PLAN) == (("webhook", "http://x", "away"),)
    last = claim(store, notice, "webhook", "http://x", moment)
    assert last is not None
    settle(store, last, moment, "away")
    assert claim(store, notice, "webhook", "http://x", moment + timedelta(days=9)) is None


def test_one_that_was_left_is_taken_up_again(store: Store) -> None:
    notice = number_of(store)
    assert claim(store, notice, "drop", "folder", NOW) is not None
    assert claim(store, notice, "drop", "folder", NOW + LEFT - timedelta(seconds=1)) is None
    again = claim(store, notice, "drop", "folder", NOW + LEFT)
    assert again is not None
    assert again.attempts == 2


def test_a_clock_that_was_ahead_and_is_set_back_keeps_nothing_from_being_sent(
    store: Store,
) -> None:
    notice, ahead = number_of(store), NOW + timedelta(days=400)
    claimed = claim(store, notice, "mail", "a@b.c", ahead)
    assert claimed is not None
    settle(store, claimed, ahead, "away")
    slightly = ahead - timedelta(seconds=3)  # clocks of two machines
    assert claim(store, notice, "mail", "a@b.c", slightly) is None
    assert claim(store, notice, "mail", "a@b.c", NOW) is not None
