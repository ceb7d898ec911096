"""The frame of every page of a plan: name, labels, and vintages to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data.plans.plan import Plan
from data.vintages.rows import vintages_of
from models.errors import NoObservations
from service.pages.site import Site
from service.projections.basis import as_of_date, default_day
from service.rights.ownership import plans_open_to
from service.state.app_state import AppState
from service.texts import Lang, day_of, label_of, month_name, name_of
from service.workflow.plans import has_illustrative
from training.bundle.promoted import default_promotion

Choice = tuple[str, str]  # value and name of an option


@dataclass(frozen=True)
class Newer:
    """A vintage after the one shown; `modelled`: a model was made for its month."""

    name: str
    as_of: str
    modelled: bool


@dataclass(frozen=True)
class Frame:
    """The content shared by all pages of a plan.

    Attributes
    ----------
    plans : slugs of all plans that the reader may see
    months : vintages of the plan's year to choose from
    as_of : the chosen vintage, '' without figures
    day, day_name : the day of the vintage; None and '' without figures
    vintage : `as_of` for requests to other routes: as requested, else the day
    newer : the latest vintage, if later than the one shown
    model_day : of the model that answers, if made before the vintage's month; else ''
    labels : shown with every answer of the plan
    """

    plan: Plan
    plans: tuple[str, ...]
    plan_name: str
    months: tuple[Choice, ...]
    as_of: str
    day: date | None
    day_name: str
    vintage: str
    newer: Newer | None
    model_day: str
    labels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlanContent:
    """Base of the content of a plan's pages.

    Attributes
    ----------
    problem : why there is no projection, or ''
    """

    frame: Frame
    problem: str = ""


def frame_of(app_state: AppState, plan: Plan, site: Site, day: date | None) -> Frame:
    """The frame of a page that shows a vintage."""
    lang = site.lang
    known = vintages_of(app_state.store, plan.family)
    months = sorted({f"{one:%Y-%m}" for one in known if one.year == plan.year})
    chosen = site.as_of or (f"{day:%Y-%m}" if day else "")
    if chosen and chosen not in months:
        months.append(chosen)
    newer = None
    if day and known and known[-1] > day:
        month = f"{known[-1]:%Y-%m}"
        modelled = not _model_day(app_state, plan, as_of_date(month))
        newer = Newer(month_name(month, lang), month, modelled)
    older = _model_day(app_state, plan, day)
    return Frame(
        plan=plan,
        plans=plans_open_to(app_state.store, site.caller),
        plan_name=name_of(plan, lang),
        months=tuple((one, _month_shown(one, lang)) for one in months),
        as_of=chosen,
        day=day,
        day_name=day_of(day, lang) if day else "",
        vintage=site.as_of or (day.isoformat() if day else ""),
        newer=newer,
        model_day=day_of(older, lang) if older else "",
        labels=_labels(app_state, plan, day, lang),
    )


def _labels(app_state: AppState, plan: Plan, day: date | None, lang: Lang) -> tuple[str, ...]:
    """Labels shown on every page of the plan."""
    label = label_of(plan, has_illustrative(plan, app_state.panel, day))
    return (label[lang],) if label else ()


def _month_shown(vintage: str, lang: Lang) -> str:
    return month_name(vintage, lang) if len(vintage) == 7 else day_of(vintage, lang)


def vintage_of(app_state: AppState, plan: Plan, site: Site) -> date | None:
    """The vintage to show: as requested, else `shown_day`."""
    return as_of_date(site.as_of) if site.as_of else shown_day(app_state, plan)


def shown_day(app_state: AppState, plan: Plan) -> date | None:
    """The day shown without `as_of`, see `default_day`; None without figures."""
    try:
        return default_day(app_state.store, plan)
    except NoObservations:
        return None


def _model_day(app_state: AppState, plan: Plan, day: date | None) -> date | None:
    """The day of the model that answers, if it was made before the month of the vintage."""
    used = day and default_promotion(app_state.store, plan.family, day)
    if day is None or not used or f"{used.as_of:%Y-%m}" >= f"{day:%Y-%m}":
        return None
    return used.as_of
