"""Pages about movement: why things moved, and what would move them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from service.access import Viewer
from service.desk import Body
from service.projections import as_of_date
from service.routes.page import frame, page_body, respond_page, site_of, vintage_of
from service.routes.respond import AsOf, Language, TheDesk
from service.what_if_view import what_if_content
from service.why_view import why_content

router = APIRouter(prefix="/plans/{plan}", include_in_schema=False)
PlanSlug = Annotated[str, Path()]


@router.get("/why")
def why_page(
    plan: PlanSlug,
    request: Request,
    desk: TheDesk,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
    before: Annotated[str | None, Query(alias="from")] = None,
    every: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """Why performance moved, by component; and why the forecast moved, by cause."""
    document = desk.store.plan(plan)
    site = site_of(request, lang, by, plan, "why", as_of)
    since = as_of_date(before) if before else None

    def make() -> Body:
        day = vintage_of(desk, document, site)
        found = {} if day is None else why_content(desk, document, since, day, every, lang)
        return page_body("why.html", site, {**frame(desk, document, site, day), **found})

    return respond_page(request, desk.picture(plan, ("page", site), make))


@router.get("/what-if")
def what_if_page(
    plan: PlanSlug,
    request: Request,
    desk: TheDesk,
    by: Viewer,
    lang: Language,
    as_of: AsOf = None,
    number: Annotated[int | None, Query(alias="id")] = None,
) -> Response:
    """Suppose otherwise: a form, what was supposed before, and what came of it."""
    document = desk.store.plan(plan)
    site = site_of(request, lang, by, plan, "what-if", as_of)
    day = vintage_of(desk, document, site)
    found = {} if day is None else what_if_content(desk, document, day, number, lang)
    content = {**frame(desk, document, site, day), **found, "vintage": day and day.isoformat()}
    return respond_page(request, page_body("what_if.html", site, content))
