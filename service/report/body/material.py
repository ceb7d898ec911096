"""What the sections of one report are written from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from data.plans.plan import Plan, PlanVersion
from data.plans.report_texts import Slot
from models.series import Month
from service.projections.facts import Facts
from service.report.cells import AT_RISK
from service.report.document import ReportKind
from service.report.letterhead import Letterhead
from service.texts import TEXT, Lang, Texts


@dataclass(frozen=True)
class Entered:
    """What people wrote for a report.

    Attributes
    ----------
    texts : of the slots, for the report's month
    notes : on KPIs, about the months of the report's year; oldest first
    """

    texts: Mapping[Slot, str] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Material:
    """Facts, words and settings of one report; `cutoff` is its last month."""

    plan: Plan
    version: PlanVersion | None
    day: date
    facts: tuple[Facts, ...]
    kind: ReportKind
    cutoff: Month
    letterhead: Letterhead
    lang: Lang
    entered: Entered

    @property
    def text(self) -> Texts:
        return TEXT[self.lang]

    def document_of(self, kpi: str) -> str:
        """The document that set a KPI's targets as they are in force; '' without a version.

        A version repeats the targets that it keeps: theirs is the document before.
        """
        if self.version is None:
            return ""
        number, targets = self.version.number, self.version.targets_of(kpi)
        found = self.version.document
        for one in sorted(self.plan.versions, key=lambda one: -one.number):
            if one.number < number and one.targets_of(kpi) != targets:
                break
            if one.number < number:
                found = one.document
        return found

    @property
    def document(self) -> str:
        """The document that the report answers to: it set most of the targets in force."""
        counted = Counter(self.document_of(one.kpi.slug) for one in self.planned)
        if counted:
            return counted.most_common(1)[0][0]
        return self.version.document if self.version else ""

    @cached_property
    def planned(self) -> tuple[Facts, ...]:
        """KPIs and tasks with a target."""
        return tuple(one for one in self.facts if one.target is not None)

    @cached_property
    def others(self) -> tuple[Facts, ...]:
        """Figures without a target that are known; tasks and logs have their own places."""
        return tuple(
            one
            for one in self.facts
            if one.target is None and one.to_date is not None and not is_task(one)
        )

    @cached_property
    def endangered(self) -> tuple[Facts, ...]:
        """Targets at risk or unlikely to be met."""
        return tuple(one for one in self.planned if one.verdict in AT_RISK)


def is_task(one: Facts) -> bool:
    """Whether it is counted or ticked off."""
    return one.projection.task is not None or one.kpi.traits.ticked_off
