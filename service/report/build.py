"""Builds a report from projections and the data behind them: facts, text, letterhead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.sign_off.rules import State
from models.errors import InputError, NoObservations
from models.series import Month
from service.projections.basis import Basis
from service.projections.facts import facts_of
from service.projections.view import ProjectionView
from service.report import annex, content
from service.report.document import Part, Report, ReportKind, canonical
from service.report.figures import figures_table, kpi_sheet
from service.report.letterhead import Letterhead
from service.shapes.analysis import ChangeList
from service.texts import LANGUAGES, TEXT, Lang, Texts, day_of, month_name, name_of

LABEL: Mapping[Lang, Texts] = {lang: Texts(lang, "label.") for lang in LANGUAGES}

# the last observed month that each kind of report needs
_CUTOFFS: Mapping[ReportKind, tuple[int, ...]] = {"half-year": (5, 6), "year": (11, 12)}


@dataclass(frozen=True)
class Wanted:
    """The kind of report to build.

    Attributes
    ----------
    lang : of all texts
    part : the official report, or the internal annex to it
    kind : None: half-year with June's figures, year with December's, else month
    state : of the sign-off; any state but issued is a draft
    """

    lang: Lang = "vi"
    part: Part = "report"
    kind: ReportKind | None = None
    state: State = "draft"


def build(
    basis: Basis,
    projections: Sequence[ProjectionView],
    letterhead: Letterhead,
    wanted: Wanted,
    changes: ChangeList | None = None,
) -> Report:
    """The report of a plan at a vintage.

    Parameters
    ----------
    basis : plan, version in force, vintage and the figures published up to it
    projections : of the plan's KPIs at that vintage
    letterhead : of the plan's family
    wanted : language, part, kind and state
    changes : why projections changed since the last report, for the annex

    Raises
    ------
    NoObservations
        If no figure of the plan's year was published up to that date.
    InputError
        If the kind does not fit the last observed month.
    """
    lang, text, plan = wanted.lang, TEXT[wanted.lang], basis.plan
    facts = facts_of(plan, projections, basis.panel, basis.day)
    cutoff = max((one.cutoff for one in facts if one.cutoff), default=None)
    if cutoff is None:
        raise NoObservations(
            f"plan '{plan.slug}': no figure of {plan.year} was published up to {basis.day}; "
            "ask for a later date, or load figures."
        )
    kind = _kind(wanted.kind, cutoff)
    subject = _subject(kind, cutoff, lang)
    opening = _opening(basis, letterhead, lang)
    if wanted.part == "annex":
        title, attached = text["annex.title"], text["annex.attached"].format(subject=subject)
        subject = text["annex.subject"].format(year=plan.year)
        body = annex.blocks(facts, basis.panel, opening[1:], lang, changes)
    else:
        title, attached = text["report.title"], ""
        body = content.blocks(facts, kind, cutoff, letterhead.organ, opening, lang)
    report = Report(
        part=wanted.part,
        kind=kind,
        lang=lang,
        year=plan.year,
        letterhead=letterhead,
        title=title,
        subject=subject,
        attached=attached,
        banner="" if wanted.state == "issued" else text["report.draft"],
        labels=_labels(basis, wanted.part, lang),
        blocks=body,
        figures=figures_table(facts, wanted.part, lang),
        sheets=tuple(kpi_sheet(one, wanted.part, lang) for one in facts),
        facts=facts,
    )
    return canonical(report)


def _kind(requested: ReportKind | None, cutoff: Month) -> ReportKind:
    """The requested kind, if it fits the figures; by default the kind that fits them."""
    if requested is None:
        fitting: Mapping[int, ReportKind] = {6: "half-year", 12: "year"}
        return fitting.get(cutoff.month, "month")
    months = _CUTOFFS.get(requested)
    if months is not None and cutoff.month not in months:
        raise InputError(
            f"report of kind '{requested}': expected figures through month {months[0]} or "
            f"{months[1]}, found them through {cutoff}. Ask for another date or kind."
        )
    return requested


def _subject(kind: ReportKind, cutoff: Month, lang: Lang) -> str:
    text, year = TEXT[lang], cutoff.year
    if kind == "half-year":
        return text["report.subject.half_year"].format(year=year)
    if kind == "year":
        return text["report.subject.year"].format(year=year)
    month = month_name(cutoff, lang)
    if cutoff.month == 1:
        return text["report.subject.january"].format(month=month)
    return text["report.subject.month"].format(month=month, count=cutoff.month, year=year)


def _opening(basis: Basis, letterhead: Letterhead, lang: Lang) -> tuple[str, ...]:
    """The reporting body, the plan in force, and the vintage of the figures."""
    text, plan, version = TEXT[lang], basis.plan, basis.version
    name = name_of(plan, lang)
    lines = [text["report.opening"].format(organ=letterhead.organ, year=plan.year)]
    if version is not None:
        adopted = day_of(version.adopted, lang)
        lines.append(
            text["report.plan_in_force"].format(
                plan=name, number=version.number, document=version.document, day=adopted
            )
        )
    else:
        lines.append(text["report.no_plan_in_force"].format(plan=name))
    lines.append(text["report.vintage"].format(day=day_of(basis.day, lang)))
    return tuple(lines)


def _labels(basis: Basis, part: Part, lang: Lang) -> tuple[str, ...]:
    """The label of the plan's answers, then internal for an annex."""
    label = basis.label()
    labels = [LABEL[lang].get(label[lang].lower(), label[lang].upper())] if label else []
    return (*labels, TEXT[lang]["annex.internal"]) if part == "annex" else tuple(labels)
