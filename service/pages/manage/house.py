"""The administrator's page: accounts, keys, and bodies with their plan families.

It asks the same functions as the interface (`service.administration`), which hold the rights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from data.accounts.accounts import ROLES, Role, accounts, has_accounts
from data.accounts.bodies import bodies_of
from data.accounts.brake import braked_until
from data.accounts.keys import SCOPES, add_key, api_keys, end_of, last_day
from data.accounts.second_factor import is_enrolled
from data.plans.rows import family_plans, load_plan
from models.errors import InputError, InvalidAccount, VedichError
from service.administration import routes as administration
from service.auth.access import Admin, Caller
from service.pages.manage.forms import (
    Text,
    problems_of,
    refusal_status,
    seen,
    shown,
    typed_day,
)
from service.pages.page import Page, site_of
from service.pages.views.frame import Choice
from service.projections.shape import Name
from service.rights.rules import administers
from service.shapes.administration import (
    BodyChange,
    FamilyChange,
    Identity,
    NewAccount,
    NewBody,
    NewPassword,
    RoleChange,
    Sharing,
)
from service.state.app_state import AppState
from service.texts import TEXT, Lang, day_of, name_of
from service.web.answer_cache import uncached
from service.web.respond import Language, TheAppState

router = APIRouter(prefix="/house", include_in_schema=False, default_response_class=Page)
Password = Annotated[str, Form(max_length=1000)]
AccountName = Annotated[str, Path(max_length=200)]
STEPS = ("role", "body", "password", "clear", "reset-factor", "link", "disable", "enable")


@dataclass(frozen=True)
class AccountShown:
    """An account, and what may be done about it."""

    name: str
    role: str
    body: str
    since: str
    disabled: bool
    second_factor: bool
    waits: bool


@dataclass(frozen=True)
class KeyShown:
    """A key, without its secret; `state` is 'active', 'soon', 'expired' or 'revoked'."""

    name: str
    scope: str
    body: str
    since: str
    expires: str
    state: str
    state_name: str


@dataclass(frozen=True)
class BodyShown:
    """A body, whether it shares what it issued, and the plans of its families."""

    slug: str
    name: str
    parent: str
    shares: bool
    families: tuple[Choice, ...]


@dataclass(frozen=True)
class HouseContent:
    """The content of the page.

    Attributes
    ----------
    secret : of a key that was just made, shown once; '' otherwise
    key_name, key_scope : of that key
    provider : where people of the office sign in; '' if nowhere
    at : the part of the page that was asked, for the message
    """

    accounts: tuple[AccountShown, ...]
    keys: tuple[KeyShown, ...]
    bodies: tuple[BodyShown, ...]
    choices: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    scopes: tuple[Choice, ...]
    last_day: str
    provider: str
    own: str
    problems: tuple[str, ...] = ()
    secret: str = ""
    key_name: str = ""
    done: str = ""


@router.get("")
@uncached
def house_page(request: Request, app_state: TheAppState, by: Admin, lang: Language) -> Page:
    """Accounts, keys and bodies that the administrator manages."""
    done = request.query_params.get("done", "")
    content = _content(app_state, by, lang)
    if done in ("account", "key", "body"):
        content = replace(content, done=TEXT[lang]["house.done"])
    return shown("house.html", site_of(request, lang, by), content)


@router.post("/accounts", response_model=None)
def new_account(
    request: Request,
    app_state: TheAppState,
    by: Admin,
    lang: Language,
    name: Text = "",
    role: Text = "viewer",
    password: Password = "",
    body: Text = "",
) -> Response:
    """Add an account."""
    try:
        if role != "admin" and not has_accounts(app_state.store):
            raise InvalidAccount(
                "expected an administrator as the first account, found '{role}'.", role=role
            )
        made = NewAccount(
            name=name.strip(), role=_role(role), password=password, body=body or None
        )
        administration.new_account(app_state, by, made)
    except VedichError as error:
        return _refused(request, app_state, by, lang, error)
    return _back(request, by, lang, "account")


@router.post("/accounts/{name}", response_model=None)
def change_account(
    name: AccountName,
    request: Request,
    app_state: TheAppState,
    by: Admin,
    lang: Language,
    step: Text = "",
    role: Text = "",
    body: Text = "",
    password: Password = "",
    subject: Text = "",
) -> Response:
    """Change an account: role, body, password, brake, second factor, identity, disable, enable."""
    try:
        if step == "role":
            administration.change_role(name, app_state, by, RoleChange(role=_role(role)))
        elif step == "body":
            administration.change_body(name, app_state, by, BodyChange(body=body))
        elif step == "password":
            administration.new_password(name, app_state, by, NewPassword(password=password))
        elif step == "clear":
            administration.clear_brake(name, app_state, by)
        elif step == "reset-factor":
            administration.take_factor(name, app_state, by)
        elif step == "link":
            administration.link_account(name, app_state, by, Identity(subject=subject))
        elif step == "disable":
            administration.disable(name, app_state, by)
        elif step == "enable":
            administration.enable(name, app_state, by)
        else:
            raise _unknown(step, STEPS)
    except VedichError as error:
        return _refused(request, app_state, by, lang, error)
    return _back(request, by, lang, "account")


@router.post("/keys", response_model=None)
def new_key(
    request: Request,
    app_state: TheAppState,
    by: Admin,
    lang: Language,
    name: Text = "",
    scope: Text = "issued",
    expires: Text = "",
    body: Text = "",
) -> Response:
    """Make a key; its secret is on this page only."""
    try:
        slug = administration.administered(app_state.store, by, body or None)
        day = typed_day(expires, lang) if expires.strip() else None
        ends = end_of(day, app_state.settings.key_days)
        secret = add_key(app_state.store, name.strip(), scope, by.name, expires=ends, body=slug)
    except VedichError as error:
        return _refused(request, app_state, by, lang, error)
    content = replace(_content(app_state, by, lang), secret=secret, key_name=name.strip())
    return shown("house.html", site_of(request, lang, by), content)


@router.post("/keys/{name}", response_model=None)
def revoke_key(
    name: AccountName, request: Request, app_state: TheAppState, by: Admin, lang: Language
) -> Response:
    """Revoke a key, at once."""
    try:
        administration.revoke(name, app_state, by)
    except VedichError as error:
        return _refused(request, app_state, by, lang, error)
    return _back(request, by, lang, "key")


@router.post("/bodies", response_model=None)
def new_body(
    request: Request,
    app_state: TheAppState,
    by: Admin,
    lang: Language,
    slug: Text = "",
    vi: Text = "",
    en: Text = "",
    parent: Text = "",
) -> Response:
    """Add a body below one that the administrator manages."""
    try:
        name = Name(vi=vi.strip(), en=en.strip() or vi.strip())
        administration.new_body(
            app_state, by, NewBody(body=slug.strip(), name=name, parent=parent or None)
        )
    except VedichError as error:
        return _refused(request, app_state, by, lang, error)
    return _back(request, by, lang, "body")


@router.post("/bodies/{body}", response_model=None)
def change_body(
    body: Annotated[str, Path(max_length=200)],
    request: Request,
    app_state: TheAppState,
    by: Admin,
    lang: Language,
    step: Text = "",
    family: Text = "",
) -> Response:
    """Let a body share what it issued or not, or give it a plan family."""
    try:
        if step in ("share", "keep"):
            administration.share(body, app_state, by, Sharing(shares=step == "share"))
        elif step == "family":
            administration.take_family(body, app_state, by, FamilyChange(family=family))
        else:
            raise _unknown(step, ("share", "keep", "family"))
    except VedichError as error:
        return _refused(request, app_state, by, lang, error)
    return _back(request, by, lang, "body")


def _role(text: str) -> Role:
    for role in ROLES:
        if role == text:
            return role
    raise _unknown(text, ROLES)


def _unknown(text: str, known: tuple[str, ...]) -> InputError:
    return InputError(
        "expected one of {known}, found '{text}'.", known=", ".join(known), text=text
    )


def _back(request: Request, by: Caller, lang: Lang, done: str) -> Response:
    return seen(site_of(request, lang, by).to("/house", done=done))


def _refused(
    request: Request, app_state: AppState, by: Caller, lang: Lang, error: VedichError
) -> Response:
    content = replace(_content(app_state, by, lang), problems=problems_of(error, lang))
    return shown("house.html", site_of(request, lang, by), content, refusal_status(error))


def _content(app_state: AppState, by: Caller, lang: Lang) -> HouseContent:
    store, now, text = app_state.store, datetime.now(UTC), TEXT[lang]
    bodies = bodies_of(store)
    mine = [one for one in bodies.by_slug.values() if administers(by, one.slug, bodies)]
    names = {one.slug: name_of(one, lang) for one in mine}
    with store.reading() as connection:
        people = tuple(
            AccountShown(
                name=one.name,
                role=one.role,
                body=one.body,
                since=day_of(one.created_at.date(), lang),
                disabled=one.disabled_at is not None,
                second_factor=is_enrolled(connection, one.name),
                waits=braked_until(connection, one.name, now) is not None,
            )
            for one in accounts(store)
            if one.body in names
        )
    keys = []
    for one in api_keys(store):
        if one.body not in names:
            continue
        state = "revoked" if one.revoked_at else "expired" if one.expired(now) else "active"
        state = "soon" if state == "active" and one.expires_soon(now) else state
        last = last_day(one)
        keys.append(
            KeyShown(
                name=one.name,
                scope=text[f"house.scope.{one.scope}"],
                body=names[one.body],
                since=day_of(one.created_at.date(), lang),
                expires=day_of(last, lang) if last else "–",
                state=state,
                state_name=text[f"house.key.{state}"],
            )
        )
    return HouseContent(
        accounts=people,
        keys=tuple(keys),
        bodies=tuple(
            BodyShown(
                one.slug,
                names[one.slug],
                names.get(one.parent or "", ""),
                one.shares,
                tuple(
                    (family, _plans(app_state, family, lang))
                    for family in bodies.families(one.slug)
                ),
            )
            for one in mine
        ),
        choices=tuple(names.items()),
        roles=tuple((role, text[f"house.role.{role}"]) for role in ROLES),
        scopes=tuple((scope, text[f"house.scope.{scope}"]) for scope in SCOPES),
        last_day=(now.date() + timedelta(days=app_state.settings.key_days)).isoformat(),
        provider=app_state.settings.oidc_issuer or "",
        own=by.name,
    )


def _plans(app_state: AppState, family: str, lang: Lang) -> str:
    """The names of a family's plans."""
    slugs = family_plans(app_state.store, family)
    return ", ".join(name_of(load_plan(app_state.store, slug), lang) for slug in slugs) or family
