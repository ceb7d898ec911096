"""`vedich account`, `key`, `month` and `serve`: the same functions, for a terminal."""

from __future__ import annotations

import io
import json
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest

from data.accounts.accounts import accounts, add_account
from data.accounts.keys import key_of
from data.accounts.second_factor import begin_enrolment, confirm, has_factor
from data.accounts.sessions import log_in
from data.db.audit import entries, process_user
from data.db.store import Store
from data.settings import Settings
from data.sign_off.rows import issue_of, sign_off
from models.errors import LoginFailed, TooManyLogins
from models.series import Month
from service.cli.main import main

JUNE = Month(2018, 6)
# far above the interval, so it takes --confirm
ESTIMATE = ("month", "estimate", "2018-06", "coal", "1500", "--reason", "mỏ mới", "--confirm")


@pytest.fixture
def store(home: Path) -> Store:
    return Store.open(Settings(home=home).store_url)


@pytest.fixture
def run(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command with what is typed; gives exit code, output and what it complains about."""

    def command(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return command


def test_accounts_from_the_terminal(run: Any, store: Store) -> None:
    code, out, _ = run("account", "add", "linh", "--role", "checker", typed="a long password\n")
    assert code == 0
    assert "requires a login" in out
    assert [(one.name, one.role) for one in accounts(store)] == [("linh", "checker")]
    run("account", "role", "linh", "approver")
    run("account", "disable", "linh")
    _, out, _ = run("account", "list")
    assert out.replace("│", " ").split()[-4:] == ["linh", "house", "approver", "disabled"]
    run("account", "enable", "linh")
    assert "disabled" not in run("account", "list")[1]
    run("account", "password", "linh", typed="another password\n")
    audited = [(one.by, one.action) for one in reversed(entries(store)) if one.subject == "linh"]
    actions = ("add", "role", "disable", "enable", "password")
    assert audited == [(process_user(), f"account.{action}") for action in actions]


def test_a_password_that_is_too_short_is_one_line_on_stderr(run: Any, store: Store) -> None:
    code, out, err = run("account", "add", "linh", typed="short\n")
    assert (code, out) == (2, "")
    assert err == "vedich: expected a password of 10 to 200 characters, found 5.\n"
    assert accounts(store) == ()


def test_keys_from_the_terminal(run: Any, store: Store) -> None:
    _, out, _ = run("key", "add", "power-bi", "--scope", "read")
    found = key_of(store, out.strip())
    assert found is not None
    assert (found.name, found.scope) == ("power-bi", "read")
    assert out.strip() not in run("key", "list")[1]
    run("key", "revoke", "power-bi")
    assert "revoked" in run("key", "list")[1]
    assert key_of(store, out.strip()) is None


@pytest.mark.slow
def test_a_month_from_the_terminal(run: Any, store: Store) -> None:
    code, out, _ = run(*ESTIMATE)
    assert code == 0
    assert "Than đá: 1.500,0 nghìn tấn, dự thảo" in out
    run("month", "sign", "2018-06", "checked", "--kpi", "coal")
    assert "đã kiểm tra" in run("month", "show", "2018-06")[1]
    run("month", "send-back", "2018-06", "--kpi", "coal", "--reason", "thiếu căn cứ")
    assert "thiếu căn cứ" in run("month", "show", "2018-06")[1]
    for step in ("checked", "approved", "issued"):
        assert run("month", "sign", "2018-06", step)[0] == 0
    issue = issue_of(store, "demo-2018", JUNE)
    assert issue is not None
    assert issue.step.by == process_user()
    assert sign_off(store, "demo-2018", JUNE).issued["coal"].value == 1500.0
    _, out, _ = run("month", "send-back", "2018-06", "--reason", "số sai")
    assert "demo-2018 2018-06: dự thảo" in out
    code, _, err = run("month", "sign", "2018-06", "issued")
    assert code == 2
    assert "expected the step 'checked', found 'issued'" in err


def test_project_shows_the_estimate(run: Any) -> None:
    run(*ESTIMATE)
    out = run("project", "--as-of", "2018-06", "--kpi", "coal", "--format", "json")[1]
    estimate = json.loads(out)["projections"][0]["official_estimate"]
    assert (estimate["value"], estimate["author"]) == (1500.0, process_user())


def test_the_service_does_not_listen_to_others_without_an_account(
    run: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    listened: list[Any] = []

    def listening(host: str, _port: int) -> AbstractContextManager[None]:
        listened.append(host)
        return nullcontext()

    monkeypatch.setattr("service.web.server.listen", listening)
    monkeypatch.setattr("uvicorn.Server.run", lambda *_, **__: None)
    code, _, err = run("serve", "--host", "0.0.0.0")
    assert code == 2
    assert "found '0.0.0.0'" in err
    assert "vedich account add NAME --role admin" in err
    assert run("serve")[0] == 0
    audited = entries(store, action="serve")
    assert [(one.by, one.subject) for one in audited] == [(process_user(), "127.0.0.1")]
    assert audited[0].after is not None
    assert "acts as 'local', role admin" in audited[0].after["loopback"]
    run("account", "add", "linh", "--role", "admin", typed="a long password\n")
    assert run("serve", "--host", "0.0.0.0")[0] == 0
    assert listened == ["127.0.0.1", "0.0.0.0"]
    assert len(entries(store, action="serve")) == 1


def test_bodies_from_the_terminal(run: Any, store: Store) -> None:
    added = run("body", "add", "lang-son", "--name-vi", "Lạng Sơn", "--name-en", "Lang Son")
    assert added[0] == 0
    assert "under house" in added[1]
    assert run("body", "give", "demo", "lang-son")[1] == "demo: lang-son.\n"
    run("account", "add", "minh", "--body", "lang-son", typed="a long password\n")
    assert accounts(store)[0].body == "lang-son"
    assert run("account", "body", "minh", "house")[1] == "minh: house.\n"
    run("body", "share", "lang-son")
    row = next(line for line in run("body", "list")[1].splitlines() if "lang-son" in line)
    words = row.replace("│", " ").split()
    assert words == ["lang-son", "house", "demo", "Lạng", "Sơn", "open", "to", "everybody"]
    assert "its own" in run("body", "close", "lang-son")[1]
    code, _, err = run("body", "give", "demo", "cao-bang")
    assert (code, err) == (2, "vedich: no body 'cao-bang'; vedich body list shows all bodies.\n")


def test_keys_say_when_they_expire(run: Any, store: Store) -> None:
    soon = (date.today() + timedelta(days=9)).isoformat()
    run("key", "add", "short", "--expires", soon)
    run("key", "add", "long")
    out = run("key", "list")[1]
    assert soon in out
    assert (date.today() + timedelta(days=365)).isoformat() in out
    assert "short expires in" in out
    assert "long expires in" not in out
    code, _, err = run("key", "add", "late", "--expires", "2020-01-01")
    assert code == 2
    assert "a day to come" in err


def test_the_brake_and_the_second_factor_are_lifted(run: Any, store: Store) -> None:
    add_account(store, "linh", "admin", "a long password", "os:root")
    now = datetime.now(UTC)
    for _ in range(3):
        with pytest.raises(LoginFailed):
            log_in(store, "linh", "a wrong password", "10.0.0.7", now)
    with pytest.raises(TooManyLogins):
        log_in(store, "linh", "a long password", "10.0.0.7", now)
    assert run("account", "clear", "linh")[1] == "linh: cleared.\n"
    assert log_in(store, "linh", "a long password", "10.0.0.7", now)
    secret = begin_enrolment(store, "linh")
    confirm(store, "linh", pyotp.TOTP(secret).at(now), now)
    assert "second factor" in run("account", "list")[1]
    assert run("account", "reset-factor", "linh")[1] == "linh: no second factor.\n"
    assert not has_factor(store, "linh")


def test_an_account_is_linked_to_the_provider(
    run: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_account(store, "linh", "admin", "a long password", "os:root")
    assert "VEDICH_OIDC_ISSUER" in run("account", "link", "linh", "--subject", "7")[2]
    monkeypatch.setenv("VEDICH_OIDC_ISSUER", "https://id.example")
    assert run("account", "link", "linh", "--subject", "7")[0] == 0
    assert "has the account 'linh' already" in run("account", "link", "linh", "--subject", "7")[2]
