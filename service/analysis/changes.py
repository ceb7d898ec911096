"""Why the forecast changed: the change between two vintages, split into parts without remainder.

From the projection issued at the first vintage to the one issued at the second, one input
after the other is replaced by that of the second (design, 4.14):

    plan        the plan version in force at the second vintage
    model       the bundle that answers at the second vintage
    projects    the register of projects as of the second vintage; only if it changed
    revisions   the second vintage's figures for months already in the first, and decisions
                on events
    month       the new months; for a task, reports since then and the days that have passed

A part is the difference of two consecutive steps, so the parts add up to the change to the
last digit. All steps but the last use the random numbers of the first vintage. The last uses
those of the second, since both ends are figures as issued. With a new month this costs
nothing: fewer months remain, so other numbers are drawn under any seed. Without a new month
there is a fifth part, `draws`, which is noise only: the difference between two sets of paths
simulated from the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from data.vintages.truncation import same_figures, truncate
from models.errors import InputError, NoObservations
from models.projection import Projection
from models.series import Series
from models.targets.target import Status, Target, TargetLevel
from service.analysis.change_sentences import sentence
from service.projections.basis import Basis
from service.projections.issue import Issued, is_task, project_kpi
from service.projections.shape import Name, if_known, significant
from service.projections.view import ProjectionView, TargetView
from service.shapes.analysis import (
    ChangeList,
    ChangePart,
    Ends,
    KpiChange,
    KpiChangeParts,
    MonthEnds,
    Part,
    ProbabilityChange,
    Split,
    StampEnds,
    Vintage,
)
from service.state.app_state import AppState

Key = tuple[TargetLevel, str]  # level and period of a target

PARTS: tuple[Part, ...] = ("plan", "model", "revisions", "month")
PROJECTS: Part = "projects"
DRAWS: Part = "draws"


@dataclass(frozen=True)
class Figures:
    """The figures compared between vintages; None if unavailable."""

    median: float | None
    mean: float | None
    probability: Mapping[Key, float | None]

    @classmethod
    def of(cls, view: ProjectionView) -> Figures:
        """From a projection as issued."""
        return cls(
            None if view.projected is None else view.projected.median,
            None if view.projected is None else view.projected.mean,
            {key_of(one): one.probability for one in view.targets},
        )

    @classmethod
    def of_step(cls, projected: Projection) -> Figures:
        """From an intermediate projection, rounded like an issued one."""
        annual = projected.annual
        return cls(
            significant(annual and annual.shown_median),
            significant(annual and annual.shown_mean),
            {key_of(one.target): significant(one.probability) for one in projected.attainments},
        )


def key_of(target: TargetView | Target) -> Key:
    """Identifies a target across plan versions."""
    return target.level, target.period


def changes(
    app_state: AppState,
    plan: str,
    before: date,
    after: date,
    kpi: str | None = None,
    *,
    hindsight: bool = False,
) -> ChangeList:
    """Why the projections of a plan changed from one vintage to another.

    Parameters
    ----------
    plan : slug
    before, after : the vintages
    kpi : slug; default all KPIs with figures, in the plan's order
    hindsight : ask the model of `after` about `before` if that has none of its own

    Raises
    ------
    InputError
        If the first vintage is not before the second.
    NoBundle
        If no bundle was trained on data up to one of them.
    """
    if not before < after:
        raise InputError(
            "expected 'from' before 'to', found {before} and {after}. Example: "
            "from=2021-05&to=2021-06",
            before=before,
            after=after,
        )
    model_of = app_state.hindsight(plan, before, after) if hindsight else None
    old, new = app_state.basis(plan, before, model_of), app_state.basis(plan, after)
    slugs = [kpi] if kpi else [one.slug for one in new.plan.kpis if not one.traits.in_words]
    return ChangeList(
        plan=plan,
        year=new.plan.year,
        label=new.label(),
        before=_vintage(old),
        after=_vintage(new),
        changes=tuple(_kept(app_state, plan, before, after, one, model_of) for one in slugs),
    )


def change_between(
    app_state: AppState,
    plan: str,
    before: date,
    after: date,
    kpi: str,
    *,
    hindsight: bool = False,
) -> KpiChange:
    """One KPI's change; parameters as of `changes`."""
    return changes(app_state, plan, before, after, kpi, hindsight=hindsight).changes[0]


def _kept(
    app_state: AppState, plan: str, before: date, after: date, kpi: str, model_of: date | None
) -> KpiChange:
    """A KPI's change, kept, because it takes long to compute."""

    def make() -> KpiChange:
        first = app_state.issued(plan, kpi, before, model_of)
        last = app_state.issued(plan, kpi, after)
        bases = app_state.basis(plan, before, model_of), app_state.basis(plan, after)
        return _change(*bases, kpi, first, last)

    return app_state.computed(plan, ("change", before, after, kpi, model_of), make)


def _vintage(basis: Basis) -> Vintage:
    return Vintage(
        as_of=basis.day, plan_version=if_known(basis.version, lambda version: version.number)
    )


def _change(old: Basis, new: Basis, slug: str, first: Issued, last: Issued) -> KpiChange:
    """The change of one KPI, in parts and as a sentence."""
    kpi = new.plan.kpi(slug)
    steps = steps_between(old, new, slug, first, last)
    before, after = first.view, last.view
    middle = [figures for _, figures in steps]
    start = Figures.of(before)
    names = [part for part, _ in steps]
    keys = dict.fromkeys([*start.probability, *middle[-1].probability])
    parts = KpiChangeParts(
        kpi=slug,
        name=Name(vi=kpi.name_vi, en=kpi.name_en),
        unit=after.unit,
        kind=kpi.kind,
        task=is_task(new.plan, kpi),
        label=after.label,
        projected=split(names, [start.median, *(one.median for one in middle)]),
        projected_mean=split(names, [start.mean, *(one.mean for one in middle)]),
        targets=tuple(_target(key, names, start, middle, before, after) for key in keys),
        cutoff=MonthEnds(before=before.cutoff, after=after.cutoff),
        status=Ends(before=before.status, after=after.status),
        data_status=Ends(before=before.data_status, after=after.data_status),
        stamp=StampEnds(before=before.stamp, after=after.stamp),
        model_version=Ends(before=before.method.model_version, after=after.method.model_version),
    )
    return KpiChange.model_construct(**vars(parts), sentence=sentence(parts, kpi, after))


def _target(
    key: Key,
    names: Sequence[Part],
    start: Figures,
    middle: Sequence[Figures],
    before: ProjectionView,
    after: ProjectionView,
) -> ProbabilityChange:
    chances = [start.probability.get(key), *(one.probability.get(key) for one in middle)]
    return ProbabilityChange(
        level=key[0],
        period=key[1],
        status=Ends(before=_status(before, key), after=_status(after, key)),
        probability=split(names, chances),
    )


def _status(view: ProjectionView, key: Key) -> Status | None:
    return next((one.status for one in view.targets if key_of(one) == key), None)


def split(names: Sequence[Part], values: Sequence[float | None]) -> Split:
    """The change from the first value to the last, and what each step adds.

    Parameters
    ----------
    names : of the steps
    values : one more than names; the first is the value before any step

    Returns
    -------
    Split with both ends, the change and its parts: decimal differences, so that the parts add up
    to the change exactly. No change and no parts if either end is None; an intermediate None
    takes the value before it
    """
    first, last = values[0], values[-1]
    if first is None or last is None:
        return Split(before=first, after=last, change=None, parts=())
    known: list[float] = [first]
    for value in values[1:]:
        known.append(known[-1] if value is None else value)
    parts = tuple(
        ChangePart(part=name, change=_difference(known[place + 1], known[place]))
        for place, name in enumerate(names)
    )
    return Split(before=first, after=last, change=_difference(last, first), parts=parts)


def _difference(value: float, other: float) -> float:
    return float(Decimal(repr(value)) - Decimal(repr(other)))


def steps_between(
    old: Basis, new: Basis, slug: str, first: Issued, last: Issued
) -> list[tuple[Part, Figures]]:
    """The figures after each step, in the order of `PARTS`; the last are those issued.

    A step `PROJECTS` is added after the model's if the register of projects changed, a step
    `DRAWS` at the end if the second vintage has no new month of a series.
    """
    at_end = Figures.of(last.view)
    state = Figures.of(first.view)
    basis, found, names = old, [state], list(PARTS)
    if basis.version != new.version:
        version = new.version and new.version.number
        basis = basis.varied(("plan", version), version=new.version, earlier=new.earlier)
        state = _projected(basis, slug)
    found.append(state)
    if is_task(new.plan, new.plan.kpi(slug)):
        return list(zip(PARTS, [state, state, state, at_end], strict=True))
    if last.inputs.bundle != first.inputs.bundle:
        basis = basis.varied(("model", last.inputs.bundle), bundle=new.bundle)
        state = _projected(basis, slug)
    found.append(state)
    if last.inputs.projects != first.inputs.projects:
        entries = tuple(one.number for one in new.projects)
        basis = basis.varied(("projects", entries), projects=new.projects)
        state = _projected(basis, slug)
        found.append(state)
        names.insert(names.index("model") + 1, PROJECTS)
    pasts = _pasts(old, new, slug)
    new_month = first.view.cutoff != last.view.cutoff
    decided = first.inputs.events != last.inputs.events
    tied = {one: _pasts(old, new, one) for one in new.panel.relations.related(slug)}
    tied[slug] = pasts
    known = {one: both for one, both in tied.items() if both is not None}
    revised = any(not same_figures(*both) for both in known.values())
    if pasts is not None and (decided or revised):
        pinned = {one: both[1] for one, both in known.items()}
        decisions = tuple(one.number for one in new.events)
        key = ("revisions", new.day, new.data_hash, decisions, frozenset(pinned))
        state = _projected(basis.varied(key, events=new.events, pinned=pinned), slug)
    found.append(state)
    if new_month or pasts is None:
        return list(zip(names, [*found[1:], at_end], strict=True))
    return list(zip((*names, DRAWS), [*found[1:], state, at_end], strict=True))


def _projected(basis: Basis, slug: str) -> Figures:
    return Figures.of_step(project_kpi(basis, slug)[0])


def _pasts(old: Basis, new: Basis, slug: str) -> tuple[Series, Series] | None:
    """The months of the first vintage as known then and as known at the second.

    Both keep the day of the first, which seeds the draws about past months. None
    if a vintage has no series, or the second no longer covers those months.
    """
    try:
        before, after = old.series(slug), new.series(slug)
    except NoObservations:
        return None
    if not after.start <= before.cutoff <= after.cutoff:
        return None
    known = truncate(new.panel, slug, after, before.cutoff, new.day)
    return before, replace(known, as_of=before.as_of)
