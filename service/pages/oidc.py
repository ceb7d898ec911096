"""Logging in with the office's own account: to the provider, and back."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from data.accounts.sessions import begin as begin_session
from models.errors import InvalidAccount, OidcFailed
from service.auth import oidc
from service.auth.access import Public
from service.pages.page import Page, page, site_of
from service.pages.session import LoginContent, Next, address_of, own_page, signed_in
from service.texts import TEXT
from service.web.answer_cache import uncached
from service.web.problems import LOGIN
from service.web.respond import Language, TheAppState

router = APIRouter(include_in_schema=False, default_response_class=Page)
THERE, BACK, OUT = f"{LOGIN}/oidc", f"{LOGIN}/oidc/back", f"{LOGIN}/oidc/out"
COOKIE = "vedich_sign_in"
log = logging.getLogger(__name__)


@router.get(THERE, response_model=None)
@uncached
def go_there(
    request: Request, app_state: TheAppState, by: Public, lang: Language, next: Next = "/"
) -> Response:
    """To the provider, with a cookie by which the browser is known when it comes back."""
    settings, now = app_state.settings, datetime.now(UTC)
    try:
        address, token = oidc.begin(settings, app_state.store, _back(request), own_page(next), now)
    except OidcFailed as error:
        return _refused(request, app_state, by, lang, error)
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=600,
        path=BACK,
        httponly=True,
        samesite="lax",  # the provider's page leads here
        secure=request.url.scheme == "https",
    )
    return answer


@router.get(BACK, response_model=None)
@uncached
def come_back(request: Request, app_state: TheAppState, by: Public, lang: Language) -> Response:
    """Back from the provider: a session, or why there is none."""
    settings, now = app_state.settings, datetime.now(UTC)
    token = request.cookies.get(COOKIE, "")
    try:
        came = oidc.arrive(settings, app_state.store, token, str(request.url), _back(request), now)
    except (OidcFailed, InvalidAccount) as error:
        return _refused(request, app_state, by, lang, error)
    begun = begin_session(
        app_state.store,
        came.account,
        address_of(request),
        now,
        settings.second_factor,
        factor=came.factor,
    )
    answer = signed_in(request, begun, came.next, lang)
    answer.delete_cookie(COOKIE, path=BACK)
    return answer


@router.get(OUT, response_model=None)
@uncached
def go_out(request: Request, app_state: TheAppState, by: Public, lang: Language) -> Response:
    """To the provider, to log out there; a page leads here, since no form may leave this site."""
    here = f"{str(request.base_url).rstrip('/')}{LOGIN}"
    address = oidc.sign_out_address(app_state.settings, here)
    return RedirectResponse(address or f"{LOGIN}?lang={lang}", 303)


def _back(request: Request) -> str:
    return str(request.url.replace(path=BACK, query=""))


def _refused(
    request: Request, app_state: TheAppState, by: Public, lang: Language, error: Exception
) -> Response:
    """The login page; only the log says why, since nobody is known yet."""
    log.warning("signing in at the provider failed: %s", error)
    content = LoginContent(None, "/", TEXT[lang]["login_elsewhere_failed"], elsewhere=True)
    return Page(page("login.html", site_of(request, lang, by), content), 401)
