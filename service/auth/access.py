"""Authentication and roles: one dependency for every route.

A route declares the role it needs and gets the caller in one parameter:

    def commit(id: str, app_state: TheAppState, by: Entry) -> ...: ... by.name ...

or for a whole router: `APIRouter(dependencies=[requires("viewer")])`. A test
fails for any route that declares nothing.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, get_args
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from data.accounts.accounts import ROLES, Access, has_accounts
from data.accounts.keys import Scope, key_of
from data.accounts.sessions import account_of_session
from data.db.store import Store
from models.errors import InputError, LoginRequired, NotAllowed

ACCESS: tuple[Access, ...] = get_args(Access)  # each includes those before it
assert ACCESS[1:] == ROLES

COOKIE = "vedich_session"
KEY_IN_ADDRESS = "api_key"
LOCAL = "local"  # the caller on loopback while there are no accounts
_OF_SCOPE: dict[Scope, Access] = {"issued": "public", "read": "viewer", "entry": "entry"}
_SAFE = ("GET", "HEAD", "OPTIONS")
_CALLER = "vedich.caller"  # where the scope of a request keeps who sends it


@dataclass(frozen=True)
class Caller:
    """The sender of a request.

    Attributes
    ----------
    name : for the audit log: an account's name, 'key:NAME', 'local' or 'anonymous'
    access : highest role
    session : token of a logged-in account
    """

    name: str
    access: Access
    session: str | None = None

    def may(self, access: Access) -> bool:
        return ACCESS.index(self.access) >= ACCESS.index(access)

    @property
    def inside(self) -> bool:
        """Whether the caller may see what is not issued yet."""
        return self.may("viewer")


ANONYMOUS = Caller("anonymous", "public")


async def caller_of(request: Request) -> Caller:
    """The caller, identified once per request, and never on the event loop."""
    known: Caller | None = request.scope.get(_CALLER)
    if known is None:
        known = request.scope[_CALLER] = await run_in_threadpool(identify, request)
    return known


def identify(request: Request) -> Caller:
    """Identify the caller: by API key, else session, else local user, else anonymous.

    Raises
    ------
    LoginRequired
        If the key is not valid.
    NotAllowed
        If a page of another site sends the request through the user's browser.
    """
    store: Store = request.app.state.vedich.store
    secret, sent = _secret(request.headers.get("authorization")), "header"
    if secret is None and _is_feed(request):  # spreadsheets send a "Web API" key so
        secret, sent = request.query_params.get(KEY_IN_ADDRESS), "address"
    if secret is not None:
        key = key_of(store, secret)
        if key is None:
            raise LoginRequired(
                "expected a valid API key, found one that is unknown or was revoked. "
                "Make another: vedich key add NAME."
            )
        if sent == "address" and key.scope == "entry":
            raise LoginRequired(
                "expected a key of scope 'issued' or 'read' in an address, found one that may "
                "also enter figures. Make one: vedich key add NAME --scope read."
            )
        return Caller(f"key:{key.name}", _OF_SCOPE[key.scope])
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
        if caller.may(self.access):
            return caller
        if caller is ANONYMOUS:
            raise LoginRequired(
                f"this needs the role '{self.access}'. Log in at /login, or send an API key: "
                "Authorization: Bearer KEY."
            )
        raise NotAllowed(
            f"this needs the role '{self.access}', '{caller.name}' has '{caller.access}'. "
            "Ask an administrator."
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
            f"expected an address that only this machine reaches (127.0.0.1 or ::1) while there "
            f"is no account, found '{host}'. Make one first: vedich account add NAME --role admin"
        )


def is_loopback(host: str) -> bool:
    """Whether a host name or address is loopback; other names are not trusted."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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


def _by_session(request: Request, store: Store) -> Caller | None:
    token = request.cookies.get(COOKIE)
    account = account_of_session(store, token, datetime.now(UTC)) if token else None
    return Caller(account.name, account.role, token) if account else None


def _local(request: Request, store: Store) -> Caller | None:
    """The user of this machine, while there are no accounts.

    The requested host must be loopback too, against DNS rebinding: a foreign name that
    resolves to this machine comes from a page of another site.
    """
    client, host = request.client, request.url.hostname
    if client is None or not is_loopback(client.host) or not is_loopback(host or ""):
        return None
    return None if has_accounts(store) else Caller(LOCAL, "admin")


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
