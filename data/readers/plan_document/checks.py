"""Consistency checks of the KPIs, versions and tasks of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from data.plans.kpi import Kpi, ratio_factor
from data.plans.plan import PlanVersion
from models.kinds import Kind, kinds_that, traits_of
from models.reconciliation.relations import Breakdown
from models.targets.target import Target
from models.targets.task import Task


@dataclass(frozen=True)
class Finding:
    """A contradiction: the item's position in its list and the field to change.

    In checks of tasks and targets, `of_target` tells that the item is a target.
    """

    index: int
    field: str
    expected: str
    found: str
    advice: str = ""
    of_target: bool = False


def check_kpis(kpis: Sequence[Kpi]) -> Iterator[Finding]:
    """Slugs are unique; referenced KPIs exist; references have no cycle."""
    by_slug = {kpi.slug: kpi for kpi in reversed(kpis)}
    first = {kpi.slug: index for index, kpi in reversed(list(enumerate(kpis)))}
    for index, kpi in enumerate(kpis):
        if kpi.slug and first[kpi.slug] != index:
            yield Finding(index, "slug", "a slug used once", f"'{kpi.slug}' again", "Rename one.")
            continue
        for field, slugs in (
            ("parent", (kpi.parent,)),
            ("parts", kpi.parts),
            ("printed_parts", _flat(kpi.printed_parts)),
            ("contains", _flat(kpi.contains)),
            ("numerator", (kpi.numerator,)),
            ("denominator", (kpi.denominator,)),
            ("index", (kpi.index,)),
            ("indicator", _near(kpi)),
        ):
            for slug in slugs:
                if slug is not None and slug not in by_slug:
                    advice = "Add the KPI, or correct the slug."
                    yield Finding(index, field, "the slug of a KPI of the plan", slug, advice)
        yield from _check_parts(index, kpi, by_slug)
        yield from _check_relations(index, kpi, by_slug)
        yield from _check_ratio(index, kpi, by_slug)
        if kpi.index is not None and not kpi.traits.in_words:
            yield Finding(index, "index", f"no index, since the kind is '{kpi.kind}'", kpi.index)
        if _circles(kpi.slug, lambda slug: _parent(slug, by_slug)):
            yield Finding(index, "parent", "parents that do not circle", f"'{kpi.parent}'")
        if _circles(kpi.slug, lambda slug: by_slug[slug].parts if slug in by_slug else ()):
            yield Finding(index, "parts", "parts that do not circle", ", ".join(kpi.parts))
        if _circles(kpi.slug, lambda slug: _below(slug, by_slug)):
            named = ", ".join(_flat(kpi.printed_parts or kpi.contains))
            field = "printed_parts" if kpi.printed_parts else "contains"
            yield Finding(index, field, "KPIs that do not circle", named)
        if _circles(kpi.slug, lambda slug: _indicator(slug, by_slug)):
            expected = "an indicator that does not rest on the KPI itself"
            yield Finding(index, "indicator", expected, f"'{kpi.indicator}'")


def _check_parts(index: int, kpi: Kpi, by_slug: dict[str, Kpi]) -> Iterator[Finding]:
    for slug in kpi.parts:
        part = by_slug.get(slug)
        if part is not None and part.unit != kpi.unit:
            expected = f"parts in the unit of '{kpi.slug}', {kpi.unit}"
            yield Finding(index, "parts", expected, f"'{slug}' in {part.unit}")
    if len(set(kpi.parts)) != len(kpi.parts):
        yield Finding(index, "parts", "each part once", ", ".join(kpi.parts))
    if kpi.parts and kpi.rows:
        expected = "parts or source rows, not both"
        advice = "A KPI with parts is their sum and has no figures of its own."
        yield Finding(index, "parts", expected, "both", advice)


def _check_relations(index: int, kpi: Kpi, by_slug: dict[str, Kpi]) -> Iterator[Finding]:
    """Printed parts and contained KPIs are of the same unit and kind, each named once."""
    for field, groups in (("printed_parts", kpi.printed_parts), ("contains", kpi.contains)):
        for slugs in groups:
            if len(set(slugs)) != len(slugs):
                yield Finding(index, field, "each KPI once", " + ".join(slugs))
            if len(groups) > 1 and len(slugs) == 1 and field == "printed_parts":
                expected = "at least two KPIs in each of several breakdowns, such as 'a + b'"
                yield Finding(index, field, expected, slugs[0])
        if len({frozenset(slugs) for slugs in groups}) != len(groups):
            yield Finding(index, field, "each sum once", ", ".join(map(" + ".join, groups)))
        for slug in _flat(groups):
            other = by_slug.get(slug)
            if other is not None and (other.unit, other.kind) != (kpi.unit, kpi.kind):
                expected = f"KPIs like '{kpi.slug}', in {kpi.unit} and of kind '{kpi.kind}'"
                yield Finding(index, field, expected, f"'{slug}' in {other.unit}, {other.kind}")
    summed = kpi.traits.adds_up and not kpi.traits.whole_numbers
    if kpi.printed_parts and not summed:
        expected = "no printed parts, since only sums of the months in fractions are reconciled"
        yield Finding(index, "printed_parts", expected, f"kind '{kpi.kind}'")
    if kpi.contains and (kpi.traits.outcome_is_rate or not kpi.traits.has_months):
        expected = f"nothing, since the kind is '{kpi.kind}'"
        yield Finding(index, "contains", expected, ", ".join(_flat(kpi.contains)))


def _check_ratio(index: int, kpi: Kpi, by_slug: dict[str, Kpi]) -> Iterator[Finding]:
    given = {"numerator": kpi.numerator, "denominator": kpi.denominator}
    for field, slug in given.items():
        if kpi.traits.has_denominator and slug is None:
            yield Finding(index, field, f"a {field}, since the kind is '{kpi.kind}'", "nothing")
        if not kpi.traits.has_denominator and slug is not None:
            yield Finding(index, field, f"no {field}, since the kind is '{kpi.kind}'", slug)
    above, below = by_slug.get(kpi.numerator or ""), by_slug.get(kpi.denominator or "")
    if above and below and ratio_factor(kpi.unit) != 1.0 and above.unit != below.unit:
        expected = f"a numerator and a denominator in the same unit, for a ratio in {kpi.unit}"
        found = f"{above.unit} and {below.unit}"
        advice = "Convert one of them, or give the ratio the unit of the quotient."
        yield Finding(index, "unit", expected, found, advice)


def _parent(slug: str, by_slug: dict[str, Kpi]) -> tuple[str, ...]:
    parent = by_slug[slug].parent if slug in by_slug else None
    return () if parent is None else (parent,)


def _below(slug: str, by_slug: dict[str, Kpi]) -> tuple[str, ...]:
    """The KPIs that one is a total of, or contains."""
    kpi = by_slug.get(slug)
    return () if kpi is None else (*kpi.all_parts, *_flat(kpi.contains))


def _flat(groups: Sequence[Breakdown]) -> tuple[str, ...]:
    """The KPIs of all groups, each once."""
    return tuple(dict.fromkeys(slug for group in groups for slug in group))


def _indicator(slug: str, by_slug: dict[str, Kpi]) -> tuple[str, ...]:
    """The KPIs of the plan from which a KPI's months may be reconstructed."""
    kpi = by_slug.get(slug)
    if kpi is None:
        return ()
    return (*_near(kpi), *kpi.parts)


def _near(kpi: Kpi) -> tuple[str, ...]:
    """The KPIs of its indicator in the plan's own family; others are not known here."""
    return tuple(name for name in kpi.related if "/" not in name)


def _circles(start: str, following: Callable[[str], tuple[str, ...]]) -> bool:
    """Whether following the links leads back to the start."""
    seen: set[str] = set()
    waiting = list(following(start))
    while waiting:
        slug = waiting.pop()
        if slug == start:
            return True
        if slug not in seen:
            seen.add(slug)
            waiting.extend(following(slug))
    return False


def check_versions(versions: Sequence[PlanVersion]) -> Iterator[Finding]:
    """Version numbers increase, dates of adoption do not decrease."""
    for index, (earlier, later) in enumerate(pairwise(versions), start=1):
        if later.number <= earlier.number:
            expected = f"a number above {earlier.number}, the version before"
            yield Finding(index, "number", expected, str(later.number))
        if later.adopted < earlier.adopted:
            expected = f"a date not before {earlier.adopted}, that of version {earlier.number}"
            yield Finding(index, "adopted", expected, str(later.adopted))


def check_tasks(version: PlanVersion, kpis: Sequence[Kpi], year: int) -> Iterator[Finding]:
    """Tasks belong to KPIs of a task kind, lie in the year, and have a target."""
    kinds = {kpi.slug: kpi.kind for kpi in kpis}
    slugs = [slug for slug, _ in version.tasks]
    for index, (slug, task) in enumerate(version.tasks):
        kind = kinds.get(slug)
        if kind is None or not traits_of(kind).can_be_task:
            named = " or ".join(f"'{possible}'" for possible in kinds_that("can_be_task"))
            expected = f"a KPI of this plan of kind {named}"
            yield Finding(
                index, "kpi", expected, f"'{slug}'" + (f" of kind '{kind}'" * bool(kind))
            )
            continue
        if slugs.index(slug) != index:
            yield Finding(index, "kpi", "a task once", f"'{slug}' again", "Delete one of them.")
        if slug not in [kpi for kpi, _ in version.targets]:
            advice = "Add one: it says how much, who leads and where it was published."
            yield Finding(index, "kpi", "a target of the task in the same version", slug, advice)
        yield from _check_steps(index, kind, task)
        yield from _check_days(index, task, year)
    for index, (slug, target) in enumerate(version.targets):
        for finding in _check_goal(index, kinds.get(slug), target, dict(version.tasks).get(slug)):
            yield replace(finding, of_target=True)


def _check_steps(index: int, kind: Kind, task: Task) -> Iterator[Finding]:
    names = [step.slug for step in task.steps]
    ticked_off = traits_of(kind).ticked_off
    if ticked_off and not names:
        yield Finding(index, "steps", f"at least one step, since the kind is '{kind}'", "none")
    if not ticked_off and names:
        yield Finding(index, "steps", f"no steps, since the kind is '{kind}'", ", ".join(names))
    if ticked_off and task.of is not None:
        yield Finding(index, "of", "nothing: a checklist is as long as its steps", str(task.of))
    if len(set(names)) != len(names):
        yield Finding(index, "steps", "each step once", ", ".join(names))


def _check_days(index: int, task: Task, year: int) -> Iterator[Finding]:
    for field, day in (("starts", task.starts), ("due", task.due)):
        if day is not None and year and day.year != year:
            yield Finding(index, field, f"a day of the plan's year, {year}", str(day))
    if task.starts and task.due and task.starts > task.due:
        yield Finding(index, "due", f"a day from {task.starts}, the start, on", str(task.due))


def _check_goal(
    index: int, kind: Kind | None, target: Target, task: Task | None
) -> Iterator[Finding]:
    traits = traits_of(kind) if kind else None
    if traits and traits.in_words:
        expected = f"a KPI with figures; one of kind '{kind}' has words"
        yield Finding(index, "kpi", expected, "a target")
    if traits and traits.ticked_off and task is None:
        yield Finding(index, "kpi", "a task with its steps in the same version", "none")
    if task is None:
        return
    if target.form != "absolute":
        yield Finding(index, "form", "an absolute target, since it is a task's", target.form)
    most = task.of or len(task.steps)
    if most and target.lower is not None and target.lower > most:
        yield Finding(index, "lower", f"at most {most}, all there are", f"{target.lower:g}")
    if task.steps and target.comparator == "at_most":
        yield Finding(index, "comparator", "at_least, of a checklist", target.comparator)
