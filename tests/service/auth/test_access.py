"""Who a request comes from: a key, a session, the user of this machine, or another site."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from data.accounts.accounts import add_account, set_disabled
from data.accounts.keys import add_key, end_of, revoke_key
from data.db import tables
from data.db.audit import entries
from data.db.store import Store
from models.errors import InputError
from service.auth.access import refuse_to_listen
from service.auth.loopback import is_loopback

pytestmark = pytest.mark.slow

BODY = {"value": 1500.0, "unit": "thousand tonnes", "reason": "a reason", "confirm": True}
ESTIMATE = "/v1/plans/demo-2018/months/2018-06/estimates/coal"


def ask(app: Any, method: str, path: str, *, client: str, host: str, **options: Any) -> Any:
    """A request from an address, by the name that was asked."""

    async def one() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(client, 50000))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as asker:
            return await asker.request(method, path, **options)

    return asyncio.run(one())


def who(app: Any, client: str, host: str) -> Any:
    return ask(app, "GET", "/v1/session", client=client, host=host).json()


@pytest.mark.parametrize(
    ("client", "host", "name"),
    [
        ("127.0.0.1", "127.0.0.1:8000", "local"),
        ("127.0.0.1", "localhost:8000", "local"),
        ("::1", "[::1]:8000", "local"),
        ("10.0.0.7", "127.0.0.1:8000", None),
        ("127.0.0.1", "evil.example", None),  # a foreign name that was made to point here
        ("127.0.0.1", "vedich.office:8000", None),  # a proxy on this machine
    ],
)
def test_without_accounts_this_machine_is_the_administrator(
    own_service: Any, client: str, host: str, name: str | None
) -> None:
    access = "admin" if name else "public"
    body = "house" if name else None
    told = {"name": name, "access": access, "body": body, "expires": None}
    assert who(own_service.app, client, host) == told


def test_with_the_first_account_everybody_has_to_log_in(own_service: Any) -> None:
    store: Store = own_service.app.state.vedich.store
    assert own_service.get("/v1/plans").status_code == 200
    add_account(store, "linh", "admin", "a long password", "os:root")
    refused = own_service.get("/v1/plans")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert "Log in at /login" in refused.json()["detail"]
    set_disabled(store, "linh", True, "os:root")
    assert own_service.get("/v1/plans").status_code == 401


def test_what_the_local_user_does_is_told_as_local(own_service: Any) -> None:
    assert own_service.post(ESTIMATE, json=BODY).status_code == 201
    newest = entries(own_service.app.state.vedich.store)[0]
    assert (newest.by, newest.action) == ("local", "estimate.draft")


def test_keys_come_as_bearer_or_as_the_password_of_basic(office: Any) -> None:
    secret = office.keys["read"]
    basic = base64.b64encode(f"anything:{secret}".encode()).decode()
    for header in (f"Bearer {secret}", f"bearer {secret}", f"Basic {basic}"):
        told = office.ask("anonymous", "GET", "/v1/session", headers={"Authorization": header})
        assert (told.json()["name"], told.json()["access"]) == ("key:read", "viewer")


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer vedich_x", "Basic !", "Basic eA==", "Basic /////w=="]
)
def test_a_key_that_does_not_count_is_refused_everywhere(office: Any, header: str) -> None:
    headers = {"Authorization": header}
    refused = office.ask("anonymous", "GET", "/v1/session", headers=headers)
    assert refused.status_code == 401
    assert "unknown or was revoked" in refused.json()["detail"]


def test_a_revoked_key_is_refused_at_once(office: Any) -> None:
    assert office.ask("key:read", "GET", "/v1/plans").status_code == 200
    revoke_key(office.store, "read", "os:root")
    assert office.ask("key:read", "GET", "/v1/plans").status_code == 401


def test_an_expired_key_is_told_so(office: Any) -> None:
    ends = end_of(None, 10)
    secret = add_key(office.store, "short", "read", "os:root", expires=ends)
    headers = {"Authorization": f"Bearer {secret}"}
    told = office.ask("anonymous", "GET", "/v1/session", headers=headers).json()
    assert told["expires"] == (ends - timedelta(days=1)).date().isoformat()
    with office.store.writing() as connection:
        past = datetime.now(UTC) - timedelta(hours=1)
        connection.execute(update(tables.api_keys).values(expires_at=past))
    refused = office.ask("anonymous", "GET", "/v1/plans", headers=headers)
    assert refused.status_code == 401
    assert refused.json()["type"] == "/problems#key-expired"
    assert "'short'" in refused.json()["detail"]


def test_a_key_says_who_it_is_in_the_audit_log(office: Any) -> None:
    assert office.ask("key:entry", "POST", ESTIMATE, json=BODY).status_code == 201
    assert entries(office.store)[0].by == "key:entry"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9999"},  # another service of this machine
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1"},
    ],
)
def test_another_sites_page_changes_nothing(
    office: Any, own_service: Any, headers: dict[str, str]
) -> None:
    for who in ("entry", "anonymous"):
        session = {key: value for key, value in office.headers(who).items() if key == "Cookie"}
        refused = own_service.post("/logout", headers={**session, **headers})
        assert refused.status_code == 403
        assert "this site's own pages" in refused.json()["detail"]
    told = office.ask("entry", "GET", "/v1/session", headers={"Sec-Fetch-Site": "cross-site"})
    assert told.status_code == 200  # reading is not changing


def test_another_sites_page_does_not_act_as_the_local_user(own_service: Any) -> None:
    refused = own_service.post(ESTIMATE, json=BODY, headers={"Origin": "http://evil.example"})
    assert refused.status_code == 403
    assert own_service.post(ESTIMATE, json=BODY).status_code == 201


def test_a_session_is_for_browsers_which_say_where_they_come_from(office: Any) -> None:
    cookie = {"Cookie": office.headers("entry")["Cookie"]}
    silent = office.client.post(ESTIMATE, json=BODY, headers=cookie)
    assert silent.status_code == 403
    for header in ({"Origin": "http://127.0.0.1"}, {"Sec-Fetch-Site": "same-origin"}):
        told = office.client.post("/logout", headers={**cookie, **header})
        assert told.status_code == 303


def test_the_service_is_alive_while_its_database_is_unavailable(
    own_service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: Any) -> None:
        raise RuntimeError("the database is unavailable")

    monkeypatch.setattr("service.auth.access.has_accounts", unavailable)
    assert own_service.get("/v1/session").status_code == 500
    assert own_service.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("vedich.office", False),
    ],
)
def test_others_cannot_reach_it_while_there_is_no_account(
    own_service: Any, host: str, own: bool
) -> None:
    store: Store = own_service.app.state.vedich.store
    assert is_loopback(host) is own
    if own:
        refuse_to_listen(store, host)
        return
    with pytest.raises(InputError, match=f"found '{host}'.*vedich account add NAME"):
        refuse_to_listen(store, host)
    add_account(store, "linh", "admin", "a long password", "os:root")
    refuse_to_listen(store, host)
