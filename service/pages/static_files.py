"""Styles, scripts and typefaces of pages; public."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from service.auth.access import requires
from service.web.answer_cache import uncached
from service.web.assets import MEDIA_TYPES, asset
from service.web.respond import TheAppState

router = APIRouter(include_in_schema=False)
CACHE_CONTROL = "public, max-age=31536000, immutable"  # the address changes with the content


@router.get("/static/{name}", dependencies=[requires("public")], response_class=Response)
@uncached
async def static_file(name: Annotated[str, Path()], app_state: TheAppState) -> Response:
    """A style, a script or a typeface."""
    content = await asset(name, app_state.settings.home)
    headers = {"Cache-Control": CACHE_CONTROL}
    return Response(content, media_type=MEDIA_TYPES[name], headers=headers)
