"""What all routes share: application state, language, vintage, conditional responses."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Depends, Query, Request, Response

from service.projections.shape import Shape, encode
from service.shapes.operation import Problem
from service.state.app_state import JSON_TYPE, AppState, Body
from service.web.problems import MEDIA_TYPE

# Both are coroutines although they await nothing: FastAPI runs plain functions in a
# thread pool, which costs more than the call itself.


async def app_state_of(request: Request) -> AppState:
    """The state of the running application."""
    app_state: AppState = request.app.state.vedich
    return app_state


async def language(
    app_state: Annotated[AppState, Depends(app_state_of)],
    lang: Annotated[Literal["vi", "en"] | None, Query(description="default: VEDICH_LANG")] = None,
) -> Literal["vi", "en"]:
    """The requested language, else that of the settings."""
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
    """A shape as a JSON response; `location` is the path of what was created, not yet quoted."""
    headers = None if location is None else {"Location": quote(location)}
    return Response(encode(content), status, headers, media_type=JSON_TYPE)


def file_named(name: str, *, inline: bool = False) -> dict[str, str]:
    """The header that names a file; other letters than Latin ones too (RFC 6266)."""
    shown = "inline" if inline else "attachment"
    plain = "".join(letter if letter.isascii() and letter not in '"\\' else "_" for letter in name)
    other = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": f'{shown}; filename="{plain}"{other}'}


def respond(request: Request, body: Body) -> Response:
    """The body, or 304 if the client has it already (RFC 9110, If-None-Match)."""
    headers = {"ETag": body.etag, "Cache-Control": "no-cache"}
    known = request.headers.get("if-none-match")
    if known is not None and _matches(known, body.etag):
        return Response(status_code=304, headers=headers)
    return Response(body.content, media_type=body.media_type, headers=headers)


def _matches(known: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
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
    400: "A host name that is not this service's, or a body that cannot be read as text",
    408: "The body does not arrive in time",
    401: "Login required, or the password is wrong",
    403: "The caller may not do this",
    404: "No such plan, KPI, stamp, import or job; or nothing published by that date, or issued",
    409: "Nothing was trained on data up to that date, it is another step's turn, or what an "
    "import was previewed against has changed",
    413: "More bytes or files than are taken at once",
    422: "The request cannot be read",
    501: "An option that this service does not have",
    429: "Logging in failed too often",
    503: "The database or the trained bundle cannot be reached, or too much is sent at once",
}
