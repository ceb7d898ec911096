"""Login and logout in a browser, and the current session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from data.accounts.accounts import set_password
from data.accounts.sessions import LASTS, log_in, log_out, verify
from models.errors import LoginFailed, NotAllowed, TooManyLogins
from service.auth.access import ANONYMOUS, COOKIE, Public, Viewer
from service.pages.page import Page, page, site_of
from service.pages.site import Site
from service.shapes.operation import PasswordChange, WhoAmI
from service.texts import TEXT
from service.web.bodies import largest_body
from service.web.problems import LOGIN, status_of
from service.web.respond import Language, TheAppState, problems

router = APIRouter()
LONGEST_FORM = 20_000  # bytes: anybody may send it
Next = Annotated[str, Query(description="the page to go to afterwards")]


@dataclass(frozen=True)
class LoginContent:
    """The content of the login page.

    Attributes
    ----------
    name : of the logged-in account, or None
    next : the page to go to after login
    problem : why the login failed, or ''
    typed : the name typed in the failed login
    """

    name: str | None
    next: str
    problem: str
    typed: str


@router.get(LOGIN, include_in_schema=False, response_class=Page)
def login_page(request: Request, by: Public, lang: Language, next: Next = "/") -> str:
    """Where a person logs in, or out."""
    return _page(site_of(request, lang, by), by.name if by.session else None, next)


@router.post(LOGIN, include_in_schema=False)
@largest_body(LONGEST_FORM)
def login(
    request: Request,
    app_state: TheAppState,
    by: Public,
    lang: Language,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Log in with the form; the session is an opaque cookie that no script can read."""
    try:
        with app_state.logging_in:
            token = log_in(app_state.store, name, password, _address(request), datetime.now(UTC))
    except (LoginFailed, TooManyLogins) as error:
        closed = isinstance(error, TooManyLogins)
        problem = TEXT[lang]["login_closed"] if closed else TEXT[lang]["login_failed"]
        content = _page(site_of(request, lang, by), None, next, problem, name)
        return Page(content, status_of(type(error)) or 500)
    answer = RedirectResponse(_own_page(next), 303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/logout", include_in_schema=False)
def logout(app_state: TheAppState, by: Public, lang: Language) -> Response:
    """End the session."""
    if by.session:
        log_out(app_state.store, by.session)
    answer = RedirectResponse(f"{LOGIN}?{urlencode({'lang': lang})}", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/v1/session", response_model=WhoAmI, tags=["session"])
def who_am_i(by: Public) -> WhoAmI:
    """Who asks, and what they may do: with a key, a session, or as nobody."""
    return WhoAmI(name=None if by is ANONYMOUS else by.name, access=by.access)


@router.post(
    "/v1/session/password", status_code=204, tags=["session"], responses=problems(401, 422, 429)
)
def change_password(
    request: Request, app_state: TheAppState, by: Viewer, change: PasswordChange
) -> None:
    """Change one's own password; all sessions of the account end."""
    if by.session is None:
        raise NotAllowed("expected a logged-in account; a key or the local user has no password.")
    with app_state.logging_in:
        verify(app_state.store, by.name, change.old, _address(request), datetime.now(UTC))
        set_password(app_state.store, by.name, change.new, by.name)


def _page(site: Site, name: str | None, next: str, problem: str = "", typed: str = "") -> str:
    return page("login.html", site, LoginContent(name, next, problem, typed))


def _own_page(next: str) -> str:
    """The page to go to, if it is on this site; else the first page."""
    return next if next.startswith("/") and next[1:2] not in ("/", "\\") else "/"


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
