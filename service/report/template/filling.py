"""A planner's own Word template, filled in: placeholders such as {{ kpi.exports.plan }}.

The work is done in a process of its own, with limits (`isolation`): a template is a
program, and somebody else's. This side knows the figures and draws the charts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from models.errors import TemplateTooCostly, UnreadableFile
from service.charts.fan_chart import to_png
from service.report.charts import course_chart
from service.report.document import Report
from service.report.template.fields import fields_of
from service.report.template.isolation import Limits, in_own_process
from service.report.template.rendering import Order
from service.texts import TEXT


@dataclass(frozen=True)
class Filled:
    """A filled-in template.

    Attributes
    ----------
    content : the .docx
    unknown : unknown placeholders, each with its place
    """

    content: bytes
    unknown: tuple[str, ...]


def fill(
    template: bytes,
    name: str,
    report: Report,
    limits: Limits | None = None,
    given_up: Event | None = None,
    png_of: Callable[[str], bytes] | None = None,
) -> Filled:
    """Fill in a template with the figures of a report.

    Parameters
    ----------
    template : a .docx
    name : of the file, for errors
    report : provides the values; a draft gets its banner as a watermark. A document that
        uses internal fields (`sandbox.INTERNAL`) is labelled as internal
    limits : of the process; default `Limits()`
    given_up : once set, the process is killed: nobody waits for the document any more
    png_of : draws the chart of a KPI, by its code; default `drawing(report)`

    Raises
    ------
    UnreadableFile
        If it is not a Word document, or its Jinja is invalid.
    TemplateTooCostly
        If filling it in exceeds a limit.
    """
    limits = limits or Limits()
    order = Order(
        name=name,
        fields=fields_of(report),
        labels=report.labels,
        internal=TEXT[report.lang]["annex.internal"],
        banner=report.banner,
    )
    answer = in_own_process(
        template, order, png_of or drawing(report), limits, given_up or Event()
    )
    if answer.limit is not None:
        raise TemplateTooCostly(name, limit=answer.limit, allowed=limits.allowed(answer.limit))
    if answer.unreadable is not None:
        raise UnreadableFile(name, **answer.unreadable)
    return Filled(answer.content, answer.unknown)


def drawing(report: Report) -> Callable[[str], bytes]:
    """Draws the chart of a KPI, by its code."""
    facts = {one.kpi.slug: one for one in report.facts}
    return lambda code: to_png(course_chart(facts[code], report.lang))
