"""Recognising the layout of a file of figures by its headings."""

from __future__ import annotations

from collections.abc import Mapping

from data.readers.gso.annex import Annex, find_annex, no_table
from data.readers.mapped.rows import find_mapped, guess_mapped
from data.readers.mapped.table_map import TableMap
from data.readers.report_form.form import ReportForm, find_report_form
from data.readers.sdmx.dataset import tidy_of
from data.readers.sdmx.jsonstat import read_jsonstat
from data.readers.sdmx.messages import is_sdmx_csv, read_message, read_sdmx_csv
from data.readers.spreadsheet.workbook import OpenedFile
from data.readers.tidy.headings import TidyTables, find_tidy, no_header

Found = ReportForm | Annex | TidyTables


def recognise(opened: OpenedFile, maps: Mapping[str, TableMap] | None = None) -> Found:
    """The layout of a file, with its tables as found; a reader turns them into figures.

    A message (SDMX or JSON-stat) is known by its kind. Then in order: a layout that a
    person explained (`maps`, by fingerprint), a department's report form, an annex of the
    statistics office, a tidy table; each has headings that those before it lack. Last, a
    table whose columns can be guessed.

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
    known = find_mapped(opened, maps) if maps else None
    if known is not None:
        return known
    form = find_report_form(opened)
    if form is not None:
        return guess_mapped(opened, across=True) or form
    found = find_annex(opened) or find_tidy(opened) or guess_mapped(opened)
    if found is None:
        raise no_header(opened) if opened.kind == "text" else no_table(opened)
    return found
