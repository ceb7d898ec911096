"""Plans, their versions, and the targets in force on a date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from data.plans.kpi import Kpi
from models.errors import UnknownKpi
from models.targets.attainment import DEFAULT_THRESHOLDS, Thresholds
from models.targets.target import Target
from models.targets.task import Task


@dataclass(frozen=True)
class PlanVersion:
    """A plan as adopted or adjusted on a day: all targets and tasks then in force.

    A version repeats the targets and tasks that it keeps from the version before.
    """

    number: int
    adopted: date
    document: str
    targets: tuple[tuple[str, Target], ...]  # (kpi slug, target)
    note: str = ""
    tasks: tuple[tuple[str, Task], ...] = ()  # (kpi slug, task; its number is in the target)

    def targets_of(self, kpi: str) -> tuple[Target, ...]:
        return tuple(target for slug, target in self.targets if slug == kpi)

    def task_of(self, kpi: str) -> Task | None:
        return dict(self.tasks).get(kpi)


@dataclass(frozen=True)
class Plan:
    """The targets of one body for one year; `family` owns KPIs and observations."""

    slug: str  # 'vietnam-2021'
    family: str  # 'vietnam'
    year: int
    body: str
    name_vi: str
    name_en: str
    kpis: tuple[Kpi, ...]
    versions: tuple[PlanVersion, ...]
    label: str | None = None  # e.g. 'reconstructed', shown wherever the plan is
    note: str = ""
    thresholds: Thresholds = DEFAULT_THRESHOLDS

    def kpi(self, slug: str) -> Kpi:
        for kpi in self.kpis:
            if kpi.slug == slug:
                return kpi
        known = ", ".join(kpi.slug for kpi in self.kpis)
        raise UnknownKpi(
            "plan '{plan}' has no KPI '{kpi}'; it has {known}.",
            plan=self.slug,
            kpi=slug,
            known=known,
        )

    def version_on(self, day: date) -> PlanVersion | None:
        """The version in force on a day; None before the first."""
        in_force = [version for version in self.versions if version.adopted <= day]
        return max(in_force, key=lambda version: (version.adopted, version.number), default=None)

    def set_on(self, kpi: str, target: Target, version: PlanVersion) -> date:
        """The day since which a version's target has been in force unchanged."""
        ordered = sorted(self.versions, key=lambda each: (each.adopted, each.number))
        day = version.adopted
        for earlier in reversed(ordered[: ordered.index(version)]):
            if bare(target) not in [bare(other) for other in earlier.targets_of(kpi)]:
                break
            day = earlier.adopted
        return day

    def targets_on(self, kpi: str, day: date) -> tuple[Target, ...]:
        version = self.version_on(day)
        return version.targets_of(kpi) if version else ()


def bare(target: Target) -> Target:
    """A target without basis and source, for comparison."""
    return replace(target, basis="", source="")
