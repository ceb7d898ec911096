"""Reports of a plan as files."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from data.db.audit import write_entry
from data.plans.report_texts import report_texts, write_report_text
from data.plans.rows import load_plan, save_plan
from models.errors import InputError, InvalidTarget
from models.series import Month
from models.targets.attainment import Thresholds
from service.auth.access import Approver, Checker, Entry, requires
from service.report.body.slots import open_points as still_open
from service.report.build import Wanted
from service.report.document import Part, ReportKind
from service.report.letterhead import BLANK, Letterhead, letterhead_of, save_letterhead
from service.report.renderers.formats import LAYOUTS, Format
from service.report.request import file_name, material_for, report_file
from service.shapes.report import (
    LetterheadShape,
    OpenPoints,
    ReportTextEntry,
    ReportTexts,
    ThresholdsShape,
)
from service.web.respond import (
    AsOf,
    Language,
    TheAppState,
    answer,
    file_named,
    problems,
    respond,
)
from service.workflow.plan_form import form_name, plan_form_file

router = APIRouter(prefix="/v1/plans/{plan}", tags=["reports"])

Kind = Annotated[
    ReportKind | None,
    Query(
        description="default by the last month of the figures: quarter with March's, half-year "
        "with June's, nine-month with September's, year with December's, else month"
    ),
]
WhichPart = Annotated[
    Part, Query(description="the official report, the internal analysis, or explanation sheets")
]
OfKpi = Annotated[
    str | None, Query(description="of an explanation; default every endangered target")
]
PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]


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
    kpi: OfKpi = None,
) -> Response:
    """The report as Word, PDF, Excel, HTML or Markdown; probabilities only in the annex."""
    wanted = Wanted(lang=lang, part=part, kind=kind, kpi=kpi)
    day = app_state.day_of(plan, as_of)
    response = respond(request, report_file(app_state, plan, day, wanted, form))
    name = file_name(plan, day, wanted, form)
    response.headers.update(file_named(name, inline=form == "html"))
    return response


@router.get(
    "/report/open",
    dependencies=[requires("viewer")],
    response_model=OpenPoints,
    responses=problems(404, 409, 422),
)
def open_points(
    plan: PlanSlug, app_state: TheAppState, lang: Language, as_of: AsOf = None
) -> Response:
    """What only people can fill in and is still open, and which targets need an explanation."""
    day = app_state.day_of(plan, as_of)
    found = material_for(app_state, plan, day, lang)
    endangered = tuple(one.kpi.slug for one in found.endangered)
    return answer(
        OpenPoints(plan=plan, as_of=day, open=still_open(found), explanations=endangered)
    )


@router.post(
    "/report/texts", status_code=201, response_model=ReportTexts, responses=problems(403, 404, 422)
)
def write_text(
    plan: PlanSlug, app_state: TheAppState, by: Entry, entry: ReportTextEntry
) -> Response:
    """Write a part of a month's report that only people can write."""
    document, month = load_plan(app_state.store, plan), Month.parse(str(entry.month))
    write_report_text(app_state.store, document, month, entry.slot, entry.text, by.name)
    texts = report_texts(app_state.store, plan, month)
    return answer(ReportTexts(month=month, texts=dict(texts)), 201)


@router.get(
    "/letterhead",
    dependencies=[requires("viewer")],
    response_model=LetterheadShape,
    responses=problems(404, 422),
)
def letterhead(plan: PlanSlug, app_state: TheAppState, lang: Language) -> Response:
    """The letterhead of the plan's family; blank fields are ''."""
    document = load_plan(app_state.store, plan)
    head = asdict(letterhead_of(app_state.settings.home, document, lang))
    shown = {name: "" if value == BLANK else value for name, value in head.items()}
    return answer(LetterheadShape.model_validate(shown))


@router.post("/letterhead", response_model=LetterheadShape, responses=problems(403, 404, 422))
def write_letterhead(
    plan: PlanSlug, app_state: TheAppState, by: Checker, lang: Language, entry: LetterheadShape
) -> Response:
    """Keep the letterhead of the plan's family."""
    document = load_plan(app_state.store, plan)
    head = Letterhead(**entry.model_dump())
    save_letterhead(app_state.settings.home, document, head, lang)
    with app_state.store.writing() as connection:
        write_entry(
            connection, by.name, "letterhead.save", document.family, after=entry.model_dump()
        )
    return letterhead(plan, app_state, lang)


@router.post("/thresholds", response_model=ThresholdsShape, responses=problems(403, 404, 422))
def write_thresholds(
    plan: PlanSlug, app_state: TheAppState, by: Approver, entry: ThresholdsShape
) -> Response:
    """Set from which probability and distance the plan's targets are on track, at risk, behind."""
    try:
        thresholds = Thresholds(**entry.model_dump())
    except InvalidTarget as reason:
        raise InputError(str(reason)) from reason
    document = load_plan(app_state.store, plan)
    save_plan(app_state.store, replace(document, thresholds=thresholds), by.name)
    return answer(entry)


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
