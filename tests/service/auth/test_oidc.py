"""Signing in at a provider of OpenID Connect: a real one, started here on loopback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import select, update

from data.accounts.accounts import accounts, add_account, set_disabled
from data.accounts.bodies import add_body
from data.accounts.identities import link
from data.accounts.sessions import log_in, session_of
from data.db import tables
from data.db.audit import entries
from data.db.store import Store
from data.settings import Settings
from models.errors import InputError, OidcFailed
from service.app import create_app
from service.auth.access import COOKIE
from service.auth.oidc import checked, groups_of, name_of, provider_of
from service.pages.oidc import COOKIE as SIGN_IN

pytestmark = pytest.mark.slow

PEOPLE = {
    "hoa": {"preferred_username": "Hoa.Nguyen", "groups": ["ke-hoach", "khac"]},
    "lan": {"email": "lan@office.example", "groups": ["ke-hoach", "lanh-dao"], "amr": ["otp"]},
    "guest": {"preferred_username": "guest", "groups": []},
    "linh": {"preferred_username": "linh", "groups": ["ke-hoach"]},
}
ROLES = "ke-hoach=entry@lang-son, lanh-dao=approver@lang-son"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider in a process of its own; its library warns of what it imports."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    people = [part for sub, claims in PEOPLE.items() for part in (sub, claims)]
    given = [
        part
        for sub, claims in zip(people[::2], people[1::2], strict=True)
        for part in ("--user-claims", json.dumps({"sub": sub, **claims}))  # type: ignore[dict-item]
    ]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port), *given]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=os.environ, **quiet)  # type: ignore[call-overload]
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(address)
                break
            except httpx.TransportError:
                assert time.monotonic() < until
                assert process.poll() is None
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)


class Browser:
    """A browser between the service and the provider."""

    def __init__(self, client: Any, store: Store, settings: Settings) -> None:
        self.client, self.store, self.settings = client, store, settings

    def go(self, next: str = "/docs") -> tuple[str, dict[str, str]]:
        """To the provider: its address, and the cookie to come back with."""
        answer = self.client.get(f"/login/oidc?next={next}")
        assert answer.status_code == 303, answer.text
        cookie = SimpleCookie(answer.headers["set-cookie"])[SIGN_IN]
        assert cookie["httponly"]
        assert cookie["path"] == "/login/oidc/back"
        return answer.headers["location"], {"Cookie": f"{SIGN_IN}={cookie.value}"}

    def consent(self, there: str, subject: str) -> str:
        """Signing in there; the path with which the provider sends the browser back."""
        answer = httpx.post(there, data={"sub": subject})
        assert answer.status_code in (302, 303), answer.text
        back = urlsplit(answer.headers["location"])
        assert back.path == "/login/oidc/back"
        return f"{back.path}?{back.query}"

    def sign_in(self, subject: str) -> Any:
        there, cookie = self.go()
        return self.client.get(self.consent(there, subject), headers=cookie)

    def token(self, answer: Any) -> str:
        return str(SimpleCookie(answer.headers["set-cookie"])[COOKIE].value)


@pytest.fixture
def browser(home: Path, issuer: str, client_of: Any) -> Iterator[Browser]:
    settings = Settings(
        home=home,
        mlflow_tracking_uri=None,
        oidc_issuer=issuer,
        oidc_client_secret="s",
        oidc_roles=ROLES,
    )
    store = Store.open(settings.store_url)
    add_body(store, "lang-son", "Lạng Sơn", "Lạng Sơn", "os:root")
    add_account(store, "linh", "admin", "a long password", "os:root")
    app = create_app(settings, store)
    yield Browser(client_of(app), store, settings)
    app.state.vedich.jobs.close()
    store.close()


def test_somebody_of_a_group_gets_its_role_and_body(browser: Browser) -> None:
    page = browser.client.get("/login?lang=en&next=/docs").text
    assert "/login/oidc?" in page
    answer = browser.sign_in("hoa")
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")
    session = {"Cookie": f"{COOKIE}={browser.token(answer)}"}
    who = browser.client.get("/v1/session", headers=session).json()
    assert who == {"name": "hoa.nguyen", "access": "entry", "body": "lang-son", "expires": None}
    made = {one.action: one.by for one in entries(browser.store, subject="hoa.nguyen")}
    assert made == {"account.add": "oidc:hoa", "account.link": "oidc:hoa", "login": "hoa.nguyen"}
    failed = browser.client.post("/login", data={"name": "hoa.nguyen", "password": "none"})
    assert failed.status_code == 401  # it has no password


def test_the_provider_is_told_a_challenge_a_state_and_a_nonce(browser: Browser) -> None:
    there, _ = browser.go()
    given = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    with browser.store.reading() as connection:
        row = connection.execute(select(tables.sign_ins)).one()
    import base64

    digest = base64.urlsafe_b64encode(sha256(row.verifier.encode()).digest()).rstrip(b"=")
    assert given["code_challenge"] == digest.decode()
    assert given["code_challenge_method"] == "S256"
    assert (given["state"], given["nonce"]) == (row.state, row.nonce)
    assert given["redirect_uri"] == "http://127.0.0.1/login/oidc/back"
    assert row.verifier not in there


def test_what_was_not_begun_here_is_refused(browser: Browser) -> None:
    there, cookie = browser.go()
    back = browser.consent(there, "hoa")
    _, other = browser.go()
    for headers in ({}, other, {"Cookie": f"{SIGN_IN}=guess"}):
        refused = browser.client.get(back, headers=headers)
        assert refused.status_code == 401
        assert "Không đăng nhập được" in refused.text
        assert COOKIE not in refused.headers.get("set-cookie", "")
    state = parse_qs(urlsplit(back).query)["state"][0]
    wrong = browser.client.get(back.replace(state, "other"), headers=cookie)
    assert wrong.status_code == 401
    assert browser.client.get(back, headers=cookie).status_code == 401  # a try counts once
    assert [one.name for one in accounts(browser.store)] == ["linh"]


def test_a_sign_in_that_took_too_long_is_refused(browser: Browser) -> None:
    there, cookie = browser.go()
    back = browser.consent(there, "hoa")
    with browser.store.writing() as connection:
        past = datetime.now(UTC) - timedelta(minutes=1)
        connection.execute(update(tables.sign_ins).values(ends_at=past))
    assert browser.client.get(back, headers=cookie).status_code == 401


def test_another_nonce_is_refused(browser: Browser) -> None:
    there, cookie = browser.go()
    back = browser.consent(there, "hoa")
    with browser.store.writing() as connection:
        connection.execute(update(tables.sign_ins).values(nonce="another"))
    assert browser.client.get(back, headers=cookie).status_code == 401


def test_without_a_group_and_with_a_taken_name_nobody_gets_in(browser: Browser) -> None:
    assert browser.sign_in("guest").status_code == 401
    assert browser.sign_in("linh").status_code == 401  # an administrator's account here
    link(browser.store, provider_of(browser.settings).issuer, "linh", "linh", "os:root")
    answer = browser.sign_in("linh")
    assert answer.status_code == 303
    session = session_of(browser.store, browser.token(answer), datetime.now(UTC))
    assert session is not None  # brought to what the groups say
    found = session.account
    assert (found.name, found.role, found.body) == ("linh", "entry", "lang-son")
    set_disabled(browser.store, "linh", True, "os:root")
    assert browser.sign_in("linh").status_code == 401


def test_names_are_taken_over_only_if_the_setting_says_so(
    browser: Browser, client_of: Any
) -> None:
    settings = browser.settings.model_copy(update={"oidc_link": "name"})
    browser.client = client_of(create_app(settings, browser.store))
    assert browser.sign_in("linh").status_code == 303
    assert browser.store is not None
    assert entries(browser.store, action="account.link")[0].by == "oidc:linh"


def test_a_second_factor_there_counts_here(browser: Browser, client_of: Any) -> None:
    settings = browser.settings.model_copy(update={"second_factor": "required"})
    browser.client = client_of(create_app(settings, browser.store))
    answer = browser.sign_in("lan")  # an approver, with a code there
    session = session_of(browser.store, browser.token(answer), datetime.now(UTC))
    assert session is not None
    assert (session.account.name, session.stage) == ("lan", "factor")
    without = PEOPLE["lan"] | {"amr": ["pwd"]}
    issuer = provider_of(settings).issuer
    assert httpx.put(f"{issuer}/users/lan", json=without).status_code == 204
    answer = browser.sign_in("lan")
    assert answer.headers["location"].startswith("/login/second?")
    httpx.put(f"{issuer}/users/lan", json=PEOPLE["lan"])


def test_logging_out_leads_to_the_provider(browser: Browser) -> None:
    cookie = f"{COOKIE}={browser.token(browser.sign_in('hoa'))}"
    out = browser.client.post("/logout", headers={"Cookie": cookie, "Origin": "http://127.0.0.1"})
    assert out.headers["location"].endswith("out=true")
    page = browser.client.get(out.headers["location"]).text
    assert "/login/oidc/out" in page
    end = urlsplit(browser.client.get("/login/oidc/out").headers["location"])
    assert end.path == "/oauth2/end_session"
    assert parse_qs(end.query)["post_logout_redirect_uri"] == ["http://127.0.0.1/login"]
    own = log_in(browser.store, "linh", "a long password", "a", datetime.now(UTC)).token
    headers = {"Cookie": f"{COOKIE}={own}", "Origin": "http://127.0.0.1"}
    out = browser.client.post("/logout", headers=headers)
    assert "out=" not in out.headers["location"]


KEY = RSAKey.generate_key(2048, {"kid": "1"})
NOW = datetime(2026, 6, 15, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "iss": "https://id.example", "aud": "vedich", "sub": "hoa", "nonce": "n",
    "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 300,
}  # fmt: skip


def check(claims: dict[str, Any], key: RSAKey = KEY, alg: str = "RS256") -> dict[str, Any]:
    token = jwt.encode({"alg": alg, "kid": "1"}, claims, key)
    keys = KeySet([KEY]).as_dict(private=False)
    return checked(Settings(), GOOD["iss"], token, keys, "n", NOW)  # type: ignore[arg-type]


def test_an_id_token_has_to_hold_in_every_claim() -> None:
    assert check(GOOD)["sub"] == "hoa"
    assert check(GOOD | {"aud": ["vedich", "other"], "azp": "vedich"})["sub"] == "hoa"
    for wrong in (
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["vedich", "other"]},
        {"aud": ["vedich", "other"], "azp": "other"},
        {"nonce": "another"},
        {"exp": int(NOW.timestamp()) - 120},
        {"iat": int(NOW.timestamp()) + 3600},
    ):
        with pytest.raises(OidcFailed):
            check(GOOD | wrong)
    for name in ("iss", "aud", "sub", "nonce", "exp", "iat"):
        with pytest.raises(OidcFailed):
            check({key: value for key, value in GOOD.items() if key != name})
    with pytest.raises(OidcFailed):
        check(GOOD, RSAKey.generate_key(2048, {"kid": "1"}))
    unsigned = "eyJhbGciOiJub25lIn0.e30."
    with pytest.raises(OidcFailed):
        checked(Settings(), GOOD["iss"], unsigned, {"keys": [KEY.as_dict()]}, "n", NOW)


def test_settings_of_the_provider() -> None:
    assert groups_of(Settings(oidc_roles=ROLES + ",ai=viewer")) == {
        "ke-hoach": ("entry", "lang-son"),
        "lanh-dao": ("approver", "lang-son"),
        "ai": ("viewer", "house"),
    }
    for wrong in ("ke-hoach", "ke-hoach=king", "=entry@x=y"):
        with pytest.raises(InputError, match="VEDICH_OIDC_ROLES"):
            groups_of(Settings(oidc_roles=wrong))
    with pytest.raises(OidcFailed, match="with https"):
        provider_of(Settings(oidc_issuer="http://id.example"))
    with pytest.raises(OidcFailed, match="not set"):
        provider_of(Settings())
    assert name_of({"sub": "1", "preferred_username": "Nguyễn Văn A@x"}) == "nguy-n-v-n-a"
    assert name_of({"sub": "7", "email": "an.le@office.example"}) == "an.le"
