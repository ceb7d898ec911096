"""Accounts, keys and bodies over HTTP, for administrators of a body.

An administrator manages their own body and those below it. What belongs to other bodies
does not exist for them: 404, in the words that an unknown name gets.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from data.accounts.accounts import (
    Account,
    accounts,
    add_account,
    require_account,
    set_body,
    set_disabled,
    set_password,
    set_role,
)
from data.accounts.bodies import (
    HOUSE,
    Bodies,
    Body,
    add_body,
    bodies_of,
    give_family,
    set_shares,
)
from data.accounts.brake import braked_until, clear
from data.accounts.identities import link
from data.accounts.keys import ApiKey, add_key, api_keys, end_of, last_day, revoke_key
from data.accounts.second_factor import is_enrolled, reset_factor
from data.db.store import Store
from models.errors import InputError, UnknownAccount, UnknownBody, UnknownPlan
from service.analysis.roll_up import roll_up
from service.auth.access import Admin, Caller, Viewer
from service.projections.basis import as_of_date
from service.projections.shape import Name
from service.rights.rules import administers
from service.shapes.administration import (
    AccountList,
    AccountShape,
    BodyChange,
    BodyList,
    BodyShape,
    FamilyChange,
    Identity,
    KeyList,
    KeyShape,
    MadeKey,
    NewAccount,
    NewBody,
    NewKey,
    NewPassword,
    RoleChange,
    Sharing,
)
from service.shapes.roll_up import RollUp
from service.web.answer_cache import uncached
from service.web.respond import AsOf, TheAppState, answer, problems

router = APIRouter(prefix="/v1", tags=["administration"])
AccountName = Annotated[str, Path(max_length=200, examples=["linh"])]
KeyName = Annotated[str, Path(max_length=200, examples=["power-bi"])]
BodySlug = Annotated[str, Path(max_length=200, examples=["lang-son"])]
_CHANGES = problems(403, 404, 422)


@router.get("/accounts", response_model=AccountList)
@uncached
def all_accounts(app_state: TheAppState, by: Admin) -> Response:
    """Accounts of the caller's body and of those below it."""
    store, now = app_state.store, datetime.now(UTC)
    bodies = bodies_of(store)
    with store.reading() as connection:
        found = tuple(
            AccountShape(
                name=one.name,
                role=one.role,
                body=one.body,
                created_at=one.created_at,
                disabled=one.disabled_at is not None,
                second_factor=is_enrolled(connection, one.name),
                waits_until=braked_until(connection, one.name, now),
            )
            for one in accounts(store)
            if administers(by, one.body, bodies)
        )
    return answer(AccountList(accounts=found))


@router.post("/accounts", status_code=204, responses=_CHANGES)
def new_account(app_state: TheAppState, by: Admin, made: NewAccount) -> None:
    """Add an account."""
    body = administered(app_state.store, by, made.body)
    add_account(app_state.store, made.name, made.role, made.password, by.name, body)


@router.post("/accounts/{name}/role", status_code=204, responses=_CHANGES)
def change_role(name: AccountName, app_state: TheAppState, by: Admin, to: RoleChange) -> None:
    """Change the role of an account; open sessions get it at once."""
    _account(app_state.store, by, name)
    set_role(app_state.store, name, to.role, by.name)


@router.post("/accounts/{name}/body", status_code=204, responses=_CHANGES)
def change_body(name: AccountName, app_state: TheAppState, by: Admin, to: BodyChange) -> None:
    """Move an account to another body; its sessions end."""
    _account(app_state.store, by, name)
    set_body(app_state.store, name, administered(app_state.store, by, to.body), by.name)


@router.post("/accounts/{name}/password", status_code=204, responses=_CHANGES)
def new_password(name: AccountName, app_state: TheAppState, by: Admin, to: NewPassword) -> None:
    """Set another password; the account's sessions end, and its brake is cleared."""
    _account(app_state.store, by, name)
    with app_state.logging_in:
        set_password(app_state.store, name, to.password, by.name)


@router.post("/accounts/{name}/clear", status_code=204, responses=_CHANGES)
def clear_brake(name: AccountName, app_state: TheAppState, by: Admin) -> None:
    """Let the account log in at once, from every address where logging in had failed."""
    _account(app_state.store, by, name)
    clear(app_state.store, by.name, name=name)


@router.post("/accounts/{name}/reset-factor", status_code=204, responses=_CHANGES)
def take_factor(name: AccountName, app_state: TheAppState, by: Admin) -> None:
    """Take away the second factor of an account; its sessions end."""
    _account(app_state.store, by, name)
    reset_factor(app_state.store, name, by.name)


@router.post("/accounts/{name}/disable", status_code=204, responses=_CHANGES)
def disable(name: AccountName, app_state: TheAppState, by: Admin) -> None:
    """Disable an account; its sessions end, its name stays in histories."""
    _account(app_state.store, by, name)
    set_disabled(app_state.store, name, True, by.name)


@router.post("/accounts/{name}/enable", status_code=204, responses=_CHANGES)
def enable(name: AccountName, app_state: TheAppState, by: Admin) -> None:
    """Enable a disabled account."""
    _account(app_state.store, by, name)
    set_disabled(app_state.store, name, False, by.name)


@router.post("/accounts/{name}/link", status_code=204, responses=_CHANGES)
def link_account(name: AccountName, app_state: TheAppState, by: Admin, to: Identity) -> None:
    """Let somebody at the office's provider of OpenID Connect use the account."""
    _account(app_state.store, by, name)
    provider, subject = app_state.settings.oidc_issuer, to.subject.strip()
    if provider is None:
        raise InputError("expected VEDICH_OIDC_ISSUER, found that it is not set.")
    if not subject:
        raise InputError("expected the name at {issuer}, found nothing.", issuer=provider)
    link(app_state.store, provider, subject, name, by.name)


@router.get("/keys", response_model=KeyList)
@uncached
def all_keys(app_state: TheAppState, by: Admin) -> Response:
    """Keys of the caller's body and of those below it; never the secrets."""
    bodies, now = bodies_of(app_state.store), datetime.now(UTC)
    found = (one for one in api_keys(app_state.store) if administers(by, one.body, bodies))
    return answer(KeyList(keys=tuple(_key_shape(one, now) for one in found)))


@router.post("/keys", status_code=201, response_model=MadeKey, responses=_CHANGES)
def new_key(app_state: TheAppState, by: Admin, made: NewKey) -> Response:
    """Add a key; its secret is in this answer only."""
    body = administered(app_state.store, by, made.body)
    ends = end_of(made.expires, app_state.settings.key_days)
    secret = add_key(app_state.store, made.name, made.scope, by.name, expires=ends, body=body)
    (key,) = (one for one in api_keys(app_state.store) if one.name == made.name)
    last = last_day(key)
    assert last is not None
    return answer(MadeKey(name=made.name, key=secret, expires=last), 201)


@router.post("/keys/{name}/revoke", status_code=204, responses=_CHANGES)
def revoke(name: KeyName, app_state: TheAppState, by: Admin) -> None:
    """Revoke a key, at once."""
    bodies = bodies_of(app_state.store)
    known = {one.name: one.body for one in api_keys(app_state.store)}
    if name in known and not administers(by, known[name], bodies):
        raise UnknownAccount(
            "no active key '{name}'; vedich key list shows all keys.",
            name=name,
        )
    revoke_key(app_state.store, name, by.name)


@router.get("/bodies", response_model=BodyList)
def all_bodies(app_state: TheAppState, by: Viewer) -> Response:
    """The caller's body and those below it, with their plan families."""
    bodies = bodies_of(app_state.store)
    return answer(
        BodyList(
            bodies=tuple(
                _body_shape(one, bodies)
                for one in bodies.by_slug.values()
                if by.body in (one.slug, *bodies.above(one.slug))
            )
        )
    )


@router.get(
    "/bodies/{body}/roll-up/{kpi}",
    response_model=RollUp,
    responses=problems(404, 409, 422),
    tags=["projections"],
)
def total(
    body: BodySlug,
    kpi: Annotated[str, Path(examples=["exports"])],
    app_state: TheAppState,
    by: Viewer,
    year: Annotated[int, Query(ge=1990, le=2100, description="of the plans", examples=[2021])],
    as_of: AsOf = None,
) -> Response:
    """A KPI's total over the plans of a body and of those below it, with its own interval.

    The sum of the parts' paths in one joint order. Plans without a projection are named.
    """
    visible(app_state.store, by, body)
    day = as_of_date(as_of) if as_of else None
    return answer(roll_up(app_state, body, kpi, year, day))


@router.post("/bodies", status_code=204, responses=_CHANGES)
def new_body(app_state: TheAppState, by: Admin, made: NewBody) -> None:
    """Add a body below one that the caller manages."""
    parent = administered(app_state.store, by, made.parent)
    add_body(app_state.store, made.body, made.name.vi, made.name.en, by.name, parent)


@router.post("/bodies/{body}/share", status_code=204, responses=_CHANGES)
def share(body: BodySlug, app_state: TheAppState, by: Admin, step: Sharing) -> None:
    """Let everybody read what a body issued, or only itself and those above it."""
    set_shares(app_state.store, administered(app_state.store, by, body), step.shares, by.name)


@router.post("/bodies/{body}/families", status_code=204, responses=_CHANGES)
def take_family(body: BodySlug, app_state: TheAppState, by: Admin, given: FamilyChange) -> None:
    """Give a plan family to a body; the caller manages the body that had it, too."""
    bodies = bodies_of(app_state.store)
    to = administered(app_state.store, by, body)
    known = given.family in bodies.of_family
    if not known or not administers(by, bodies.of(given.family).slug, bodies):
        raise UnknownPlan(
            "no plan of a family '{family}'; a family comes with its first plan.",
            family=given.family,
        )
    give_family(app_state.store, given.family, to, by.name)


def _account(store: Store, by: Caller, name: str) -> Account:
    """An account that the caller manages; raise `UnknownAccount`."""
    with store.reading() as connection:
        found = require_account(connection, name)
    if not administers(by, found.body, bodies_of(store)):
        raise UnknownAccount(
            "no account '{name}'; vedich account list shows all accounts.",
            name=name,
        )
    return found


def administered(store: Store, by: Caller, body: str | None) -> str:
    """A body that the caller manages, by default their own; raise `UnknownBody`."""
    slug, bodies = body or by.body or HOUSE, bodies_of(store)
    if slug not in bodies.by_slug or not administers(by, slug, bodies):
        raise UnknownBody(
            "no body '{slug}'; vedich body list shows all bodies.",
            slug=slug,
        )
    return slug


def visible(store: Store, by: Caller, body: str | None) -> str:
    """A body whose plans the caller sees, by default their own; raise `UnknownBody`."""
    slug, bodies = body or by.body or HOUSE, bodies_of(store)
    if slug not in bodies.by_slug or by.body not in (slug, *bodies.above(slug)):
        raise UnknownBody(
            "no body '{body}'; GET /v1/bodies shows yours and those below it.",
            body=slug,
        )
    return slug


def _key_shape(one: ApiKey, now: datetime) -> KeyShape:
    return KeyShape(
        name=one.name,
        scope=one.scope,
        body=one.body,
        created_at=one.created_at,
        expires=last_day(one),
        expires_soon=one.expires_soon(now),
        expired=one.expired(now),
        revoked=one.revoked_at is not None,
    )


def _body_shape(one: Body, bodies: Bodies) -> BodyShape:
    return BodyShape(
        body=one.slug,
        name=Name(vi=one.name_vi, en=one.name_en),
        parent=one.parent,
        shares=one.shares,
        families=bodies.families(one.slug),
    )
