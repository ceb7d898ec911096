"""From the fields of a plan document to a `Plan`, with every problem at its place.

Both formats, YAML and XLSX, arrive here as records of entries; the rules of a plan
are defined once, here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Literal, cast

from data.plans.kpi import Kpi, RowSelector
from data.plans.plan import Plan, PlanVersion
from data.readers.plan_document.checks import check_kpis, check_tasks, check_versions
from data.readers.plan_document.entries import (
    SLUG,
    Document,
    EntryReader,
    Record,
    VersionRecords,
)
from data.readers.plan_document.fields import PERIODS, TABLES
from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.months import read_day
from data.readers.spreadsheet.tables import raise_problems
from data.readers.spreadsheet.words import (
    COMPARATORS,
    DIRECTIONS,
    KINDS,
    LEVELS,
    ROLES,
    TARGET_FORMS,
    choices,
    code_of,
)
from models.errors import InvalidMonth, InvalidTarget
from models.kinds import Kind, traits_of
from models.reconciliation.relations import Breakdown
from models.targets.attainment import DEFAULT_THRESHOLDS, Thresholds
from models.targets.periods import WHOLE_YEAR, period_of
from models.targets.target import Comparator, Target, TargetForm, TargetLevel
from models.targets.task import Step, Task

_PLAN_SLUG = re.compile(r"([a-z0-9][a-z0-9_-]*)-(\d{4})")
_RELATED = rf"({SLUG.pattern}/)?{SLUG.pattern}"
_SUM = re.compile(rf"{SLUG.pattern}(\s*\+\s*{SLUG.pattern})*")
_INDICATOR = re.compile(rf"{_RELATED}( - {_RELATED})*")


@dataclass
class PlanBuilder(EntryReader):
    """Builds the parts of a plan of one year; `year` is 0 while it is not known."""

    year: int = 0

    def thresholds(self, record: Record) -> Thresholds:
        """The plan's own thresholds; the usual ones where nothing is given."""
        given = {name: self.number(record, name) for name in asdict(DEFAULT_THRESHOLDS)}
        known = {name: value for name, value in given.items() if value is not None}
        try:
            return replace(DEFAULT_THRESHOLDS, **known)
        except InvalidTarget as error:
            name = next(iter(known))
            self.note(record.entry(name), "thresholds that fit together", str(error))
            return DEFAULT_THRESHOLDS

    def indicator(self, record: Record) -> str | None:
        text = self.text(record, "indicator")
        if text and not _INDICATOR.fullmatch(text):
            expected = "the slug of a KPI, family/slug, or a total less its parts"
            example = "For example 'vietnam/exports', or 'turnover - exports'."
            self.note(record.entry("indicator"), expected, example)
        return text or None

    def kpi(self, record: Record, rows: Iterable[Record]) -> Kpi:
        slug = self.slug(record, "slug", required=True)
        name_vi = self.text(record, "name_vi", required=True)
        kind = cast(Kind, self.word(record, "kind", KINDS, "flow"))
        return Kpi(
            slug=slug,
            name_vi=name_vi,
            name_en=self.text(record, "name_en") or name_vi,
            unit=self.text(record, "unit", required=not traits_of(kind).in_words),
            kind=kind,
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
            parts=self.slugs(record, "parts"),
            printed_parts=self.printed_parts(record),
            contains=self.sums(record, "contains"),
            numerator=self.slug(record, "numerator") or None,
            denominator=self.slug(record, "denominator") or None,
            index=self.slug(record, "index") or None,
            indicator=self.indicator(record),
        )

    def slugs(self, record: Record, name: str) -> tuple[str, ...]:
        return self.texts(record, name, lambda slug: bool(SLUG.fullmatch(slug)))

    def printed_parts(self, record: Record) -> tuple[Breakdown, ...]:
        """Breakdowns: the parts one by one, or several breakdowns, each as 'a + b'."""
        found = self.sums(record, "printed_parts")
        if any(len(parts) > 1 for parts in found):
            return found
        return (tuple(part for parts in found for part in parts),) if found else ()

    def sums(self, record: Record, name: str) -> tuple[Breakdown, ...]:
        """KPIs, or sums of KPIs as 'a + b'."""
        texts = self.texts(record, name, lambda text: bool(_SUM.fullmatch(text)))
        return tuple(tuple(re.split(r"\s*\+\s*", text)) for text in texts)

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

    def target(self, record: Record, steps: Mapping[str, int]) -> tuple[str, Target] | None:
        """A target with its KPI; a checklist without a bound has all its steps as target."""
        slug = self.slug(record, "kpi", required=True)
        all_steps = steps.get(slug)
        comparator = self.word(record, "comparator", COMPARATORS, "at_least" if all_steps else "")
        if not comparator:
            if not self.text(record, "comparator"):
                self.note(record.entry("comparator"), f"one of {choices(COMPARATORS)}")
            return None
        known = len(self.problems)
        lower, upper = self.number(record, "lower"), self.number(record, "upper")
        if all_steps and comparator == "at_least" and lower is None:
            lower = float(all_steps)
        try:
            target = Target(
                comparator=cast(Comparator, comparator),
                lower=lower,
                upper=upper,
                form=cast(TargetForm, self.word(record, "form", TARGET_FORMS, "absolute")),
                level=cast(TargetLevel, self.word(record, "level", LEVELS, "assigned")),
                period=self.period(record),
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

    def period(self, record: Record) -> str:
        """A period as `models.targets.periods` reads it: a code, a day, or from day to day."""
        text = self.text(record, "period")
        code = code_of(text.removeprefix(str(self.year)).lstrip(" -"), PERIODS)
        try:
            days = [] if code or not text else [read_day(day) for day in text.split("..")]
            period = code or "..".join(map(str, days)) or WHOLE_YEAR
            if self.year:
                period_of(period, self.year)
        except (InvalidMonth, InvalidTarget):
            expected = f"one of {choices(PERIODS)}, or a day or 'day..day' of the plan's year"
            self.note(record.entry("period"), expected)
            return WHOLE_YEAR
        return period

    def task(self, record: Record, steps: Iterable[Record]) -> tuple[str, Task]:
        return self.slug(record, "kpi", required=True), Task(
            starts=self.day(record, "starts", required=False),
            due=self.day(record, "due", required=False),
            steps=tuple(self.step(step) for step in steps),
            of=self.whole(record, "of", 0, 1) or None,
            part=self.text(record, "part"),
            obstacle=self.text(record, "obstacle"),
            judgement=self.probability(record, "judgement"),
            recognised_later=self.flag(record, "recognised_later"),
        )

    def step(self, record: Record) -> Step:
        name_vi = self.text(record, "name_vi", required=True)
        return Step(
            slug=self.slug(record, "step", required=True),
            name_vi=name_vi,
            name_en=self.text(record, "name_en") or name_vi,
            due=self.day(record, "due", required=False),
            judgement=self.probability(record, "judgement"),
        )

    def version(self, records: VersionRecords, kpis: Sequence[Kpi]) -> PlanVersion:
        """A version and its targets; not usable if a problem was noted."""
        slugs = [kpi.slug for kpi in kpis]
        number = self.whole(records.version, "number", None, 1)
        adopted = self.day(records.version, "adopted")
        document = self.text(records.version, "document", required=True)
        tasks = [self.task(record, steps) for record, steps in records.tasks]
        steps = {slug: len(task.steps) for slug, task in tasks}
        kept: dict[tuple[str, str, str], tuple[str, Target]] = {}
        rows: list[Record] = []
        for entries in records.targets:
            read = self.target(entries, steps)
            if read is None:
                continue
            slug, target = read
            key = (slug, target.level, target.period)
            if slug and slug not in slugs:
                close = difflib.get_close_matches(slug, slugs, n=3)
                advice = f"Close ones: {', '.join(close)}." if close else "Add the KPI first."
                self.note(entries.entry("kpi"), "a KPI of this plan", advice)
            elif key in kept:
                expected = f"one target of {slug} for level '{key[1]}' and period '{key[2]}'"
                self.note(entries.entry("kpi"), expected, "Delete one of them.", "a second one")
            elif slug:
                kept[key] = read
                rows.append(entries)
        version = PlanVersion(
            number or 0,
            adopted or date.min,
            document,
            tuple(kept.values()),
            self.text(records.version, "note"),
            tuple(tasks),
        )
        for finding in check_tasks(version, kpis, self.year):
            record = rows[finding.index] if finding.of_target else records.tasks[finding.index][0]
            self.note(record.entry(finding.field), finding.expected, finding.advice, finding.found)
        return version


def build_plan(document: Document, file: str) -> Plan:
    """Check a document and build the plan it describes.

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
    builder.year = int(match[2]) if match else 0
    body = builder.text(head, "body", required=True)
    name_vi = builder.text(head, "name_vi", required=True)
    kpis = tuple(builder.kpi(record, rows) for record, rows in document.kpis)
    if not kpis:
        builder.note(head.entry("kpis"), "at least one KPI", "List the KPIs.", "none")
    for finding in check_kpis(kpis):
        entry = document.kpis[finding.index][0].entry(finding.field)
        builder.note(entry, finding.expected, finding.advice, finding.found)
    versions = tuple(builder.version(records, kpis) for records in document.versions)
    for finding in check_versions(versions):
        entry = document.versions[finding.index].version.entry(finding.field)
        builder.note(entry, finding.expected, finding.advice, finding.found)
    plan = Plan(
        slug=slug,
        family=match[1] if match else "",
        year=builder.year,
        body=body,
        name_vi=name_vi,
        name_en=builder.text(head, "name_en") or name_vi,
        kpis=kpis,
        versions=versions,
        label=builder.text(head, "label") or None,
        note=builder.text(head, "note"),
        thresholds=builder.thresholds(head),
    )
    raise_problems(file, builder.problems)
    return plan


def build_version(
    records: VersionRecords, kpis: Sequence[Kpi], year: int, file: str
) -> PlanVersion:
    """One version alone, against the KPIs of an existing plan; errors as `build_plan`."""
    builder = PlanBuilder(year=year)
    version = builder.version(records, kpis)
    raise_problems(file, builder.problems)
    return version
