"""A few figures typed or corrected by hand; they go through the same preview as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, get_args

from fastapi import APIRouter, Path, Query, Request, Response

from data.ingestion.imports import Budget
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import load_plan
from data.vintages.observation import UNDATED, Form
from data.vintages.panel import Panel
from models.errors import InputError, VedichError
from models.series import FigureStatus, Month
from service.auth.access import Caller, Entry, Viewer
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
from service.pages.views.data import next_month, usual_of
from service.pages.views.frame import Choice, PlanContent, frame_of, shown_day
from service.state.app_state import AppState
from service.texts import FIGURE, FORM, TEXT, Lang, day_of, month_name, name_of, number, unit_name
from service.web.respond import Language, TheAppState
from service.workflow.typed_figures import TypedFigure, forms_of, preview_typed

router = APIRouter(prefix="/plans/{plan}", include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]
STATUSES: tuple[FigureStatus, ...] = ("estimate", "restated", "final")
assert set(STATUSES) <= set(get_args(FigureStatus))


@dataclass(frozen=True)
class FieldShown:
    """A field for one figure: its form, what is known, what was typed."""

    form: str
    known: str
    typed: TypedNumber


@dataclass(frozen=True)
class FigureRow:
    """A KPI in the table, with the field of the month and that of the year to date."""

    kpi: str
    name: str
    unit: str
    unit_asked: str
    decimals: int
    month: FieldShown
    to_date: FieldShown


@dataclass(frozen=True, kw_only=True)
class FiguresContent(PlanContent):
    """The content of the page on which figures are typed.

    Attributes
    ----------
    months : of the plan's year, to choose from
    usual : the day on which the month's figures are probably published, and its name
    january : whether the year to date is the month itself
    """

    month: str
    month_name: str
    months: tuple[Choice, ...]
    rows: tuple[FigureRow, ...]
    statuses: tuple[Choice, ...]
    status: str
    published: str
    usual: Choice
    source: str
    january: bool
    problems: tuple[str, ...] = ()


@router.get("/figures")
def figures_page(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    month: Annotated[str | None, Query(max_length=7)] = None,
) -> Page:
    """The figures of a month, as known, with a field beside each."""
    document = load_plan(app_state.store, plan)
    of = Month.parse(month) if month else next_month(app_state.panel(document.family), document)
    site, content = _content(request, app_state, by, document, of, lang)
    return shown("figures.html", site, content)


@router.post("/figures", response_model=None)
def enter_figures(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Entry,
    lang: Language,
    month: Text = "",
    published: Text = "",
    status: Text = "estimate",
    source: Text = "",
    kpi: Column = [],  # noqa: B006 (FastAPI copies it)
    value: Column = [],  # noqa: B006
    to_date: Column = [],  # noqa: B006
) -> Response:
    """Read the numbers; the preview shows them back beside what is known."""
    document, of = load_plan(app_state.store, plan), Month.parse(month)
    typed = {
        slug: (at(value, place), at(to_date, place)) for place, slug in enumerate(kpi) if slug
    }
    site, content = _content(
        request, app_state, by, document, of, lang, typed, (status, published, source)
    )
    try:
        day = typed_day(published, lang)
        if status not in STATUSES:
            raise InputError(
                "expected one of {known}, found '{text}'.",
                known=", ".join(STATUSES),
                text=status,
            )
        settings = app_state.settings
        found = preview_typed(
            app_state.store,
            plan,
            of,
            _read(document, content),
            (status, day, source.strip() or TEXT[lang]["typed.by"].format(name=by.name)),
            by.name,
            Budget(settings.uploads_of_caller, settings.uploads_of_all),
        )
    except VedichError as error:
        told = FiguresContent(**{**vars(content), "problems": problems_of(error, lang)})
        return shown("figures.html", site, told, refusal_status(error))
    return seen(f"{site.page('data', **{'import': found.upload.id, 'as_of': None})}#preview")


def _read(plan: Plan, content: FiguresContent) -> list[TypedFigure]:
    """The figures that were typed; raise `InputError` for what cannot be read, or for none."""
    found = []
    for row in content.rows:
        forms = forms_of(plan.kpi(row.kpi))
        for form, field in zip(forms, (row.month, row.to_date), strict=True):
            if field.typed.problem:
                raise InputError("{name}: {reason}", name=row.name, reason=field.typed.problem)
            if field.typed.value is not None:
                found.append(TypedFigure(row.kpi, form, field.typed.value))
    if not found:
        raise InputError("expected at least one figure, found none.")
    return found


def _content(
    request: Request,
    app_state: AppState,
    by: Caller,
    plan: Plan,
    month: Month,
    lang: Lang,
    typed: dict[str, tuple[str, str]] | None = None,
    about: tuple[str, str, str] = ("estimate", "", ""),
) -> tuple[Site, FiguresContent]:
    if month.year != plan.year:
        raise InputError(
            "expected a month of {year}, the year of '{slug}'; found {month}.",
            year=plan.year,
            slug=plan.slug,
            month=month,
        )
    panel = app_state.panel(plan.family)
    site = site_of(request, lang, by, plan.slug, "figures")
    usual = usual_of(panel, plan, month)
    status, published, source = about
    rows = tuple(
        _row(panel, kpi, month, (typed or {}).get(kpi.slug, ("", "")), lang)
        for kpi in plan.kpis
        if kpi.takes_figures
    )
    return site, FiguresContent(
        frame=frame_of(app_state, plan, site, shown_day(app_state, plan)),
        month=str(month),
        month_name=month_name(month, lang),
        months=tuple(
            (str(one), month_name(one, lang))
            for one in (Month(plan.year, number) for number in range(1, 13))
        ),
        rows=rows,
        statuses=tuple((one, FIGURE[lang][one]) for one in STATUSES),
        status=status,
        published=published or usual.isoformat(),
        usual=(usual.isoformat(), day_of(usual, lang)),
        source=source,
        january=month.month == 1,
    )


def _row(panel: Panel, kpi: Kpi, month: Month, typed: tuple[str, str], lang: Lang) -> FigureRow:
    forms = forms_of(kpi)
    rates = kpi.traits.known_by_rates
    unit, decimals = ("%", 1) if rates else (kpi.unit, kpi.decimals)
    newest = panel.newest(kpi.slug, UNDATED) if kpi.slug in panel.printed else {}
    fields = []
    for form, text in zip(forms, typed, strict=True):
        known = newest.get(form, {}).get(month.ordinal)
        fields.append(
            FieldShown(
                form=_form(form, lang),
                known=""
                if known is None
                else f"{number(known.value, lang, decimals)} ({FIGURE[lang][known.status]})",
                typed=TypedNumber.of(text, lang, unit, decimals),
            )
        )
    return FigureRow(
        kpi=kpi.slug,
        name=name_of(kpi, lang),
        unit=TEXT[lang]["typed.rate"] if rates else unit_name(kpi.unit, lang),
        unit_asked=unit,
        decimals=decimals,
        month=fields[0],
        to_date=fields[1],
    )


def _form(form: Form, lang: Lang) -> str:
    return FORM[lang][form]
