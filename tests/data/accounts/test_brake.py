"""The brake on guessing: per name and address, growing, bounded, cleared; nobody else waits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from data.accounts.accounts import add_account, set_password
from data.accounts.brake import (
    BITS,
    FREE,
    KEPT,
    LONGEST,
    OF_ADDRESS,
    WITH_WORK,
    WORK_AFTER,
    braked_until,
    clear,
    work_of_address,
)
from data.accounts.sessions import log_in
from data.db import tables
from data.db.audit import entries
from data.db.store import Store
from models.errors import LoginFailed, TooManyLogins

PASSWORD, NOW = "mật khẩu dài", datetime(2099, 6, 15, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("data.accounts.accounts.HASHER", cheap)
    monkeypatch.setattr("data.accounts.sessions.HASHER", cheap)


@pytest.fixture
def linh(store: Store) -> Store:
    add_account(store, "linh", "entry", PASSWORD, "os:root")
    return store


def guess(store: Store, now: datetime, name: str = "linh", address: str = "10.0.0.7") -> None:
    with pytest.raises(LoginFailed, match="do not match"):
        log_in(store, name, "a wrong password", address, now)


def refused(store: Store, now: datetime, address: str = "10.0.0.7") -> TooManyLogins:
    with pytest.raises(TooManyLogins) as caught:
        log_in(store, "linh", PASSWORD, address, now)
    return caught.value


def guessed_until_work(store: Store) -> datetime:
    """As many guesses as it takes until a proof of work is asked for; when the last was."""
    now = NOW
    for number in range(WORK_AFTER):
        if number:
            now += timedelta(seconds=2 ** max(0, number - FREE))
        guess(store, now)
    return now


def proofs(challenge: str, bits: int) -> Iterator[str]:
    """Every number that is a proof, found as slowly as anybody finds it."""
    for number in count():
        digest = hashlib.sha256(f"{challenge}:{number}".encode()).hexdigest()
        if int(digest, 16) < 2 ** (256 - bits):
            yield str(number)


def test_a_pair_waits_longer_with_every_failure(linh: Store) -> None:
    for _ in range(FREE):
        guess(linh, NOW)
    assert refused(linh, NOW).wait == 2  # one second, and the one begun
    now = NOW
    for seconds in (1, 2, 4, 8, 16):
        refused(linh, now + (seconds - 1) * SECOND)
        now += seconds * SECOND
        guess(linh, now)
    assert refused(linh, now).wait > LONGEST.total_seconds() - 1
    assert log_in(linh, "linh", PASSWORD, "10.0.0.7", now + LONGEST)


def test_nobody_else_waits(linh: Store) -> None:
    add_account(linh, "minh", "entry", PASSWORD, "os:root")
    now = guessed_until_work(linh)
    refused(linh, now)
    assert log_in(linh, "linh", PASSWORD, "10.0.0.8", now)
    assert log_in(linh, "minh", PASSWORD, "10.0.0.7", now)
    refused(linh, now)  # logging in elsewhere lets nobody guess on


def test_a_name_is_not_locked_from_many_addresses(linh: Store) -> None:
    for number in range(60):
        guess(linh, NOW, address=f"10.0.1.{number}")
    assert log_in(linh, "linh", PASSWORD, "10.0.2.1", NOW)


def test_work_shortens_the_wait_once(linh: Store) -> None:
    now = guessed_until_work(linh) + WITH_WORK
    asked = refused(linh, now)
    assert (asked.bits, asked.with_work) == (BITS, 1)
    proof = next(proofs(asked.challenge, asked.bits))
    later = now + SECOND
    with pytest.raises(TooManyLogins):
        log_in(linh, "linh", PASSWORD, "10.0.0.7", later, proof=proof + "0")
    with pytest.raises(LoginFailed, match="do not match"):
        log_in(linh, "linh", "a wrong password", "10.0.0.7", later, proof=proof)
    again = later + WITH_WORK + SECOND
    with pytest.raises(TooManyLogins) as caught:  # another challenge, and one bit more
        log_in(linh, "linh", PASSWORD, "10.0.0.7", again, proof=proof)
    assert caught.value.bits == BITS + 1
    proof = next(proofs(caught.value.challenge, caught.value.bits))
    assert log_in(linh, "linh", PASSWORD, "10.0.0.7", again, proof=proof)
    assert log_in(linh, "linh", PASSWORD, "10.0.0.7", again)  # the right password forgets


def test_an_address_that_tries_many_names_works_for_each(linh: Store) -> None:
    for number in range(OF_ADDRESS):
        guess(linh, NOW, name=f"guess{number}")
    asked = refused(linh, NOW)
    assert asked.bits == BITS
    work = work_of_address(linh, "10.0.0.7", NOW)
    assert work is not None
    assert work.challenge == asked.challenge
    assert work_of_address(linh, "10.0.0.8", NOW) is None
    proof = next(proofs(asked.challenge, asked.bits))
    assert log_in(linh, "linh", PASSWORD, "10.0.0.7", NOW, proof=proof)
    assert log_in(linh, "linh", PASSWORD, "10.0.0.7", NOW + timedelta(hours=2))


def test_a_network_of_ipv6_is_one_place(linh: Store) -> None:
    for number in range(FREE):
        guess(linh, NOW, address=f"2001:db8::{number}")
    refused(linh, NOW, "2001:db8::ffff")
    assert log_in(linh, "linh", PASSWORD, "2001:db8:0:1::1", NOW)


def test_an_administrator_and_a_new_password_clear_it(linh: Store) -> None:
    now = guessed_until_work(linh)
    with linh.reading() as connection:
        assert braked_until(connection, "linh", now) is not None
    assert clear(linh, "os:root", name="linh") == 1
    assert log_in(linh, "linh", PASSWORD, "10.0.0.7", now)
    logged = entries(linh, action="login.clear")[0]
    assert (logged.by, logged.subject) == ("os:root", "linh")
    for _ in range(FREE):
        guess(linh, now)
    refused(linh, now)
    set_password(linh, "linh", "another password", "os:root")
    assert log_in(linh, "linh", "another password", "10.0.0.7", now)
    assert clear(linh, "os:root", address="10.0.0.7") == 1
    assert work_of_address(linh, "10.0.0.7", now) is None


def test_counters_are_forgotten_and_bounded(linh: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def kept() -> int:
        with linh.reading() as connection:
            table = tables.failed_logins
            return int(connection.scalar(select(func.count()).select_from(table)) or 0)

    monkeypatch.setattr("data.accounts.brake.MOST", 10)
    for number in range(30):
        guess(linh, NOW + number * SECOND, name=f"guess{number}", address=f"10.0.3.{number}")
    assert kept() <= 10
    guess(linh, NOW + KEPT + timedelta(minutes=1))
    assert kept() == 2  # the pair and its address
