"""A plan's report, as the command line and the routes both ask for it."""

from __future__ import annotations

import hashlib
from datetime import date

from service.desk import Body, Desk
from service.report.build import Wanted, build
from service.report.document import Report
from service.report.formats import LAYOUTS, Format, render
from service.report.letterhead import letterhead_of


def report_of(desk: Desk, plan: str, day: date, wanted: Wanted) -> Report:
    """The content of a report; its projections are entered into the ledger.

    Raises
    ------
    NoObservations, NoBundle
        If there is nothing to report on at that date.
    InputError
        If the kind does not fit the figures, or the letterhead cannot be read.
    """
    basis = desk.basis(plan, day)
    projections = desk.shown(plan, day)
    letterhead = letterhead_of(desk.settings.home, basis.plan, wanted.lang)
    return build(basis, projections, letterhead, wanted)


def report_file(desk: Desk, plan: str, day: date, wanted: Wanted, format_: Format) -> Body:
    """The report as a file, made once until the data or the letterhead change."""
    document = desk.store.plan(plan)
    letterhead = letterhead_of(desk.settings.home, document, wanted.lang)

    def make() -> Body:
        content = render(report_of(desk, plan, day, wanted), format_)
        tag = hashlib.sha256(content).hexdigest()[:16]
        return Body(content, LAYOUTS[format_].media_type, f'"{tag}"')

    return desk.picture(plan, ("report", day, wanted, format_, letterhead), make)


def file_name(plan: str, day: date, wanted: Wanted, format_: Format) -> str:
    """'vietnam-2021-2021-06-30-report.docx'."""
    return f"{plan}-{day.isoformat()}-{wanted.part}.{format_}"
