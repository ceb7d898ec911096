"""Every error is one shape of problem+json, and each kind of ours has a status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from models import errors
from models.errors import UnknownKpi, UnreadableFile, VedichError
from service.shapes.operation import Problem
from service.web import problems

KINDS = sorted(problems.kinds(), key=lambda kind: kind.__name__)


@pytest.fixture(scope="module")
def client(client_of: Callable[[FastAPI], Any]) -> Any:
    app = FastAPI()
    problems.install(app)

    @app.get("/number")
    def number(n: int) -> int:
        return n

    @app.get("/own")
    def own() -> None:
        raise UnknownKpi("plan 'p' has no KPI 'x'; it has y.")

    @app.get("/file")
    def file() -> None:
        raise UnreadableFile(
            "a.xlsx", sheet="S", cell="D12", expected="a number", found="'x'", advice="Mend it."
        )

    @app.get("/crash")
    def crash() -> None:
        raise RuntimeError("secret /home/path")

    return client_of(app)


@pytest.mark.parametrize(
    ("method", "path", "status", "type_"),
    [
        ("GET", "/own", 404, "/problems#unknown-kpi"),
        ("GET", "/file", 422, "/problems#unreadable-file"),
        ("GET", "/nothing", 404, "about:blank"),
        ("POST", "/own", 405, "about:blank"),
        ("GET", "/number?n=x", 422, "/problems#invalid-request"),
        ("GET", "/number", 422, "/problems#invalid-request"),
        ("GET", "/crash", 500, "about:blank"),
    ],
)
def test_one_shape(client: Any, method: str, path: str, status: int, type_: str) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(response.json())
    assert (problem.status, problem.type) == (status, type_)
    assert problem.instance == path.partition("?")[0]
    assert "secret" not in response.text
    assert "Traceback" not in response.text


def test_what_it_says(client: Any) -> None:
    own = client.get("/own").json()
    assert own["title"] == "Unknown kpi"
    assert own["detail"] == "plan 'p' has no KPI 'x'; it has y."
    wrong = client.post("/own")
    assert wrong.headers["allow"] == "GET"
    assert "use GET" in wrong.json()["detail"]
    place = client.get("/file").json()["errors"]
    assert place == [{"place": "a.xlsx S D12", "message": "expected a number, found 'x'"}]
    assert client.get("/number?n=x").json()["errors"][0]["place"] == "query.n"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_error_has_a_status(kind: type[VedichError]) -> None:
    status = problems.status_of(kind)
    assert status is not None, f"{kind.__name__} needs a line in service/web/problems.py"
    assert 400 <= status < 600


def test_the_tree_is_walked() -> None:
    assert {errors.UnknownPlan, errors.SeriesTooShort, errors.TrackingUnavailable} <= set(KINDS)


def test_names() -> None:
    assert problems.slug_of(errors.UnreadableFile) == "unreadable-file"
    assert problems.title_of(errors.NoBundle) == "No bundle"
