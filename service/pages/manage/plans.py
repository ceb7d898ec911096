"""A plan made from a workbook or a form, shown before it is saved; next year's plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

import yaml
from fastapi import APIRouter, File, Form, Path, Query, Request, Response, UploadFile

from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import load_plan
from data.readers.plan_document.file import plan_text, plan_workbook, read_plan
from data.readers.spreadsheet.words import COMPARATORS
from models.errors import InputError, VedichError
from models.kinds import TRAITS
from models.targets.target import Target
from service.auth.access import Caller, Entry, Viewer, requires
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
from service.pages.views.frame import Choice, PlanContent, frame_of, shown_day
from service.state.app_state import XLSX_TYPE, AppState
from service.texts import TEXT, Lang, day_of, name_of, plain_bounds, unit_name
from service.typed_numbers import places_of, read_number
from service.web.bodies import largest_body
from service.web.respond import Language, TheAppState, file_named
from service.workflow.plan_entry import (
    KpiRow,
    known_plan,
    new_versions,
    next_year,
    plan_document,
    refuse_others,
    save,
    version_changes,
)

router = APIRouter(include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]
LARGEST = 8_000_000  # bytes of a plan as a workbook
NEW_PLAN = "/new-plan"
_ROWS, _MOST_ROWS = 8, 60  # rows of the form, at first and at most
_KINDS = tuple(
    kind for kind in TRAITS if kind in ("flow", "average", "closing", "growth", "count")
)
_COMPARATORS = tuple(one for one in COMPARATORS if one in ("at_least", "at_most"))


@dataclass(frozen=True)
class KpiTyped:
    """A row of the form as typed."""

    name: str = ""
    unit: str = ""
    kind: str = "flow"
    comparator: str = "at_least"
    bound: str = ""
    problem: str = ""


@dataclass(frozen=True)
class PlanTyped:
    """The form as typed."""

    name: str = ""
    body: str = ""
    year: str = ""
    adopted: str = ""
    document: str = ""
    rows: tuple[KpiTyped, ...] = ()


@dataclass(frozen=True)
class NewPlanContent:
    """The content of the page on which a plan is made."""

    typed: PlanTyped
    kinds: tuple[Choice, ...]
    comparators: tuple[Choice, ...]
    rows: int
    problems: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True)
class KpiShown:
    """A KPI of a plan that is about to be saved, and what it is to reach."""

    name: str
    unit: str
    kind: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class VersionShown:
    """A version that is about to be saved, and what it changes of the last."""

    number: int
    adopted: str
    document: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class PlanCheckContent:
    """A plan that was read, before it is saved.

    Attributes
    ----------
    known : whether there is such a plan already
    redefined : names of its KPIs that the document defines otherwise
    text : the plan as it will be saved
    """

    plan: Plan
    name: str
    known: bool
    kpis: tuple[KpiShown, ...]
    versions: tuple[VersionShown, ...]
    redefined: tuple[str, ...]
    text: str
    problems: tuple[str, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether saving it would change nothing that a page shows."""
        return self.known and not (self.versions or self.redefined)


@dataclass(frozen=True, kw_only=True)
class RollOverContent(PlanContent):
    """The content of the page that makes next year's plan."""

    year: str
    kept: int
    problems: tuple[str, ...] = ()


@router.get(NEW_PLAN)
def new_plan_page(
    request: Request,
    by: Entry,
    lang: Language,
    rows: Annotated[int, Query(ge=1, le=_MOST_ROWS)] = _ROWS,
) -> Page:
    """Three ways to make a plan: a workbook to fill in, its upload, a form."""
    return shown("new_plan.html", site_of(request, lang, by), _new_plan(lang, rows=rows))


@router.get(f"{NEW_PLAN}/template.xlsx", dependencies=[requires("entry")], response_class=Response)
def blank_plan() -> Response:
    """The blank plan as a workbook."""
    return Response(plan_workbook(), media_type=XLSX_TYPE, headers=file_named("ke-hoach.xlsx"))


@router.get("/plans/{plan}/plan.xlsx", dependencies=[requires("viewer")], response_class=Response)
def filled_plan(plan: PlanSlug, app_state: TheAppState) -> Response:
    """A plan as a workbook, to be changed and sent again."""
    content = plan_workbook(load_plan(app_state.store, plan))
    return Response(content, media_type=XLSX_TYPE, headers=file_named(f"{plan}.xlsx"))


@router.post(NEW_PLAN, response_model=None)
@largest_body(LARGEST)
def make_plan(
    request: Request,
    app_state: TheAppState,
    by: Entry,
    lang: Language,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form(max_length=LARGEST)] = "",
    save_it: Annotated[bool, Form(alias="save")] = False,
    name: Text = "",
    body: Text = "",
    year: Text = "",
    adopted: Text = "",
    document: Text = "",
    kpi: Column = [],  # noqa: B006 (FastAPI copies it)
    unit: Column = [],  # noqa: B006
    kind: Column = [],  # noqa: B006
    comparator: Column = [],  # noqa: B006
    bound: Column = [],  # noqa: B006
) -> Response:
    """A plan read from a workbook or the form and shown; then saved.

    `text` is the plan as it was shown, sent back with `save`.
    """
    site = site_of(request, lang, by)
    columns = (kpi, unit, kind, comparator, bound)
    typed = _typed((name, body, year, adopted, document), columns, lang)
    sent = file.filename if file is not None and file.filename else ""
    try:
        if text:
            plan = read_plan(text.encode(), TEXT[lang]["newplan.typed"])
        elif sent and file is not None:
            with app_state.reading_files:
                plan = read_plan(file.file.read(LARGEST + 1), sent)
        else:
            plan = _of_form(typed, lang)
        refuse_others(app_state.store, plan, by)
        if save_it and text:
            save(app_state.store, plan, by.name, by)
            return seen(site.to(f"/plans/{plan.slug}/manage", as_of=None))
    except VedichError as error:
        content = _new_plan(lang, typed, problems=problems_of(error, lang), file=sent)
        return shown("new_plan.html", site, content, refusal_status(error))
    return shown("plan_check.html", site, _check(app_state, plan, lang))


@router.get("/plans/{plan}/roll-over")
def roll_over_page(
    plan: PlanSlug, request: Request, app_state: TheAppState, by: Viewer, lang: Language
) -> Page:
    """Asks for the year of the plan that follows."""
    site, content = _roll_over(request, app_state, by, plan, lang)
    return shown("roll_over.html", site, content)


@router.post("/plans/{plan}/roll-over", response_model=None)
def roll_over_plan(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Entry,
    lang: Language,
    year: Text = "",
) -> Response:
    """Make the plan of a later year, whose targets are filled in next."""
    try:
        if not year.strip().isdigit():
            raise InputError("expected a whole number, found '{text}'.", text=year)
        new = next_year(app_state.store, plan, int(year), by.name)
    except VedichError as error:
        site, content = _roll_over(
            request, app_state, by, plan, lang, year, problems_of(error, lang)
        )
        return shown("roll_over.html", site, content, refusal_status(error))
    site = site_of(request, lang, by, new.slug)
    return seen(site.page("amend", as_of=None))


def _roll_over(
    request: Request,
    app_state: AppState,
    by: Caller,
    plan: str,
    lang: Lang,
    year: str = "",
    problems: tuple[str, ...] = (),
) -> tuple[Site, RollOverContent]:
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "roll-over")
    frame = frame_of(app_state, document, site, shown_day(app_state, document))
    content = RollOverContent(
        frame=frame,
        year=year or str(document.year + 1),
        kept=len(document.kpis),
        problems=problems,
    )
    return site, content


def _new_plan(
    lang: Lang,
    typed: PlanTyped | None = None,
    rows: int = _ROWS,
    problems: tuple[str, ...] = (),
    file: str = "",
) -> NewPlanContent:
    typed = typed or PlanTyped(year=str(date.today().year))
    wanted = max(rows, len(typed.rows))
    filled = (*typed.rows, *(KpiTyped() for _ in range(wanted - len(typed.rows))))
    text = TEXT[lang]
    return NewPlanContent(
        PlanTyped(**{**vars(typed), "rows": filled}),
        tuple((kind, text[f"newplan.kind.{kind}"]) for kind in _KINDS),
        tuple((one, text[f"newplan.comparator.{one}"]) for one in _COMPARATORS),
        min(wanted + _ROWS, _MOST_ROWS),
        problems,
        file,
    )


def _typed(
    head: tuple[str, str, str, str, str], columns: tuple[list[str], ...], lang: Lang
) -> PlanTyped:
    """The form as typed, without its empty rows at the end."""
    rows = []
    for place in range(min(max(map(len, columns), default=0), _MOST_ROWS)):
        name, unit, kind, comparator, bound = (at(column, place) for column in columns)
        if name or unit or bound:
            read = TypedNumber.of(bound, lang, unit)
            rows.append(KpiTyped(name, unit, kind, comparator, bound, read.problem))
    return PlanTyped(*head, tuple(rows))


def _of_form(typed: PlanTyped, lang: Lang) -> Plan:
    """The plan that a form describes; raise `InputError` for what is missing."""
    wrong = next((row for row in typed.rows if row.problem), None)
    if wrong is not None:
        read_number(wrong.bound, lang, wrong.unit)
    if not typed.rows:
        raise InputError("expected at least one KPI with its name and unit; found none.")
    if not typed.year.strip().isdigit():
        raise InputError("expected a whole number, found '{text}'.", text=typed.year)
    rows = [
        KpiRow(
            row.name,
            row.unit,
            row.kind,
            row.comparator,
            TypedNumber.of(row.bound, lang, row.unit).value,
        )
        for row in typed.rows
    ]
    day = typed_day(typed.adopted, lang).isoformat() if typed.adopted.strip() else ""
    data = plan_document(
        typed.name, typed.body, int(typed.year), day, typed.document.strip(), rows
    )
    written = yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False)
    return read_plan(written.encode(), TEXT[lang]["newplan.typed"])


def _check(app_state: AppState, plan: Plan, lang: Lang) -> PlanCheckContent:
    before = known_plan(app_state.store, plan.slug)
    versions = new_versions(before, plan)
    newest = max(plan.versions, key=lambda one: (one.adopted, one.number), default=None)
    known = {kpi.slug: kpi for kpi in before.kpis} if before else {}
    return PlanCheckContent(
        plan=plan,
        name=name_of(plan, lang),
        known=before is not None,
        kpis=tuple(
            KpiShown(
                name_of(kpi, lang),
                unit_name(kpi.unit, lang),
                TEXT[lang][f"newplan.kind.{kpi.kind}"],
                tuple(
                    plain_bounds(target, kpi.unit, lang, _places(kpi, target))
                    for target in (newest.targets_of(kpi.slug) if newest else ())
                ),
            )
            for kpi in plan.kpis
        ),
        versions=tuple(
            VersionShown(
                one.number,
                day_of(one.adopted, lang),
                one.document,
                _changes(before, one, lang) if before else (),
            )
            for one in versions
        ),
        redefined=tuple(
            name_of(kpi, lang)
            for kpi in plan.kpis
            if before is not None and known.get(kpi.slug) != kpi
        ),
        text=plan_text(plan),
    )


def _places(kpi: Kpi, target: Target) -> int:
    """The decimals of a target as it was set, and at least those of its KPI."""
    ends = (target.lower, target.upper)
    return max(kpi.decimals, *(places_of(round(end, 6)) for end in ends if end is not None))


def _changes(before: Plan, version: PlanVersion, lang: Lang) -> tuple[str, ...]:
    found = version_changes(before, version)
    if found is None:
        return ()
    return tuple(told[lang] for told in found.texts)
