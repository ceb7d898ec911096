"""docs/api.md, the OpenAPI description and the examples in both agree with the service."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from data.db.store import Store
from data.settings import Settings
from models import errors
from service.app import create_app
from service.openapi import FILE, document
from service.record_examples import PLAN, REQUESTS, folded, shortened, with_examples
from service.shapes.examples import NEW_VERSION, examples
from service.web import problems

DOCS = Path(__file__).resolve().parents[3] / "docs"
REFERENCE = "urn:openapi"
WITHOUT_MODEL = ("GET /v1/plans", "GET /v1/plans/{plan}", "GET /v1/observations", "GET /readyz")


@pytest.fixture(scope="module")
def page() -> str:
    return (DOCS / "api.md").read_text("utf-8")


@pytest.fixture(scope="module")
def openapi(service: Any) -> dict[str, Any]:
    found: dict[str, Any] = service.get("/openapi.json").json()
    return found


def operations(openapi: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Operations by 'METHOD /path'."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    }


def answers(operation: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON content of the successful answer; None where it is something else."""
    (status,) = (code for code in operation["responses"] if code.startswith("2"))
    content = operation["responses"][status].get("content", {})
    return content.get("application/json") if len(content) == 1 else None


def check(openapi: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    """Validate a value against a schema of the description."""
    resource = Resource.from_contents(
        {"$id": REFERENCE, **openapi}, default_specification=DRAFT202012
    )
    registry = Registry().with_resource(REFERENCE, resource)
    absolute = json.loads(json.dumps(schema).replace('"#/', f'"{REFERENCE}#/'))
    Draft202012Validator(absolute, registry=registry).validate(value)


def test_the_page_names_every_route_and_no_other(page: str, openapi: dict[str, Any]) -> None:
    table = page.partition("## Routes")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z]+ /\S+)`", table, re.MULTILINE)) == set(operations(openapi))


def test_the_page_names_every_type_of_problem_with_its_status(page: str) -> None:
    table = page.partition("## Errors")[2]
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", table, re.MULTILINE))
    kinds = {problems.slug_of(kind): str(problems.status_of(kind)) for kind in problems.kinds()}
    assert listed == kinds | {"invalid-request": "422"}


def test_the_tree_of_errors_shows_every_error() -> None:
    tree = (errors.__doc__ or "").partition("An error says")[0]
    own = {kind.__name__ for kind in problems.kinds() if kind.__module__ == errors.__name__}
    assert set(re.findall(r"\b[A-Z]\w+", tree)) >= own


def test_the_settings_that_pages_name_exist(page: str) -> None:
    settings = (DOCS / "settings.md").read_text("utf-8")
    for text in (page, (DOCS.parent / "README.md").read_text("utf-8")):
        for variable in re.findall(r"\b(?:VEDICH|MLFLOW)_[A-Z_]+\b", text):
            assert f"| `{variable}` |" in settings


def test_every_json_answer_has_an_example(openapi: dict[str, Any]) -> None:
    wanted = {route for route, one in operations(openapi).items() if answers(one)}
    assert set(examples()) == wanted
    for route in wanted:
        content = answers(operations(openapi)[route])
        assert content is not None
        assert content["example"] == examples()[route]


@pytest.mark.parametrize("route", sorted(examples()))
def test_an_example_fits_its_shape(openapi: dict[str, Any], route: str) -> None:
    content = answers(operations(openapi)[route])
    assert content is not None
    check(openapi, content["schema"], examples()[route])


def test_the_check_refuses_what_does_not_fit(openapi: dict[str, Any]) -> None:
    content = answers(operations(openapi)["GET /v1/plans/{plan}/projections/{kpi}"])
    assert content is not None
    wrong = examples()["GET /v1/plans/{plan}/projections/{kpi}"] | {"unit": None}
    with pytest.raises(Exception, match="None is not of type 'string'"):
        check(openapi, content["schema"], wrong)


REAL = {
    route: address.replace(PLAN, "demo-2018")
    .replace("exports", "coal")
    .replace("turnover", "both")
    .replace("2021", "2018")
    for route, address in REQUESTS.items()
}


@pytest.mark.parametrize("route", sorted(REAL))
def test_a_real_answer_fits_the_same_shape(
    service: Any, openapi: dict[str, Any], route: str
) -> None:
    response = service.get(REAL[route])
    assert response.status_code == 200
    content = answers(operations(openapi)[route])
    assert content is not None
    check(openapi, content["schema"], response.json())


@pytest.mark.slow
def test_examples_that_need_no_model_are_what_the_sample_answers(
    sample_home: Path, client_of: Any
) -> None:
    settings = Settings(home=sample_home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    client = client_of(create_app(settings, store))
    for route in WITHOUT_MODEL:
        assert shortened(client.get(REQUESTS[route]).json()) == examples()[route]
    added = client.post(f"/v1/plans/{PLAN}/versions", json=NEW_VERSION)
    assert added.status_code == 201
    assert added.json() == examples()["POST /v1/plans/{plan}/versions"]
    projection = examples()["GET /v1/plans/{plan}/projections/{kpi}"]
    new: Any = NEW_VERSION
    target, adopted = projection["targets"][0], new["targets"][0]
    for key in ("comparator", "form", "lower", "upper", "source"):
        assert target[key] == adopted[key]


def test_the_committed_contract_is_that_of_the_service(service: Any) -> None:
    hint = "a changed contract is seen in a diff: run make openapi and commit docs/openapi.json"
    assert json.loads(FILE.read_text("utf-8")) == json.loads(document(service.app)), hint
    assert FILE.read_text("utf-8") == document(service.app), hint
    assert '"example":' not in document(service.app)


def test_the_examples_of_the_page_are_the_same(page: str) -> None:
    shown = re.findall(r"<!-- example: (.+?) -->\n```json\n(.*?)\n```", page, re.DOTALL)
    assert len(shown) >= 8
    for route, text in shown:
        assert json.loads(text) == examples()[route]
    assert with_examples(page, examples()) == page


def test_json_is_folded_to_the_width_of_a_page() -> None:
    value = {"list": [{"a": 1.5, "b": None}] * 9, "text": "x" * 60, "empty": {}, "none": []}
    text = folded(value)
    assert json.loads(text) == value
    assert max(map(len, text.splitlines())) <= 98
    assert folded({"a": [1, 2]}) == '{"a": [1, 2]}'
