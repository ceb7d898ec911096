"""The content of the official report: blocks from the facts of a plan at a vintage.

It has no projection, probability or code; those are for the internal annex (`annex`).
The year's figure is the approved official estimate; without one the report says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.series import Month
from service.projections.facts import Facts, Percentage, Verdict, numbers_of
from service.report import sentences
from service.report.charts import course_chart, progress_chart
from service.report.document import (
    NONE,
    Block,
    Cell,
    Column,
    Heading,
    Number,
    Paragraph,
    Picture,
    ReportKind,
    Table,
    change,
    figure,
    numbered,
    share,
)
from service.texts import FIGURE, TEXT, Lang, month_name, number, percent, unit_name

AT_RISK: tuple[Verdict, ...] = ("at_risk", "unlikely")
_ORDER: tuple[Verdict, ...] = (
    "exceeded",
    "met",
    "likely",
    "at_risk",
    "unlikely",
    "missed",
    "no_basis",
)
_CHARTS = 4  # charts of single targets


def blocks(
    facts: Sequence[Facts],
    kind: ReportKind,
    cutoff: Month,
    organ: str,
    opening: Sequence[str],
    lang: Lang,
) -> tuple[Block, ...]:
    """The body of the official report.

    Parameters
    ----------
    facts : of the plan's KPIs, in its order
    kind : month, half-year or year
    cutoff : the last observed month of the plan's year
    organ : the reporting body
    opening : the first paragraphs
    lang : of all texts
    """
    text = TEXT[lang]
    planned = [one for one in facts if one.target is not None]
    others = [one for one in facts if one.target is None]
    found: list[Block] = [Paragraph(line) for line in opening]
    found.append(Heading(text["report.heading.results"]))
    found += _results(planned, kind, lang)
    if planned:
        found.append(targets_table(planned, cutoff, lang))
        found += [Paragraph(line, "note") for line in _notes(planned, lang)]
        found += _progress(planned, lang)
    if others:
        found.append(_others_table(others, cutoff, lang))
        found += [Paragraph(line, "note") for line in _recomputed_note(others, lang)]
    if planned:
        found.append(Heading(text["report.heading.assessment"]))
        found += _assessment(planned, lang)
        found.append(Heading(text["report.heading.risk"]))
        found += _risks(planned, lang)
    closing = text["report.closing"].format(organ=organ, year=cutoff.year)
    return (*numbered(found), Paragraph(closing))


def targets_table(planned: Sequence[Facts], cutoff: Month, lang: Lang) -> Table:
    """Plan, cumulative, % of plan, growth, the year's estimate, verdict."""
    text = TEXT[lang]
    columns = (
        Column(text["report.column.number"], 0.55),
        Column(text["kpi"], 2.3),
        Column(text["unit"], 0.95),
        Column(text["report.column.plan"].format(year=cutoff.year), 1.4, True),
        Column(text["report.column.to_date"].format(period=short_period(cutoff, lang)), 1.3, True),
        Column(text["report.column.of_plan"], 0.95, True),
        Column(text["report.column.on_period"], 1.05, True),
        Column(text["report.column.estimate"], 1.3, True),
        Column(text["report.column.verdict"], 1.25),
    )
    rows = tuple(
        (
            place,
            sentences.name_of(one, lang),
            unit_name(one.kpi.unit, lang),
            plan_cell(one, lang),
            to_date_cell(one, cutoff, lang),
            percentage_cell(one.of_plan, lang),
            growth_cell(one.growth_to_date, lang),
            estimate_cell(one, lang),
            text[f"report.verdict.{one.verdict}"],
        )
        for place, one in zip(numbers_of(planned), planned, strict=True)
    )
    return Table(text["report.table.targets"], columns, rows)


def quarters_of(one: Facts, lang: Lang) -> list[tuple[str, Number, Cell]]:
    """Each remaining quarter: name, minimum, growth on the same quarter of last year."""
    target, decimals = one.target, one.kpi.decimals
    if target is None or target.required is None:
        return []
    found: list[tuple[str, Number, Cell]] = []
    for entry in target.required.quarters:
        year, quarter = entry.quarter.split("Q")
        name = TEXT[lang][f"report.quarter.{quarter}"].format(year=year)
        growth = NONE if one.kpi.traits.outcome_is_rate else change(entry.growth, lang)
        level = number(entry.minimum, lang, decimals)
        words = f"≤ {level}" if target.comparator == "at_most" else level
        found.append((name, Number(entry.minimum, words, decimals), growth))
    return found


def quarters_table(facts: Sequence[Facts], lang: Lang) -> Table | None:
    """What each remaining quarter must bring; None if no quarter remains."""
    text = TEXT[lang]
    rows: list[tuple[Cell, ...]] = []
    for one in facts:
        names = (sentences.name_of(one, lang), unit_name(one.kpi.unit, lang))
        for place, quarter in enumerate(quarters_of(one, lang)):
            rows.append((*(names if place == 0 else ("", "")), *quarter))
    if not rows:
        return None
    columns = (
        Column(text["kpi"], 3.0),
        Column(text["unit"], 1.0),
        Column(text["report.column.quarter"], 1.2),
        Column(text["report.column.minimum"], 1.4, True),
        Column(text["report.column.on_quarter"], 1.4, True),
    )
    return Table(text["report.table.quarters"], columns, tuple(rows), merged=2)


def plan_cell(one: Facts, lang: Lang) -> Cell:
    """The assigned target; below a growth target the outcome that it implies."""
    if one.target is None:
        return NONE
    target, decimals = one.target, one.kpi.decimals
    known = (end for end in (target.lower_value, target.upper_value) if end is not None)
    ends = " – ".join(number(end, lang, decimals) for end in known)
    if one.kpi.traits.outcome_is_rate:
        return Number(one.bound, sentences.plan_words(one, lang), decimals)
    if target.form == "growth":
        note = f"({ends})" if ends else ""
        return Number(one.bound, sentences.plan_words(one, lang), decimals, note=note)
    ceiling = "≤ " if target.comparator == "at_most" else ""
    return Number(one.bound, ceiling + ends, decimals)


def to_date_cell(one: Facts, cutoff: Month, lang: Lang) -> Cell:
    """The published figure with its status, and its month if it is not the report's."""
    if one.cutoff is None or one.to_date is None:
        return NONE
    note = FIGURE[lang].get(one.to_date_status or "", "")
    if one.cutoff != cutoff:
        note = f"{note}, {month_name(one.cutoff, lang)}"
    return figure(one.to_date, lang, one.kpi.decimals, note=note)


def percentage_cell(value: Percentage | None, lang: Lang) -> Cell:
    if value is None:
        return NONE
    return share(value.value, lang, footnote="" if value.printed else sentences.RECOMPUTED)


def growth_cell(value: Percentage | None, lang: Lang) -> Cell:
    if value is None:
        return NONE
    return change(value.value, lang, footnote="" if value.printed else sentences.RECOMPUTED)


def estimate_cell(one: Facts, lang: Lang) -> Cell:
    """The approved estimate with its share of the plan, or a text that there is none."""
    if one.estimate is None:
        return TEXT[lang]["report.none_approved"]
    share_ = one.estimate_of_plan
    note = TEXT[lang]["report.of_plan_short"].format(share=percent(share_, lang)) if share_ else ""
    return figure(one.estimate.value, lang, one.kpi.decimals, note=note)


def short_period(cutoff: Month, lang: Lang) -> str:
    """'6 tháng', '6 months'; the month in January, the year in December."""
    if cutoff.month == 1:
        return month_name(cutoff, lang)
    if cutoff.month == 12:
        return TEXT[lang]["report.short.year"].format(year=cutoff.year)
    return TEXT[lang]["report.short.months"].format(count=cutoff.month)


def _results(planned: Sequence[Facts], kind: ReportKind, lang: Lang) -> list[Block]:
    """A line per target: to date, the month in a month's report, the year's estimate."""
    if not planned:
        return [Paragraph(TEXT[lang]["report.no_targets"])]
    found: list[Block] = []
    for one in planned:
        parts = [sentences.result(one, lang)]
        if kind == "month":
            parts.append(sentences.month_result(one, lang))
        if one.estimate is not None:
            parts.append(sentences.year_estimate(one, lang))
        found.append(Paragraph(" ".join(filter(None, parts)), "item"))
    return found


def _progress(planned: Sequence[Facts], lang: Lang) -> list[Block]:
    """The chart of progress, where any target is a sum over the year."""
    shown = [one for one in planned if one.of_plan is not None]
    if not shown:
        return []
    text = TEXT[lang]
    parts = [f"{sentences.name_of(one, lang)} {_share(one, lang)}" for one in shown]
    caption = text["report.chart.progress"]
    return [Picture(progress_chart(shown, lang), caption, f"{caption}: {'; '.join(parts)}.")]


def _share(one: Facts, lang: Lang) -> str:
    return sentences.percentage_text(one.of_plan, lang) if one.of_plan else NONE


def _others_table(others: Sequence[Facts], cutoff: Month, lang: Lang) -> Table:
    """KPIs without a target: the month and the year to date, each with its growth."""
    text = TEXT[lang]
    columns = (
        Column(text["report.column.number"], 0.55),
        Column(text["kpi"], 3.0),
        Column(text["unit"], 1.05),
        Column(month_name(cutoff, lang).capitalize(), 1.2, True),
        Column(text["report.column.on_month"], 1.0, True),
        Column(text["report.column.to_date"].format(period=short_period(cutoff, lang)), 1.3, True),
        Column(text["report.column.on_period"], 1.0, True),
    )
    rows = []
    for place, one in zip(numbers_of(others), others, strict=True):
        month = one.month if one.cutoff == cutoff else None
        rows.append(
            (
                place,
                sentences.name_of(one, lang),
                unit_name(one.kpi.unit, lang),
                figure(month.value, lang, one.kpi.decimals, note=FIGURE[lang][month.status])
                if month
                else NONE,
                growth_cell(month.growth if month else None, lang),
                to_date_cell(one, cutoff, lang),
                growth_cell(one.growth_to_date, lang),
            )
        )
    return Table(text["report.table.others"], columns, tuple(rows))


def _notes(planned: Sequence[Facts], lang: Lang) -> list[str]:
    """Notes on how to read the table."""
    text = TEXT[lang]
    notes = [*_recomputed_note(planned, lang), text["report.note.verdict"]]
    if any(one.target and one.target.form == "growth" for one in planned):
        notes.append(text["report.note.growth_target"])
    return notes


def _recomputed_note(facts: Sequence[Facts], lang: Lang) -> list[str]:
    """The meaning of '*', if any percentage carries it."""
    rates = [
        rate
        for one in facts
        for rate in (one.of_plan, one.growth_to_date, one.month.growth if one.month else None)
    ]
    recomputed = any(rate is not None and not rate.printed for rate in rates)
    return [TEXT[lang]["report.note.recomputed"]] if recomputed else []


def _assessment(planned: Sequence[Facts], lang: Lang) -> list[Block]:
    """The targets by verdict, and those without an approved estimate."""
    text = TEXT[lang]
    found: list[Block] = [Paragraph(text.count("report.targets_count", len(planned)))]
    for verdict in _ORDER:
        names = [sentences.name_of(one, lang) for one in planned if one.verdict == verdict]
        if names:
            counted = text.count("report.targets", len(names))
            label = text[f"report.verdict.{verdict}"]
            found.append(Paragraph(f"{label}: {counted} ({'; '.join(names)}).", "item"))
    lacking = [one for one in planned if one.estimate is None]
    if len(lacking) == len(planned):
        found.append(Paragraph(text["report.no_estimates"]))
    elif lacking:
        names = [sentences.name_of(one, lang) for one in lacking]
        found.append(Paragraph(text["report.without_estimate"].format(names="; ".join(names))))
    return found


def _risks(planned: Sequence[Facts], lang: Lang) -> list[Block]:
    """The targets at risk: what the rest of the year must bring, by quarter, and charts."""
    text = TEXT[lang]
    missed = [one for one in planned if one.verdict == "missed"]
    at_risk = [one for one in planned if one.verdict in AT_RISK]
    found: list[Block] = []
    if missed:
        names = "; ".join(sentences.name_of(one, lang) for one in missed)
        found.append(Paragraph(text["report.missed"].format(names=names)))
    if not at_risk:
        found.append(Paragraph(text["report.no_risk"]))
        return found
    found.append(Paragraph(text.count("report.risk_count", len(at_risk))))
    left = [one for one in at_risk if one.target and one.target.required]
    found += [Paragraph(sentences.required(one, lang), "item") for one in left]
    quarters = quarters_table(left, lang)
    if quarters:
        found += [quarters, Paragraph(text["report.note.quarters"], "note")]
    for one in left[:_CHARTS]:
        caption = text["report.chart.course"].format(name=sentences.name_of(one, lang))
        words = f"{caption}: {sentences.required(one, lang)}"
        found.append(Picture(course_chart(one, lang), caption, words))
    return found
