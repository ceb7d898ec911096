"""A Word template to start from: the report's layout with placeholders."""

from __future__ import annotations

from collections.abc import Iterator

from service.report.document import Block, Column, Heading, Paragraph, Report, Table
from service.report.form import placeholders
from service.report.letterhead import Letterhead
from service.report.renderers import word
from service.texts import TEXT, Lang


def starter(lang: Lang) -> bytes:
    """The template as a .docx; its fixed words are in one language."""
    report = Report(
        part="report",
        kind="month",
        lang=lang,
        year=0,
        letterhead=Letterhead(organ=""),
        title="{{ report.title }}",
        subject="{{ report.subject }}",
        banner="",
        labels=(),
        blocks=tuple(_blocks(lang)),
        figures=Table("", (), ()),
        sheets=(),
        facts=(),
    )
    return word.layout(report, placeholders("report"))


def _blocks(lang: Lang) -> Iterator[Block]:
    text = TEXT[lang]
    yield Paragraph("{{ report.opening }}")
    yield Heading(text["report.heading.results"])
    yield Paragraph("{%p for t in targets %}")
    yield Paragraph("{{ t.sentence }}", "item")
    yield Paragraph("{%p endfor %}")
    fields = {
        text["kpi"]: "name",
        text["unit"]: "unit",
        text["plan"]: "plan",
        text["actual_to_date"]: "actual",
        text["report.column.of_plan"]: "of_plan",
        text["report.column.on_period"]: "growth",
        text["report.column.estimate"]: "estimate",
        text["report.column.verdict"]: "verdict",
    }
    empty = ("",) * (len(fields) - 1)
    rows = (
        ("{%tr for t in targets %}", *empty),
        tuple(f"{{{{ t.{field} }}}}" for field in fields.values()),
        ("{%tr endfor %}", *empty),
    )
    yield Table(text["report.table.targets"], tuple(Column(title) for title in fields), rows)
    yield Heading(text["report.heading.need"])
    yield Paragraph("{%p for t in at_risk %}")
    yield Paragraph("{{ t.required }}", "item")
    yield Paragraph("{{ t.chart }}", "note")
    yield Paragraph("{%p endfor %}")
    yield Paragraph("{{ report.vintage }}", "note")
