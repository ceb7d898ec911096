"""Accounts, sessions and keys: stored secrets, access, and its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from data.accounts.accounts import (
    Account,
    accounts,
    add_account,
    has_accounts,
    set_body,
    set_disabled,
    set_password,
    set_role,
)
from data.accounts.bodies import add_body
from data.accounts.brake import FREE
from data.accounts.keys import add_key, api_keys, end_of, key_of, last_day, revoke_key
from data.accounts.passwords import WeakPassword
from data.accounts.sessions import LASTS, log_in, log_out, session_of
from data.db import tables
from data.db.audit import entries
from data.db.store import Store
from models.errors import InvalidAccount, LoginFailed, TooManyLogins, UnknownAccount, UnknownBody

PASSWORD = "mật khẩu dài"
NOW = datetime(2099, 6, 15, 8, tzinfo=UTC)  # after all that the clock writes in a test


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little; the default is meant to cost."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("data.accounts.accounts.HASHER", cheap)
    monkeypatch.setattr("data.accounts.sessions.HASHER", cheap)


def account_of_session(store: Store, token: str, now: datetime) -> Account | None:
    found = session_of(store, token, now)
    return found.account if found else None


@pytest.fixture
def linh(store: Store) -> Store:
    add_account(store, "linh", "entry", PASSWORD, "os:root")
    return store


def everything_kept(store: Store) -> str:
    """All that the database holds about accounts, as text."""
    names = ("accounts", "sessions", "api_keys", "audit", "failed_logins")
    secret_tables = [tables.metadata.tables[name] for name in names]
    with store.reading() as connection:
        return "\n".join(
            str(row) for table in secret_tables for row in connection.execute(select(table))
        )


def test_the_first_account_counts(store: Store) -> None:
    assert not has_accounts(store)
    add_account(store, "linh", "entry", PASSWORD, "os:root")
    set_disabled(store, "linh", True, "os:root")
    assert has_accounts(store)
    assert [(one.name, one.role) for one in accounts(store)] == [("linh", "entry")]


def test_a_password_is_kept_as_an_argon2_hash_only(linh: Store) -> None:
    token = log_in(linh, "linh", PASSWORD, "127.0.0.1", NOW).token
    key = add_key(linh, "power-bi", "issued", "os:root")
    kept = everything_kept(linh)
    assert "$argon2id$" in kept
    for secret in (PASSWORD, token, key):
        assert secret not in kept


@pytest.mark.parametrize(
    ("name", "role", "password", "message"),
    [
        ("Linh", "entry", PASSWORD, "lower-case letters a to z"),
        ("linh nguyen", "entry", PASSWORD, "found 'linh nguyen'"),
        ("key:linh", "entry", PASSWORD, "lower-case letters"),
        ("local", "admin", PASSWORD, "other than local and anonymous"),
        ("a" * 41, "entry", PASSWORD, "1 to 40"),
        ("linh", "king", PASSWORD, "viewer, entry, checker, approver, admin; found 'king'"),
        ("linh", "entry", "too short", "10 to 200 characters, found 9"),
        ("linh", "entry", "x" * 201, "10 to 200 characters, found 201"),
        ("linh", "entry", "password123", "common"),
        ("linh", "entry", "qwertyuiop1", "common"),
        ("linh", "entry", "linh.linh.linh", "common"),
        ("nguyen.van.linh", "entry", "Nguyen.Van.Linh1", "other than the account's name"),
    ],
)
def test_invalid_accounts_are_refused(
    store: Store, name: str, role: str, password: str, message: str
) -> None:
    with pytest.raises(InvalidAccount, match=message):
        add_account(store, name, role, password, "os:root")
    assert not has_accounts(store)


def test_a_name_is_given_once(linh: Store) -> None:
    with pytest.raises(InvalidAccount, match="account 'linh' already exists"):
        add_account(linh, "linh", "admin", PASSWORD, "os:root")


def test_a_session_from_login_to_logout(linh: Store) -> None:
    token = log_in(linh, "linh", PASSWORD, "10.0.0.7", NOW).token
    found = account_of_session(linh, token, NOW)
    assert isinstance(found, Account)
    assert (found.name, found.role) == ("linh", "entry")
    assert account_of_session(linh, token, NOW + LASTS) is None
    assert account_of_session(linh, token + "x", NOW) is None
    log_out(linh, token)
    log_out(linh, token)
    assert account_of_session(linh, token, NOW) is None
    assert [one.action for one in entries(linh)] == ["logout", "login", "account.add"]
    assert entries(linh, action="login")[0].after == {"address": "10.0.0.7"}


def test_a_session_that_has_ended_is_forgotten_at_the_next_login(linh: Store) -> None:
    log_in(linh, "linh", PASSWORD, "a", NOW)
    log_in(linh, "linh", PASSWORD, "a", NOW + LASTS)
    with linh.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM sessions")) == 1


def test_a_role_changes_at_once_and_a_password_ends_sessions(linh: Store) -> None:
    token = log_in(linh, "linh", PASSWORD, "a", NOW).token
    set_role(linh, "linh", "checker", "os:root")
    found = account_of_session(linh, token, NOW)
    assert found is not None
    assert found.role == "checker"
    logged = entries(linh, action="account.role")[0]
    assert (logged.before, logged.after) == ({"role": "entry"}, {"role": "checker"})
    set_password(linh, "linh", "another password", "os:root")
    assert account_of_session(linh, token, NOW) is None
    with pytest.raises(LoginFailed):
        log_in(linh, "linh", PASSWORD, "a", NOW)
    assert log_in(linh, "linh", "another password", "a", NOW)


def test_a_disabled_account_is_out_until_it_is_enabled(linh: Store) -> None:
    token = log_in(linh, "linh", PASSWORD, "a", NOW).token
    set_disabled(linh, "linh", True, "os:root")
    assert account_of_session(linh, token, NOW) is None
    with pytest.raises(LoginFailed):
        log_in(linh, "linh", PASSWORD, "a", NOW)
    set_disabled(linh, "linh", False, "os:root")
    assert log_in(linh, "linh", PASSWORD, "a", NOW)


def test_a_session_of_a_disabled_account_is_invalid(linh: Store) -> None:
    token = log_in(linh, "linh", PASSWORD, "a", NOW).token
    with linh.writing() as connection:
        connection.execute(text("UPDATE accounts SET disabled_at = created_at"))
    assert account_of_session(linh, token, NOW) is None


def test_unknown_names_are_named(store: Store) -> None:
    changes: tuple[Callable[[], object], ...] = (
        lambda: set_role(store, "linh", "entry", "os:root"),
        lambda: set_password(store, "linh", PASSWORD, "os:root"),
        lambda: set_disabled(store, "linh", True, "os:root"),
        lambda: revoke_key(store, "linh", "os:root"),
    )
    for change in changes:
        with pytest.raises(UnknownAccount, match="'linh'"):
            change()


def fail(store: Store, name: str, address: str, now: datetime) -> None:
    with pytest.raises(LoginFailed, match="do not match"):
        log_in(store, name, "wrong password", address, now)


def test_an_unknown_name_is_answered_as_a_known_one_but_not_kept(linh: Store) -> None:
    """People type their password where the name belongs."""
    for _ in range(FREE):
        fail(linh, PASSWORD, "a", NOW)
    with pytest.raises(TooManyLogins):
        log_in(linh, PASSWORD, "x" * 10, "a", NOW)
    assert PASSWORD not in everything_kept(linh)
    failed = entries(linh, action="login.failed")
    assert len(failed) == FREE
    assert all(one.by == "anonymous" for one in failed)


def test_a_hash_of_older_strength_is_renewed_at_login(
    linh: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> str:
        with linh.reading() as connection:
            return str(connection.scalar(select(tables.accounts.c.password_hash)))

    before = kept()
    log_in(linh, "linh", PASSWORD, "a", NOW)
    assert kept() == before
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr("data.accounts.sessions.HASHER", stronger)
    log_in(linh, "linh", PASSWORD, "a", NOW)
    assert "t=2" in kept()
    assert log_in(linh, "linh", PASSWORD, "a", NOW)


def test_a_key_is_valid_until_it_is_revoked(store: Store) -> None:
    secret = add_key(store, "power-bi", "read", "os:root")
    assert secret.startswith("vedich_")
    found = key_of(store, secret)
    assert found is not None
    assert (found.name, found.scope) == ("power-bi", "read")
    assert key_of(store, secret[:-1]) is None
    revoke_key(store, "power-bi", "linh")
    assert key_of(store, secret) is None
    with pytest.raises(UnknownAccount, match="no active key 'power-bi'"):
        revoke_key(store, "power-bi", "linh")
    assert api_keys(store)[0].revoked_at is not None
    assert [(one.by, one.action) for one in entries(store)] == [
        ("linh", "key.revoke"),
        ("os:root", "key.add"),
    ]


def test_a_key_expires_after_its_last_day(store: Store) -> None:
    ends = end_of(date(2099, 6, 15), 365)
    secret = add_key(store, "power-bi", "read", "os:root", expires=ends)
    found = key_of(store, secret)
    assert found is not None
    assert last_day(found) == date(2099, 6, 15)
    assert not found.expired(datetime(2099, 6, 15, 23, 59, tzinfo=UTC))
    assert found.expired(datetime(2099, 6, 16, tzinfo=UTC))
    assert found.expires_soon(datetime(2099, 6, 1, tzinfo=UTC))
    assert not found.expires_soon(datetime(2099, 5, 1, tzinfo=UTC))
    assert end_of(None, 30) - datetime.now(UTC) > timedelta(days=29)
    with pytest.raises(InvalidAccount, match="a day to come"):
        add_key(store, "late", "read", "os:root", expires=datetime(2020, 1, 1, tzinfo=UTC))


def test_an_account_moves_to_another_body(linh: Store) -> None:
    add_body(linh, "lang-son", "Lạng Sơn", "Lạng Sơn", "os:root")
    token = log_in(linh, "linh", PASSWORD, "a", NOW).token
    set_body(linh, "linh", "lang-son", "os:root")
    assert session_of(linh, token, NOW) is None
    assert accounts(linh)[0].body == "lang-son"
    with pytest.raises(UnknownBody, match="'cao-bang'"):
        set_body(linh, "linh", "cao-bang", "os:root")
    with pytest.raises(WeakPassword, match="common"):
        set_password(linh, "linh", "lang-son@123", "os:root")


def test_invalid_keys_are_refused(store: Store) -> None:
    add_key(store, "power-bi", "issued", "os:root")
    revoke_key(store, "power-bi", "os:root")
    with pytest.raises(InvalidAccount, match="a key 'power-bi' exists or was revoked"):
        add_key(store, "power-bi", "issued", "os:root")
    with pytest.raises(InvalidAccount, match="issued, read, entry; found 'admin'"):
        add_key(store, "robot", "admin", "os:root")
    with pytest.raises(InvalidAccount, match="lower-case letters"):
        add_key(store, "Power BI", "issued", "os:root")
