"""The content of the first page: one plan in full, or every plan of the house side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from data.plans.plan import Plan
from models.errors import NoBundle, NoObservations
from models.targets.target import LOST, RISK, SAFE, Status
from service.analysis.change_sentences import LEAST, brief
from service.analysis.changes import change_between
from service.analysis.quarter_needs import QuarterNeed, quarter_needs
from service.pages.desk.tasks import Task, tasks_of
from service.pages.manage.first_steps import FirstStep, answered, first_steps
from service.pages.site import Site
from service.pages.views.frame import PlanContent, frame_of, vintage_of
from service.pages.views.target_line import (
    TargetLine,
    gap_words,
    points_moved,
    projections_before,
    target_line,
    urgency,
)
from service.projections.facts import Facts
from service.projections.joint import joint_probability, sure_of
from service.projections.view import JointProbability, ProjectionView
from service.state.app_state import AppState
from service.texts import TEXT, Lang, chance, day_of, name_of, signed
from service.wording import worded

WORST = 5  # targets shown with bar and reason
IN_HOUSE = 3  # the same, where plans stand side by side
TASKS_IN_HOUSE = 1
_TOLD = 2  # targets named that became worse, and better
_MAPPED = 12  # rows of the heat map
_NEAR = 5.0  # per cent of the need: a smaller gap is at risk, a larger one short


@dataclass(frozen=True)
class Named:
    """A target by name, with its probability."""

    kpi: str
    name: str
    probability: str


@dataclass(frozen=True)
class Group:
    """The targets that share a verdict: lost, at risk, safe, or without a basis."""

    code: Status
    count: int
    title: str
    targets: tuple[Named, ...]


@dataclass(frozen=True)
class Moved:
    """How many targets became worse, or better, and those that moved most."""

    count: str
    names: str


@dataclass(frozen=True)
class Reason:
    """One of the worst targets, and why its probability moved."""

    line: TargetLine
    why: str


@dataclass(frozen=True)
class Cell:
    """A quarter of a target on the heat map; `state` is 'enough', 'near', 'short' or ''."""

    text: str
    state: str
    over: bool
    words: str


@dataclass(frozen=True)
class MapRow:
    """A target on the heat map."""

    kpi: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class TodayContent(PlanContent):
    """How a plan stands.

    Attributes
    ----------
    headline : the answer in words
    together : probability that all targets, and at least so many, are met
    moved : which became worse and better since last month
    since : the day that is compared with; '' without a projection then
    groups : lost, at risk, safe, without basis; those that have a target
    worst : the targets to look at first
    quarters, over : the heat map, and how many of its targets are left out
    tasks : what is missing or waits for the reader
    more_tasks : how many tasks are left out; '' if none
    steps : to the first answer, in place of the tasks; () once there was one
    """

    headline: str = ""
    together: str = ""
    moved: tuple[Moved, ...] = ()
    since: str = ""
    groups: tuple[Group, ...] = ()
    worst: tuple[Reason, ...] = ()
    quarters: tuple[MapRow, ...] = ()
    tasks: tuple[Task, ...] = ()
    more_tasks: str = ""
    steps: tuple[FirstStep, ...] = ()


def standing_content(app_state: AppState, plan: Plan, site: Site) -> TodayContent:
    """How a plan stands, where it stands beside others."""
    content = today_content(app_state, plan, site)
    more = len(content.tasks) - TASKS_IN_HOUSE
    return replace(
        content,
        worst=content.worst[:IN_HOUSE],
        tasks=content.tasks[:TASKS_IN_HOUSE],
        more_tasks=TEXT[site.lang].count("desk.other_tasks", more) if more > 0 else "",
    )


def today_content(app_state: AppState, plan: Plan, site: Site) -> TodayContent:
    """How a plan stands at the requested vintage."""
    lang = site.lang
    day = vintage_of(app_state, plan, site)
    content = TodayContent(frame=frame_of(app_state, plan, site, day))
    if day is None:
        return replace(content, steps=first_steps(app_state, site, plan))
    try:
        facts = app_state.facts(plan.slug, day)
    except (NoBundle, NoObservations) as reason:
        steps = first_steps(app_state, site, plan)
        if not answered(steps):
            return replace(content, steps=steps)
        waiting = tasks_of(app_state, plan, site, day, ())
        return replace(content, problem=worded(reason, lang), tasks=waiting)
    targets = sorted(
        (one for one in facts if one.projection.status != "no_target" and not _in_words(one)),
        key=lambda one: urgency(one.projection),
    )
    since = day.replace(day=1) - timedelta(days=1)
    before, hindsight = projections_before(app_state, targets, since, day)
    joint = joint_probability(app_state.all_issued(plan.slug, day))
    text = TEXT[lang]
    measured = day_of(since, lang) if before else ""
    if measured and hindsight:
        measured = text["desk.hindsight"].format(day=measured)
    return replace(
        content,
        headline=_headline(targets, lang),
        together=_together(joint, plan, lang) if joint else "",
        moved=_moved(targets, before, lang),
        since=measured,
        groups=_groups(targets, lang),
        worst=_worst(app_state, plan, targets, before, (since, day), lang),
        quarters=_heat_map(targets, lang),
        tasks=tasks_of(app_state, plan, site, day, facts),
    )


def _in_words(one: Facts) -> bool:
    return one.kpi.traits.in_words


def _of(targets: Sequence[Facts], codes: Sequence[Status]) -> list[Facts]:
    return [one for one in targets if one.projection.status in codes]


def _headline(targets: Sequence[Facts], lang: Lang) -> str:
    text = TEXT[lang]
    lost, risk = len(_of(targets, LOST)), len(_of(targets, RISK))
    if not targets:
        return text["desk.no_targets"]
    if not lost and not risk:
        return text["desk.all_safe"].format(all=len(targets))
    return text["desk.headline"].format(lost=lost, risk=risk, all=len(targets))


def _together(joint: JointProbability, plan: Plan, lang: Lang) -> str:
    """The probability that all are met, and the number that is met with near certainty."""
    text = TEXT[lang]
    sure = sure_of(joint, plan.thresholds.on_track)
    return text["desk.together"].format(
        targets=joint.targets,
        all=chance(joint.all, "", lang),
        sure=sure,
        least=chance(joint.at_least[sure], "", lang),
    )


def _moved(
    targets: Sequence[Facts], before: Mapping[str, ProjectionView], lang: Lang
) -> tuple[Moved, ...]:
    """Which targets became worse and better, the largest change first."""
    text = TEXT[lang]
    changes = []
    for one in targets:
        points = points_moved(one.projection, before.get(one.kpi.slug))
        if points is not None and abs(points) >= 100 * LEAST:
            changes.append((points, name_of(one.kpi, lang)))
    worse = sorted(change for change in changes if change[0] < 0)
    better = sorted((change for change in changes if change[0] > 0), reverse=True)
    found = []
    for pattern, chosen in ((text["desk.worse"], worse), (text["desk.better"], better)):
        if chosen:
            names = ", ".join(f"{name} {signed(points, lang)}" for points, name in chosen[:_TOLD])
            found.append(Moved(pattern.format(count=len(chosen)), names))
    return tuple(found)


def _groups(targets: Sequence[Facts], lang: Lang) -> tuple[Group, ...]:
    text = TEXT[lang]
    titled: tuple[tuple[Status, str, Sequence[Status]], ...] = (
        ("off_track", text["desk.lost"], LOST),
        ("at_risk", text["desk.risk"], RISK),
        ("on_track", text["desk.safe"], SAFE),
        ("no_basis", text["status.no_basis"], ("no_basis",)),
    )
    found = []
    for code, title, codes in titled:
        mine = _of(targets, codes)
        if mine:
            named = tuple(_named(one, lang) for one in mine)
            found.append(Group(code, len(mine), title, named))
    return tuple(found)


def _named(one: Facts, lang: Lang) -> Named:
    view = one.projection
    shown = "" if view.probability is None else chance(view.probability, view.status, lang)
    return Named(one.kpi.slug, name_of(one.kpi, lang), shown)


def _worst(
    app_state: AppState,
    plan: Plan,
    targets: Sequence[Facts],
    before: Mapping[str, ProjectionView],
    days: tuple[date, date],
    lang: Lang,
) -> tuple[Reason, ...]:
    """The targets to look at first: those lost or at risk, at least three if there are."""
    chosen = [one for one in targets if one.projection.status != "no_basis"]
    urgent = _of(chosen, (*LOST, *RISK))
    shown = chosen[: min(WORST, max(IN_HOUSE, len(urgent)))]
    found = []
    for one in shown:
        earlier = before.get(one.kpi.slug)
        why = ""
        if earlier is not None:
            change = change_between(app_state, plan.slug, *days, one.kpi.slug, hindsight=True)
            why = brief(change, one.kpi, one.projection, lang)
        found.append(Reason(target_line(one, earlier, lang), why))
    return tuple(found)


def _heat_map(targets: Sequence[Facts], lang: Lang) -> tuple[MapRow, ...]:
    """Targets × quarters: what each brought or is forecast to bring, beside its need."""
    rows = []
    for one in targets:
        needs = quarter_needs(one)
        if any(need.share is not None for need in needs):
            cells = tuple(_cell(need, lang) for need in needs)
            rows.append(MapRow(one.kpi.slug, name_of(one.kpi, lang), cells))
    return tuple(rows[:_MAPPED])


def _cell(need: QuarterNeed, lang: Lang) -> Cell:
    text = TEXT[lang]
    if need.share is None:
        return Cell("", "", need.over, "")
    if need.enough:
        state, words = "enough", text["desk.enough"]
    elif abs(need.share) < _NEAR:
        state, words = "near", text["desk.near"]
    else:
        state, words = "short", text["desk.short"]
    rounded = signed(need.share, lang, 1 if need.points or abs(need.share) < 1 else 0)
    return Cell(rounded, state, need.over, f"{gap_words(need, lang)}: {words}")
