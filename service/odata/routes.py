"""The OData feed: open to everybody, issued figures only.

An API key must be valid if sent, and shows what its body issued beside what all share.
The feed describes itself ($metadata), so it is not part of the OpenAPI document.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from service.auth.access import Public, requires
from service.odata.feed import (
    Query,
    collection,
    entity,
    issued_rows,
    matching,
    read_query,
    service_document,
)
from service.odata.model import csdl
from service.projections.shape import encode
from service.state.app_state import JSON_TYPE
from service.web.respond import TheAppState

router = APIRouter(prefix="/odata", include_in_schema=False)
_VERSION = {"OData-Version": "4.0", "Cache-Control": "no-cache"}


@router.get("/", dependencies=[requires("public")])
def root(request: Request) -> Response:
    """The service document."""
    return _json(service_document(_root(request)))


@router.get("/$metadata", dependencies=[requires("public")])
def metadata() -> Response:
    """The schema of the feed, in XML."""
    return Response(csdl(), media_type="application/xml", headers=_VERSION)


@router.get("/Projections")
def projections(request: Request, app_state: TheAppState, by: Public) -> Response:
    """Rows, filtered, ordered, a page at a time."""
    query = _query(request)
    answer = _json(collection(issued_rows(app_state, by), query, _root(request)))
    if query.preferred:
        answer.headers["Preference-Applied"] = f"odata.maxpagesize={query.page}"
    return answer


@router.get("/Projections/$count")
def count(request: Request, app_state: TheAppState, by: Public) -> Response:
    """The number of rows, or of rows that match a filter."""
    number = len(matching(issued_rows(app_state, by), _query(request)))
    return Response(str(number), media_type="text/plain", headers=_VERSION)


@router.get("/Projections({key})")
def one(key: str, request: Request, app_state: TheAppState, by: Public) -> Response:
    """One row by its key."""
    return _json(entity(issued_rows(app_state, by), key, _query(request), _root(request)))


def _query(request: Request) -> Query:
    return read_query(request.query_params.multi_items(), request.headers.get("prefer", ""))


def _root(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}/odata/"


def _json(content: dict[str, Any]) -> Response:
    kind = f"{JSON_TYPE};odata.metadata=minimal"
    return Response(encode(content), media_type=kind, headers=_VERSION)
