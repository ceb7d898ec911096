"""The content of the internal annex: projections, probabilities, model notes, codes.

It belongs to an official report but stays in the department. A
projected figure is written to two digits of its own uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence

from data.vintages.panel import Panel
from service.charts.fan import fan_of
from service.charts.fan_chart import fan_chart
from service.projections.facts import Facts, numbers_of
from service.projections.shape import if_known
from service.report import changes as changes_section, sentences
from service.report.content import AT_RISK, plan_cell, quarters_table
from service.report.document import (
    NONE,
    Block,
    Cell,
    Column,
    Heading,
    Number,
    Paragraph,
    Picture,
    Table,
    change,
    figure,
    numbered,
)
from service.shapes.analysis import ChangeList
from service.texts import (
    STATUS,
    TEXT,
    Lang,
    amount,
    chance,
    percent,
    unit_name,
    writer,
)

_CHARTS = 4  # fan charts shown: targets at risk first
_FAR = (0.4, 0.8)  # question an estimate that says "met" below, or "not met" above


def blocks(
    facts: Sequence[Facts],
    panel: Panel,
    opening: Sequence[str],
    lang: Lang,
    changes: ChangeList | None = None,
) -> tuple[Block, ...]:
    """The body of the annex.

    Parameters
    ----------
    facts : of the plan's KPIs, in its order
    panel : the series behind the fan charts
    opening : its first paragraphs
    lang : of all texts
    changes : why projections changed since the last report, from
        `service.analysis.changes.changes`
    """
    text = TEXT[lang]
    planned = [one for one in facts if one.target is not None]
    found: list[Block] = [Paragraph(line) for line in opening]
    found.append(Heading(text["annex.heading.projections"]))
    found.append(_projections(facts, lang))
    found.append(Paragraph(text["annex.note.rounding"], "note"))
    found += changes_section.blocks(changes, lang)
    questions = [line for one in planned for line in _questions(one, lang)]
    if questions:
        found.append(Heading(text["annex.heading.questions"]))
        found += [Paragraph(line, "item") for line in questions]
    quarters = quarters_table(planned, lang)
    if quarters:
        found += [Heading(text["annex.heading.pace"]), quarters]
        found += [Paragraph(line, "item") for one in planned if (line := _rank_words(one, lang))]
    found.append(Heading(text["annex.heading.methods"]))
    found += [_methods(facts, lang), Paragraph(text["annex.note.stamp"], "note")]
    # a fan is drawn of months; a task has none
    projected = [one for one in planned if one.projection.projected and not one.projection.task]
    charted = sorted(projected, key=lambda one: one.verdict not in AT_RISK)[:_CHARTS]
    if charted:
        found.append(Heading(text["annex.heading.charts"]))
    for one in charted:
        series = panel.series_as_of(one.kpi.slug, one.projection.as_of)
        chart = fan_chart(
            one.projection, fan_of(one.projection, series, lang), lang, one.kpi.decimals
        )
        found.append(Picture(chart, sentences.name_of(one, lang), projection_words(one, lang)))
    return numbered(found)


def projection_words(one: Facts, lang: Lang) -> str:
    """The projected year in a sentence: median, 80 % interval, probability."""
    year, text = one.projection.projected, TEXT[lang]
    if year is None:
        return _reasons(one)
    written = writer(year, one.kpi.decimals, lang)
    low, high = written(year.quantiles.q10), written(year.quantiles.q90)
    words = text["annex.projection"].format(
        name=sentences.name_of(one, lang),
        median=written(year.median),
        low=low,
        high=high,
        unit=unit_name(one.kpi.unit, lang),
    )
    if one.target is None or one.target.probability is None:
        return words
    chances = chance(one.target.probability, one.target.status, lang)
    status = STATUS[lang][one.target.status]
    return f"{words} {text['annex.chance'].format(probability=chances, status=status)}"


def projected_cells(one: Facts, lang: Lang) -> tuple[Cell, Cell, Cell]:
    """Median, and the ends of the 80 % interval."""
    year = one.projection.projected
    if year is None:
        return NONE, NONE, NONE
    written = writer(year, one.kpi.decimals, lang)
    values = (year.median, year.quantiles.q10, year.quantiles.q90)
    median, low, high = (
        figure(value, lang, one.kpi.decimals, text=written(value)) for value in values
    )
    return median, low, high


def chance_cell(one: Facts, lang: Lang) -> Cell:
    """The probability of the assigned target, whole per cent."""
    if one.target is None or one.target.probability is None:
        return NONE
    probability = one.target.probability
    words = chance(probability, one.target.status, lang)
    return Number(100 * probability, words, 0, per_cent=True)


def _projections(facts: Sequence[Facts], lang: Lang) -> Table:
    text = TEXT[lang]
    columns = (
        Column(text["report.column.number"], 0.6),
        Column(text["kpi"], 2.3),
        Column(text["unit"], 0.95),
        Column(text["target"], 1.3, True),
        Column(text["projected_year"], 1.2, True),
        Column(text["annex.column.low"], 1.2, True),
        Column(text["annex.column.high"], 1.2, True),
        Column(text["growth"], 1.05, True),
        Column(text["probability"], 0.85, True),
        Column(text["status"], 1.15),
    )
    rows = []
    for place, one in zip(numbers_of(facts), facts, strict=True):
        growth = one.projection.growth_on_last_year
        if one.kpi.traits.outcome_is_rate:
            growth = None
        rows.append(
            (
                place,
                sentences.name_of(one, lang),
                unit_name(one.kpi.unit, lang),
                plan_cell(one, lang),
                *projected_cells(one, lang),
                change(growth.median, lang) if growth else NONE,
                chance_cell(one, lang),
                STATUS[lang][one.projection.status],
            )
        )
    return Table(text["annex.table.projections"], columns, tuple(rows))


def _methods(facts: Sequence[Facts], lang: Lang) -> Table:
    text = TEXT[lang]
    columns = (
        Column(text["kpi"], 2.6),
        Column(text["annex.column.method"], 1.2),
        Column(text["annex.column.model"], 0.8),
        Column(text["annex.column.notes"], 2.3),
        Column(text["stamp"], 2.0),
    )
    rows = tuple(
        (
            sentences.name_of(one, lang),
            text[f"annex.method.{one.projection.method.name}"],
            one.projection.method.model_version or NONE,
            _reasons(one) or NONE,
            one.projection.stamp,
        )
        for one in facts
    )
    return Table(text["annex.table.methods"], columns, rows)


def _reasons(one: Facts) -> str:
    failures = one.projection.method.failures
    return "; ".join(f"{failure.candidate}: {failure.reason}" for failure in failures)


def _questions(one: Facts, lang: Lang) -> list[str]:
    """Questions for a checker: an estimate not approved, or far from the projection."""
    text, found = TEXT[lang], []
    name = sentences.name_of(one, lang)
    if one.pending is not None:
        value = amount(one.pending.value, one.kpi.unit, lang, one.kpi.decimals)
        state = text[f"annex.state.{one.pending.state}"]
        found.append(
            text["annex.pending"].format(
                name=name, value=value, author=one.pending.author, state=state
            )
        )
    probability = one.target.probability if one.target else None
    if one.estimate is None or probability is None:
        return found
    chances = chance(probability, one.target.status if one.target else "", lang)
    says_met = one.verdict not in AT_RISK
    if (says_met and probability < _FAR[0]) or (not says_met and probability > _FAR[1]):
        verdict = text[f"report.verdict_clause.{one.verdict}"]
        found.append(text["annex.far"].format(name=name, verdict=verdict, probability=chances))
    return found


def _rank_words(one: Facts, lang: Lang) -> str:
    """How often the required growth was reached before; '' if unknown."""
    if one.target is None or one.target.comparator == "at_most":
        return ""
    rank = if_known(one.target.required, lambda pace: pace.rank_in_history)
    if rank is None:
        return ""
    reached = percent(100 * (1 - rank), lang, 0)
    return TEXT[lang]["annex.rank"].format(name=sentences.name_of(one, lang), share=reached)
