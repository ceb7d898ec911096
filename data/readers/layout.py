"""Which layout a file of figures has, told by its headings."""

from __future__ import annotations

from data.readers.gso.annex import Annex, find_annex, no_table
from data.readers.report_form.form import ReportForm, find_report_form
from data.readers.spreadsheet.workbook import OpenedFile
from data.readers.tidy.headings import TidyTables, find_tidy, no_header

Found = ReportForm | Annex | TidyTables


def recognise(opened: OpenedFile) -> Found:
    """What a file is, with its tables as found; a reader turns it into figures.

    A department's report form comes before an annex of the statistics office, and
    a tidy table last: each has headings that those before it lack.

    Raises
    ------
    UnknownLayout
        If it is none of them.
    UnreadableFile
        If it is one, but a sheet is damaged or a heading of a tidy table is not known.
    """
    found = find_report_form(opened) or find_annex(opened) or find_tidy(opened)
    if found is None:
        raise no_header(opened) if opened.kind == "text" else no_table(opened)
    return found
