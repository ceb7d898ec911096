"""What is refused before it is read, host names, headers, and the budgets of uploads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from data.db.store import Store
from data.settings import Settings
from service.app import create_app
from service.auth.access import declared
from service.shapes.operation import Problem
from service.web import bodies
from service.web.headers import HEADERS
from tests.office import HERE

PLAN = "/v1/plans/demo-2018"
JSON = {"Content-Type": "application/json"}
UPLOAD = "/v1/imports?plan=demo-2018&file=figures.csv"


async def pieces(
    count: int, size: int, sent: list[int], first: bytes = b""
) -> AsyncIterator[bytes]:
    """A chunked body that notes how much of it was asked for."""
    for number in range(count):
        sent.append(size)
        yield (b"" if number else first) + b"x" * size


PART = b'--x\r\nContent-Disposition: form-data; name="template"; filename="a.docx"\r\n\r\n'


def send(app: Any, path: str, body: Any, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            return await client.post(path, content=body, headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize("path", [f"{PLAN}/versions", UPLOAD, f"{PLAN}/retrain"])
def test_nothing_is_read_of_a_body_that_nobody_may_send(office: Any, path: str) -> None:
    sent: list[int] = []
    answer = send(office.client.app, path, pieces(5, 1_000_000, sent), **JSON)
    assert (answer.status_code, sent) == (401, [])
    sent.clear()
    viewer = office.headers("viewer")
    answer = send(office.client.app, path, pieces(5, 1_000_000, sent), **JSON, **viewer)
    assert (answer.status_code, sent) == (403, [])


@pytest.mark.parametrize(
    ("path", "cap", "kind"),
    [
        (f"{PLAN}/versions", bodies.LARGEST, "application/json"),
        (UPLOAD, 33_000_000, "application/octet-stream"),
        ("/plans/demo-2018/reports/template", 20 * 2**20 + 100_000, "multipart/form-data"),
        ("/login", 20_000, "application/x-www-form-urlencoded"),
    ],
)
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_above_the_cap_of_its_route_is_413(
    office: Any, path: str, cap: int, kind: str, announced: bool
) -> None:
    sent: list[int] = []
    size = max(cap // 4, 1)
    headers = {**office.headers("key:entry"), "Content-Type": kind + "; boundary=x"}
    if announced:
        headers["Content-Length"] = str(8 * size)
    first = PART if kind.startswith("multipart") else b""
    answer = send(office.client.app, path, pieces(8, size, sent, first), **headers)
    assert answer.status_code == 413
    assert Problem.model_validate(answer.json()).type == "/problems#upload-too-large"
    assert sum(sent) <= (0 if announced else cap + 2 * size)


def test_what_is_on_its_way_has_a_budget(office: Any, home: Path) -> None:
    settings = Settings(home=home, mlflow_tracking_uri=None, uploads_per_caller_mb=1)
    app = create_app(settings, office.store)
    headers = office.headers("key:entry")
    answer = send(app, UPLOAD, b"x" * 2_000_000, **headers)
    assert answer.status_code == 503
    assert "at most 1 MB on their way here at once" in answer.json()["detail"]
    assert send(app, UPLOAD, b"x" * 900_000, **headers).status_code != 503
    app.state.vedich.jobs.close()


def figures(rows: int, value: float) -> bytes:
    lines = (f"coal,{2012 + one // 12}-{one % 12 + 1:02d},{value}" for one in range(rows))
    return "\n".join(("KPI,Month,Value", *lines)).encode()


def test_pending_uploads_have_a_budget(
    office: Any, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    state = office.client.app.state.vedich
    one = figures(24, 1.5)
    most = Settings(home=home, mlflow_tracking_uri=None)
    monkeypatch.setattr(state, "settings", most)
    monkeypatch.setattr(Settings, "uploads_of_caller", property(lambda _: 2 * len(one) + 10))
    headers = office.headers("key:entry")
    path = f"{UPLOAD}&published=2018-07-10"
    answers = [send(office.client.app, path, one, **headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 413]
    problem = answers[-1].json()
    assert problem["type"] == "/problems#upload-budget-spent"
    assert "in uploads of 'key:entry' that wait for a commit" in problem["detail"]


def test_a_body_that_does_not_come_is_408(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PIECE_SECONDS", 0.1)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(1)
        yield b"}"

    headers = office.headers("key:entry")
    answer = send(office.client.app, f"{PLAN}/versions", slow(), **JSON, **headers)
    assert (answer.status_code, answer.json()["type"]) == (408, "/problems#too-slow")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("[::1]:8000", 200),
        ("vedich.example", 200),
        ("VEDICH.example:443", 200),
        ("evil.example", 400),
        ("vedich.example@evil.example", 400),
        ("evil.example:vedich.example", 400),
        ("[::1", 400),
    ],
)
def test_only_names_of_the_service_are_asked_for(home: Path, host: str, status: int) -> None:
    settings = Settings(home=home, mlflow_tracking_uri=None, allowed_hosts="vedich.example, other")
    app = create_app(settings, Store.open(settings.store_url))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            return await client.get("/odata/", headers={"Host": host})

    answer = asyncio.run(ask())
    assert answer.status_code == status
    assert "evil" not in answer.text
    app.state.vedich.jobs.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/static/page.css", 200),
        ("GET", "/nothing", 404),
        ("DELETE", "/healthz", 405),
        ("GET", "/v1/plans", 401),
        ("GET", "/login", 200),
        ("GET", "/docs", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/odata/$metadata", 200),
        ("GET", "/oembed", 422),
        ("GET", "/metrics", 401),
    ],
)
def test_every_answer_has_the_headers(office: Any, method: str, path: str, status: int) -> None:
    answer = office.ask("anonymous", method, path)
    assert answer.status_code == status
    assert set(HEADERS) <= {name.title() for name in answer.headers}
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_unexpected_error_has_them_too(
    own_service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_service.app.state.vedich.store, "reading", lambda: 1 / 0)
    answer = own_service.get("/v1/plans")
    assert answer.status_code == 500
    assert set(HEADERS) <= {name.title() for name in answer.headers}


def test_reports_of_the_policy_go_where_the_setting_says(home: Path, client_of: Any) -> None:
    settings = Settings(
        home=home, mlflow_tracking_uri=None, csp_report_uri="https://reports.example/csp"
    )
    client = client_of(create_app(settings, Store.open(settings.store_url)))
    for path in ("/healthz", "/login"):
        policies = client.get(path).headers.get_list("content-security-policy")
        assert len(policies) == 1
        assert policies[0].endswith("; report-uri https://reports.example/csp")
    client.app.state.vedich.jobs.close()


@pytest.mark.parametrize("path", ["/", "/v1/plans", "/metrics", "/v1/session", "/problems"])
def test_an_anonymous_reader_learns_nothing_of_the_machine(
    office: Any, home: Path, path: str
) -> None:
    import getpass
    import socket

    text = office.ask("anonymous", "GET", path).text
    for told in (str(home), socket.gethostname(), f"os:{getpass.getuser()}"):
        assert told not in text


def test_metrics_are_for_viewers(office: Any) -> None:
    roles = {(method, path): role for method, path, role in declared(office.client.app)}
    assert roles["GET", "/metrics"] == "viewer"
    assert office.ask("key:read", "GET", "/metrics").status_code == 200
