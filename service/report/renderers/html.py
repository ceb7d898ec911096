"""A report as one HTML file: styles and charts are inline, nothing is fetched."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, Template
from markupsafe import Markup

from service.charts.fan_chart import to_svg
from service.report.document import Heading, Number, Paragraph, Picture, Report, Table
from service.report.form import form_texts, recipients_of


def render(report: Report) -> bytes:
    """The report as HTML in UTF-8."""
    recipients = recipients_of(report)
    return _layout().render(report=report, form=form_texts(report), recipients=recipients).encode()


@cache
def _layout() -> Template:
    environment = Environment(
        loader=PackageLoader("service", "report/renderers"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["heading"] = lambda block: isinstance(block, Heading)
    environment.tests["paragraph"] = lambda block: isinstance(block, Paragraph)
    environment.tests["table"] = lambda block: isinstance(block, Table)
    environment.tests["figure"] = lambda cell: isinstance(cell, Number)
    environment.filters["svg"] = _svg
    return environment.get_template("report.html")


def _svg(picture: Picture) -> Markup:
    """A chart as inline SVG; drawn by this service, so its markup is safe."""
    return Markup(to_svg(picture.chart).decode())
