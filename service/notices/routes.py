"""Notices over HTTP: the list, the Atom feed, the rules of a plan."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from data.notices.rows import notices_of
from data.notices.rules import rules_of, save_rules
from data.plans.rows import load_plan
from service.auth.access import Approver, requires
from service.notices.shapes import NoticeList, RulesShape
from service.notices.written import atom, shape_of
from service.web.respond import Language, TheAppState, answer, problems

router = APIRouter(prefix="/v1/plans/{plan}/notices", tags=["notices"])
PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]


@router.get(
    "", dependencies=[requires("viewer")], response_model=NoticeList, responses=problems(404)
)
def notices(plan: PlanSlug, app_state: TheAppState) -> Response:
    """The newest notices of a plan, newest first."""
    slug = load_plan(app_state.store, plan).slug
    told = notices_of(app_state.store, slug)
    return answer(NoticeList(notices=tuple(map(shape_of, told))))


@router.get(
    "/feed.atom",
    dependencies=[requires("viewer")],
    response_class=Response,
    responses={200: {"content": {"application/atom+xml": {}}}, **problems(404)},
)
def feed(plan: PlanSlug, app_state: TheAppState, lang: Language) -> Response:
    """The same as an Atom feed, in the reader's language."""
    document = load_plan(app_state.store, plan)
    content = atom(document, notices_of(app_state.store, plan), lang)
    return Response(content, media_type="application/atom+xml")


@router.get(
    "/rules", dependencies=[requires("viewer")], response_model=RulesShape, responses=problems(404)
)
def rules(plan: PlanSlug, app_state: TheAppState) -> Response:
    """What is told of the plan, and who gets mail."""
    slug = load_plan(app_state.store, plan).slug
    return answer(RulesShape.of(rules_of(app_state.store, slug)))


@router.post("/rules", response_model=RulesShape, responses=problems(403, 404, 422))
def write_rules(
    plan: PlanSlug, app_state: TheAppState, by: Approver, entry: RulesShape
) -> Response:
    """Set what is told of the plan, and who gets mail."""
    slug = load_plan(app_state.store, plan).slug
    save_rules(app_state.store, slug, entry.rules(), by.name)
    return answer(entry)
