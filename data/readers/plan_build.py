"""From the fields of a plan document to a `Plan`, with every problem at its place.

Both formats, YAML and XLSX, arrive here as records of entries; what a plan
must be is said once, here.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast

from data.observation import Kpi, RowSelector
from data.plan import Plan, PlanVersion
from data.readers.cells import fold
from data.readers.months import EXPECTED_DAY, read_day
from data.readers.number_format import parse_number, possible_marks
from data.readers.plan_checks import check_kpis, check_versions
from data.readers.plan_fields import PERIODS, TABLES
from data.readers.tables import Problem, clean, raise_problems
from data.readers.words import (
    COMPARATORS,
    DIRECTIONS,
    FLAGS,
    KINDS,
    LEVELS,
    ROLES,
    TARGET_FORMS,
    Vocabulary,
    choices,
    code_of,
)
from models.errors import InvalidMonth, InvalidTarget
from models.series import Kind
from models.target import Comparator, Target, TargetForm, TargetLevel

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
_PLAN_SLUG = re.compile(r"([a-z0-9][a-z0-9_-]*)-(\d{4})")
_INDICATOR = re.compile(rf"({_SLUG.pattern}/)?{_SLUG.pattern}")
_DIMENSION = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Entry:
    """What a document says in one place: `value` is None when it says nothing."""

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
        """The entry, or one without a value at the record's own place."""
        found = self.entries.get(name)
        if found is not None:
            return found
        at = self.place
        path = f"{at.path}.{name}" if at.path else name
        return Entry(None, at.sheet, at.cell, path if at.sheet is None else None)


@dataclass(frozen=True)
class Document:
    """A plan document as written; nothing of it is checked yet."""

    head: Record
    kpis: tuple[tuple[Record, tuple[Record, ...]], ...]  # each with its source rows
    versions: tuple[tuple[Record, tuple[Record, ...]], ...]  # each with its targets


@dataclass
class PlanBuilder:
    """Builds the parts of a plan and notes what is wrong, place by place."""

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
        if text and not _SLUG.fullmatch(text):
            expected = "a slug of lower-case letters without accents, digits, '-' and '_'"
            self.note(record.entry(name), expected, "For example 'retail_sales_goods'.")
            return ""
        return text

    def indicator(self, record: Record) -> str | None:
        text = self.text(record, "indicator")
        if text and not _INDICATOR.fullmatch(text):
            expected = "the slug of a KPI, or family/slug for one of another family"
            self.note(record.entry("indicator"), expected, "For example 'vietnam/exports'.")
        return text or None

    def flag(self, record: Record, name: str) -> bool:
        """Yes or no; nothing is no."""
        value = record.entry(name).value
        if isinstance(value, bool):
            return value
        return self.word(record, name, FLAGS, "no") == "yes"

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
            readings = {parse_number(value, mark) for mark in possible_marks(value)}
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

    def day(self, record: Record, name: str) -> date | None:
        entry = record.entry(name)
        if isinstance(entry.value, str | date):
            try:
                return read_day(entry.value)
            except InvalidMonth:
                pass
        self.note(entry, EXPECTED_DAY)
        return None

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

    def kpi(self, record: Record, rows: Iterable[Record]) -> Kpi:
        slug = self.slug(record, "slug", required=True)
        name_vi = self.text(record, "name_vi", required=True)
        return Kpi(
            slug=slug,
            name_vi=name_vi,
            name_en=self.text(record, "name_en") or name_vi,
            unit=self.text(record, "unit", required=True),
            kind=cast(Kind, self.word(record, "kind", KINDS, "flow")),
            direction=cast(
                Literal["higher", "lower"], self.word(record, "direction", DIRECTIONS, "higher")
            ),
            decimals=self.whole(record, "decimals", 0, 0) or 0,
            parent=self.slug(record, "parent") or None,
            source=self.text(record, "source"),
            price_basis=self.text(record, "price_basis") or None,
            scope=self.text(record, "scope") or None,
            dimensions=self.dimensions(record),
            rows=tuple(self.selector(row) for row in rows),
            parts=self.texts(record, "parts", lambda part: bool(_SLUG.fullmatch(part))),
            numerator=self.slug(record, "numerator") or None,
            denominator=self.slug(record, "denominator") or None,
            indicator=self.indicator(record),
            demonstration=self.flag(record, "demonstration"),
        )

    def selector(self, record: Record) -> RowSelector:
        table = self.text(record, "table", required=True)
        if table and table not in TABLES:
            self.note(record.entry("table"), f"one of the tables {', '.join(TABLES)}")
        names = self.texts(record, "names", lambda name: bool(fold(name)))
        if not names and record.entry("names").value in (None, []):
            self.note(record.entry("names"), "the row's name as printed", "Fill it in.")
        quantity = self.text(record, "quantity")
        if quantity not in ("", "value", "qty"):
            self.note(record.entry("quantity"), "'value', 'qty' or nothing")
        occurrence = self.whole(record, "occurrence", 1, 1) or 1
        return RowSelector(table, tuple(fold(name) for name in names), quantity, occurrence)

    def target(self, record: Record) -> tuple[str, Target] | None:
        slug = self.slug(record, "kpi", required=True)
        comparator = self.word(record, "comparator", COMPARATORS, "")
        if not comparator:
            if not self.text(record, "comparator"):
                self.note(record.entry("comparator"), f"one of {choices(COMPARATORS)}")
            return None
        known = len(self.problems)
        lower, upper = self.number(record, "lower"), self.number(record, "upper")
        period = self.text(record, "period")
        try:
            target = Target(
                comparator=cast(Comparator, comparator),
                lower=lower,
                upper=upper,
                form=cast(TargetForm, self.word(record, "form", TARGET_FORMS, "absolute")),
                level=cast(TargetLevel, self.word(record, "level", LEVELS, "assigned")),
                period=code_of(period, PERIODS) or period or "year",
                owner=self.text(record, "owner"),
                role=self.word(record, "role", ROLES, ""),
                basis=self.text(record, "basis"),
                source=self.text(record, "source"),
            )
        except InvalidTarget as error:
            if len(self.problems) == known:
                bound = "upper" if lower is not None or comparator == "at_most" else "lower"
                entry = record.entry(bound)
                expected = f"bounds that fit '{comparator}'"
                given = [f"{bound:g}" for bound in (lower, upper) if bound is not None]
                found = " to ".join(given) or "none"
                self.note(entry, expected, str(error).capitalize(), found)
            return None
        return slug, target

    def version(
        self, record: Record, targets: Iterable[Record], kpis: Collection[str]
    ) -> PlanVersion:
        """A version and its targets; with a problem noted, what is returned is not used."""
        kept: dict[tuple[str, str, str], tuple[str, Target]] = {}
        number = self.whole(record, "number", None, 1)
        adopted = self.day(record, "adopted")
        document = self.text(record, "document", required=True)
        for entries in targets:
            read = self.target(entries)
            if read is None:
                continue
            slug, target = read
            key = (slug, target.level, target.period)
            if slug and slug not in kpis:
                close = difflib.get_close_matches(slug, kpis, n=3)
                advice = f"Close ones: {', '.join(close)}." if close else "Add the KPI first."
                self.note(entries.entry("kpi"), "a KPI of this plan", advice)
            elif key in kept:
                expected = f"one target of {slug} for level '{key[1]}' and period '{key[2]}'"
                self.note(entries.entry("kpi"), expected, "Delete one of them.", "a second one")
            kept.setdefault(key, read)
        return PlanVersion(
            number or 0,
            adopted or date.min,
            document,
            tuple(kept.values()),
            self.text(record, "note"),
        )


def build_plan(document: Document, file: str) -> Plan:
    """Check a document and make the plan it describes.

    Raises
    ------
    UnreadableFile
        With the place of the first problem, and the others listed in its advice.
    """
    builder = PlanBuilder()
    head = document.head
    slug = builder.text(head, "plan", required=True, what="the plan's slug, such as lang-son-2021")
    match = _PLAN_SLUG.fullmatch(slug)
    if slug and not match:
        builder.note(head.entry("plan"), "a slug that ends in the year, such as lang-son-2021")
    body = builder.text(head, "body", required=True)
    name_vi = builder.text(head, "name_vi", required=True)
    kpis = tuple(builder.kpi(record, rows) for record, rows in document.kpis)
    if not kpis:
        builder.note(head.entry("kpis"), "at least one KPI", "List the KPIs.", "none")
    for finding in check_kpis(kpis):
        entry = document.kpis[finding.index][0].entry(finding.field)
        builder.note(entry, finding.expected, finding.advice, finding.found)
    slugs = {kpi.slug for kpi in kpis}
    versions = tuple(
        builder.version(record, targets, slugs) for record, targets in document.versions
    )
    for finding in check_versions(versions):
        entry = document.versions[finding.index][0].entry(finding.field)
        builder.note(entry, finding.expected, finding.advice, finding.found)
    plan = Plan(
        slug=slug,
        family=match[1] if match else "",
        year=int(match[2]) if match else 0,
        body=body,
        name_vi=name_vi,
        name_en=builder.text(head, "name_en") or name_vi,
        kpis=kpis,
        versions=versions,
        label=builder.text(head, "label") or None,
        note=builder.text(head, "note"),
    )
    raise_problems(file, builder.problems)
    return plan


def build_version(
    record: Record, targets: Iterable[Record], kpis: Collection[str], file: str
) -> PlanVersion:
    """One version alone, against the KPI slugs of an existing plan; errors as `build_plan`."""
    builder = PlanBuilder()
    version = builder.version(record, targets, kpis)
    raise_problems(file, builder.problems)
    return version
