"""Reports of a plan as files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from models.series import Month
from service.auth.access import requires
from service.report.build import Wanted
from service.report.document import Part, ReportKind
from service.report.renderers.formats import LAYOUTS, Format
from service.report.request import file_name, report_file
from service.web.respond import AsOf, Language, TheAppState, file_named, problems, respond
from service.workflow.plan_form import form_name, plan_form_file

router = APIRouter(prefix="/v1/plans/{plan}", tags=["reports"])

Kind = Annotated[
    ReportKind | None,
    Query(description="default: half-year with June's figures, year with December's, else month"),
]
WhichPart = Annotated[Part, Query(description="the official report, or its internal annex")]


@router.get(
    "/report.{form}",
    dependencies=[requires("viewer")],
    response_class=Response,
    responses={
        200: {"content": {layout.media_type: {} for layout in LAYOUTS.values()}},
        **problems(404, 409, 422),
    },
)
def report(
    plan: Annotated[str, Path(examples=["vietnam-2021"])],
    form: Format,
    request: Request,
    app_state: TheAppState,
    lang: Language,
    as_of: AsOf = None,
    kind: Kind = None,
    part: WhichPart = "report",
) -> Response:
    """The report as Word, PDF, Excel, HTML or Markdown; probabilities only in the annex."""
    wanted = Wanted(lang=lang, part=part, kind=kind)
    day = app_state.day_of(plan, as_of)
    response = respond(request, report_file(app_state, plan, day, wanted, form))
    name = file_name(plan, day, wanted, form)
    response.headers.update(file_named(name, inline=form == "html"))
    return response


@router.get(
    "/form.xlsx",
    dependencies=[requires("viewer")],
    response_class=Response,
    responses={200: {"content": {LAYOUTS["xlsx"].media_type: {}}}, **problems(404, 422)},
)
def blank_form(
    plan: Annotated[str, Path(examples=["vietnam-2021"])],
    request: Request,
    app_state: TheAppState,
    lang: Language,
    month: Annotated[str, Query(description="of the report, YYYY-MM", examples=["2021-06"])],
) -> Response:
    """The blank report form of a month, to be filled in and loaded."""
    of = Month.parse(month)
    response = respond(request, plan_form_file(app_state, plan, of, lang))
    response.headers.update(file_named(form_name(plan, of)))
    return response
