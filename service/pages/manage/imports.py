"""The preview of an upload, answered: which day it was published, which row is which KPI."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from data.ingestion.imports import match_row, previewed
from data.ingestion.publication import redate
from data.plans.rows import load_plan
from models.errors import InputError, UnknownImport, VedichError
from service.auth.access import Entry
from service.pages.manage.forms import (
    Column,
    Text,
    at,
    problems_of,
    refusal_status,
    seen,
    typed_day,
)
from service.pages.page import Page, page, site_of
from service.pages.views.data import data_content
from service.pages.views.frame import frame_of, shown_day
from service.state.app_state import AppState
from service.web.respond import Language, TheAppState

router = APIRouter(prefix="/plans/{plan}", include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]
IGNORED = "-"  # chosen for a row that is no KPI of the plan


@router.post("/data", response_model=None)
def answer_preview(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Entry,
    lang: Language,
    chosen: Annotated[str, Query(alias="import", max_length=20)],
    published: Text = "",
    row: Column = [],  # noqa: B006 (FastAPI copies it)
    kpi: Column = [],  # noqa: B006
) -> Response:
    """Say when the figures were published, or which KPIs its unknown rows are.

    `kpi` has an entry for each unknown row in their order, named again in `row`: a slug,
    `IGNORED`, or '' for a row that is left open.
    """
    site = site_of(request, lang, by, plan, "data")
    try:
        with app_state.reading_files:
            if published.strip():
                redate(app_state.store, chosen, typed_day(published, lang))
            else:
                _match(app_state, chosen, row, kpi, by.name)
    except UnknownImport:
        raise
    except VedichError as error:
        document = load_plan(app_state.store, plan)
        frame = frame_of(app_state, document, site, shown_day(app_state, document))
        content = data_content(app_state, frame, chosen, lang, problems_of(error, lang))
        return Page(page("data.html", site, content), refusal_status(error))
    return seen(f"{site.page('data', **{'import': chosen, 'as_of': None})}#preview")


def _match(app_state: AppState, id: str, labels: list[str], slugs: list[str], by: str) -> None:
    unknown = previewed(app_state.store, id).unknown
    if [one.row.label for one in unknown[: len(labels)]] != labels:
        raise InputError("the rows have changed since they were shown; look at them again.")
    for place, one in enumerate(unknown[: len(labels)]):
        if slug := at(slugs, place):
            match_row(app_state.store, id, one.row, None if slug == IGNORED else slug, by)
