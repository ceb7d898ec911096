"""The pages about the interface: its routes and types of problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from data.accounts.accounts import Access
from service.auth.access import declared
from service.texts import ERROR, Lang
from service.web.problems import kinds, slug_of, status_of
from service.wording import code_of


@dataclass(frozen=True)
class Parameter:
    """A query parameter of a route."""

    name: str
    description: str


@dataclass(frozen=True)
class Operation:
    """A route, and the role it needs."""

    method: str
    path: str
    role: Access | None
    description: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class RoutesContent:
    """The content of the page of routes."""

    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class ProblemShown:
    """A type of problem; `status` is the HTTP status."""

    slug: str
    status: int | None
    text: str


@dataclass(frozen=True)
class ProblemsContent:
    """The content of the page of problems."""

    problems: tuple[ProblemShown, ...]


def routes_content(app: FastAPI) -> RoutesContent:
    """Every route that the OpenAPI document describes."""
    roles = {(method, path): role for method, path, role in declared(app)}
    return RoutesContent(
        tuple(
            _operation(method.upper(), path, roles[method.upper(), path], described)
            for path, methods in app.openapi()["paths"].items()
            for method, described in methods.items()
        )
    )


def _operation(
    method: str, path: str, role: Access | None, described: Mapping[str, Any]
) -> Operation:
    parameters = tuple(
        Parameter(one["name"], one.get("description", ""))
        for one in described.get("parameters", ())
        if one["in"] == "query"
    )
    return Operation(method, path, role, described.get("description", ""), parameters)


def problems_content(lang: Lang) -> ProblemsContent:
    """Every type of problem, in the language's words."""
    return ProblemsContent(
        tuple(
            ProblemShown(
                slug=slug_of(kind),
                status=status_of(kind),
                text=ERROR[lang][code_of(kind)],
            )
            for kind in kinds()
        )
    )
