"""The official report, joined: sections I to VI, the annexes, and explanation sheets.

It has no probability or code; those are for the internal analysis (`annex`). The year's
figure is the approved official estimate; the projection's range stands beside it only
where the letterhead's settings say so.
"""

from __future__ import annotations

from models.errors import InputError
from service.report import sentences
from service.report.body.assessment import assessment
from service.report.body.explanation import explanation
from service.report.body.material import Material
from service.report.body.outlook import measures, outlook, proposals
from service.report.body.results import context, results
from service.report.document import Appendix, Block, Paragraph, numbered


def report_blocks(material: Material) -> tuple[Block, ...]:
    """The body of the official report: opening, I to VI, closing."""
    text, lang = material.text, material.lang
    organ, period = material.letterhead.organ, sentences.period(material.cutoff, lang)
    if material.version is None:
        opening = text["report.opening_without"].format(organ=organ, period=period)
    else:
        opening = text["report.opening"].format(
            document=material.document, organ=organ, period=period
        )
    sections = [
        *context(material),
        *results(material),
        *assessment(material),
        *outlook(material),
        *measures(material),
        *proposals(material),
    ]
    closing = text["report.closing"].format(organ=organ, period=period)
    return (Paragraph(opening), *numbered(sections), Paragraph(closing))


def explanation_blocks(
    material: Material, kpi: str | None
) -> tuple[tuple[Block, ...], tuple[Appendix, ...]]:
    """The sheet of one target; without `kpi` a sheet for each endangered one, as annexes.

    Raises
    ------
    UnknownKpi, InputError
        If there is no such KPI, or it has no target.
    """
    text, lang = material.text, material.lang
    if kpi is not None:
        material.plan.kpi(kpi)
        chosen = next((one for one in material.planned if one.kpi.slug == kpi), None)
        if chosen is None:
            raise InputError(
                "expected a KPI with an assigned target on {day}, found '{kpi}' without one; an "
                "explanation is about a target.",
                day=material.day,
                kpi=kpi,
            )
        return explanation(chosen, material), ()
    if not material.endangered:
        return (Paragraph(text["report.explain.none"]),), ()
    if len(material.endangered) == 1:
        return explanation(material.endangered[0], material), ()
    sheets = tuple(
        Appendix(text["report.appendix"].format(number=place), subject, "", blocks)
        for place, (subject, blocks) in enumerate(
            (
                (
                    text["report.appendix.explanation"].format(name=sentences.name_of(one, lang)),
                    explanation(one, material),
                )
                for one in material.endangered
            ),
            1,
        )
    )
    names = tuple(Paragraph(sheet.subject, "item") for sheet in sheets)
    return names, sheets
