"""Login and logout in a browser, in one step or two, and the current session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from data.accounts.accounts import set_password
from data.accounts.brake import work_of_address
from data.accounts.identities import is_linked
from data.accounts.second_factor import begin_enrolment, check_code, confirm, has_factor
from data.accounts.sessions import (
    LASTS,
    PENDING,
    Session,
    SignedIn,
    exchange,
    log_in,
    log_out,
    session_of,
    verify,
)
from models.errors import LoginFailed, NotAllowed, TooManyLogins, WrongCode
from service.auth.access import ANONYMOUS, COOKIE, Public, Viewer
from service.pages.device import Device, device_of, wait_text
from service.pages.page import Page, page, site_of
from service.pages.site import Site
from service.shapes.operation import PasswordChange, WhoAmI
from service.state.app_state import AppState
from service.texts import TEXT, Lang
from service.web.answer_cache import uncached
from service.web.bodies import largest_body
from service.web.problems import LOGIN, status_of
from service.web.respond import Language, TheAppState, problems

router = APIRouter()
SECOND = f"{LOGIN}/second"
LONGEST_FORM = 20_000  # bytes: anybody may send it
Next = Annotated[str, Query(description="the page to go to afterwards")]
NextField = Annotated[str, Form(alias="next")]


@dataclass(frozen=True)
class LoginContent:
    """The content of the login page.

    Attributes
    ----------
    name : of the logged-in account, or None
    next : the page to go to after login
    problem : why the login failed, or ''
    typed : the name typed in the failed login
    challenge, bits : of the proof of work that the browser computes; '' and 0 for none
    elsewhere : whether people may log in at a provider of OpenID Connect
    out : whether somebody just logged out who may still be logged in there
    """

    name: str | None
    next: str
    problem: str = ""
    typed: str = ""
    challenge: str = ""
    bits: int = 0
    elsewhere: bool = False
    out: bool = False


@dataclass(frozen=True)
class SecondContent:
    """The content of the page of the second step.

    Attributes
    ----------
    next : the page to go to afterwards
    problem : why the code was not taken, or ''
    device : to be set up first; None if there is one
    codes : recovery codes to be kept, once a device was set up
    """

    next: str
    problem: str = ""
    device: Device | None = None
    codes: tuple[str, ...] = ()


@router.get(LOGIN, include_in_schema=False, response_class=Page)
@uncached
def login_page(
    request: Request,
    app_state: TheAppState,
    by: Public,
    lang: Language,
    next: Next = "/",
    out: bool = False,
) -> str:
    """Where a person logs in, or out."""
    work = work_of_address(app_state.store, address_of(request), datetime.now(UTC))
    content = LoginContent(
        by.name if by.session else None,
        next,
        challenge=work.challenge if work else "",
        bits=work.bits if work else 0,
        elsewhere=_elsewhere(app_state),
        out=out and _elsewhere(app_state),
    )
    return page("login.html", site_of(request, lang, by), content)


@router.post(LOGIN, include_in_schema=False)
@largest_body(LONGEST_FORM)
def login(
    request: Request,
    app_state: TheAppState,
    by: Public,
    lang: Language,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: NextField = "/",
    proof: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Log in with the form; the session is an opaque cookie that no script can read."""
    now, second = datetime.now(UTC), app_state.settings.second_factor
    try:
        with app_state.logging_in:
            begun = log_in(
                app_state.store,
                name,
                password,
                address_of(request),
                now,
                proof=proof,
                second=second,
            )
    except (LoginFailed, TooManyLogins) as error:
        content = LoginContent(
            None, next, refusal(error, lang), name, elsewhere=_elsewhere(app_state)
        )
        if isinstance(error, TooManyLogins):
            content = replace(content, challenge=error.challenge, bits=error.bits)
        return _refused("login.html", site_of(request, lang, by), content, error)
    return signed_in(request, begun, next, lang)


@router.get(SECOND, include_in_schema=False, response_model=None)
@uncached
def second_page(
    request: Request, app_state: TheAppState, by: Public, lang: Language, next: Next = "/"
) -> Response:
    """The second step: the code of a device, which is set up first if there is none."""
    session = _pending(request, app_state)
    if session is None:
        return RedirectResponse(f"{LOGIN}?{urlencode({'lang': lang, 'next': next})}", 303)
    site = site_of(request, lang, by)
    return Page(page("second.html", site, _second(app_state, session, next)))


@router.post(SECOND, include_in_schema=False, response_model=None)
@largest_body(LONGEST_FORM)
def second_step(
    request: Request,
    app_state: TheAppState,
    by: Public,
    lang: Language,
    code: Annotated[str, Form(max_length=100)],
    next: NextField = "/",
) -> Response:
    """Take the code, and begin the session that it opens."""
    session, token = _pending(request, app_state), request.cookies.get(COOKIE)
    if session is None or token is None:
        return RedirectResponse(f"{LOGIN}?{urlencode({'lang': lang, 'next': next})}", 303)
    store, name, now = app_state.store, session.account.name, datetime.now(UTC)
    codes: tuple[str, ...] = ()
    try:
        if has_factor(store, name):
            check_code(store, name, code, now)
        else:
            codes = confirm(store, name, code, now)
    except (LoginFailed, TooManyLogins) as error:
        problem = refusal(error, lang)
        content = replace(_second(app_state, session, next), problem=problem)
        return _refused("second.html", site_of(request, lang, by), content, error)
    begun = exchange(store, token, address_of(request), now)
    if not codes:
        return signed_in(request, begun, next, lang)
    shown = SecondContent(own_page(next), codes=codes)
    answer = Page(page("second.html", site_of(request, lang, by), shown))
    set_session(request, answer, begun)
    return answer


@router.post("/logout", include_in_schema=False)
def logout(app_state: TheAppState, by: Public, lang: Language) -> Response:
    """End the session; the page that follows leads to the office's provider, to end that too."""
    if by.session:
        log_out(app_state.store, by.session)
    there = app_state.settings.oidc_issuer and is_linked(app_state.store, by.name)
    query = {"lang": lang, **({"out": "true"} if there else {})}
    answer = RedirectResponse(f"{LOGIN}?{urlencode(query)}", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/v1/session", response_model=WhoAmI, tags=["session"])
@uncached
def who_am_i(by: Public) -> WhoAmI:
    """Who asks, and what they may do: with a key, a session, or as nobody."""
    return WhoAmI(
        name=None if by.name == ANONYMOUS.name else by.name,
        access=by.access,
        body=by.body,
        expires=by.expires,
    )


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
        verify(app_state.store, by.name, change.old, address_of(request), datetime.now(UTC))
        set_password(app_state.store, by.name, change.new, by.name)


def refusal(error: LoginFailed | TooManyLogins, lang: Lang) -> str:
    """Why logging in was refused, in the reader's language."""
    text = TEXT[lang]
    if isinstance(error, TooManyLogins):
        if error.challenge:
            return text["login_work"].format(wait=wait_text(error.with_work, lang))
        return text["login_closed"].format(wait=wait_text(error.wait, lang))
    return text["code_wrong"] if isinstance(error, WrongCode) else text["login_failed"]


def signed_in(request: Request, begun: SignedIn, next: str, lang: Lang) -> Response:
    """To the page that was asked for, or to the second step, with the session's cookie."""
    target = own_page(next)
    if begun.stage == "pending":
        target = f"{SECOND}?{urlencode({'lang': lang, 'next': target})}"
    answer = RedirectResponse(target, 303)
    set_session(request, answer, begun)
    return answer


def set_session(request: Request, answer: Response, begun: SignedIn) -> None:
    """Send the cookie of a new session with an answer."""
    lasts = PENDING if begun.stage == "pending" else LASTS
    answer.set_cookie(
        COOKIE,
        begun.token,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def own_page(next: str) -> str:
    """The page to go to, if it is on this site; else the first page."""
    return next if next.startswith("/") and next[1:2] not in ("/", "\\") else "/"


def address_of(request: Request) -> str:
    """The client's address, for the brake on guessing and the audit log."""
    return request.client.host if request.client else "unknown"


def _pending(request: Request, app_state: AppState) -> Session | None:
    """The sign-in that waits for its second step."""
    token = request.cookies.get(COOKIE)
    found = session_of(app_state.store, token, datetime.now(UTC)) if token else None
    return found if found is not None and found.stage == "pending" else None


def _second(app_state: AppState, session: Session, next: str) -> SecondContent:
    name, store = session.account.name, app_state.store
    if has_factor(store, name):
        return SecondContent(next)
    return SecondContent(next, device=device_of(name, begin_enrolment(store, name)))


def _elsewhere(app_state: AppState) -> bool:
    return app_state.settings.oidc_issuer is not None


def _refused(
    template: str, site: Site, content: object, error: LoginFailed | TooManyLogins
) -> Response:
    waits = {"Retry-After": str(error.wait)} if isinstance(error, TooManyLogins) else None
    return Page(page(template, site, content), status_of(type(error)) or 500, waits)
