"""The signing page: what waits in a plan, by step, and how much waits in the other plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from data.plans.plan import Plan
from data.plans.rows import load_plan
from data.sign_off.rules import State, figures_of
from models.errors import NoBundle, NoObservations, UnreadableBundle
from service.auth.access import Caller
from service.pages.views.estimates import Signature, signatures
from service.pages.views.frame import Frame, PlanContent
from service.projections.basis import as_of_date
from service.projections.tables import table_rows
from service.projections.view import ProjectionView
from service.report.body.slots import open_points as still_open
from service.report.request import material_for
from service.rights.ownership import plans_open_to
from service.shapes.sign_off import Action
from service.state.app_state import AppState
from service.texts import FIGURE, STATE, TEXT, Lang, month_name, name_of, unit_of, writer
from service.typed_numbers import written
from service.wording import on_page, person
from service.workflow.estimates import doubts_of
from service.workflow.sign_off import stamps_of
from service.workflow.waiting import LEADS_TO, Waiting, WaitingMonth, people_for, waiting_of

ORDER: tuple[Action, ...] = ("correct", "check", "approve", "issue")


@dataclass(frozen=True)
class EstimateWaiting:
    """An estimate beside what it is judged by.

    Attributes
    ----------
    id : of the estimate that is looked at
    mine, own : as of `service.workflow.waiting.Waiting`
    facts : what stands beside it, as label and text
    doubts : what speaks against it
    back : who sent it back and why; None if nobody did
    """

    id: int
    kpi: str
    name: str
    value: str
    author: str
    reason: str
    mine: bool
    own: bool
    facts: tuple[tuple[str, str], ...]
    doubts: tuple[str, ...]
    back: Signature | None


@dataclass(frozen=True)
class Group:
    """The estimates of a month that wait for the same step.

    Attributes
    ----------
    title, needs, button : the group, the role of its step and the step itself, in words
    leads_to : state after the step; None for what was sent back
    people : names of the accounts that may take it
    """

    action: Action
    title: str
    needs: str
    button: str
    leads_to: State | None
    people: tuple[str, ...]
    estimates: tuple[EstimateWaiting, ...]

    @property
    def mine(self) -> int:
        return sum(one.mine for one in self.estimates)

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Names of the estimates that something speaks against."""
        return tuple(one.name for one in self.estimates if one.doubts)


@dataclass(frozen=True)
class MonthItself:
    """A month's projections and report, which are signed together with its estimates.

    Attributes
    ----------
    title, needs, button : as of a group
    figures : code of what a signature covers, '' without projections
    warnings : what speaks against its estimates
    open_points : what is still open in its report: what it is, and the names it is about
    """

    action: Action
    title: str
    needs: str
    button: str
    mine: bool
    own: bool
    people: tuple[str, ...]
    figures: str
    warnings: tuple[str, ...]
    open_points: tuple[tuple[str, tuple[str, ...]], ...]
    back: Signature | None


@dataclass(frozen=True)
class MonthWaiting:
    """A month of the plan in which something waits."""

    month: str
    name: str
    state: str
    draft: bool
    groups: tuple[Group, ...]
    itself: MonthItself | None
    problem: str


@dataclass(frozen=True)
class OtherPlan:
    """Another plan the reader may see, and how much waits there: for the reader, and in all."""

    plan: str
    name: str
    mine: int
    all: int


@dataclass(frozen=True, kw_only=True)
class SigningContent(PlanContent):
    """The content of the signing page.

    Attributes
    ----------
    mine : how much waits for the reader, in words for each step
    waiting : how much waits in all
    """

    mine: tuple[str, ...]
    waiting: int
    months: tuple[MonthWaiting, ...]
    others: tuple[OtherPlan, ...]


def signing_content(
    app_state: AppState, frame: Frame, reader: Caller, lang: Lang
) -> SigningContent:
    """What waits in the plan of the page, and how much in the reader's other plans."""
    plan, store = frame.plan, app_state.store
    found = waiting_of(store, plan, reader)
    people = {
        action: tuple(person(name, lang) for name in names)
        for action, names in people_for(store, plan).items()
    }
    mine = Counter(one.action for month in found for one in month.all if one.mine)
    return SigningContent(
        frame=frame,
        mine=tuple(
            TEXT[lang].count(f"signing.count.{action}", mine[action])
            for action in ORDER
            if mine[action]
        ),
        waiting=sum(len(month.all) for month in found),
        months=tuple(_month(app_state, one, people, lang) for one in found),
        others=tuple(_others(app_state, plan, reader, lang)),
    )


def _others(app_state: AppState, plan: Plan, reader: Caller, lang: Lang) -> Iterable[OtherPlan]:
    for slug in plans_open_to(app_state.store, reader):
        if slug != plan.slug:
            other = load_plan(app_state.store, slug)
            months = waiting_of(app_state.store, other, reader)
            waiting = [one for month in months for one in month.all]
            mine = sum(one.mine for one in waiting)
            yield OtherPlan(slug, name_of(other, lang), mine, len(waiting))


def _month(
    app_state: AppState,
    found: WaitingMonth,
    people: Mapping[Action, tuple[str, ...]],
    lang: Lang,
) -> MonthWaiting:
    plan, record = found.plan, found.record
    day = as_of_date(str(record.month))
    views: dict[str, ProjectionView] = {}
    problem = ""
    try:
        views = {one.kpi: one for one in app_state.shown(plan.slug, day)}
    except (NoBundle, NoObservations, UnreadableBundle) as reason:
        problem = on_page(reason, plan, lang)
    shown = [(one, _estimate(plan, one, views, lang)) for one in found.estimates]
    groups = tuple(
        Group(
            action=action,
            title=TEXT[lang][f"signing.group.{action}"],
            needs=TEXT[lang][f"signing.role.{action}"],
            button=TEXT[lang][f"signing.do.{action}"],
            leads_to=LEADS_TO.get(action),
            people=people.get(action, ()),
            estimates=estimates,
        )
        for action in ORDER
        if (estimates := tuple(own for one, own in shown if one.action == action))
    )
    waits = found.month_waits
    return MonthWaiting(
        month=str(record.month),
        name=month_name(record.month, lang),
        state=STATE[lang][record.state],
        draft=record.state == "draft",
        groups=groups,
        itself=None if waits is None else _itself(app_state, found, waits, views, people, lang),
        problem=problem,
    )


def _itself(
    app_state: AppState,
    found: WaitingMonth,
    waits: Waiting,
    views: Mapping[str, ProjectionView],
    people: Mapping[Action, tuple[str, ...]],
    lang: Lang,
) -> MonthItself:
    plan, record = found.plan, found.record
    stamps = stamps_of(tuple(views.values()))
    open_points: tuple[str, ...] = ()
    if views:
        with suppress(NoObservations):
            day = as_of_date(str(record.month))
            open_points = still_open(material_for(app_state, plan.slug, day, lang))
    back, month = record.sent_back, month_name(record.month, lang)
    return MonthItself(
        action=waits.action,
        title=TEXT[lang][f"signing.itself.{waits.action}"].format(month=month),
        needs=TEXT[lang][f"signing.role.{waits.action}"],
        button=TEXT[lang][f"signing.month.{waits.action}"].format(month=month),
        mine=waits.mine,
        own=waits.own,
        people=people.get(waits.action, ()),
        figures=figures_of(stamps, record.current) if stamps else "",
        warnings=tuple(
            f"{name_of(plan.kpi(kpi), lang)}: {doubt[lang]}"
            for kpi, one in record.current.items()
            if kpi in views
            for doubt in doubts_of(views[kpi], one.value)
        ),
        open_points=tuple(_point(one) for one in open_points),
        back=signatures([back], lang)[0] if back else None,
    )


def _point(said: str) -> tuple[str, tuple[str, ...]]:
    """An open point and the names behind its colon: '…: A; B' → ('…', ('A', 'B'))."""
    what, _, names = said.partition(": ")
    return what, tuple(names.split("; ")) if names else ()


def _estimate(
    plan: Plan, waits: Waiting, views: Mapping[str, ProjectionView], lang: Lang
) -> EstimateWaiting:
    one = waits.estimate
    assert one is not None
    kpi, view, back = plan.kpi(one.kpi), views.get(one.kpi), one.sent_back
    return EstimateWaiting(
        id=one.id,
        kpi=one.kpi,
        name=name_of(kpi, lang),
        value=written(one.value, lang, one.unit),
        author=person(one.author, lang),
        reason=one.reason,
        mine=waits.mine,
        own=waits.own,
        facts=tuple(_facts(plan, view, lang)) if view else (),
        doubts=tuple(doubt[lang] for doubt in doubts_of(view, one.value)) if view else (),
        back=signatures([back], lang)[0] if back else None,
    )


def _facts(plan: Plan, view: ProjectionView, lang: Lang) -> Iterable[tuple[str, str]]:
    """What an estimate is judged by: the target, the year to date, the projected year."""
    text, kpi = TEXT[lang], plan.kpi(view.kpi)
    row = table_rows([view], plan, lang)[0]
    if row.target != "–":
        yield text["target"], row.target
    if view.actual_to_date is not None and view.cutoff and view.data_status:
        to_date = written(round(view.actual_to_date, kpi.decimals), lang, "")
        known = f"{to_date} ({FIGURE[lang][view.data_status]})"
        yield text["check.actual"].format(month=month_name(view.cutoff, lang)), known
    if view.projected is not None:
        shown, band = writer(view.projected, kpi.decimals, lang), view.projected.quantiles
        ends = f"{shown(band.q025)} – {shown(band.q975)}"
        middle = f"{shown(view.projected.median)} {unit_of(view, lang)}"
        yield text["projected_year"], f"{middle} ({text['signing.band']} {ends})"
