"""The cells and words of one KPI that tables of reports share."""

from __future__ import annotations

from models.series import Month
from service.projections.facts import Facts, Percentage, Verdict
from service.report import sentences
from service.report.document import NONE, Cell, Number, change, figure, share
from service.texts import FIGURE, TEXT, Lang, month_name, number, percent, period_name

AT_RISK: tuple[Verdict, ...] = ("at_risk", "unlikely")


def plan_cell(one: Facts, lang: Lang) -> Cell:
    """The assigned target; below it its part of the year, or the outcome of a growth target."""
    if one.target is None:
        return NONE
    target, decimals = one.target, one.kpi.decimals
    known = (end for end in (target.lower_value, target.upper_value) if end is not None)
    ends = " – ".join(number(end, lang, decimals) for end in known)
    if one.kpi.traits.outcome_is_rate:
        return Number(one.bound, sentences.plan_words(one, lang), decimals)
    of_part = "" if target.period == "year" else period_name(target.period, lang)
    if target.form == "growth":
        note = ", ".join(filter(None, (f"({ends})" if ends else "", of_part)))
        return Number(one.bound, sentences.plan_words(one, lang), decimals, note=note)
    ceiling = "≤ " if target.comparator == "at_most" else ""
    return Number(one.bound, ceiling + ends, decimals, note=of_part)


def to_date_cell(one: Facts, cutoff: Month, lang: Lang, *, stated: str = "") -> Cell:
    """The published figure to date.

    Below it its status unless the heading says it (`stated`), its month if it is not the
    report's, and another office's figure.
    """
    task = one.projection.task
    if task is not None and task.done is not None:
        return figure(float(task.done), lang)
    if one.cutoff is None or one.to_date is None:
        return NONE
    notes = [status_note(one.to_date_status or "", lang, stated)]
    if one.cutoff != cutoff:
        notes.append(month_name(one.cutoff, lang))
    if one.other_office is not None:
        value = number(one.other_office.value, lang, one.kpi.decimals)
        notes.append(TEXT[lang][f"report.office.{one.other_office.office}"].format(value=value))
    return figure(one.to_date, lang, one.kpi.decimals, note=", ".join(filter(None, notes)))


def status_note(status: str, lang: Lang, stated: str = "") -> str:
    """The status below a figure, without what the heading says of all of them (`stated`)."""
    if stated and status == "illustrative_first":
        return FIGURE[lang]["illustrative"]
    return "" if status == stated else FIGURE[lang].get(status, "")


def bracketed(one: Facts) -> bool:
    """Whether its plan is a growth, with the value that it means in brackets."""
    growth = one.target is not None and one.target.form == "growth"
    return growth and not one.kpi.traits.outcome_is_rate


def percentage_cell(value: Percentage | None, lang: Lang) -> Cell:
    if value is None:
        return NONE
    return share(value.value, lang, footnote="" if value.printed else sentences.RECOMPUTED)


def growth_cell(value: Percentage | None, lang: Lang) -> Cell:
    if value is None:
        return NONE
    footnote = "" if value.printed or value.points else sentences.RECOMPUTED
    return change(value.value, lang, footnote=footnote, points=value.points)


def estimate_cell(one: Facts, lang: Lang) -> Cell:
    """The approved estimate of the year with its share of the plan; '–' without one."""
    if one.estimate is None:
        return NONE
    share_ = one.estimate_of_plan
    note = TEXT[lang]["report.of_plan_short"].format(share=percent(share_, lang)) if share_ else ""
    return figure(one.estimate.value, lang, one.kpi.decimals, note=note)


def verdict_words(one: Facts, lang: Lang) -> str:
    return TEXT[lang][f"report.verdict.{one.verdict}"]
