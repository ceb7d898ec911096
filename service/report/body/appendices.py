"""The numbered annexes of the official report: long tables, needs, charts, explanations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.series import FIRST_ESTIMATES
from service.projections.facts import Facts, numbers_of
from service.report import sentences
from service.report.body.explanation import explanation
from service.report.body.material import Material
from service.report.body.needs import needs_table
from service.report.body.pace import pace_table
from service.report.cells import (
    bracketed,
    estimate_cell,
    growth_cell,
    percentage_cell,
    plan_cell,
    status_note,
    to_date_cell,
    verdict_words,
)
from service.report.charts import progress_chart
from service.report.document import (
    NONE,
    Appendix,
    Block,
    Column,
    Paragraph,
    Picture,
    Table,
    figure,
)
from service.texts import Texts, month_name, month_of_year, number, unit_name


def appendices(material: Material) -> tuple[Appendix, ...]:
    """Targets, other figures, needs, charts, and a sheet for each endangered target."""
    text = material.text
    attached = text["report.appendix.attached"].format(
        symbol=material.letterhead.symbol,
        year=material.plan.year,
        organ=material.letterhead.organ,
    )
    return tuple(
        Appendix(text["report.appendix"].format(number=place), subject, attached, blocks)
        for place, (subject, blocks) in enumerate(_contents(material), 1)
    )


def _contents(material: Material) -> Iterator[tuple[str, tuple[Block, ...]]]:
    text, lang = material.text, material.lang
    if material.planned:
        subject = text["report.appendix.targets"].format(year=material.plan.year)
        yield subject, tuple(_targets(material))
    if material.others:
        yield (
            text["report.appendix.others"],
            (_others(material), *_notes(material.others, material)),
        )
    tables = [pace_table(material.planned, lang), needs_table(material.planned, lang)]
    notes = (
        text["report.note.pace"].format(behind=number(material.plan.thresholds.behind, lang)),
        text["report.note.quarters"],
    )
    needs = tuple(
        block
        for table, note in zip(tables, notes, strict=True)
        if table is not None
        for block in (table, Paragraph(note, "note"))
    )
    if needs:
        yield text["report.appendix.needs"], needs
    charts = tuple(_charts(material))
    if charts:
        yield text["report.appendix.charts"], charts
    for one in material.endangered:
        name = sentences.name_of(one, lang)
        subject = text["report.appendix.explanation"].format(name=name)
        yield subject, explanation(one, material)


def _targets(material: Material) -> Iterator[Block]:
    yield targets_table(material)
    yield from _notes(material.planned, material)


def targets_table(material: Material) -> Table:
    """Plan, cumulative, % of plan, growth, the year's estimate, verdict."""
    text, lang, cutoff = material.text, material.lang, material.cutoff
    title, stated = _to_date_title(material.planned, material)
    columns = (
        Column(text["report.column.number"], 0.55),
        Column(text["kpi"], 2.4),
        Column(text["unit"], 1.1),
        Column(text["report.column.plan"].format(year=cutoff.year), 1.3, True),
        Column(title, 1.25, True),
        Column(text["report.column.of_plan"], 0.95, True),
        Column(text["report.column.on_period"], 1.05, True),
        Column(text["report.column.estimate"], 1.15, True),
        Column(text["report.column.verdict"], 1.5),
    )
    rows = tuple(
        (
            place,
            sentences.name_of(one, lang),
            unit_name(one.kpi.unit, lang),
            plan_cell(one, lang),
            to_date_cell(one, cutoff, lang, stated=stated),
            percentage_cell(one.of_plan, lang),
            growth_cell(one.growth_to_date, lang),
            estimate_cell(one, lang),
            verdict_words(one, lang),
        )
        for place, one in zip(numbers_of(material.planned), material.planned, strict=True)
    )
    return Table(text["report.table.targets"], columns, rows)


def _others(material: Material) -> Table:
    """Figures without a target: the month and the year to date, each with its growth."""
    text, lang, cutoff = material.text, material.lang, material.cutoff
    title, stated = _to_date_title(material.others, material)
    month_title = month_of_year(cutoff, lang).capitalize()
    columns = (
        Column(text["report.column.number"], 0.55),
        Column(text["kpi"], 3.0),
        Column(text["unit"], 0.95),
        Column(month_name(cutoff, lang).capitalize(), 1.15, True),
        Column(text["report.column.on_month"].format(month=month_title), 1.05, True),
        Column(title, 1.25, True),
        Column(text["report.column.on_period"], 1.1, True),
    )
    rows = []
    for place, one in zip(numbers_of(material.others), material.others, strict=True):
        month = one.month if one.cutoff == cutoff else None
        note = "" if month is None else status_note(month.status, lang, stated)
        rows.append(
            (
                place,
                sentences.name_of(one, lang),
                unit_name(one.kpi.unit, lang),
                figure(month.value, lang, one.kpi.decimals, note=note) if month else NONE,
                growth_cell(month.growth if month else None, lang),
                to_date_cell(one, cutoff, lang, stated=stated),
                growth_cell(one.growth_to_date, lang),
            )
        )
    return Table(text["report.table.others"], columns, tuple(rows))


def _to_date_title(facts: Sequence[Facts], material: Material) -> tuple[str, str]:
    """The heading of the figures to date, and the status that it says for most of them."""
    text = material.text
    known = [one.to_date_status for one in facts if one.to_date is not None]
    period = short_period(material)
    estimated = [status for status in known if status in FIRST_ESTIMATES]
    if 2 * len(estimated) > len(known):
        return text["report.column.to_date_estimated"].format(period=period), "estimate"
    return text["report.column.to_date"].format(period=period), ""


def short_period(material: Material) -> str:
    """'6 tháng', '6 months'; the month in January, the year in December."""
    cutoff, text = material.cutoff, material.text
    if cutoff.month == 1:
        return month_name(cutoff, material.lang)
    if cutoff.month == 12:
        return text["report.short.year"].format(year=cutoff.year)
    return text["report.short.months"].format(count=cutoff.month)


def _charts(material: Material) -> Iterator[Picture]:
    """Progress of all targets; the course of one at risk is on its own sheet."""
    text, lang = material.text, material.lang
    shown = [one for one in material.planned if one.of_plan is not None]
    if shown:
        parts = [
            f"{sentences.name_of(one, lang)} {sentences.percentage_text(one.of_plan, lang)}"
            for one in shown
            if one.of_plan is not None
        ]
        caption = text["report.chart.progress"]
        words = f"{caption}: {'; '.join(parts)}."
        yield Picture(progress_chart(shown, lang), caption, words)


def _notes(facts: Sequence[Facts], material: Material) -> list[Paragraph]:
    """How to read a table, and which printed figures in it do not agree."""
    apart = sentences.contradictions(facts, material.plan, material.lang)
    return [Paragraph(line, "note") for line in (*_note_lines(facts, material.text), *apart)]


def _note_lines(facts: Sequence[Facts], text: Texts) -> Iterator[str]:
    rates = [
        rate
        for one in facts
        for rate in (one.of_plan, one.growth_to_date, one.month.growth if one.month else None)
    ]
    if any(rate is not None and not rate.printed for rate in rates):
        yield text["report.note.recomputed"]
    if any(one.target is not None for one in facts):
        yield text["report.note.verdict"]
    if any(bracketed(one) for one in facts):
        yield text["report.note.growth_target"]
    if any(one.other_office for one in facts):
        yield text["report.note.offices"]
