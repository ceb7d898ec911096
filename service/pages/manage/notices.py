"""What was told of a plan, and the rules of it: what is told, and who gets mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from data.notices.deliveries import failures_of
from data.notices.rows import notices_of
from data.notices.rules import RULES, NoticeRules, Recipient, Rule, rules_of, save_rules
from data.plans.plan import Plan
from data.plans.rows import load_plan
from models.errors import InputError, VedichError
from service.auth.access import Approver, Viewer
from service.notices.written import rule_name
from service.pages.manage.forms import Text, problems_of, refusal_status, seen, shown
from service.pages.menu import MENU
from service.pages.page import Page, site_of
from service.pages.site import Site
from service.pages.views.frame import PlanContent, frame_of, shown_day
from service.state.app_state import AppState
from service.texts import TEXT, Lang, day_of, number
from service.typed_numbers import read_number
from service.web.respond import Language, TheAppState

router = APIRouter(prefix="/plans/{plan}", include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]
Ticks = Annotated[list[str], Form(max_length=20)]


@dataclass(frozen=True)
class NoticeShown:
    """A notice: when, of what kind, its lines, and where it leads."""

    day: str
    rule: str
    lines: tuple[str, ...]
    stamp: str
    kpi: str


@dataclass(frozen=True)
class RuleShown:
    """A rule that can be switched off."""

    code: Rule
    name: str
    on: bool


@dataclass(frozen=True, kw_only=True)
class NoticesContent(PlanContent):
    """The content of the page.

    Attributes
    ----------
    mail : a line for each receiver, address and language
    channels : what the house has set up, in words
    failures : deliveries that failed, to be tried again
    """

    notices: tuple[NoticeShown, ...]
    rules: tuple[RuleShown, ...]
    moved: str
    mail: str
    channels: tuple[str, ...]
    failures: tuple[str, ...]
    problems: tuple[str, ...] = ()


@router.get("/notices", tags=[MENU])
def notices_page(
    plan: PlanSlug, request: Request, app_state: TheAppState, by: Viewer, lang: Language
) -> Response:
    """The newest notices of a plan, and its rules."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "notices")
    return shown("notices.html", site, _content(app_state, document, site))


@router.post("/notices", response_model=None)
def set_rules(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Approver,
    lang: Language,
    moved: Text = "10",
    mail: Text = "",
    on: Ticks = [],  # noqa: B006  FastAPI copies it
) -> Response:
    """Set what is told, and to whom."""
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "notices")
    try:
        rules = NoticeRules(
            moved=read_number(moved, lang, "", 0),
            off=tuple(rule for rule in RULES if rule not in on),
            mail=tuple(_recipient(line) for line in mail.splitlines() if line.strip()),
        )
        save_rules(app_state.store, document.slug, rules, by.name)
    except VedichError as error:
        content = _content(app_state, document, site, problems_of(error, lang))
        return shown("notices.html", site, content, refusal_status(error))
    return seen(site.page("notices"))


def _recipient(line: str) -> Recipient:
    """'name@office.vn' or 'name@office.vn en'."""
    address, _, lang = line.strip().partition(" ")
    chosen = lang.strip() or "vi"
    if chosen not in ("vi", "en"):
        raise InputError("expected the language vi or en, found '{lang}'.", lang=chosen)
    return Recipient(address, "en" if chosen == "en" else "vi")


def _content(
    app_state: AppState, plan: Plan, site: Site, problems: tuple[str, ...] = ()
) -> NoticesContent:
    lang, text = site.lang, TEXT[site.lang]
    rules = rules_of(app_state.store, plan.slug)
    return NoticesContent(
        frame=frame_of(app_state, plan, site, shown_day(app_state, plan)),
        notices=tuple(
            NoticeShown(
                day=day_of(one.at.date(), lang),
                rule=rule_name(one, lang),
                lines=tuple(one.text(lang).splitlines()),
                stamp=one.notice.stamp or "",
                kpi=one.notice.kpi or "",
            )
            for one in notices_of(app_state.store, plan.slug)
        ),
        rules=tuple(RuleShown(one, text[f"notice.rule.{one}"], rules.on(one)) for one in RULES),
        moved=number(rules.moved, lang),
        mail="\n".join(f"{one.address} {one.lang}" for one in rules.mail),
        channels=tuple(_channels(app_state, lang)),
        failures=tuple(
            f"{channel} {address}: {error}"
            for channel, address, error in failures_of(app_state.store, plan.slug)
        )
        if site.may("approver")
        else (),
        problems=problems,
    )


def _channels(app_state: AppState, lang: Lang) -> list[str]:
    settings, text = app_state.settings, TEXT[lang]
    found = [text["notices.page"]]
    if settings.smtp_host and settings.smtp_from:
        found.append(text["notices.mail"])
    if settings.webhook_url:
        found.append(text["notices.webhook"])
    if settings.notices is not None:
        found.append(text["notices.drop"])
    return found
