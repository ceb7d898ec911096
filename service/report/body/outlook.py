"""IV to VI: the year's estimate of every target, what is still needed, tasks, proposals."""

from __future__ import annotations

from collections.abc import Iterator

from service.projections.facts import Facts, numbers_of
from service.report import sentences
from service.report.body import tasks
from service.report.body.material import Material
from service.report.body.needs import left_cell, monthly_cell, required
from service.report.body.sections import section_of
from service.report.body.slots import slot_blocks
from service.report.cells import bracketed, plan_cell, verdict_words
from service.report.document import (
    NONE,
    Block,
    Cell,
    Column,
    Heading,
    Paragraph,
    Table,
    figure,
    share,
)
from service.texts import Lang, unit_name, writer


def outlook(material: Material) -> list[Block]:
    """IV: a table of all targets, the estimates, and what the rest of the year must bring."""
    text, lang = material.text, material.lang
    heading = text["report.heading.outlook"].format(year=material.plan.year)
    if not material.planned:
        return [Heading(heading), Paragraph(text["report.no_targets"])]
    found: list[Block] = [
        Heading(heading),
        Heading(text["report.heading.by_target"], 2),
        outlook_table(material),
        Paragraph(text["report.note.verdict"], "note"),
    ]
    if material.letterhead.show_projection:
        found.append(Paragraph(text["report.note.illustrative_band"], "note"))
    if any(bracketed(one) for one in material.planned):
        found.append(Paragraph(text["report.note.growth_target"], "note"))
    lines = [words for one in material.endangered if (words := required(one, lang))]
    if lines:
        found.append(Heading(text["report.heading.need"], 2))
        found += [Paragraph(words, "item") for words in lines]
    return found


def measures(material: Material) -> list[Block]:
    """V: the tasks that are left, and measures."""
    text = material.text
    left = list(tasks.ahead(material))
    found: list[Block] = [Heading(text["report.heading.measures"])]
    if left:
        found += [Heading(text["report.heading.tasks"], 2), *left]
        found.append(Heading(text["report.heading.steps"], 2))
    return [*found, *slot_blocks(material, "measures")]


def proposals(material: Material) -> list[Block]:
    """VI: obstacles of tasks as reported, difficulties raised and settled, and proposals."""
    text = material.text
    stated = (*tasks.obstacles(material), *_difficulties(material))
    heading = Heading(text["report.heading.proposals"])
    return [heading, *stated, *slot_blocks(material, "proposals")]


def _difficulties(material: Material) -> Iterator[Paragraph]:
    """The year's entries of the logs that are kept for proposals."""
    for one in material.facts:
        if not one.kpi.traits.in_words or section_of(one) != "proposals":
            continue
        text, name = material.text, sentences.name_of(one, material.lang)
        for words in material.entered.notes.get(one.kpi.slug, ()):
            yield Paragraph(text["report.log"].format(name=name, text=words), "item")


def outlook_table(material: Material) -> Table:
    """Plan, the year's estimate and its share, the projection's range if asked for, need."""
    text, lang = material.text, material.lang
    band = material.letterhead.show_projection
    columns = (
        Column(text["report.column.number"], 0.5),
        Column(text["kpi"], 2.3),
        Column(text["unit"], 1.05),
        Column(text["report.column.plan"].format(year=material.plan.year), 1.35, True),
        Column(text["report.column.estimate"], 1.15, True),
        Column(text["report.column.estimate_share"], 1.0, True),
        *((Column(text["report.column.band"], 1.3, True),) if band else ()),
        Column(text["report.column.left"], 1.25, True),
        Column(text["report.column.monthly"], 1.15, True),
        Column(text["report.column.verdict"], 1.45),
    )
    rows = tuple(
        (
            place,
            sentences.name_of(one, lang),
            unit_name(one.kpi.unit, lang),
            plan_cell(one, lang),
            NONE if one.estimate is None else figure(one.estimate.value, lang, one.kpi.decimals),
            share(one.estimate_of_plan, lang) if one.estimate_of_plan is not None else NONE,
            *((_band(one, lang),) if band else ()),
            left_cell(one, lang),
            monthly_cell(one, lang),
            verdict_words(one, lang),
        )
        for place, one in zip(numbers_of(material.planned), material.planned, strict=True)
    )
    return Table(text["report.table.outlook"], columns, rows)


def _band(one: Facts, lang: Lang) -> Cell:
    """The 80 % interval of the projected year."""
    year = one.projection.projected
    if year is None:
        return NONE
    written = writer(year, one.kpi.decimals, lang)
    return f"{written(year.quantiles.q10)} – {written(year.quantiles.q90)}"
