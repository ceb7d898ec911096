"""Signing in at the office's provider of OpenID Connect (authorization code with PKCE).

What comes back is believed only if it was begun by the same browser within ten minutes,
is signed by a key of the provider, and names this service, this provider and the nonce of
this sign-in. The provider's groups say the role and the body. Authlib, joserfc and httpx
are those of the extra `oidc` and imported only here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlencode, urlsplit

from data.accounts.accounts import ROLES, Account
from data.accounts.bodies import HOUSE
from data.accounts.identities import SignIn, account_at, begin_sign_in, take_sign_in
from data.db.store import Store
from data.settings import Settings
from models.errors import InputError, MissingExtra, OidcFailed
from service.auth.loopback import is_loopback

SCOPE = "openid profile email"
TIMEOUT = 10.0  # seconds for each request to the provider
LARGEST = 1_000_000  # bytes of one of its answers
LEEWAY = 60  # seconds that clocks may differ
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
STRONG = {"mfa", "otp", "hwk", "fpt", "face", "swk", "sc"}  # second factors, RFC 8176

Json = dict[str, Any]


@dataclass(frozen=True)
class Provider:
    """The provider's addresses, from its discovery document."""

    issuer: str
    authorize: str
    token: str
    keys: str
    end_session: str | None


@dataclass(frozen=True)
class Arrival:
    """Somebody who came back from the provider; `factor`: with a second factor there."""

    account: Account
    factor: bool
    next: str


def provider_of(settings: Settings) -> Provider:
    """Read the discovery document of the provider.

    Raises
    ------
    OidcFailed
        If no provider is set, it cannot be reached, or it is not the one that is set.
    MissingExtra
        If the libraries are not installed.
    """
    issuer = settings.oidc_issuer
    if issuer is None:
        raise OidcFailed("expected VEDICH_OIDC_ISSUER, found that it is not set.")
    found = _asked("GET", f"{_safe(issuer).rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise OidcFailed(
            "expected the provider {issuer}, found {found}.",
            issuer=issuer,
            found=found.get("issuer"),
        )
    try:
        end = found.get("end_session_endpoint")
        return Provider(
            issuer=issuer,
            authorize=_safe(str(found["authorization_endpoint"])),
            token=_safe(str(found["token_endpoint"])),
            keys=_safe(str(found["jwks_uri"])),
            end_session=None if end is None else _safe(str(end)),
        )
    except KeyError as error:
        raise OidcFailed(f"expected {error} in the provider's discovery document.") from error


def begin(
    settings: Settings, store: Store, back: str, next: str, now: datetime
) -> tuple[str, str]:
    """Begin a sign-in.

    Parameters
    ----------
    back : address of this service to which the provider sends the browser
    next : page to go to afterwards

    Returns
    -------
    tuple: the address at the provider, and the token for the browser's cookie
    """
    provider = provider_of(settings)
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    token, begun = begin_sign_in(store, next, now)
    address = prepare_grant_uri(
        provider.authorize,
        client_id=settings.oidc_client_id,
        response_type="code",
        redirect_uri=back,
        scope=SCOPE,
        state=begun.state,
        nonce=begun.nonce,
        code_challenge=create_s256_code_challenge(begun.verifier),
        code_challenge_method="S256",
    )
    return str(address), token


def arrive(
    settings: Settings, store: Store, token: str, came: str, back: str, now: datetime
) -> Arrival:
    """Finish a sign-in: check what the provider says, and find or make the account.

    Parameters
    ----------
    token : of the browser's cookie
    came : the address with which the browser came back
    back : the address that was given to the provider

    Raises
    ------
    OidcFailed
        If anything does not fit, or no group of the person has a role here.
    InvalidAccount
        If the person's name there cannot be an account's.
    """
    begun = take_sign_in(store, token, now)
    provider = provider_of(settings)
    claims = _claims(settings, provider, begun, came, back, now)
    role, body = placed(settings, claims)
    account = account_at(
        store,
        provider.issuer,
        str(claims["sub"]),
        name_of(claims),
        role,
        body,
        take_over=settings.oidc_link == "name",
    )
    return Arrival(account, bool(STRONG & set(_listed(claims.get("amr")))), begun.next)


def placed(settings: Settings, claims: Mapping[str, Any]) -> tuple[str, str]:
    """Role and body of a person: the highest role that one of their groups has."""
    groups = set(_listed(claims.get(settings.oidc_claim)))
    found = [place for group, place in groups_of(settings).items() if group in groups]
    if not found:
        raise OidcFailed(
            "expected a group that has a role here (VEDICH_OIDC_ROLES), found {groups} in "
            "the claim '{claim}'.",
            groups=", ".join(sorted(groups)) or "none",
            claim=settings.oidc_claim,
        )
    return max(found, key=lambda place: ROLES.index(place[0]))


def groups_of(settings: Settings) -> dict[str, tuple[str, str]]:
    """Role and body of each group, as the setting says; raise `InputError`."""
    found: dict[str, tuple[str, str]] = {}
    for one in filter(None, (part.strip() for part in settings.oidc_roles.split(","))):
        group, equals, place = one.rpartition("=")
        role, _, body = place.partition("@")
        if not equals or role not in ROLES:
            raise InputError(
                "VEDICH_OIDC_ROLES: expected GROUP=ROLE or GROUP=ROLE@BODY with one of {roles}, "
                "found '{one}'.",
                roles=", ".join(ROLES),
                one=one,
            )
        found[group.strip()] = (role, body or HOUSE)
    return found


def name_of(claims: Mapping[str, Any]) -> str:
    """The name of a new account: the user name there, else what precedes the @ of the e-mail."""
    given = claims.get("preferred_username") or claims.get("email") or claims["sub"]
    bare = str(given).partition("@")[0].casefold()
    return re.sub(r"[^a-z0-9._-]+", "-", bare).strip("._-")[:40].strip("._-")


def sign_out_address(settings: Settings, back: str) -> str | None:
    """Where a browser signs out at the provider; None if it cannot."""
    try:
        end = provider_of(settings).end_session
    except OidcFailed:
        return None
    given = {"client_id": settings.oidc_client_id, "post_logout_redirect_uri": back}
    return None if end is None else f"{end}?{urlencode(given)}"


def _claims(
    settings: Settings, provider: Provider, begun: SignIn, came: str, back: str, now: datetime
) -> Json:
    """The claims of the ID token that the provider gives for the code."""
    from authlib.common.errors import AuthlibBaseError
    from authlib.oauth2.rfc6749.parameters import parse_authorization_code_response

    try:
        code = parse_authorization_code_response(came, begun.state)["code"]
    except AuthlibBaseError as error:
        raise OidcFailed(f"expected a code from the provider, found: {error}.") from error
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": begun.verifier,
        "client_id": settings.oidc_client_id,
    }
    secret = settings.oidc_client_secret
    auth = None if secret is None else (settings.oidc_client_id, secret)
    given = _asked("POST", provider.token, data=form, auth=auth)
    if "id_token" not in given:
        raise OidcFailed("expected an ID token from the provider, found none.")
    keys = _asked("GET", provider.keys)
    return checked(settings, provider.issuer, str(given["id_token"]), keys, begun.nonce, now)


def checked(
    settings: Settings, issuer: str, id_token: str, keys: Json, nonce: str, now: datetime
) -> Json:
    """The claims of an ID token; raise `OidcFailed` unless signature and claims all hold."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    wanted = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": settings.oidc_client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        wanted.validate(token.claims)
    except (JoseError, ValueError) as error:
        raise OidcFailed(f"expected an ID token of {issuer} for this sign-in: {error}.") from error
    claims = dict(token.claims)
    if len(_listed(claims["aud"])) > 1 and claims.get("azp") != settings.oidc_client_id:
        raise OidcFailed("expected an ID token for this service alone, found another party.")
    return claims


def _asked(method: str, address: str, **given: Any) -> Json:
    """The JSON object that the provider answers."""
    missing = [name for name in ("authlib", "httpx", "joserfc") if find_spec(name) is None]
    if missing:
        raise MissingExtra(
            "expected {missing}, found that it is not installed. Install the extra 'oidc', "
            "or unset VEDICH_OIDC_ISSUER.",
            missing=", ".join(missing),
        )
    import httpx

    try:
        answer = httpx.request(method, address, timeout=TIMEOUT, **given)
        found = answer.json() if len(answer.content) <= LARGEST else None
    except (httpx.HTTPError, ValueError) as error:
        raise OidcFailed(f"expected an answer of {address}, found: {error}.") from error
    if answer.status_code != 200 or not isinstance(found, dict):
        raise OidcFailed(
            "expected an answer of {address}, found status {status}.",
            address=address,
            status=answer.status_code,
        )
    return found


def _safe(address: str) -> str:
    """The address, if nobody on the way can read or change what is sent there."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    ):
        raise OidcFailed(
            "expected an address of the provider with https, found {address}.",
            address=address,
        )
    return address


def _listed(value: Any) -> list[str]:
    """A claim that is a list, or a single value."""
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
