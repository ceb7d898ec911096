"""Login and logout with the form, and the cookie."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from importlib.resources import files
from itertools import count
from typing import Any

import pytest
from sqlalchemy import update

from data.accounts.brake import FREE, WORK_AFTER, Work
from data.accounts.sessions import session_of
from data.db import tables
from data.db.audit import entries
from service.auth.access import COOKIE

FORM = {"name": "viewer", "password": "a long password"}
WRONG = {"name": "viewer", "password": "a wrong password"}


def _just_failed(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last failure is of this moment, and the clock stands still; a slow machine waits."""
    now = datetime.now(UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return now

    monkeypatch.setattr("service.pages.session.datetime", Clock)
    with office.store.writing() as connection:
        values = {"failures": FREE, "last_at": now + timedelta(seconds=59)}
        connection.execute(update(tables.failed_logins).values(values))


def cookie_of(answer: Any) -> Any:
    return SimpleCookie(answer.headers["set-cookie"])[COOKIE]


def test_a_browser_is_sent_to_log_in_and_back(office: Any) -> None:
    page = office.client.get("/?plan=demo-2018&lang=en", headers={"Accept": "text/html,*/*"})
    assert page.status_code == 303
    assert page.headers["location"] == "/login?next=/%3Fplan%3Ddemo-2018%26lang%3Den"
    form = office.client.get(page.headers["location"])
    assert 'name="next" value="/?plan=demo-2018&amp;lang=en"' in form.text
    back = office.client.post("/login", data={**FORM, "next": "/?plan=demo-2018&lang=en"})
    assert back.status_code == 303
    assert back.headers["location"] == "/?plan=demo-2018&lang=en"
    session = {"Cookie": f"{COOKIE}={cookie_of(back).value}"}
    assert office.client.get("/plans/demo-2018", headers=session).status_code == 200
    assert office.client.get("/v1/session", headers=session).json() == {
        "name": "viewer",
        "access": "viewer",
        "body": "house",
        "expires": None,
    }


def test_a_program_is_told_instead_of_sent(office: Any) -> None:
    assert office.client.get("/v1/plans").status_code == 401
    posted = office.client.post("/v1/plans/demo-2018/retrain", headers={"Accept": "text/html"})
    assert posted.status_code == 401


def test_no_script_and_no_other_site_gets_the_cookie(office: Any) -> None:
    cookie = cookie_of(office.client.post("/login", data=FORM))
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert int(cookie["max-age"]) == 12 * 60 * 60
    secure = office.client.request("POST", "https://127.0.0.1/login", data=FORM)
    assert cookie_of(secure)["secure"]


@pytest.mark.parametrize(
    ("requested", "sent"),
    [
        ("/docs", "/docs"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("", "/"),
    ],
)
def test_login_redirects_within_this_site(office: Any, requested: str, sent: str) -> None:
    back = office.client.post("/login", data={**FORM, "next": requested})
    assert back.headers["location"] == sent


@pytest.mark.parametrize(
    ("lang", "failed", "closed"),
    [
        ("vi", "Tên đăng nhập hoặc mật khẩu không đúng.", "Hãy thử lại sau 61 giây"),
        ("en", "The name or the password is not right.", "Try again in 61 seconds"),
    ],
)
def test_a_wrong_password_and_too_many(
    office: Any, monkeypatch: pytest.MonkeyPatch, lang: str, failed: str, closed: str
) -> None:
    for _ in range(FREE):
        page = office.client.post(f"/login?lang={lang}", data=WRONG)
        assert page.status_code == 401
        assert failed in page.text
        assert 'value="viewer"' in page.text
        assert "set-cookie" not in page.headers
    _just_failed(office, monkeypatch)
    page = office.client.post(f"/login?lang={lang}", data=FORM)
    assert page.status_code == 429
    assert closed in page.text
    assert entries(office.store, action="login.failed")[0].after == {"address": "127.0.0.1"}


def braked(office: Any) -> tuple[str, int]:
    """After eight wrong passwords, the last a while ago: the challenge of the page, its bits."""
    for _ in range(FREE):
        office.client.post("/login", data=WRONG)
    with office.store.writing() as connection:
        ago = datetime.now(UTC) - timedelta(seconds=40)
        values = {"failures": WORK_AFTER, "last_at": ago}
        connection.execute(update(tables.failed_logins).values(values))
    page = office.client.post("/login?lang=en", data=FORM)
    assert page.status_code == 429
    assert "the browser then computes" in page.text
    assert "/static/login.js" in page.text
    found = re.search(r'data-challenge="(\w+)" data-bits="(\d+)"', page.text)
    assert found is not None
    return found[1], int(found[2])


def test_work_lets_the_right_password_through(office: Any) -> None:
    challenge, bits = braked(office)
    work = Work(challenge, bits)
    proof = next(str(number) for number in count() if work.done(str(number)))
    assert office.client.post("/login", data={**FORM, "proof": "0"}).status_code == 429
    assert office.client.post("/login", data={**FORM, "proof": proof}).status_code == 303
    assert office.client.post("/login", data=FORM).status_code == 303


def test_the_page_s_own_script_does_the_work() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    script = files("service") / "pages/static/login.js"
    for challenge, bits in (("0123456789abcdef" * 2, 12), ("f" * 32, 16)):
        program = f"require({str(script)!r}); console.log(prove({challenge!r}, {bits}, 0, 1e8))"
        told = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True)
        assert Work(challenge, bits).done(told.stdout.strip())


def test_an_administrator_clears_the_brake(office: Any) -> None:
    braked(office)
    listed = office.ask("admin", "GET", "/v1/accounts").json()["accounts"]
    assert [one["name"] for one in listed if one["waits_until"]] == ["viewer"]
    assert office.ask("admin", "POST", "/v1/accounts/viewer/clear").status_code == 204
    assert office.client.post("/login", data=FORM).status_code == 303


def test_what_was_typed_is_shown_as_text(office: Any) -> None:
    page = office.client.post("/login", data={**WRONG, "name": '"><script>', "next": '"><b>'})
    assert "<script>" not in page.text
    assert "<b>" not in page.text


def test_logging_out_ends_the_session(office: Any) -> None:
    headers = office.headers("viewer")
    token = headers["Cookie"].partition("=")[2]
    assert "Đăng xuất" in office.client.get("/login", headers=headers).text
    out = office.client.post("/logout", headers=headers)
    assert out.status_code == 303
    assert cookie_of(out)["max-age"] == "0"
    assert session_of(office.store, token, datetime.now(UTC)) is None
    assert office.client.get("/v1/plans", headers=headers).status_code == 401
    assert "Đăng nhập" in office.client.get("/login", headers=headers).text


def test_one_changes_ones_own_password(office: Any) -> None:
    headers = office.headers("viewer")
    path, new = "/v1/session/password", "another password"
    wrong = {"old": "a wrong password", "new": new}
    assert office.client.post(path, json=wrong, headers=headers).status_code == 401
    short = {"old": FORM["password"], "new": "short"}
    assert office.client.post(path, json=short, headers=headers).status_code == 422
    right = {"old": FORM["password"], "new": new}
    assert office.client.post(path, json=right, headers=headers).status_code == 204
    assert office.client.get("/v1/plans", headers=headers).status_code == 401
    assert office.client.post("/login", data=FORM).status_code == 401
    assert office.client.post("/login", data={**FORM, "password": new}).status_code == 303
    assert entries(office.store, action="account.password")[0].by == "viewer"


def test_closed_logins_say_when_to_come_back(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = office.headers("viewer")
    guess = {"old": "a wrong password", "new": "another password"}
    for _ in range(FREE):
        office.client.post("/v1/session/password", json=guess, headers=headers)
    _just_failed(office, monkeypatch)
    closed = office.client.post("/v1/session/password", json=guess, headers=headers)
    assert closed.status_code == 429
    assert closed.headers["retry-after"] == "61"
