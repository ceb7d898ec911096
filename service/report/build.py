"""Builds a report from projections and the data behind them: facts, text, letterhead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.sign_off.rules import State
from models.errors import InputError, NoObservations
from models.series import Month
from service.projections.basis import Basis
from service.projections.facts import Facts, facts_of
from service.projections.view import ProjectionView
from service.report import annex
from service.report.body.appendices import appendices
from service.report.body.material import Entered, Material
from service.report.body.slots import open_points
from service.report.content import explanation_blocks, report_blocks
from service.report.document import Appendix, Part, Report, ReportKind, canonical
from service.report.figures import figures_table, kpi_sheet
from service.report.letterhead import Letterhead
from service.shapes.analysis import ChangeList
from service.texts import LANGUAGES, TEXT, Lang, Texts, month_of_year

LABEL: Mapping[Lang, Texts] = {lang: Texts(lang, "label.") for lang in LANGUAGES}

# the last observed month that each kind of report needs
_CUTOFFS: Mapping[ReportKind, tuple[int, ...]] = {
    "quarter": (2, 3, 5, 6, 8, 9, 11, 12),
    "half-year": (5, 6),
    "nine-month": (8, 9),
    "year": (11, 12),
}
_FITTING: Mapping[int, ReportKind] = {3: "quarter", 6: "half-year", 9: "nine-month", 12: "year"}
NOTHING_ENTERED = Entered()


@dataclass(frozen=True)
class Wanted:
    """The kind of report to build.

    Attributes
    ----------
    lang : of all texts
    part : the official report, the internal analysis, or explanation sheets
    kind : None: by the last month of the figures: quarter with March's, half-year with
        June's, nine-month with September's, year with December's, else month
    state : of the sign-off; any state but issued is a draft
    kpi : of an explanation sheet; None: all endangered targets
    """

    lang: Lang = "vi"
    part: Part = "report"
    kind: ReportKind | None = None
    state: State = "draft"
    kpi: str | None = None


def build(
    basis: Basis,
    projections: Sequence[ProjectionView],
    letterhead: Letterhead,
    wanted: Wanted,
    changes: ChangeList | None = None,
    entered: Entered = NOTHING_ENTERED,
) -> Report:
    """The report of a plan at a vintage.

    Parameters
    ----------
    basis : plan, version in force, vintage and the figures published up to it
    projections : of the plan's KPIs at that vintage
    letterhead : of the plan's family
    wanted : language, part, kind and state
    changes : why projections changed since the last report, for the annex
    entered : texts and notes that people wrote for it

    Raises
    ------
    NoObservations
        If no figure of the plan's year was published up to that date.
    InputError
        If the kind does not fit the last observed month.
    UnknownKpi, InputError
        If an explanation is asked for a KPI that the plan or a target does not have.
    """
    facts = facts_of(basis.plan, projections, basis.panel, basis.day)
    return report_from(
        basis, material_of(basis, facts, letterhead, wanted, entered), wanted, changes
    )


def material_of(
    basis: Basis,
    facts: tuple[Facts, ...],
    letterhead: Letterhead,
    wanted: Wanted,
    entered: Entered = NOTHING_ENTERED,
) -> Material:
    """What a report is written from; the errors are those of `build`."""
    plan = basis.plan
    cutoff = max((one.cutoff for one in facts if one.cutoff), default=None)
    if cutoff is None:
        raise NoObservations(
            "plan '{plan}': no figure of {year} was published up to {day}; ask for a later "
            "date, or load figures.",
            plan=plan.slug,
            year=plan.year,
            day=basis.day,
        )
    return Material(
        plan=plan,
        version=basis.version,
        day=basis.day,
        facts=facts,
        kind=_kind(wanted.kind, cutoff),
        cutoff=cutoff,
        letterhead=letterhead,
        lang=wanted.lang,
        entered=entered,
    )


def report_from(
    basis: Basis, material: Material, wanted: Wanted, changes: ChangeList | None
) -> Report:
    """The report written from its material."""
    lang, text, plan = wanted.lang, TEXT[wanted.lang], basis.plan
    facts, kind, cutoff = material.facts, material.kind, material.cutoff
    title, subject = text["report.title"], _subject(kind, cutoff, lang)
    added: tuple[Appendix, ...] = ()
    if wanted.part == "annex":
        title, subject = text["annex.title"], text["annex.subject"].format(year=plan.year)
        body = annex.blocks(material, basis.panel, changes)
    elif wanted.part == "explanation":
        title = text["report.title.explanation"]
        subject = text["report.subject.explanation"].format(year=plan.year)
        body, added = explanation_blocks(material, wanted.kpi)
    else:
        body, added = report_blocks(material), appendices(material)
    report = Report(
        part=wanted.part,
        kind=kind,
        lang=lang,
        year=plan.year,
        letterhead=material.letterhead,
        title=title,
        subject=subject,
        banner="" if wanted.state == "issued" else text["report.draft"],
        labels=_labels(basis, wanted.part, lang),
        blocks=body,
        figures=figures_table(facts, wanted.part, lang),
        sheets=tuple(kpi_sheet(one, wanted.part, lang) for one in facts),
        facts=facts,
        appendices=added,
        open_points=open_points(material),
    )
    return canonical(report)


def _kind(requested: ReportKind | None, cutoff: Month) -> ReportKind:
    """The requested kind, if it fits the figures; by default the kind that fits them."""
    if requested is None:
        return _FITTING.get(cutoff.month, "month")
    months = _CUTOFFS.get(requested)
    if months is not None and cutoff.month not in months:
        given = " or ".join(map(str, months))
        raise InputError(
            "report of kind '{requested}': expected figures through month {given}, found "
            "them through {cutoff}. Ask for another date or kind.",
            requested=requested,
            given=given,
            cutoff=cutoff,
        )
    return requested


def _subject(kind: ReportKind, cutoff: Month, lang: Lang) -> str:
    text, year, quarter = TEXT[lang], cutoff.year, (cutoff.month + 2) // 3
    if kind == "half-year":
        return text["report.subject.half_year"].format(year=year)
    if kind == "nine-month":
        return text["report.subject.nine_month"].format(year=year)
    if kind == "year":
        return text["report.subject.year"].format(year=year)
    if kind == "quarter":
        if quarter == 1:
            return text["report.subject.quarter_alone"].format(year=year)
        if quarter == 4:
            return text["report.subject.last_quarter"].format(year=year)
        numeral = ("I", "II", "III", "IV")[quarter - 1]
        return text["report.subject.quarter"].format(quarter=numeral, count=3 * quarter, year=year)
    if cutoff.month == 1:
        return text["report.subject.january"].format(year=year)
    month = month_of_year(cutoff, lang)
    return text["report.subject.month"].format(month=month, count=cutoff.month, year=year)


def _labels(basis: Basis, part: Part, lang: Lang) -> tuple[str, ...]:
    """The label of the plan's answers, then internal for an annex."""
    label = basis.label()
    labels = [LABEL[lang].get(label[lang].lower(), label[lang].upper())] if label else []
    return (*labels, TEXT[lang]["annex.internal"]) if part == "annex" else tuple(labels)
