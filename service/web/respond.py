"""What all routes share: the application's state, the vintage asked for, conditional answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response

from service.projections.shape import Shape, encode
from service.shapes.operation import Problem
from service.state.app_state import JSON_TYPE, AppState, Body
from service.web.problems import MEDIA_TYPE

# Both are coroutines though they wait for nothing: FastAPI sends plain functions
# to another thread, which costs more than the answer itself.


async def app_state_of(request: Request) -> AppState:
    """The state of the running application."""
    app_state: AppState = request.app.state.vedich
    return app_state


async def language(
    app_state: Annotated[AppState, Depends(app_state_of)],
    lang: Annotated[Literal["vi", "en"] | None, Query(description="default: VEDICH_LANG")] = None,
) -> Literal["vi", "en"]:
    """The language asked for, else that of the settings."""
    return lang or app_state.settings.lang


TheAppState = Annotated[AppState, Depends(app_state_of)]
Language = Annotated[Literal["vi", "en"], Depends(language)]
AsOf = Annotated[
    str | None,
    Query(
        description="The vintage: YYYY-MM (all published up to the last day of that month) or "
        "YYYY-MM-DD; default the newest.",
        examples=["2021-06"],
    ),
]


def answer(content: Shape, status: int = 200, location: str | None = None) -> Response:
    """A shape as JSON, written in one way everywhere; `location` is of what was made."""
    headers = None if location is None else {"Location": location}
    return Response(encode(content), status, headers, media_type=JSON_TYPE)


def respond(request: Request, body: Body) -> Response:
    """The body, or 304 where the asker holds it already (RFC 9110, If-None-Match)."""
    headers = {"ETag": body.etag, "Cache-Control": "no-cache"}
    held = request.headers.get("if-none-match")
    if held is not None and _holds(held, body.etag):
        return Response(status_code=304, headers=headers)
    return Response(body.content, media_type=body.media_type, headers=headers)


def _holds(held: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in held.split(",")]
    return etag in tags or "*" in tags


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error responses of a route, for its documentation."""
    return {
        status: {
            "model": Problem,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            "description": _MEANING[status],
        }
        for status in statuses
    }


_MEANING = {
    401: "Nobody is logged in, or the password is wrong",
    403: "Who asks may not do this",
    404: "No such plan, KPI, stamp, import or job; or nothing published by that date, or issued",
    409: "Nothing was trained on data up to that date, it is another step's turn, or what an "
    "import was previewed against has changed",
    413: "More bytes or files than are taken at once",
    422: "The request cannot be read",
    429: "Logging in failed too often",
    503: "The database or the trained bundle cannot be reached",
}
