"""Authentication and rights: one dependency for every route.

The caller's access is that to what the request names: `service.rights` knows whose it is.
A route declares the access it needs and gets the caller in one parameter:

    def commit(id: str, app_state: TheAppState, by: Entry) -> ...: ... by.name ...

or for a whole router: `APIRouter(dependencies=[requires("viewer")])`. A test
fails for any route that declares nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from data.accounts.accounts import Access, has_accounts
from data.accounts.bodies import HOUSE
from data.accounts.keys import ApiKey, Scope, key_of, last_day
from data.accounts.sessions import session_of
from data.db.store import Store
from models.errors import InputError, KeyExpired, LoginRequired, NotAllowed, NotFound
from service.auth.loopback import is_loopback
from service.rights.ownership import named, standing
from service.rights.rules import ACCESS, reaches
from service.state.turns import ASKER

COOKIE = "vedich_session"
KEY_IN_ADDRESS = "api_key"
LOCAL = "local"  # the caller on loopback while there are no accounts
_OF_SCOPE: dict[Scope, Access] = {"issued": "public", "read": "viewer", "entry": "entry"}
_SAFE = ("GET", "HEAD", "OPTIONS")
_CALLER = "vedich.caller"  # where the scope of a request keeps who sends it
UNTIL = "vedich.until"  # and when, in seconds since 1970, their key or session ends


@dataclass(frozen=True)
class Caller:
    """The sender of a request.

    Attributes
    ----------
    name : for the audit log: an account's name, 'key:NAME', 'local' or 'anonymous'
    access : to what the request names; the role where it names nothing
    session : token of a logged-in account
    body : whose account or key it is; None for nobody
    own : the role in that body, if `access` is another
    expires : the last day of a key
    hidden : what is answered if the request names something that is hidden from the caller
    """

    name: str
    access: Access
    session: str | None = None
    body: str | None = None
    own: Access | None = None
    expires: date | None = None
    hidden: NotFound | None = field(default=None, compare=False)

    @property
    def role(self) -> Access:
        """The access to what belongs to the caller's own body."""
        return self.own or self.access

    def may(self, access: Access) -> bool:
        return reaches(self.access, access)

    @property
    def inside(self) -> bool:
        """Whether the caller may see what is not issued yet."""
        return self.may("viewer")


ANONYMOUS = Caller("anonymous", "public")


async def caller_of(request: Request) -> Caller:
    """The caller, with the access to what the request names; never on the event loop.

    Who it is may be known before the route is; the access is asked for once it is.

    Raises
    ------
    LoginRequired, KeyExpired
        If the key is not valid, or no longer.
    NotAllowed
        If a page of another site sends the request through the user's browser.
    """
    return await run_in_threadpool(_with_access, request)


def _with_access(request: Request) -> Caller:
    caller: Caller | None = request.scope.get(_CALLER)
    if caller is None:
        caller = request.scope[_CALLER] = identify(request)
        asker = ASKER.get(None)
        if asker is not None and caller != ANONYMOUS:
            asker.name = caller.name
    query = request.query_params.multi_items()
    things = tuple(named(request.url.path, request.path_params, query))
    if not things:
        return caller
    app_state = request.app.state.vedich
    found = standing(app_state.store, caller, things, app_state.jobs.plan_of)
    if found.hidden is None and found.access == caller.role:
        return caller
    return replace(caller, access=found.access, own=caller.role, hidden=found.hidden)


def identify(request: Request) -> Caller:
    """Who sends a request: by API key, else session, else local user, else anonymous."""
    store: Store = request.app.state.vedich.store
    caller = _by_key(request, store)
    if caller is None:
        caller = _by_session(request, store) or _local(request, store) or ANONYMOUS
        if request.method not in _SAFE:
            _refuse_other_sites(request, caller)
    return caller


TheCaller = Annotated[Caller, Depends(caller_of)]


@dataclass(frozen=True)
class _Requires:
    """The dependency made by `requires`; `declared` reads a route's role from it."""

    access: Access

    async def __call__(self, caller: TheCaller) -> Caller:
        if self.access != "public" and caller.name == ANONYMOUS.name:
            raise LoginRequired(
                "this needs the role '{role}'. Log in at /login, or send an API key: "
                "Authorization: Bearer KEY.",
                role=self.access,
            )
        if caller.hidden is not None:
            raise caller.hidden
        if caller.may(self.access):
            return caller
        said = {"role": self.access, "name": caller.name, "own": caller.access}
        if caller.own is not None:
            raise NotAllowed(
                "this needs the role '{role}', '{name}' has '{own}' for what belongs to another "
                "body. Ask an administrator.",
                **said,
            )
        raise NotAllowed(
            "this needs the role '{role}', '{name}' has '{own}'. Ask an administrator.", **said
        )


async def admitted(request: Request, access: Access) -> Caller:
    """The caller if they have the role; before a route reads anything of the request."""
    return await _Requires(access)(await caller_of(request))


@dataclass(frozen=True)
class _Open:
    """Allows every caller without identifying them, even if the database is unavailable."""

    access: Access = "public"

    async def __call__(self) -> None:
        return None


def requires(access: Access) -> Any:
    """The dependency of a route, or of all routes of a router."""
    return Depends(_Open() if access == "public" else _Requires(access))


# Open to all; routes show what is not issued only to `Caller.inside`.
Public = Annotated[Caller, Depends(_Requires("public"))]
Viewer = Annotated[Caller, requires("viewer")]
Entry = Annotated[Caller, requires("entry")]
Checker = Annotated[Caller, requires("checker")]
Approver = Annotated[Caller, requires("approver")]
Admin = Annotated[Caller, requires("admin")]


def declared(app: FastAPI) -> Iterator[tuple[str, str, Access | None]]:
    """Method, path and declared access of every route; None if it declares nothing."""
    for route in iter_route_contexts(app.routes):
        found = _declared_in(getattr(route, "dependant", None))
        access = max(found, key=ACCESS.index, default=None)
        for method in sorted(route.methods or ("any",)):
            yield method, str(route.path), access


def refuse_to_listen(store: Store, host: str) -> None:
    """Raise `InputError` for an address that others can reach while there are no accounts."""
    if not is_loopback(host) and not has_accounts(store):
        raise InputError(
            "expected an address that only this machine reaches (127.0.0.1 or ::1) while "
            "there is no account, found '{host}'. Make one first: vedich account add NAME "
            "--role admin",
            host=host,
        )


def _is_feed(request: Request) -> bool:
    """Whether the request reads CSV or OData, which change nothing."""
    path = request.url.path
    return request.method in _SAFE and (path.endswith(".csv") or path.startswith("/odata/"))


def _secret(header: str | None) -> str | None:
    """The API key of a request: Bearer, or the password of Basic; None without one."""
    scheme, _, value = (header or "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return None


def _by_key(request: Request, store: Store) -> Caller | None:
    """The caller of an API key; None without a key."""
    secret, sent = _secret(request.headers.get("authorization")), "header"
    if secret is None and _is_feed(request):  # spreadsheets send a "Web API" key so
        secret, sent = request.query_params.get(KEY_IN_ADDRESS), "address"
    if secret is None:
        return None
    key = key_of(store, secret)
    if key is None:
        raise LoginRequired(
            "expected a valid API key, found one that is unknown or was revoked. "
            "Make another: vedich key add NAME."
        )
    _refuse_unfit(key, sent)
    if key.expires_at is not None:
        request.scope[UNTIL] = key.expires_at.timestamp()
    access = _OF_SCOPE[key.scope]
    return Caller(f"key:{key.name}", access, body=key.body, expires=last_day(key))


def _refuse_unfit(key: ApiKey, sent: str) -> None:
    if key.expired(datetime.now(UTC)):
        raise KeyExpired(
            "expected a key that is still valid, found '{name}', whose last day was {day}. "
            "Make another: vedich key add NAME.",
            name=key.name,
            day=last_day(key),
        )
    if sent == "address" and key.scope == "entry":
        raise LoginRequired(
            "expected a key of scope 'issued' or 'read' in an address, found one that may "
            "also enter figures. Make one: vedich key add NAME --scope read."
        )


def _by_session(request: Request, store: Store) -> Caller | None:
    """The caller of a session that needs no further step."""
    token = request.cookies.get(COOKIE)
    session = session_of(store, token, datetime.now(UTC)) if token else None
    if session is None or session.lacks_factor(request.app.state.vedich.settings.second_factor):
        return None
    request.scope[UNTIL] = session.ends_at.timestamp()
    account = session.account
    return Caller(account.name, account.role, token, body=account.body)


def _local(request: Request, store: Store) -> Caller | None:
    """The user of this machine, while there are no accounts.

    The requested host must be loopback too, against DNS rebinding: a foreign name that
    resolves to this machine comes from a page of another site.
    """
    client, host = request.client, request.url.hostname
    if client is None or not is_loopback(client.host) or not is_loopback(host or ""):
        return None
    return None if has_accounts(store) else Caller(LOCAL, "admin", body=HOUSE)


def _refuse_other_sites(request: Request, caller: Caller) -> None:
    """Refuse cross-site requests, because browsers add cookies whichever site sends them.

    Browsers send Origin with every change, and Sec-Fetch-Site over HTTPS and to
    this machine. A client that sends neither is not a browser and needs no session.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    foreign = site not in (None, "none", "same-origin") or (
        origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    )
    if foreign or (caller.session and origin is None and site is None):
        raise NotAllowed(
            "expected a request from this site's own pages (header Origin); programs use an API "
            "key instead of a session."
        )


def _declared_in(dependant: Dependant | None) -> Iterator[Access]:
    for one in dependant.dependencies if dependant else ():
        if isinstance(one.call, _Requires | _Open):
            yield one.call.access
        yield from _declared_in(one)
