"""Rows of a report form: their names and units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.plans.kpi import Kpi
from data.readers.report_form.columns import Part
from data.readers.spreadsheet.cells import collapse, fold
from data.readers.spreadsheet.tables import Cell
from data.readers.spreadsheet.words import known_unit

_NUMBERING = re.compile(
    r"^(?:(?:[IVXLC]+|[A-Za-z]|\d+(?:\.\d+)*)\s*[.)]|\d+(?:\.\d+)+|[-–—+*•·])(?=\s|[^\W\d]|$)\s*"
)
_OF_WHICH = re.compile(r"^(?:trong đó|tr\.? ?đó|t\.? ?đó|of which)\s*:?\s*", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\s*(?:\((?:\d{1,2}|\*+)\)|\[\d{1,2}\]|\*+|(?<=[^\W\dm])[¹²³]+)\s*$")
_SHORT_NAME = re.compile(r"\s*\([A-ZĐ]{2,8}\)$")
_BRACKETS = re.compile(r"^(.*\S)\s*\(([^()]+)\)$")


@dataclass(frozen=True)
class FormRow:
    """A row with figures.

    Attributes
    ----------
    name : as printed, white space collapsed
    key : folded name by which KPIs are found, see `row_name`
    unit : as printed for the row or the table, ditto marks resolved; '' if none
    code : from the column of codes, '' if empty
    label : the cell of the name
    cells : column → cell
    """

    name: str
    key: str
    unit: str
    code: str
    label: Cell
    cells: Mapping[int, Cell]


def row_name(text: str) -> tuple[str, str]:
    """The folded name without numbering and footnotes, and the unit printed after it.

    Examples
    --------
    >>> row_name("1.1. Xi măng (1.000 tấn) (*)")
    ('xi mang', '1.000 tấn')
    >>> row_name("- Trong đó: Than sạch(1)")
    ('than sach', '')
    """
    name, unit = bare_name(text)
    return fold(name), unit


def bare_name(text: str, numbering: re.Pattern[str] = _NUMBERING) -> tuple[str, str]:
    """The name without numbering and footnotes, and the unit printed after it."""
    name, before = collapse(text), ""
    while name != before:
        before = name
        name = _OF_WHICH.sub("", numbering.sub("", name))
    before = ""
    while name != before:
        before = name
        name = _SHORT_NAME.sub("", _FOOTNOTE.sub("", name).rstrip(" :;,"))
    unit = ""
    brackets = _BRACKETS.match(name)
    if brackets and known_unit(brackets[2]):
        name, unit = _FOOTNOTE.sub("", brackets[1]), brackets[2].strip()
    else:
        start, comma, end = name.rpartition(",")
        if comma and known_unit(end):
            name, unit = start.strip(), end.strip()
    return name, unit


_PART_NAMES: Mapping[Part, tuple[str, ...]] = {
    "output": ("{}",),
    "sales": ("{} tieu thu", "tieu thu {}", "{} sales", "sales of {}", "{} ban ra"),
    "stock": ("{} ton kho", "ton kho {}", "{} stock", "stock of {}", "{} stocks", "stocks of {}"),
}


def part_keys(key: str, part: Part) -> tuple[str, ...]:
    """The keys of what of a product is counted: 'xi mang tieu thu' for its sales."""
    return tuple(pattern.format(key) for pattern in _PART_NAMES[part])


def kpi_names(kpis: Iterable[Kpi]) -> dict[str, list[Kpi]]:
    """KPIs by the keys with which a row may name them."""
    names: dict[str, list[Kpi]] = {}
    for kpi in kpis:
        for name in {row_name(text)[0] for text in (kpi.slug, kpi.name_vi, kpi.name_en)}:
            names.setdefault(name, []).append(kpi)
    return names
