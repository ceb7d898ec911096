"""What all routes share: the desk, the vintage asked for, conditional answers, pages."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from jinja2 import Environment, PackageLoader

from service.assets import address
from service.desk import Body, Desk
from service.problems import MEDIA_TYPE
from service.schemas import Problem
from service.texts import TEXT, Lang

# Both are coroutines though they wait for nothing: FastAPI sends plain functions
# to another thread, which costs more than the answer itself.


async def desk_of(request: Request) -> Desk:
    """The running service's desk."""
    desk: Desk = request.app.state.desk
    return desk


async def language(
    desk: Annotated[Desk, Depends(desk_of)],
    lang: Annotated[Literal["vi", "en"] | None, Query(description="default: VEDICH_LANG")] = None,
) -> Literal["vi", "en"]:
    """The language asked for, else that of the settings."""
    return lang or desk.settings.lang


TheDesk = Annotated[Desk, Depends(desk_of)]
Language = Annotated[Literal["vi", "en"], Depends(language)]
AsOf = Annotated[
    str | None,
    Query(
        description="The vintage: YYYY-MM (all published up to the last day of that month) or "
        "YYYY-MM-DD; default the newest.",
        examples=["2021-06"],
    ),
]


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


def render(template: str, lang: Lang, content: dict[str, Any]) -> str:
    """A page of `service/pages` with its language's texts as `t`."""
    return _templates().get_template(template).render(t=TEXT[lang], lang=lang, **content)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("service", "pages"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset"] = address
    return environment


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
