"""Real examples in the OpenAPI description, kept by a test that validates them.

`examples.json` holds answers of the sample plan `vietnam-2021` as of June 2021;
`python -m service.examples` asks the routes for them again.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

FILE = "examples.json"


def examples() -> dict[str, Any]:
    """Answers by 'METHOD /path' as the routes are written; none without the file."""
    content = files("service").joinpath(FILE).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(content)
    return found


def describe(app: FastAPI) -> None:
    """Put the examples into the application's OpenAPI description."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = plain()
            for route, example in examples().items():
                method, _, path = route.partition(" ")
                _answers(schema["paths"][path][method.lower()])["example"] = example
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _answers(operation: dict[str, Any]) -> dict[str, Any]:
    """The JSON content of an operation's successful answer."""
    status = next(code for code in operation["responses"] if code.startswith("2"))
    content: dict[str, Any] = operation["responses"][status]["content"]["application/json"]
    return content
