"""The versions page: the versions of a plan, a comparison of two, the targets in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from data.plans.plan import Plan, PlanVersion
from data.samples.implied_versions import CHANGED
from service.pages.views.frame import Frame, PlanContent
from service.shapes.plans import TargetChange, TaskChange
from service.texts import LEVEL, TEXT, Lang, day_of, name_of, period_name, plain_bounds
from service.wording import names_in, source_in
from service.workflow.version_comparison import comparison


@dataclass(frozen=True)
class VersionShown:
    """A version of the plan, and the document that adopted it."""

    number: int
    adopted: str
    document: str
    note: str


@dataclass(frozen=True)
class ChangesShown:
    """Changes of one sort (targets added, dropped or changed, or tasks), as sentences."""

    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """Two versions and their differences; empty if there are none."""

    before: int
    after: int
    changes: tuple[ChangesShown, ...]


@dataclass(frozen=True)
class TargetAsSet:
    """A target as written in a version."""

    name: str
    level: str
    period: str
    bounds: str
    source: str


@dataclass(frozen=True, kw_only=True)
class VersionsContent(PlanContent):
    """The content of the versions page; `compared` is None with fewer than two versions."""

    versions: tuple[VersionShown, ...]
    compared: Compared | None
    newest: tuple[TargetAsSet, ...]


def versions_content(
    frame: Frame, day: date | None, before: int | None, after: int | None, lang: Lang
) -> VersionsContent:
    """The content of the versions page.

    Parameters
    ----------
    day : versions adopted later are left out; None for all
    before, after : numbers of the versions to compare; default the last two

    Raises
    ------
    UnknownVersion
        If the plan has no version of that number.
    """
    plan = frame.plan
    adopted = [one for one in plan.versions if day is None or one.adopted <= day]
    numbers = [version.number for version in adopted]
    compared = None
    if len(numbers) > 1:
        compared = _compared(plan, before or numbers[-2], after or numbers[-1], lang)
    return VersionsContent(
        frame=frame,
        versions=tuple(
            VersionShown(
                one.number, day_of(one.adopted, lang), one.document, _note(plan, one, lang)
            )
            for one in adopted
        ),
        compared=compared,
        newest=_targets(plan, adopted[-1], lang) if adopted else (),
    )


def _note(plan: Plan, version: PlanVersion, lang: Lang) -> str:
    """A version's note; of one read from figures, the KPIs by name."""
    if not version.note.startswith(CHANGED):
        return version.note
    names = names_in(plan, lang)
    slugs = version.note.removeprefix(CHANGED).rstrip(".").split(", ")
    listed = ", ".join(names.get(slug, slug) for slug in slugs)
    return TEXT[lang]["versions.of_figures"].format(names=listed)


def _compared(plan: Plan, before: int, after: int, lang: Lang) -> Compared:
    found = comparison(plan, before, after)
    text = TEXT[lang]
    changes = (
        _changes(text["versions.added"], found.added, lang),
        _changes(text["versions.dropped"], found.dropped, lang),
        _changes(text["versions.changed"], found.changed, lang),
        _changes(text["versions.tasks"], found.tasks, lang),
    )
    return Compared(before, after, tuple(one for one in changes if one.texts))


def _changes(name: str, found: Iterable[TargetChange | TaskChange], lang: Lang) -> ChangesShown:
    return ChangesShown(name, tuple(one.text[lang] for one in found))


def _targets(plan: Plan, version: PlanVersion, lang: Lang) -> tuple[TargetAsSet, ...]:
    """The targets of a version."""
    found = []
    for slug, target in version.targets:
        kpi = plan.kpi(slug)
        found.append(
            TargetAsSet(
                name=name_of(kpi, lang),
                level=LEVEL[lang][target.level],
                period=period_name(target.period, lang),
                bounds=plain_bounds(target, kpi.unit, lang, kpi.decimals),
                source=source_in(target.source, lang),
            )
        )
    return tuple(found)
