"""Recognising the layout of a file of figures by its headings."""

from __future__ import annotations

from data.readers.gso.annex import Annex, find_annex, no_table
from data.readers.report_form.form import ReportForm, find_report_form
from data.readers.sdmx.dataset import tidy_of
from data.readers.sdmx.jsonstat import read_jsonstat
from data.readers.sdmx.messages import is_sdmx_csv, read_message, read_sdmx_csv
from data.readers.spreadsheet.workbook import OpenedFile
from data.readers.tidy.headings import TidyTables, find_tidy, no_header

Found = ReportForm | Annex | TidyTables


def recognise(opened: OpenedFile) -> Found:
    """The layout of a file, with its tables as found; a reader turns them into figures.

    A message (SDMX or JSON-stat) is known by its kind. Then in order: a department's report
    form, an annex of the statistics office, a tidy table; each has headings that those
    before it lack.

    Raises
    ------
    UnknownLayout
        If the file has none of these layouts.
    UnreadableFile
        If a sheet is damaged, or a heading of a tidy table is unknown.
    """
    if opened.kind == "json":
        return tidy_of(opened.file, *read_jsonstat(opened.content, opened.file))
    if opened.kind == "text" and is_sdmx_csv(opened.content):
        return tidy_of(opened.file, *read_sdmx_csv(opened.content, opened.file))
    if opened.kind == "sdmx":
        return tidy_of(opened.file, *read_message(opened.content, opened.file))
    found = find_report_form(opened) or find_annex(opened) or find_tidy(opened)
    if found is None:
        raise no_header(opened) if opened.kind == "text" else no_table(opened)
    return found
