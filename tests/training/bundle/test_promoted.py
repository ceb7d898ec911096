"""Which bundle answers for a date, and what is said where none does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data.db.store import Store
from data.ledger.promotions import Promotion, promotions_of, record_promotion
from models.errors import NoBundle, UnreadableBundle
from training.backtest.scoreboard import scoreboard_of
from training.bundle.bundle import Bundle, write_bundle
from training.bundle.promoted import bundle_folder, bundle_for, default_promotion

MARCH, JUNE, AUGUST = date(2018, 3, 31), date(2018, 6, 30), date(2018, 8, 31)


@pytest.fixture
def store(new_store: Callable[[str], Store]) -> Store:
    return new_store("demo")


@pytest.fixture
def promote(store: Store, tmp_path: Path) -> Callable[..., str]:
    """Write a bundle of a vintage and promote it; its content hash."""

    def make(as_of: date, note: str = "", since: date | None = None) -> str:
        empty = scoreboard_of(pd.DataFrame([]))
        bundle = Bundle("demo", as_of, "0" * 64, {}, {}, {}, empty, {"note": note})
        write_bundle(bundle, bundle_folder(tmp_path, "demo", bundle.content_hash))
        past = promotions_of(store, "demo")
        moment = datetime(2018, 9, 1, tzinfo=UTC) + timedelta(hours=len(past))
        record_promotion(
            store,
            Promotion("demo", str(len(past) + 1), since or as_of, moment, bundle.content_hash),
        )
        return bundle.content_hash

    return make


def test_the_newest_bundle_from_data_up_to_the_date_is_in_use(
    store: Store, tmp_path: Path, promote: Callable[..., str]
) -> None:
    march, june = promote(MARCH), promote(JUNE)
    for day, answering, version in (
        (MARCH, march, "1"),
        (JUNE - timedelta(days=1), march, "1"),
        (JUNE, june, "2"),
        (date(2025, 1, 1), june, "2"),
    ):
        found = bundle_for(store, tmp_path, "demo", day)
        assert (found.content_hash, found.version) == (answering, version)
        assert found.bundle.content_hash == answering
        assert found.bundle.as_of <= day


def test_retraining_for_a_past_month_changes_no_later_answer(
    store: Store, tmp_path: Path, promote: Callable[..., str]
) -> None:
    june, march = promote(JUNE), promote(MARCH)
    assert bundle_for(store, tmp_path, "demo", AUGUST).content_hash == june
    assert bundle_for(store, tmp_path, "demo", MARCH).content_hash == march


def test_of_the_same_vintage_the_last_promotion_is_in_use(
    store: Store, tmp_path: Path, promote: Callable[..., str]
) -> None:
    promote(JUNE, "first")
    second = promote(JUNE, "second")
    assert bundle_for(store, tmp_path, "demo", AUGUST).content_hash == second


def test_a_promotion_by_hand_puts_an_older_bundle_in_charge_from_the_champions_vintage_on(
    store: Store, tmp_path: Path, promote: Callable[..., str]
) -> None:
    march, june = promote(MARCH), promote(JUNE)
    assert promote(MARCH, since=JUNE) == march
    assert bundle_for(store, tmp_path, "demo", AUGUST).content_hash == march
    # a figure that went out with the other one can still be computed again
    again = bundle_for(store, tmp_path, "demo", AUGUST, content_hash=june)
    assert (again.content_hash, again.version) == (june, "2")


def test_before_the_first_vintage_the_error_says_from_when_and_how(
    store: Store, tmp_path: Path, promote: Callable[..., str]
) -> None:
    assert default_promotion(store, "demo", JUNE) is None
    with pytest.raises(NoBundle, match="none was ever trained") as never:
        bundle_for(store, tmp_path, "demo", JUNE)
    assert "vedich retrain --plan demo-2018 --as-of 2018-06" in str(never.value)
    promote(JUNE)
    with pytest.raises(NoBundle, match="the oldest answers from 2018-06-30 on") as early:
        bundle_for(store, tmp_path, "demo", MARCH)
    assert "up to 2018-03-31" in str(early.value)
    assert "--as-of 2018-03" in str(early.value)
    with pytest.raises(NoBundle, match="the model abcdef"):
        bundle_for(store, tmp_path, "demo", JUNE, content_hash="abcdef" + "0" * 58)


def test_another_familys_bundles_have_no_say(
    store: Store, tmp_path: Path, promote: Callable[..., str]
) -> None:
    promote(JUNE)
    with pytest.raises(NoBundle, match="of 'hanoi'"):
        bundle_for(store, tmp_path, "hanoi", JUNE)


def test_a_bundle_that_is_gone_is_an_error_and_not_an_older_answer(
    store: Store, tmp_path: Path, promote: Callable[..., str]
) -> None:
    promote(MARCH)
    june = promote(JUNE)
    shutil.rmtree(bundle_folder(tmp_path, "demo", june))
    with pytest.raises(UnreadableBundle, match=june[:16]):
        bundle_for(store, tmp_path, "demo", AUGUST)


def test_a_promotion_keeps_its_moment(store: Store, promote: Callable[..., str]) -> None:
    promote(JUNE)
    [kept] = promotions_of(store, "demo")
    assert kept.promoted_at == datetime(2018, 9, 1, tzinfo=UTC)
