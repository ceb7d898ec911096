"""The second step in a browser: asked for, set up, required, and given up by an administrator."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest

from data.accounts.second_factor import STEP, begin_enrolment, confirm, has_factor
from data.accounts.sessions import session_of
from service.auth.access import COOKIE
from tests.office import HERE

FORM = {"name": "approver", "password": "a long password", "next": "/docs"}


def cookie_of(answer: Any) -> dict[str, str]:
    value = SimpleCookie(answer.headers["set-cookie"])[COOKIE].value
    return {"Cookie": f"{COOKIE}={value}", "Origin": HERE}


def token_of(headers: dict[str, str]) -> str:
    return headers["Cookie"].partition("=")[2]


def code_of(secret: str, steps: int = 0) -> str:
    return str(pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=STEP * steps)))


@pytest.fixture
def required(office: Any) -> Any:
    """The same office, where those who sign need a second step."""
    state = office.client.app.state.vedich
    state.settings = state.settings.model_copy(update={"second_factor": "required"})
    return office


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_code_is_asked_for_after_the_password(office: Any, lang: str) -> None:
    secret = begin_enrolment(office.store, "approver")
    confirm(office.store, "approver", code_of(secret, -1), datetime.now(UTC))
    first = office.client.post(f"/login?lang={lang}", data=FORM)
    assert urlsplit(first.headers["location"]).path == "/login/second"
    headers = cookie_of(first)
    assert "Max-Age=600" in first.headers["set-cookie"]
    assert office.client.get("/v1/plans", headers=headers).status_code == 401
    page = office.client.get(first.headers["location"], headers=headers)
    assert {"vi": "6 chữ số", "en": "6 digits"}[lang] in page.text
    assert "<img" not in page.text
    wrong = office.client.post(
        f"/login/second?lang={lang}", data={"code": "000000"}, headers=headers
    )
    assert wrong.status_code == 401
    assert {"vi": "không đúng", "en": "is not right"}[lang] in wrong.text
    right = {"code": code_of(secret), "next": "/docs"}
    second = office.client.post(f"/login/second?lang={lang}", data=right, headers=headers)
    assert (second.status_code, second.headers["location"]) == (303, "/docs")
    assert office.client.get("/v1/plans", headers=cookie_of(second)).status_code == 200
    assert office.client.get("/v1/plans", headers=headers).status_code == 401
    again = office.client.post("/login/second", data=right, headers=headers)
    assert again.headers["location"].startswith("/login?")


def test_required_leads_to_setting_up_a_device(required: Any) -> None:
    assert required.ask("checker", "GET", "/v1/plans").status_code == 200
    assert required.ask("key:entry", "GET", "/v1/plans").status_code == 200
    before = required.client.post("/login", data=FORM)
    headers = cookie_of(before)
    page = required.client.get("/login/second?lang=en", headers=headers)
    assert 'src="data:image/svg+xml' in page.text
    assert "img-src 'self' data:" in page.headers["content-security-policy"]
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
    assert found is not None
    secret = found[1].replace(" ", "")
    refused = required.client.post("/login/second", data={"code": "000000"}, headers=headers)
    assert refused.status_code == 401
    assert not has_factor(required.store, "approver")
    form = {"code": code_of(secret), "next": "//evil.example"}
    done = required.client.post("/login/second?lang=en", data=form, headers=headers)
    assert done.status_code == 200
    assert len(re.findall(r"<code>[a-z2-9-]{29}</code>", done.text)) == 10
    assert 'href="/"' in done.text
    assert required.client.get("/v1/plans", headers=cookie_of(done)).status_code == 200


def test_an_open_session_without_it_counts_no_more_once_it_is_required(office: Any) -> None:
    headers = office.headers("approver")
    assert office.client.get("/v1/plans", headers=headers).status_code == 200
    state = office.client.app.state.vedich
    state.settings = state.settings.model_copy(update={"second_factor": "required"})
    assert office.client.get("/v1/plans", headers=headers).status_code == 401
    assert office.ask("viewer", "GET", "/v1/plans").status_code == 200


def test_a_person_sets_up_a_device_with_the_password(office: Any) -> None:
    headers = office.headers("viewer")
    other = office.headers("viewer")
    assert "/account/factor" in office.client.get("/account", headers=headers).text
    wrong = {"password": "a wrong password"}
    assert office.client.post("/account/factor", data=wrong, headers=headers).status_code == 401
    shown = office.client.post(
        "/account/factor", data={"password": "a long password"}, headers=headers
    )
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", shown.text)
    assert found is not None
    secret = found[1].replace(" ", "")
    form = {"code": code_of(secret, -1)}
    done = office.client.post("/account/factor/confirm", data=form, headers=headers)
    assert done.status_code == 200
    fresh = cookie_of(done)
    for old in (headers, other):  # sessions without the second step end
        assert session_of(office.store, token_of(old), datetime.now(UTC)) is None
    new = office.client.post("/account/recovery", data={"code": code_of(secret)}, headers=fresh)
    codes = re.findall(r"<code>([a-z2-9-]{29})</code>", new.text)
    assert len(codes) == 10
    second = office.client.post("/login", data={**FORM, "name": "viewer"})
    back = office.client.post("/login/second", data={"code": codes[3]}, headers=cookie_of(second))
    assert back.status_code == 303
    reset = office.ask("admin", "POST", "/v1/accounts/viewer/reset-factor")
    assert reset.status_code == 204
    assert office.client.get("/v1/plans", headers=fresh).status_code == 401
    assert office.ask("viewer", "GET", "/v1/plans").status_code == 200


@pytest.mark.parametrize(
    ("new", "vi", "en"),
    [
        ("short", "ngắn hơn 10", "fewer than 10"),
        ("password123", "quá phổ biến", "is common"),
        ("x" * 201, "quá 200", "more than 200"),
    ],
)
def test_why_a_password_is_refused_is_said_in_the_reader_s_language(
    office: Any, new: str, vi: str, en: str
) -> None:
    headers = office.headers("viewer")
    for lang, text in (("vi", vi), ("en", en)):
        form = {"old": "a long password", "new": new}
        page = office.client.post(f"/account/password?lang={lang}", data=form, headers=headers)
        assert page.status_code == 422
        assert text in page.text
    form = {"old": "a long password", "new": "bốn từ không liên quan"}
    done = office.client.post("/account/password", data=form, headers=headers)
    assert done.status_code == 303
    assert office.client.get("/v1/plans", headers=headers).status_code == 401
