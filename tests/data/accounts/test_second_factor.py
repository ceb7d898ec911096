"""The second factor: codes count once and for a moment; recovery codes; who needs one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from data.accounts.accounts import add_account, set_role
from data.accounts.brake import FREE, clear
from data.accounts.second_factor import (
    STEP,
    begin_enrolment,
    check_code,
    confirm,
    has_factor,
    new_recovery_codes,
    provisioning_uri,
    reset_factor,
)
from data.accounts.sessions import begin, exchange, log_in, session_of
from data.db import tables
from data.db.audit import entries
from data.db.store import Store
from models.errors import InvalidAccount, LoginFailed, TooManyLogins, WrongCode

PASSWORD, NOW = "mật khẩu dài", datetime(2026, 6, 15, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("data.accounts.accounts.HASHER", cheap)
    monkeypatch.setattr("data.accounts.sessions.HASHER", cheap)


@pytest.fixture
def device(store: Store) -> pyotp.TOTP:
    """The device of 'linh', not yet confirmed."""
    add_account(store, "linh", "approver", PASSWORD, "os:root")
    return pyotp.TOTP(begin_enrolment(store, "linh"))


def code(device: pyotp.TOTP, steps: int = 0) -> str:
    return str(device.at(NOW + timedelta(seconds=STEP * steps)))


def test_the_known_codes_of_rfc_6238(store: Store) -> None:
    """Appendix B, SHA-1, the last six digits."""
    add_account(store, "linh", "viewer", PASSWORD, "os:root")
    begin_enrolment(store, "linh")
    secret = pyotp.random_base32()
    with store.writing() as connection:
        secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # '12345678901234567890'
        connection.execute(tables.second_factors.update().values(secret=secret))
    confirm(store, "linh", "287082", datetime.fromtimestamp(59, UTC))
    for seconds, digits in ((1111111109, "081804"), (2000000000, "279037")):
        check_code(store, "linh", digits, datetime.fromtimestamp(seconds, UTC))
    assert "issuer=Vedich" in provisioning_uri("linh", secret)


def test_a_device_counts_once_its_first_code_is_seen(store: Store, device: pyotp.TOTP) -> None:
    assert begin_enrolment(store, "linh") == device.secret
    assert not has_factor(store, "linh")
    with pytest.raises(WrongCode):
        check_code(store, "linh", code(device), NOW)
    codes = confirm(store, "linh", code(device), NOW)
    assert len(set(codes)) == 10
    assert has_factor(store, "linh")
    with pytest.raises(InvalidAccount, match="reset-factor linh"):
        begin_enrolment(store, "linh")


def test_a_code_counts_once_and_one_step_off(store: Store, device: pyotp.TOTP) -> None:
    confirm(store, "linh", code(device, -1), NOW)
    with pytest.raises(WrongCode):  # the same again
        check_code(store, "linh", code(device, -1), NOW)
    check_code(store, "linh", f" {code(device, 1)[:3]} {code(device, 1)[3:]}", NOW)
    with pytest.raises(WrongCode):  # older than the last one taken
        check_code(store, "linh", code(device), NOW)
    clear(store, "os:root", name="linh")
    for steps in (-2, 2):
        with pytest.raises(WrongCode):
            check_code(store, "linh", code(device, 10 + steps), NOW + timedelta(seconds=10 * STEP))


def test_recovery_codes_count_once_and_are_kept_hashed(store: Store, device: pyotp.TOTP) -> None:
    codes = confirm(store, "linh", code(device), NOW)
    check_code(store, "linh", codes[0].upper().replace("-", " "), NOW)
    with pytest.raises(WrongCode):
        check_code(store, "linh", codes[0], NOW)
    assert entries(store, action="account.recovery")[0].after == {"left": 9}
    with store.reading() as connection:
        kept = str(connection.execute(select(tables.recovery_codes)).all())
    assert codes[1] not in kept
    assert codes[1].replace("-", "") not in kept
    again = new_recovery_codes(store, "linh")
    with pytest.raises(WrongCode):
        check_code(store, "linh", codes[1], NOW)
    check_code(store, "linh", again[0], NOW)


def test_codes_are_not_guessed_from_many_addresses(store: Store, device: pyotp.TOTP) -> None:
    confirm(store, "linh", code(device), NOW)
    for _ in range(FREE):
        with pytest.raises(WrongCode):
            check_code(store, "linh", "000000", NOW)
    with pytest.raises(TooManyLogins):
        check_code(store, "linh", code(device, 1), NOW)
    clear(store, "os:root", name="linh")
    check_code(store, "linh", code(device, 1), NOW)


def test_a_session_opens_nothing_before_the_second_step(store: Store, device: pyotp.TOTP) -> None:
    confirm(store, "linh", code(device), NOW)
    begun = log_in(store, "linh", PASSWORD, "a", NOW)
    assert begun.stage == "pending"
    session = session_of(store, begun.token, NOW)
    assert session is not None
    assert session.lacks_factor("offered")
    assert session_of(store, begun.token, NOW + timedelta(minutes=11)) is None
    full = exchange(store, begun.token, "a", NOW)
    assert full.token != begun.token
    assert session_of(store, begun.token, NOW) is None
    session = session_of(store, full.token, NOW)
    assert session is not None
    assert not session.lacks_factor("required")
    with pytest.raises(LoginFailed):
        exchange(store, begun.token, "a", NOW)


def test_required_is_for_those_who_sign(store: Store) -> None:
    add_account(store, "linh", "checker", PASSWORD, "os:root")
    begun = log_in(store, "linh", PASSWORD, "a", NOW, second="required")
    assert begun.stage == "password"
    set_role(store, "linh", "approver", "os:root")
    session = session_of(store, begun.token, NOW)
    assert session is not None
    assert session.lacks_factor("required")
    assert not session.lacks_factor("offered")
    assert log_in(store, "linh", PASSWORD, "a", NOW, second="required").stage == "pending"
    shown = begin(store, session.account, "a", NOW, "required", factor=True)
    assert shown.stage == "factor"


def test_an_administrator_takes_it_away(store: Store, device: pyotp.TOTP) -> None:
    codes = confirm(store, "linh", code(device), NOW)
    token = exchange(store, log_in(store, "linh", PASSWORD, "a", NOW).token, "a", NOW).token
    reset_factor(store, "linh", "os:root")
    assert session_of(store, token, NOW) is None
    assert log_in(store, "linh", PASSWORD, "a", NOW).stage == "password"
    with pytest.raises(WrongCode):
        check_code(store, "linh", codes[0], NOW)
    assert entries(store, action="account.reset-factor")[0].by == "os:root"
