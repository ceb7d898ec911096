"""III: what went well, what did not, and the causes that people noted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.projections.facts import Facts, Verdict
from service.report import sentences
from service.report.body.material import Material
from service.report.body.pace import behind_sentence, pace_of
from service.report.body.slots import slot_blocks
from service.report.document import Block, Heading, Paragraph
from service.texts import number

_WELL: tuple[Verdict, ...] = ("exceeded", "met", "likely")


def assessment(material: Material) -> list[Block]:
    text = material.text
    return [
        Heading(text["report.heading.assessment"]),
        Heading(text["report.heading.well"], 2),
        *_well(material),
        Heading(text["report.heading.not_well"], 2),
        *_not_well(material),
        Heading(text["report.heading.causes"], 2),
        *causes(material, material.facts),
        *slot_blocks(material, "causes"),
    ]


def causes(material: Material, facts: Sequence[Facts]) -> Iterator[Paragraph]:
    """The newest note of each KPI; a log has its place among the results."""
    text = material.text
    for one in facts:
        notes = material.entered.notes.get(one.kpi.slug, ())
        if notes and not one.kpi.traits.in_words:
            name = sentences.name_of(one, material.lang)
            yield Paragraph(text["report.log"].format(name=name, text=notes[-1]), "item")


def _well(material: Material) -> Iterator[Paragraph]:
    text = material.text
    good = [one for one in material.planned if one.verdict in _WELL]
    if not good:
        yield Paragraph(text["report.well_none"])
        return
    counted = {"count": len(good), "all": len(material.planned)}
    yield Paragraph(text["report.well"].format(**counted, names=_names(good, material)), "item")


def _not_well(material: Material) -> Iterator[Paragraph]:
    text, lang = material.text, material.lang
    unassessed = [one for one in material.planned if one.verdict == "no_basis"]
    missed = any(one.verdict == "missed" for one in material.planned)
    if not material.endangered and not missed:
        if unassessed:
            count = number(len(unassessed), lang)
            yield Paragraph(text["report.no_risk_but"].format(count=count))
        else:
            yield Paragraph(text["report.no_risk"])
    for verdict, pattern in (
        ("at_risk", text["report.not_well.at_risk"]),
        ("unlikely", text["report.not_well.unlikely"]),
        ("missed", text["report.not_well.missed"]),
        ("no_basis", text["report.not_well.no_basis"]),
    ):
        found = [one for one in material.planned if one.verdict == verdict]
        if found:
            names = _names(found, material)
            counted = text.count("report.targets", len(found))
            yield Paragraph(pattern.format(targets=counted, names=names), "item")
    for one in material.planned:
        pace = pace_of(one)
        if pace is not None and pace.behind_linear >= material.plan.thresholds.behind:
            yield Paragraph(behind_sentence(one, pace, lang), "item")


def _names(facts: Sequence[Facts], material: Material) -> str:
    return "; ".join(sentences.name_of(one, material.lang) for one in facts)
