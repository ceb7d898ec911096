"""Figures and projections of a plan as SDMX-CSV and JSON-stat."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from data.plans.rows import load_plan
from service.api.projections import shown_to
from service.auth.access import Public, requires
from service.exchange.cube import projections_cube
from service.exchange.written import MEDIA_TYPES, Format, figures_of, written
from service.projections.basis import as_of_date
from service.state.app_state import Body, etag_key, etag_of
from service.web.respond import AsOf, Language, TheAppState, problems, respond

router = APIRouter(prefix="/v1/plans/{plan}/exchange", tags=["exchange"])

PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind.split(";")[0]: {} for kind in MEDIA_TYPES.values()}}
}


@router.get(
    "/figures.{form}",
    dependencies=[requires("viewer")],
    response_class=Response,
    responses={**_CONTENT, **problems(404, 422)},
)
def figures(
    plan: PlanSlug,
    form: Format,
    request: Request,
    app_state: TheAppState,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """Printed figures up to a vintage: SDMX-CSV has every publication, JSON-stat the newest."""

    def make() -> Body:
        day = app_state.day_of(plan, as_of)
        text = written(figures_of(app_state, plan, day, lang), form)
        panel = app_state.panel(load_plan(app_state.store, plan).family)
        tag = etag_of([panel.hash(day)], f"-{lang}-{form}")
        return Body(text.encode(), MEDIA_TYPES[form], tag)

    return respond(
        request, app_state.picture(plan, ("exchange", "figures", form, lang, as_of), make)
    )


@router.get(
    "/projections.{form}",
    response_class=Response,
    responses={**_CONTENT, **problems(404, 409, 422)},
)
def projections(
    plan: PlanSlug,
    form: Format,
    request: Request,
    app_state: TheAppState,
    by: Public,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """Projected years, targets and probabilities; readers outside see issued ones."""

    def make() -> Body:
        document = load_plan(app_state.store, plan)
        shown = shown_to(by, app_state, plan, as_of)
        day = as_of_date(as_of) if as_of else max((one.as_of for one in shown), default=date.min)
        text = written(projections_cube(document, document.kpis, shown, day, lang), form)
        tag = etag_of([etag_key(one) for one in shown], f"-{lang}-{form}")
        return Body(text.encode(), MEDIA_TYPES[form], tag)

    key = ("exchange", "projections", by.inside, form, lang, as_of)
    return respond(request, app_state.picture(plan, key, make))
