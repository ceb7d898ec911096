"""The internal analysis of forecasts: projections, probabilities, model notes, codes.

It stands beside an official report and stays in the department. A projected figure is
written to two digits of its own uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence

from data.vintages.panel import Panel
from models.candidates import REGISTRY
from service.charts.bullet import bullet_sheet
from service.charts.fan import fan_of
from service.charts.fan_chart import FONT, fan_chart
from service.projections.facts import Facts, numbers_of
from service.projections.printed_figures import FIGURES
from service.projections.shape import if_known
from service.report import changes as changes_section, sentences
from service.report.body.material import Material
from service.report.body.needs import needs_table
from service.report.cells import AT_RISK, plan_cell
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
    day_of,
    unit_name,
    whole_per_cent,
    writer,
)

_CHARTS = 4  # fan charts shown: targets at risk first


def blocks(
    material: Material, panel: Panel, changes: ChangeList | None = None
) -> tuple[Block, ...]:
    """The body of the internal analysis.

    Parameters
    ----------
    material : facts, plan and language of the report
    panel : the series behind the fan charts
    changes : why projections changed since the last report, from
        `service.analysis.changes.changes`
    """
    text, lang, facts, planned = material.text, material.lang, material.facts, material.planned
    found: list[Block] = [Paragraph(_opening(material))]
    found.append(Heading(text["annex.heading.projections"]))
    found.append(_projections(facts, lang))
    found.append(Paragraph(text["annex.note.rounding"], "note"))
    apart = sentences.contradictions(facts, material.plan, lang)
    if apart:
        found.append(Heading(text["annex.heading.contradictions"]))
        found += [Paragraph(line, "item") for line in apart]
    found += _bars(planned, lang)
    found += changes_section.blocks(changes, lang)
    far = (material.plan.thresholds.at_risk, material.plan.thresholds.on_track)
    questions = [line for one in planned for line in _questions(one, far, lang)]
    if questions:
        found.append(Heading(text["annex.heading.questions"]))
        found += [Paragraph(line, "item") for line in questions]
    quarters = needs_table(planned, lang)
    if quarters:
        found += [Heading(text["annex.heading.pace"]), quarters]
        found.append(Paragraph(text["report.note.quarters"], "note"))
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


def _bars(planned: Sequence[Facts], lang: Lang) -> list[Block]:
    """A bullet bar of each target, the least probable first; none without a projection."""
    shown = [one for one in planned if one.projection.projected and one.target is not None]
    shown.sort(
        key=lambda one: 1.0 if one.projection.probability is None else one.projection.probability
    )
    if not shown:
        return []
    rows = [
        (
            sentences.name_of(one, lang),
            one.projection,
            chance(one.projection.probability, one.projection.status, lang),
        )
        for one in shown
    ]
    words = "; ".join(projection_words(one, lang) for one in shown)
    text = TEXT[lang]
    return [
        Picture(bullet_sheet(rows, FONT), text["annex.bars"], words),
        Paragraph(text["bullet.legend"], "note"),
    ]


def projection_words(one: Facts, lang: Lang) -> str:
    """The projected year in a sentence: median, 80 % interval, probability."""
    year, text = one.projection.projected, TEXT[lang]
    if year is None:
        return _reasons(one, lang)
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
    return Number(whole_per_cent(probability), words, 0, per_cent=True)


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
                change(growth.median, lang, points=one.projection.in_points) if growth else NONE,
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
            _reasons(one, lang) or NONE,
            one.projection.stamp,
        )
        for one in facts
    )
    return Table(text["annex.table.methods"], columns, rows)


def _reasons(one: Facts, lang: Lang) -> str:
    """The candidates that did not take part; why is on the KPI's page."""
    text, failures = TEXT[lang], one.projection.method.failures
    if any(failure.candidate == FIGURES for failure in failures):
        return text["annex.no_figures"]
    known = [failure.candidate for failure in failures if failure.candidate in REGISTRY]
    names = ", ".join(text[f"candidate.{candidate}"] for candidate in known)
    return text["annex.left_out"].format(names=names) if names else ""


def _opening(material: Material) -> str:
    """The plan in force, and the day of the figures."""
    text, lang, version = material.text, material.lang, material.version
    vintage = text["report.vintage"].format(day=day_of(material.day, lang))
    if version is None:
        return f"{text['report.no_plan_in_force'].format(year=material.plan.year)} {vintage}"
    adopted = day_of(version.adopted, lang)
    plan = text["report.plan_in_force"].format(document=version.document, day=adopted)
    return f"{plan} {vintage}"


def _questions(one: Facts, far: tuple[float, float], lang: Lang) -> list[str]:
    """Questions for a checker: an estimate not approved, or far from the projection.

    `far`: question an estimate that says "met" below the first probability, or "not met"
    above the second.
    """
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
    if (says_met and probability < far[0]) or (not says_met and probability > far[1]):
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
    years = one.growth_years
    reached = round((1 - rank) * years)
    name, text = sentences.name_of(one, lang), TEXT[lang]
    if not reached:
        return text["annex.rank.none"].format(name=name, years=years)
    return text["annex.rank.some"].format(name=name, reached=reached, years=years)
