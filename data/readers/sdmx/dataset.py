"""Observations of a statistical message as rows of a tidy table."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from data.readers.spreadsheet.tables import Cell
from data.readers.tidy.headings import Field, TidyTable, TidyTables
from models.errors import UnreadableFile

_COLUMNS: tuple[Field, ...] = (
    *("kpi", "month", "form", "value", "status", "published", "unit", "source"),
)
# dimensions that say nothing about which series it is
_NOT_NAMES = frozenset({"FREQ", "FORM", "VINTAGE", "TIME_PERIOD"})
_MONTH = re.compile(r"(\d{4})-?M?(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])")
_HALF = re.compile(r"(\d{4})-?(?:S|H|B)([12])")
_PERIODS = ((_MONTH, "month", 1), (_QUARTER, "quarter", 3), (_HALF, "half", 6))
_YEAR = re.compile(r"(\d{4})(?:-A1)?")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")

# SDMX code list CL_OBS_STATUS; figures with another code are not loaded
STATUSES = {
    "": "",
    "A": "final",
    "E": "estimate",
    "P": "estimate",
    "R": "restated",
}
_PER_CENT = {"PT", "PC"}  # units of measure of SDMX code lists
_UNITS = {"USD": "USD", "VND": "VND", "T": "tonnes", "TNE": "tonnes", "KWH": "kWh", "KWHR": "kWh"}
_MULTIPLES = {0: "", 3: "thousand ", 6: "million ", 9: "billion ", 12: "trillion "}


@dataclass(frozen=True)
class Seen:
    """One observation of a message.

    Attributes
    ----------
    key : dimension → code or label, in the order of the message, without the time
    period : as written, such as '2021-06', '2021-Q2'
    value : None if there is no figure
    attributes : OBS_STATUS, UNIT_MEASURE and others by name; '' or absent if not given
    place : where it stands in the file
    """

    key: Mapping[str, str]
    period: str
    value: float | None
    place: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def tidy_of(file: str, seen: Sequence[Seen], published: date | None) -> TidyTables:
    """The observations as a tidy table, one row each.

    A series is named by its KPI if the message has that dimension (those of this program
    have), else by the dimensions in which the message's series differ, else by all.

    Parameters
    ----------
    published : day of the message

    Raises
    ------
    UnreadableFile
        If a period is not a month, a quarter, a half-year or a year, or a status is not
        that of a figure (a forecast, say).
    """
    named = _naming(seen)
    rows = tuple(_row(file, one, named) for one in seen if one.value is not None)
    table = TidyTable({name: at for at, name in enumerate(_COLUMNS)}, "", rows)
    return TidyTables(file, (table,), published=published)


def _naming(seen: Sequence[Seen]) -> tuple[str, ...]:
    """The dimensions that name a series."""
    names = [name for name in (seen[0].key if seen else {}) if name not in _NOT_NAMES]
    if "KPI" in names:
        return ("KPI",)
    varying = [name for name in names if len({one.key.get(name, "") for one in seen}) > 1]
    return tuple(varying or names)


def _row(file: str, one: Seen, named: Sequence[str]) -> tuple[Cell, ...]:
    period, form = _period(file, one)
    texts: dict[Field, str] = {
        "kpi": " - ".join(one.key.get(name, "") for name in named),
        "month": period,
        "form": one.key.get("FORM") or form,
        "status": _status(file, one),
        "published": one.key.get("VINTAGE", ""),
        "unit": _unit(one.attributes),
        "source": one.attributes.get("SOURCE", ""),
    }
    return tuple(
        Cell(one.value if name == "value" else texts[name] or None, None, one.place)
        for name in _COLUMNS
    )


def _period(file: str, one: Seen) -> tuple[str, str]:
    """The last month of a period as 'YYYY-MM', and the form of its figure."""
    text = one.period.strip().upper()
    for pattern, form, months in _PERIODS:
        match = pattern.fullmatch(text)
        if match:
            return f"{match[1]}-{int(match[2]) * months:02d}", form
    if match := _YEAR.fullmatch(text):
        return f"{match[1]}-12", "year"
    if (match := _DAY.fullmatch(text)) and _ends_a_month(match):
        return text[:7], "month"
    raise UnreadableFile(
        file,
        expected="a month, a quarter, a half-year or a year, such as 2021-06 or 2021-Q2",
        found=f"'{one.period}'",
        cell=one.place,
        advice="Ask for monthly figures.",
    )


def _ends_a_month(match: re.Match[str]) -> bool:
    year, month, day = (int(part) for part in match.groups())
    return 1 <= month <= 12 and day in (1, calendar.monthrange(year, month)[1])


def _status(file: str, one: Seen) -> str:
    own = one.attributes.get("FIGURE_STATUS", "")
    code = one.attributes.get("OBS_STATUS", "").strip().upper()
    if own:
        return own
    if code not in STATUSES:
        raise UnreadableFile(
            file,
            expected="figures with the status A, E, P or R",
            found=f"OBS_STATUS '{code}'",
            cell=one.place,
            advice="A forecast or an imputed value is not a figure; leave it out.",
        )
    return STATUSES[code]


def _unit(attributes: Mapping[str, str]) -> str:
    """The unit in the words of plans; the code with its power of ten where there are none."""
    unit = attributes.get("UNIT_MEASURE", "").strip()
    power = attributes.get("UNIT_MULT", "").strip() or "0"
    if attributes.get("FIGURE_STATUS") or not unit:  # this program's: the plan's own words
        return unit
    if unit.upper() in _PER_CENT:
        return "%"
    multiple = _MULTIPLES.get(int(power)) if power.isdigit() else None
    if multiple is None:
        return f"{unit} × 10^{power}"
    return f"{multiple}{_UNITS.get(unit.upper(), unit)}"
