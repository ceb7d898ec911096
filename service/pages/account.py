"""A person's own account: password, second factor, recovery codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from data.accounts.accounts import ROLES, set_password
from data.accounts.bodies import bodies_of
from data.accounts.identities import is_linked
from data.accounts.passwords import WeakPassword
from data.accounts.second_factor import (
    begin_enrolment,
    check_code,
    confirm,
    has_factor,
    new_recovery_codes,
)
from data.accounts.sessions import exchange, verify
from models.errors import LoginFailed, NotAllowed, TooManyLogins, VedichError
from service.auth.access import Caller, Viewer
from service.pages.device import Device, device_of
from service.pages.page import Page, page, site_of
from service.pages.session import address_of, refusal, set_session
from service.state.app_state import AppState
from service.texts import TEXT, Lang, name_of
from service.web.answer_cache import uncached
from service.web.problems import LOGIN, status_of
from service.web.respond import Language, TheAppState
from service.wording import person

router = APIRouter(include_in_schema=False, default_response_class=Page)
ACCOUNT = "/account"
Code = Annotated[str, Form(max_length=100)]
Password = Annotated[str, Form(max_length=1000)]


@dataclass(frozen=True)
class AccountContent:
    """The content of the page of one's own account.

    Attributes
    ----------
    name, role, body : of the account
    offered : whether a second factor can be set up here
    enrolled : whether it is
    device : to be set up; None if nobody asked for it
    codes : new recovery codes, shown once
    problem : why something was not done, or ''
    """

    name: str
    role: str
    body: str
    offered: bool
    enrolled: bool
    device: Device | None = None
    codes: tuple[str, ...] = ()
    problem: str = ""


@router.get(ACCOUNT)
@uncached
def account_page(request: Request, app_state: TheAppState, by: Viewer, lang: Language) -> str:
    """What one may change of one's own account."""
    return page("account.html", site_of(request, lang, by), _content(app_state, by, lang))


@router.post(f"{ACCOUNT}/password", response_model=None)
def change_own_password(
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    old: Password,
    new: Password,
) -> Response:
    """Change one's own password; all sessions of the account end."""
    _person(by)
    store, now = app_state.store, datetime.now(UTC)
    try:
        with app_state.logging_in:
            verify(store, by.name, old, address_of(request), now)
            set_password(store, by.name, new, by.name)
    except (LoginFailed, TooManyLogins, WeakPassword) as error:
        return _refused(request, app_state, by, lang, error)
    return RedirectResponse(f"{LOGIN}?lang={lang}", 303)


@router.post(f"{ACCOUNT}/factor", response_model=None)
def begin_own_factor(
    request: Request, app_state: TheAppState, by: Viewer, lang: Language, password: Password
) -> Response:
    """Show a device to set up, once the password is given; its first code makes it count."""
    _person(by)
    try:
        with app_state.logging_in:
            verify(app_state.store, by.name, password, address_of(request), datetime.now(UTC))
    except (LoginFailed, TooManyLogins) as error:
        return _refused(request, app_state, by, lang, error)
    content = _content(app_state, by, lang, device=True)
    return Page(page("account.html", site_of(request, lang, by), content))


@router.post(f"{ACCOUNT}/factor/confirm", response_model=None)
def confirm_own_factor(
    request: Request, app_state: TheAppState, by: Viewer, lang: Language, code: Code
) -> Response:
    """Take the first code of a device, and show the recovery codes."""
    token, now = _person(by), datetime.now(UTC)
    try:
        codes = confirm(app_state.store, by.name, code, now)
    except (LoginFailed, TooManyLogins) as error:
        return _refused(request, app_state, by, lang, error, device=True)
    begun = exchange(app_state.store, token, address_of(request), now)
    site = site_of(request, lang, by)
    answer = Page(page("account.html", site, _content(app_state, by, lang, codes=codes)))
    set_session(request, answer, begun)
    return answer


@router.post(f"{ACCOUNT}/recovery", response_model=None)
def renew_recovery_codes(
    request: Request, app_state: TheAppState, by: Viewer, lang: Language, code: Code
) -> Response:
    """New recovery codes for one of the device; the old ones no longer count."""
    _person(by)
    try:
        check_code(app_state.store, by.name, code, datetime.now(UTC))
    except (LoginFailed, TooManyLogins) as error:
        return _refused(request, app_state, by, lang, error)
    codes = new_recovery_codes(app_state.store, by.name)
    content = _content(app_state, by, lang, codes=codes)
    return Page(page("account.html", site_of(request, lang, by), content))


def _person(by: Caller) -> str:
    """The session of who asks; keys and the local user have no account."""
    if by.session is None:
        raise NotAllowed("expected a logged-in account; a key or the local user has no password.")
    return by.session


def _content(
    app_state: AppState,
    by: Caller,
    lang: Lang,
    *,
    device: bool = False,
    codes: tuple[str, ...] = (),
    problem: str = "",
) -> AccountContent:
    store = app_state.store
    own = by.session is not None
    enrolled = own and has_factor(store, by.name)
    linked = own and is_linked(store, by.name)  # its provider has its own second step
    shown = device and not enrolled
    body = bodies_of(store).by_slug.get(by.body or "")
    return AccountContent(
        name=person(by.name, lang),
        role=TEXT[lang][f"house.role.{by.role}"] if by.role in ROLES else "",
        body=name_of(body, lang) if body else "",
        offered=own and not linked and app_state.settings.second_factor != "off",
        enrolled=enrolled,
        device=device_of(by.name, begin_enrolment(store, by.name)) if shown else None,
        codes=codes,
        problem=problem,
    )


def _refused(
    request: Request,
    app_state: AppState,
    by: Caller,
    lang: Lang,
    error: VedichError,
    *,
    device: bool = False,
) -> Response:
    """The page again, with the reason in the reader's language."""
    if isinstance(error, WeakPassword):
        problem = TEXT[lang][f"weak.{error.why}"]
    else:
        assert isinstance(error, LoginFailed | TooManyLogins)
        problem = refusal(error, lang)
    content = _content(app_state, by, lang, device=device, problem=problem)
    waits = {"Retry-After": str(error.wait)} if isinstance(error, TooManyLogins) else None
    site = site_of(request, lang, by)
    return Page(page("account.html", site, content), status_of(type(error)) or 500, waits)
