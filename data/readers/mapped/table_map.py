"""Which column of a table is what: as guessed, or as said by a person and remembered.

In writing: `series=A,B month=C value=D unit=E form=year_to_date header=3`. Columns are
letters as in Excel, `header` is the number of the row of headings.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

from openpyxl.utils import column_index_from_string, get_column_letter

from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.tables import Row
from data.vintages.observation import Form
from models.errors import InputError

Layout = Literal["long", "series across", "months across"]

_FORMS = tuple(form for form in get_args(Form) if form not in ("plan", "share_of_plan"))
_KEYS = ("series", "month", "year", "value", "unit", "form", "header")
_COLUMN = re.compile(r"[A-Z]{1,3}")


@dataclass(frozen=True)
class TableMap:
    """Which column is what; columns counted from 0.

    Attributes
    ----------
    header : number of the lowest row of headings, from 1
    series : columns whose texts together name a series
    month : column of months; None if months stand across
    year : column of years, where months are given without
    values : columns of figures; none: all that a period or a series heads
    unit : column of units
    form : of the figures, where no heading says it
    """

    header: int
    series: tuple[int, ...] = ()
    month: int | None = None
    year: int | None = None
    values: tuple[int, ...] = ()
    unit: int | None = None
    form: Form = "month"

    @property
    def layout(self) -> Layout:
        if self.month is None:
            return "months across"
        return "long" if self.series else "series across"

    def __str__(self) -> str:
        """As a person writes it."""
        columns: Mapping[str, Sequence[int]] = {
            "series": self.series,
            "month": () if self.month is None else (self.month,),
            "year": () if self.year is None else (self.year,),
            "value": self.values,
            "unit": () if self.unit is None else (self.unit,),
        }
        parts = [
            f"{key}={','.join(get_column_letter(place + 1) for place in places)}"
            for key, places in columns.items()
            if places
        ]
        return " ".join([*parts, f"form={self.form}", f"header={self.header}"])


def parse_map(text: str) -> TableMap:
    """A map as a person writes it.

    Raises
    ------
    InputError
        If a part is unknown, or no column has the months and no column the series.

    Examples
    --------
    >>> str(parse_map("series=A month=B value=C header=2"))
    'series=A month=B value=C form=month header=2'
    """
    given: dict[str, str] = {}
    for part in text.split():
        key, _, value = part.partition("=")
        if key not in _KEYS or not value:
            raise InputError(
                "expected columns such as 'series=A month=B value=C header=1' with the words "
                "{words}; found '{part}'.",
                words=", ".join(_KEYS),
                part=part,
            )
        given[key] = value
    form = given.get("form", "month")
    if form not in _FORMS:
        raise InputError(
            "expected a form, one of {forms}; found '{form}'.",
            forms=", ".join(_FORMS),
            form=form,
        )
    header = given.get("header", "1")
    if not header.isdecimal() or int(header) < 1:
        raise InputError(
            "expected the number of the row of headings, found '{header}'.",
            header=header,
        )
    month, year, unit = (_columns(given.get(key, ""), key) for key in ("month", "year", "unit"))
    found = TableMap(
        header=int(header),
        series=_columns(given.get("series", ""), "series"),
        month=month[0] if month else None,
        year=year[0] if year else None,
        values=_columns(given.get("value", ""), "value"),
        unit=unit[0] if unit else None,
        form=cast(Form, form),
    )
    if found.month is None and not found.series:
        raise InputError(
            "expected the column of months (month=A), or of the names with months across "
            "(series=A); found neither."
        )
    if found.layout == "long" and not found.values:
        raise InputError("expected the column of figures (value=C); found none.")
    return found


def _columns(text: str, key: str) -> tuple[int, ...]:
    letters = [part.strip().upper() for part in text.split(",") if part.strip()]
    for each in letters:
        if not _COLUMN.fullmatch(each):
            raise InputError(
                "expected a column such as {key}=A, found '{key}={text}'.",
                key=key,
                text=text,
            )
    return tuple(column_index_from_string(each) - 1 for each in letters)


def fingerprint(header: Row) -> str:
    """The same for all tables of one layout: their headings, whatever years they name."""
    words = [re.sub(r"\d+", "#", fold(cell.text)) for cell in header]
    while words and not words[-1]:
        words.pop()
    kept = [word for place, word in enumerate(words) if not place or word != words[place - 1]]
    return hashlib.sha256("|".join(kept).encode()).hexdigest()[:16]
