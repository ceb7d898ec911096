"""A new version of a plan: the targets that change, its day and document, shown first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response

from data.plans.plan import Plan, PlanVersion
from data.plans.rows import load_plan
from data.readers.plan_document.file import read_version
from data.readers.plan_document.yaml import version_document
from models.errors import InputError, InvalidTarget, VedichError
from models.targets.target import Target
from service.auth.access import Entry, Viewer
from service.pages.manage.forms import (
    Column,
    Text,
    TypedNumber,
    at,
    problems_of,
    refusal_status,
    seen,
    shown,
    typed_day,
)
from service.pages.page import Page, site_of
from service.pages.site import Site
from service.pages.views.frame import PlanContent, frame_of, shown_day
from service.state.app_state import AppState
from service.texts import (
    LANGUAGES,
    LEVEL,
    TEXT,
    Lang,
    day_of,
    name_of,
    period_name,
    plain_bounds,
    unit_name,
)
from service.typed_numbers import written
from service.web.respond import Language, TheAppState
from service.wording import worded
from service.workflow.plan_entry import TargetRow, target_rows, version_changes
from service.workflow.plans import add_version

router = APIRouter(prefix="/plans/{plan}", include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]
LARGEST = 1_000_000  # characters of a version sent back


@dataclass(frozen=True)
class RowShown:
    """A target in the table: what it is now, and what was typed."""

    kpi: str
    name: str
    about: str
    unit: str
    now: str
    comparator: str
    lower: TypedNumber
    upper: TypedNumber
    has_lower: bool
    has_upper: bool
    dropped: bool = False


@dataclass(frozen=True, kw_only=True)
class AmendContent(PlanContent):
    """The content of the page on which a plan is amended.

    Attributes
    ----------
    number : of the new version
    first : whether the plan has no version yet
    text : the version as it will be saved, once it was read; '' before
    changes : what it changes of the last version, as sentences
    """

    number: int
    first: bool
    rows: tuple[RowShown, ...]
    adopted: str = ""
    document: str = ""
    note: str = ""
    problems: tuple[str, ...] = ()
    text: str = ""
    day: str = ""
    changes: tuple[str, ...] = ()


@router.get("/amend")
def amend_page(
    plan: PlanSlug, request: Request, app_state: TheAppState, by: Viewer, lang: Language
) -> Page:
    """The targets in force, to be changed by a decision of a day."""
    site = site_of(request, lang, by, plan, "amend")
    document = load_plan(app_state.store, plan)
    rows = target_rows(app_state.store, document)
    shown_rows = tuple(_row(document, row, lang) for row in rows)
    return shown("amend.html", site, _content(app_state, document, site, shown_rows))


@router.post("/amend", response_model=None)
def amend_plan(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Entry,
    lang: Language,
    adopted: Text = "",
    document: Text = "",
    note: Text = "",
    lower: Column = [],  # noqa: B006 (FastAPI copies it)
    upper: Column = [],  # noqa: B006
    drop: Column = [],  # noqa: B006
    text: Annotated[str, Form(max_length=LARGEST)] = "",
) -> Response:
    """The version as it was read, with what it changes; then its entry.

    `lower` and `upper` have an entry for each row, `drop` the places of rows to leave out;
    `text` is the version as it was shown.
    """
    site = site_of(request, lang, by, plan, "amend")
    known = load_plan(app_state.store, plan)
    rows = target_rows(app_state.store, known)
    if text:
        add_version(app_state.store, plan, _sent(text), by.name)
        return seen(site.page("versions", as_of=None))
    gone = {int(place) for place in drop if place.isdigit()}
    shown_rows = tuple(
        _row(known, row, lang, (at(lower, place), at(upper, place)), place in gone)
        for place, row in enumerate(rows)
    )
    content = replace(
        _content(app_state, known, site, shown_rows), adopted=adopted, document=document, note=note
    )
    try:
        head = {"adopted": typed_day(adopted, lang), "document": document.strip(), "note": note}
        data = _data(known, rows, shown_rows, head, content.number)
        version = read_version(data, known.kpis, known.year, TEXT[lang]["amend.title"])
    except VedichError as error:
        content = replace(content, problems=problems_of(error, lang))
        return shown("amend.html", site, content, refusal_status(error))
    content = replace(
        content,
        text=json.dumps(data, default=str, ensure_ascii=False),
        day=day_of(version.adopted, lang),
        changes=_changes(known, version, lang),
    )
    return shown("amend_check.html", site, content)


def _sent(text: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, Mapping):
        raise InputError("expected the version as it was shown; go back and look at it again.")
    return data


def _content(
    app_state: AppState, plan: Plan, site: Site, rows: tuple[RowShown, ...]
) -> AmendContent:
    return AmendContent(
        frame=frame_of(app_state, plan, site, shown_day(app_state, plan)),
        number=max((one.number for one in plan.versions), default=0) + 1,
        first=not plan.versions,
        rows=rows,
        adopted="" if plan.versions else date(plan.year, 1, 15).isoformat(),
    )


def _row(
    plan: Plan,
    row: TargetRow,
    lang: Lang,
    typed: tuple[str, str] | None = None,
    dropped: bool = False,
) -> RowShown:
    kpi, target = plan.kpi(row.kpi), row.target
    growth = target.form == "growth"
    unit = TEXT[lang]["amend.growth"] if growth else unit_name(kpi.unit, lang)
    ends = (target.lower, target.upper) if row.filled else (None, None)
    texts = typed or tuple("" if end is None else written(end, lang) for end in ends)
    places = 1 if growth else kpi.decimals
    asked = "%" if growth else kpi.unit
    both = target.comparator in ("between", "about")
    return RowShown(
        kpi=row.kpi,
        name=name_of(kpi, lang),
        about=" · ".join(
            part for part in (LEVEL[lang][target.level], period_name(row.period, lang)) if part
        ),
        unit=unit,
        now=plain_bounds(target, kpi.unit, lang, kpi.decimals) if row.filled else "",
        comparator=TEXT[lang][f"newplan.comparator.{target.comparator}"],
        lower=TypedNumber.of(texts[0], lang, asked, places),
        upper=TypedNumber.of(texts[1], lang, asked, places),
        has_lower=target.comparator != "at_most",
        has_upper=target.comparator == "at_most" or both,
        dropped=dropped,
    )


def _data(
    plan: Plan,
    rows: Sequence[TargetRow],
    typed: Sequence[RowShown],
    head: Mapping[str, Any],
    number: int,
) -> dict[str, Any]:
    """The version in the keys of a plan document; raise `InputError` for what cannot be read."""
    kept: list[tuple[str, Target]] = []
    for row, one in zip(rows, typed, strict=True):
        problem = one.lower.problem or one.upper.problem
        if problem:
            raise _wrong(one.name, problem)
        ends = (one.lower.value, one.upper.value)
        if one.dropped or ends == (None, None):
            continue
        try:
            target = replace(
                row.target,
                lower=ends[0],
                upper=ends[1],
                period=row.period or "year",
                source=row.target.source if _same(row, ends) else head["document"],
            )
        except InvalidTarget as error:
            raise _wrong(one.name, {lang: worded(error, lang) for lang in LANGUAGES}) from None
        kept.append((row.kpi, target))
    newest = max(plan.versions, key=lambda one: (one.adopted, one.number), default=None)
    slugs = {kpi for kpi, _ in kept}
    tasks = tuple(task for task in (newest.tasks if newest else ()) if task[0] in slugs)
    version = PlanVersion(
        number, head["adopted"], head["document"], tuple(kept), head["note"], tasks
    )
    return dict(version_document(version))


def _same(row: TargetRow, ends: tuple[float | None, float | None]) -> bool:
    return row.filled and (row.target.lower, row.target.upper) == ends


def _wrong(name: str, reason: str | Mapping[str, str]) -> InputError:
    """The error of a row; a text is in the reader's language already."""
    return InputError("{name}: {reason}", name=name, reason=reason)


def _changes(plan: Plan, version: PlanVersion, lang: Lang) -> tuple[str, ...]:
    found = version_changes(plan, version)
    if found is None:
        return tuple(
            f"{name_of(plan.kpi(kpi), lang)}: "
            f"{plain_bounds(target, plan.kpi(kpi).unit, lang, plan.kpi(kpi).decimals)}"
            for kpi, target in version.targets
        )
    return tuple(told[lang] for told in found.texts)
