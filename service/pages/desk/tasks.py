"""What is missing in a plan's month, and what waits for the reader: each with its button."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data.notices.rows import notices_of
from data.notices.rules import Rule
from data.plans.events import decided, events_of
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.vintages.rows import vintages_of
from models.events.event import Shape
from models.series import Month
from service.notices.watch import watched
from service.pages.site import Site
from service.projections.facts import Facts
from service.state.app_state import AppState
from service.texts import TEXT, Lang, day_of, month_name, name_of
from service.workflow.events import proposed
from service.workflow.waiting import waiting_of
from training.bundle.promoted import default_promotion

_NAMED = 3  # KPIs that a task names
_WATCHED = 6  # things that look wrong; the page of notices has all
_RECENT = 3  # months in which an unusual figure is still asked about


@dataclass(frozen=True)
class Task:
    """Something to do: what, and the button that leads there."""

    text: str
    button: str
    address: str
    main: bool = False


def tasks_of(
    app_state: AppState, plan: Plan, site: Site, day: date, facts: Sequence[Facts]
) -> tuple[Task, ...]:
    """The tasks of a plan's month, the most urgent first.

    Parameters
    ----------
    site : the page, with its reader
    day : the vintage shown
    facts : of the plan's KPIs
    """
    return (
        *_model(app_state, plan, site, day),
        *_watched(app_state, plan, site, day),
        *_figures(site, facts),
        *_signatures(app_state, plan, site, day),
        *_reports(site, facts),
        *_events(app_state, plan, site, day, facts),
        *_notices(app_state, plan, site),
    )


def _model(app_state: AppState, plan: Plan, site: Site, day: date) -> Iterator[Task]:
    """Figures newer than what is shown, or no model of the month that is shown."""
    text, lang = TEXT[site.lang], site.lang
    newest = max(vintages_of(app_state.store, plan.family), default=day)
    used = default_promotion(app_state.store, plan.family, max(newest, day))
    if used is None:
        said = text["desk.no_model"]
    elif _month(newest) > _month(day) and not site.as_of:
        said = text["desk.newer"].format(
            month=month_name(f"{newest:%Y-%m}", lang), model=day_of(used.as_of, lang)
        )
    elif _month(used.as_of) < _month(day):
        said = text["desk.older_model"].format(
            month=month_name(f"{day:%Y-%m}", lang), model=day_of(used.as_of, lang)
        )
    else:
        return
    month = f"{max(newest, day):%Y-%m}"
    address = f"{site.page('models', as_of=month)}#retrain"
    yield Task(said, text["models.retrain"], address, main=True)


def _watched(app_state: AppState, plan: Plan, site: Site, day: date) -> Iterator[Task]:
    """What looks wrong in figures and forecasts, with where to do something about it."""
    text = TEXT[site.lang]
    leads: Mapping[Rule, tuple[str, str]] = {
        "unit": (text["desk.load"], site.page("data")),
        "base": (text["desk.load"], site.page("data")),
        "stale": (text["desk.load"], site.page("data")),
        "break": (text["desk.look"], site.page("events")),
        "errors": (text["models.retrain"], f"{site.page('models')}#retrain"),
        "drift": (text["models.retrain"], f"{site.page('models')}#retrain"),
    }
    for one in watched(app_state, plan, day)[:_WATCHED]:
        yield Task(one.text(site.lang), *leads[one.rule])


def _figures(site: Site, facts: Sequence[Facts]) -> Iterator[Task]:
    """KPIs with a target whose figures end before those of others."""
    text, lang = TEXT[site.lang], site.lang
    known = [one.cutoff for one in facts if one.cutoff is not None]
    newest = max(known, default=None)
    if newest is None:
        yield Task(text["desk.no_figures"], text["desk.load"], site.page("data"), main=True)
        return
    late = [
        name_of(one.kpi, lang)
        for one in facts
        if one.target is not None
        and one.projection.task is None
        and (one.cutoff is None or one.cutoff < newest or _estimated(one))
    ]
    if late:
        said = text["desk.late"].format(month=month_name(newest, lang), names=_names(late, lang))
        yield Task(said, text["desk.load"], site.page("data"), main=True)


def _estimated(one: Facts) -> bool:
    """Whether a KPI's last month is late, and estimated from other KPIs."""
    return one.projection.nowcast is not None and one.projection.nowcast.late


def _signatures(app_state: AppState, plan: Plan, site: Site, day: date) -> Iterator[Task]:
    """Estimates, and the month itself, that wait for the reader's signature."""
    text, month = TEXT[site.lang], Month(day.year, day.month)
    found = [
        one
        for waiting in waiting_of(app_state.store, plan, site.caller)
        if waiting.record.month == month
        for one in waiting.all
        if one.mine
    ]
    of_estimates = Counter(one.action for one in found if one.estimate is not None)
    of_month = {one.action for one in found if one.estimate is None}
    address, name = site.page("signing"), month_name(month, site.lang)
    if count := of_estimates["check"]:
        yield Task(text.count("desk.to_check", count), text["step.check"], address)
    if count := of_estimates["approve"]:
        yield Task(text.count("desk.to_approve", count), text["step.approve"], address)
    if "approve" in of_month:
        said = text["desk.month_to_approve"].format(month=name)
        yield Task(said, text["step.approve"], address)
    if "issue" in of_month:
        said = text["desk.month_to_issue"].format(month=name)
        yield Task(said, text["step.issue"], address)


def _notices(app_state: AppState, plan: Plan, site: Site) -> Iterator[Task]:
    """How many notices the newest month with any has."""
    told = notices_of(app_state.store, plan.slug)
    if told:
        newest = told[0].at
        count = sum((one.at.year, one.at.month) == (newest.year, newest.month) for one in told)
        text = TEXT[site.lang]
        said = text.count("desk.notices", count)
        month = month_name(f"{newest:%Y-%m}", site.lang)
        yield Task(f"{said}, {month}", text["desk.look"], site.page("notices"))


def _reports(site: Site, facts: Sequence[Facts]) -> Iterator[Task]:
    """Tasks of the plan that nobody has reported about."""
    text, lang = TEXT[site.lang], site.lang
    silent = [
        one
        for one in facts
        if (task := one.projection.task) is not None
        and one.projection.status == "no_basis"
        and task.goal is not None
    ]
    if silent:
        said = text["desk.unreported"].format(
            names=_names([name_of(one.kpi, lang) for one in silent], lang)
        )
        yield Task(said, text["desk.report"], site.kpi(silent[0].kpi.slug))


def _events(
    app_state: AppState, plan: Plan, site: Site, day: date, facts: Sequence[Facts]
) -> Iterator[Task]:
    """Unusual figures of the last months that nobody has accepted or rejected."""
    text, lang = TEXT[site.lang], site.lang
    known = decided(events_of(app_state.store, plan.family), day)
    open_ = []
    for one in facts:
        if one.cutoff is None or one.target is None:
            continue
        first = one.cutoff.plus(1 - _RECENT)
        if any(
            start >= str(first) and (one.kpi.slug, Month.parse(start), shape) not in known
            for start, shape in unusual(app_state, plan, one.kpi, day)
        ):
            open_.append(name_of(one.kpi, lang))
    if open_:
        said = text["desk.events"].format(names=_names(open_, lang))
        yield Task(said, text["desk.look"], f"{site.page('events')}#waiting")


def unusual(app_state: AppState, plan: Plan, kpi: Kpi, day: date) -> Sequence[tuple[str, Shape]]:
    """First month and shape of each unusual figure; kept, because it takes long to find them."""

    def make() -> tuple[tuple[str, Shape], ...]:
        panel = app_state.basis(plan.slug, day).panel
        return tuple((str(event.start), event.shape) for event in proposed(panel, kpi, day))

    return app_state.computed(plan.slug, ("unusual figures", kpi.slug, day), make)


def _names(names: Sequence[str], lang: Lang) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    return shown if more <= 0 else TEXT[lang]["desk.and_more"].format(names=shown, more=more)


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
