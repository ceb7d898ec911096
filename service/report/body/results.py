"""I and II: the context of the period, and results by field of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.projections.facts import Facts
from service.report import sentences
from service.report.body import tasks
from service.report.body.material import Material
from service.report.body.sections import SECTIONS, Section, is_product, section_of
from service.report.body.slots import slot_blocks
from service.report.document import Block, Heading, Paragraph
from service.texts import day_of, name_of, size_of

_NOTED: tuple[Section, ...] = ("industry", "general")  # products are listed in one line here
_PRODUCTS = 10  # of the largest changes, each way


def context(material: Material) -> list[Block]:
    """How many targets, the day of the figures, accepted events, and people's words.

    The document that sets the plan is named in the opening.
    """
    text, lang, year = material.text, material.lang, material.plan.year
    lines = []
    if material.version is None:
        lines.append(text["report.no_plan_in_force"].format(year=year))
    elif material.planned:
        count = len(material.planned)
        lines.append(text["report.targets_of_plan"].format(year=year, count=count))
    lines.append(text["report.vintage"].format(day=day_of(material.day, lang)))
    found: list[Block] = [Heading(text["report.heading.context"]), Paragraph(" ".join(lines))]
    events = list(dict.fromkeys(_events(material)))
    if events:
        found.append(Paragraph(text["report.events"].format(names="; ".join(events))))
    return [*found, *slot_blocks(material, "context")]


def results(material: Material) -> list[Block]:
    """A part for each field: targets first, then indices, totals and products in words."""
    text, lang = material.text, material.lang
    found: list[Block] = [Heading(text["report.heading.results"])]
    if not material.planned:
        found.append(Paragraph(text["report.no_targets"]))
    lacking = []
    for section in SECTIONS:
        inside = [one for one in material.facts if section_of(one) == section]
        blocks = [*_section(inside, section, material), *_log(inside, material)]
        if blocks:
            found += [Heading(text[f"report.section.{section}"], 2), *blocks]
        lacking += [
            sentences.name_of(one, lang)
            for one in inside
            if section != "tasks" and not _tells(one) and not one.kpi.traits.in_words
        ]
    if lacking:
        names = "; ".join(lacking)
        found.append(Paragraph(text["report.without_figures"].format(names=names)))
    return found


def _section(inside: Sequence[Facts], section: Section, material: Material) -> Iterator[Paragraph]:
    lang = material.lang
    if section == "tasks":
        yield from tasks.progress(inside, material)
        return
    known = [one for one in inside if _tells(one)]
    listed = [
        one for one in known if one.target is None and section in _NOTED and is_product(one.kpi)
    ]
    for one in sorted(known, key=lambda one: one.target is None):
        if one in listed:
            continue
        parts = [sentences.result(one, lang)]
        if material.kind in ("month", "quarter"):
            parts.append(sentences.month_result(one, lang))
        parts += [sentences.of_parts(one, lang), sentences.other_office(one, lang)]
        parts.append(sentences.year_estimate(one, lang))
        yield Paragraph(" ".join(filter(None, parts)), "item")
    yield from _products(listed, material)


def _tells(one: Facts) -> bool:
    """Whether there is a figure to date, or a month whose absence is to be named."""
    return one.to_date is not None or bool(one.missing)


def _products(listed: Sequence[Facts], material: Material) -> Iterator[Paragraph]:
    """Products in one line each way, largest change first."""
    text, lang = material.text, material.lang
    grown = [(one.growth_to_date.value, one) for one in listed if one.growth_to_date]
    up = sorted((pair for pair in grown if pair[0] > 0), key=lambda pair: -pair[0])
    down = sorted((pair for pair in grown if pair[0] < 0), key=lambda pair: pair[0])
    for pairs, pattern in (
        (up, text["report.products.up"]),
        (down, text["report.products.down"]),
    ):
        names = [
            f"{sentences.name_of(one, lang)} ({size_of(growth, lang, one.kpi.changes_by_points)})"
            for growth, one in pairs[:_PRODUCTS]
        ]
        if names:
            yield Paragraph(pattern.format(names="; ".join(names)), "item")


def _log(inside: Sequence[Facts], material: Material) -> Iterator[Paragraph]:
    """What is kept in words: the newest entry of each log."""
    text = material.text
    for one in inside:
        notes = material.entered.notes.get(one.kpi.slug, ())
        if one.kpi.traits.in_words and notes:
            name = name_of(one.kpi, material.lang)
            yield Paragraph(text["report.log"].format(name=name, text=notes[-1]), "item")


def _events(material: Material) -> Iterator[str]:
    for one in material.facts:
        for event in one.projection.method.events:
            if event.start.year == material.plan.year and event.start <= material.cutoff:
                yield event.name
