"""A plan's report, for the command line and the routes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from data.plans.entries import log_of
from data.plans.plan import Plan
from data.plans.report_texts import report_texts
from data.plans.rows import load_plan
from data.sign_off.rows import issue_of, sign_off
from data.sign_off.rules import State
from models.errors import NoBundle, NoObservations
from models.series import Month
from service.analysis.changes import changes
from service.projections.basis import as_of_date
from service.report.body.material import Entered, Material
from service.report.build import Wanted, build, material_of
from service.report.document import Report
from service.report.letterhead import letterhead_of
from service.report.renderers.formats import LAYOUTS, Format, render
from service.shapes.analysis import ChangeList
from service.state.app_state import AppState, Body
from service.texts import Lang, words_of
from service.workflow.sign_off import stamps_of


def report_of(app_state: AppState, plan: str, day: date, wanted: Wanted) -> Report:
    """The content of a report, cached until the data or the letterhead change.

    Raises
    ------
    NoObservations, NoBundle
        If there are no figures or no bundle at that date.
    InputError
        If the kind does not fit the figures, or the letterhead cannot be read.
    """
    document = load_plan(app_state.store, plan)
    letterhead = letterhead_of(app_state.settings.home, document, wanted.lang)

    def make() -> Report:
        basis = app_state.basis(plan, day)
        projections = app_state.shown(plan, day)
        entered = entered_for(app_state, basis.plan, day, wanted.lang)
        state = _state(app_state, plan, day, stamps_of(projections))
        changed = changes_since(app_state, plan, day) if wanted.part == "annex" else None
        known = replace(wanted, state=state)
        return build(basis, projections, letterhead, known, changed, entered)

    return app_state.content(plan, ("report", day, wanted, letterhead), make)


def material_for(app_state: AppState, plan: str, day: date, lang: Lang) -> Material:
    """What the official report is written from, without writing it; errors as of `report_of`."""
    basis = app_state.basis(plan, day)
    letterhead = letterhead_of(app_state.settings.home, basis.plan, lang)
    entered = entered_for(app_state, basis.plan, day, lang)
    return material_of(basis, app_state.facts(plan, day), letterhead, Wanted(lang=lang), entered)


def entered_for(app_state: AppState, plan: Plan, day: date, lang: Lang) -> Entered:
    """What people wrote: the month's texts, and the year's notes known on that day."""
    notes: dict[str, list[str]] = {}
    for entry in log_of(app_state.store, plan.slug):
        if entry.day <= day and entry.month.year == plan.year:
            words = words_of({"vi": entry.text_vi, "en": entry.text_en}, lang)
            notes.setdefault(entry.kpi, []).append(words.strip())
    texts = report_texts(app_state.store, plan.slug, Month(day.year, day.month))
    return Entered(texts, {kpi: tuple(found) for kpi, found in notes.items()})


def changes_since(app_state: AppState, plan: str, day: date) -> ChangeList | None:
    """Why projections changed since the end of last month; None without projections then."""
    before = day.replace(day=1) - timedelta(days=1)
    try:
        return changes(app_state, plan, before, day)
    except (NoBundle, NoObservations):
        return None


def report_file(
    app_state: AppState, plan: str, day: date, wanted: Wanted, format_: Format
) -> Body:
    """The report as a file, cached until the data or the letterhead change."""
    document = load_plan(app_state.store, plan)
    letterhead = letterhead_of(app_state.settings.home, document, wanted.lang)

    def make() -> Body:
        content = render(report_of(app_state, plan, day, wanted), format_)
        tag = hashlib.sha256(content).hexdigest()[:16]
        return Body(content, LAYOUTS[format_].media_type, f'"{tag}"')

    return app_state.picture(plan, ("report", day, wanted, format_, letterhead), make)


def _state(app_state: AppState, plan: str, day: date, stamps: Mapping[str, str]) -> State:
    """The sign-off state of the month; issued only if exactly these figures were issued."""
    month = Month(day.year, day.month)
    if day != as_of_date(str(month)):
        return "draft"  # a month is signed as of its last day
    state = sign_off(app_state.store, plan, month).state
    issue = issue_of(app_state.store, plan, month)
    if state == "issued" and (issue is None or dict(issue.stamps) != dict(stamps)):
        return "draft"
    return state


def file_name(plan: str, day: date, wanted: Wanted, format_: Format) -> str:
    """'vietnam-2021-2021-06-30-report.docx'."""
    part = f"{wanted.part}-{wanted.kpi}" if wanted.kpi else wanted.part
    return f"{plan}-{day.isoformat()}-{part}.{format_}"
