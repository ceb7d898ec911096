"""The entries of a plan document, read as a text, a number, a day…

Both formats, YAML and XLSX, arrive here as records of entries. An entry that cannot
be read is noted as a problem with its place; nothing is guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from data.readers.spreadsheet.cells import clean
from data.readers.spreadsheet.months import EXPECTED_DAY, read_day
from data.readers.spreadsheet.number_format import parse_number, possible_separators
from data.readers.spreadsheet.tables import Problem
from data.readers.spreadsheet.words import FLAGS, Vocabulary, choices, code_of
from models.errors import InvalidMonth

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
_DIMENSION = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Entry:
    """The content of a cell or a YAML value, with its place; `value` is None if empty."""

    value: object
    sheet: str | None = None
    cell: str | None = None
    path: str | None = None

    @property
    def shown(self) -> str:
        return "nothing" if self.value in (None, "") else f"'{self.value}'"


@dataclass(frozen=True)
class Record:
    """One row of a sheet, or one mapping of a YAML document."""

    entries: Mapping[str, Entry]
    place: Entry

    def entry(self, name: str) -> Entry:
        """The entry of that name, or an empty entry at the record's own place."""
        found = self.entries.get(name)
        if found is not None:
            return found
        at = self.place
        path = f"{at.path}.{name}" if at.path else name
        return Entry(None, at.sheet, at.cell, path if at.sheet is None else None)


@dataclass(frozen=True)
class VersionRecords:
    """A version as written: its targets, and its tasks, each with its steps."""

    version: Record
    targets: tuple[Record, ...]
    tasks: tuple[tuple[Record, tuple[Record, ...]], ...]


@dataclass(frozen=True)
class Document:
    """A plan document as written, not checked yet."""

    head: Record
    kpis: tuple[tuple[Record, tuple[Record, ...]], ...]  # each with its source rows
    versions: tuple[VersionRecords, ...]


@dataclass
class EntryReader:
    """Reads entries in their expected types and notes problems with their place."""

    problems: list[Problem] = field(default_factory=list)

    def note(self, entry: Entry, expected: str, advice: str = "", found: str = "") -> None:
        where = (entry.sheet, entry.cell, entry.path)
        self.problems.append(Problem(expected, found or entry.shown, advice, *where))

    def text(self, record: Record, name: str, required: bool = False, what: str = "") -> str:
        entry = record.entry(name)
        value = entry.value
        if isinstance(value, bool | float | list | dict):
            self.note(entry, f"text for '{name}'", "Put the text in quotes.")
            return ""
        text = "" if value is None else clean(str(value))
        if required and not text:
            self.note(entry, what or f"a '{name}'", "Fill it in.")
        return text

    def slug(self, record: Record, name: str, required: bool = False) -> str:
        text = self.text(record, name, required)
        if text and not SLUG.fullmatch(text):
            expected = "a slug of lower-case letters without accents, digits, '-' and '_'"
            self.note(record.entry(name), expected, "For example 'retail_sales_goods'.")
            return ""
        return text

    def word(self, record: Record, name: str, words: Vocabulary, default: str) -> str:
        text = self.text(record, name)
        if not text:
            return default
        code = code_of(text, words)
        if code is None:
            self.note(record.entry(name), f"one of {choices(words)}")
        return code or default

    def number(self, record: Record, name: str) -> float | None:
        entry = record.entry(name)
        value = entry.value
        if value is None or value == "":
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            if math.isfinite(value):
                return float(value)
        elif isinstance(value, str):
            readings = {parse_number(value, separator) for separator in possible_separators(value)}
            if len(readings) == 1:
                return readings.pop()
            if len(readings) == 2:
                low, high = sorted(readings)
                expected = f"a number that reads one way: is it {high:g} or {low:g}?"
                self.note(entry, expected, "Write it without separators between thousands.")
                return None
        self.note(entry, "a number")
        return None

    def whole(self, record: Record, name: str, default: int | None, least: int) -> int | None:
        known = len(self.problems)
        number = self.number(record, name)
        if number is None:
            if len(self.problems) == known and default is None:
                self.note(record.entry(name), f"a whole number from {least}", "Fill it in.")
            return default
        if not number.is_integer() or number < least:
            self.note(record.entry(name), f"a whole number from {least}")
            return default
        return int(number)

    def day(self, record: Record, name: str, required: bool = True) -> date | None:
        entry = record.entry(name)
        if entry.value in (None, "") and not required:
            return None
        if isinstance(entry.value, str | date):
            try:
                return read_day(entry.value)
            except InvalidMonth:
                pass
        self.note(entry, EXPECTED_DAY)
        return None

    def probability(self, record: Record, name: str) -> float | None:
        number = self.number(record, name)
        if number is not None and not 0 < number < 1:
            advice = "Report as done what is certain."
            self.note(record.entry(name), "a probability between 0 and 1, such as 0.7", advice)
            return None
        return number

    def flag(self, record: Record, name: str) -> bool:
        """Yes or no; nothing is no."""
        value = record.entry(name).value
        return value if isinstance(value, bool) else self.word(record, name, FLAGS, "no") == "yes"

    def texts(self, record: Record, name: str, valid: Callable[[str], bool]) -> tuple[str, ...]:
        entry = record.entry(name)
        value = [] if entry.value is None else entry.value
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.note(entry, f"a list of texts for '{name}'")
            return ()
        for item in value:
            if not valid(item):
                self.note(entry, f"a valid entry in '{name}'", found=f"'{item}'")
        return tuple(item for item in value if valid(item))

    def dimensions(self, record: Record) -> Mapping[str, str]:
        entry = record.entry("dimensions")
        value = {} if entry.value is None else entry.value
        if not isinstance(value, dict) or not all(
            isinstance(name, str) and _DIMENSION.fullmatch(name) and isinstance(what, str)
            for name, what in value.items()
        ):
            self.note(entry, "dimensions such as 'product: cement'", "One to a line.")
            return {}
        return {name: clean(what) for name, what in value.items()}
