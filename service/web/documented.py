"""The errors that any operation may give, in the OpenAPI document.

A route documents those of its subject; those of its role, its body and of
every request are the same everywhere and added here.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from service.auth.access import caller_of, declared
from service.web.respond import problems


def document_errors(app: FastAPI, schema: dict[str, Any]) -> None:
    """Add the missing error responses to each operation of the schema."""
    roles = {(method, path): role for method, path, role in declared(app)}
    for route in iter_route_contexts(app.routes):
        path = str(route.path)
        for method in route.methods or ():
            operation = schema["paths"].get(path, {}).get(method.lower())
            if operation is None:
                continue
            statuses = [400]
            if roles[method, path] not in (None, "public"):
                statuses += [401, 403, 503]
            elif any(_identifies(one) for one in route.dependant.dependencies):
                statuses += [401, 503]
            if method not in ("GET", "HEAD"):
                statuses += [403, 408, 413]
            for status in statuses:
                (described,) = problems(status).values()
                described = {key: one for key, one in described.items() if key != "model"}
                operation["responses"].setdefault(str(status), described)
            operation["responses"] = dict(sorted(operation["responses"].items()))


def _identifies(dependant: Any) -> bool:
    """Whether a dependency, or one below it, asks who the caller is."""
    return dependant.call is caller_of or any(map(_identifies, dependant.dependencies))
