"""Who an account is at the office's provider of OpenID Connect, and sign-ins under way there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from data.accounts.accounts import (
    NO_PASSWORD,
    Account,
    check_name,
    find_account,
    insert_account,
    require_account,
    set_body,
    set_role,
)
from data.accounts.sessions import token_hash
from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import InvalidAccount, OidcFailed

WITHIN = timedelta(minutes=10)  # the time to sign in at the provider
MOST = 10_000  # sign-ins under way


@dataclass(frozen=True)
class SignIn:
    """A sign-in that was begun here: what must come back from the provider."""

    state: str
    nonce: str
    verifier: str  # of PKCE (RFC 7636)
    next: str


def begin_sign_in(store: Store, next: str, now: datetime) -> tuple[str, SignIn]:
    """Begin a sign-in; the token for the browser's cookie, and what the provider is told."""
    token, table = secrets.token_urlsafe(32), tables.sign_ins
    begun = SignIn(
        secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), next
    )
    with store.writing() as connection:
        connection.execute(delete(table).where(table.c.ends_at <= now))
        if (connection.scalar(select(func.count()).select_from(table)) or 0) >= MOST:
            eldest = connection.scalar(select(func.min(table.c.ends_at)))
            connection.execute(delete(table).where(table.c.ends_at == eldest))
        values = {**vars(begun), "token_hash": token_hash(token), "ends_at": now + WITHIN}
        connection.execute(insert(table).values(values))
    return token, begun


def take_sign_in(store: Store, token: str, now: datetime) -> SignIn:
    """The sign-in of a browser, which counts once; raise `OidcFailed` without one."""
    table = tables.sign_ins
    own = table.c.token_hash == token_hash(token)
    with store.writing() as connection:
        row = connection.execute(select(table).where(own)).first()
        connection.execute(delete(table).where(own))
    if row is None or row.ends_at <= now:
        raise OidcFailed(
            "expected a sign-in begun here within ten minutes. Begin again at /login."
        )
    return SignIn(row.state, row.nonce, row.verifier, row.next)


def account_at(
    store: Store,
    issuer: str,
    subject: str,
    name: str,
    role: str,
    body: str,
    *,
    take_over: bool,
) -> Account:
    """The account of somebody whom the provider vouches for, made at the first sign-in.

    Parameters
    ----------
    issuer, subject : who it is at the provider
    name : for a new account
    role, body : as the provider's groups say; an existing account is brought to them
    take_over : whether an account of that name becomes theirs

    Raises
    ------
    OidcFailed
        If the account is disabled, or the name is taken by another.
    InvalidAccount
        If the name cannot be an account's.
    """
    with store.writing() as connection:
        found = _linked(connection, issuer, subject)
        if found is None:
            check_name(name)
            taken = find_account(connection, name)
            if taken is not None and not take_over:
                raise OidcFailed(
                    "expected a new name, found '{name}', which is another's account. If it is "
                    "the same person: vedich account link {name} --subject {subject}",
                    name=name,
                    subject=subject,
                )
            if taken is None:
                insert_account(connection, name, role, NO_PASSWORD, f"oidc:{subject}", body)
            _link(connection, issuer, subject, name, f"oidc:{subject}")
            found = require_account(connection, name)
    if found.disabled_at is not None:
        raise OidcFailed(
            "expected an account in force, found that '{name}' is disabled.",
            name=found.name,
        )
    if found.role != role:
        set_role(store, found.name, role, f"oidc:{subject}")
    if found.body != body:
        set_body(store, found.name, body, f"oidc:{subject}")
    with store.reading() as connection:
        return require_account(connection, found.name)


def link(store: Store, issuer: str, subject: str, name: str, by: str) -> None:
    """Let somebody at the provider use an account; raise `InvalidAccount` if they have one."""
    with store.writing() as connection:
        require_account(connection, name)
        found = _linked(connection, issuer, subject)
        if found is not None:
            raise InvalidAccount(
                "'{subject}' at {issuer} has the account '{name}' already.",
                subject=subject,
                issuer=issuer,
                name=found.name,
            )
        _link(connection, issuer, subject, name, by)


def is_linked(store: Store, name: str) -> bool:
    """Whether an account is somebody's at a provider."""
    chosen = select(tables.identities.c.subject).where(tables.identities.c.account == name)
    with store.reading() as connection:
        return connection.scalar(chosen.limit(1)) is not None


def _linked(connection: Connection, issuer: str, subject: str) -> Account | None:
    table = tables.identities
    own = (table.c.issuer == issuer) & (table.c.subject == subject)
    name = connection.scalar(select(table.c.account).where(own))
    return None if name is None else find_account(connection, name)


def _link(connection: Connection, issuer: str, subject: str, name: str, by: str) -> None:
    values = {
        "issuer": issuer,
        "subject": subject,
        "account": name,
        "linked_at": datetime.now(UTC),
    }
    connection.execute(insert(tables.identities).values(values))
    after = {"issuer": issuer, "subject": subject}
    write_entry(connection, by, "account.link", name, after=after)
