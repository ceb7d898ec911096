"""`vedich account`, `vedich key` and `vedich body`: who may use the service, and whose it is."""

from __future__ import annotations

from typing import Annotated

import typer

from models.errors import InputError
from service.cli.arguments import new_password, open_store
from service.speech import told

account_app = typer.Typer(
    help="Accounts: add, list, role, body, password, clear, reset-factor, link, disable, enable."
)
key_app = typer.Typer(help="API keys for programs: add, list, revoke.")
body_app = typer.Typer(help="Bodies that own plan families: add, list, give, share, close.")

Name = Annotated[str, typer.Argument(help="Small letters, digits, '.', '_' and '-'.")]
RoleOption = Annotated[
    str, typer.Option("--role", help="viewer, entry, checker, approver or admin.")
]
BodyOption = Annotated[
    str, typer.Option("--body", help="The body it belongs to; default the house itself.")
]


@account_app.command("add")
def account_add(name: Name, role: RoleOption = "viewer", body: BodyOption = "house") -> None:
    """Add an account; its password is prompted for, or the first line of standard input."""
    from data.accounts.accounts import add_account
    from data.db.audit import process_user

    _settings, store = open_store()
    add_account(store, name, role, new_password(), process_user(), body)
    print(told("{name}: {role}. From now on the service requires a login.", name=name, role=role))


@account_app.command("list")
def account_list() -> None:
    """Names, roles, bodies and states."""
    from data.accounts.accounts import accounts
    from data.accounts.second_factor import has_factor
    from service.cli.output import show_accounts

    _settings, store = open_store()
    found = accounts(store)
    show_accounts(found, {one.name for one in found if has_factor(store, one.name)})


@account_app.command("role")
def account_role(name: Name, role: Annotated[str, typer.Argument(help="The new role.")]) -> None:
    """Change the role of an account."""
    from data.accounts.accounts import set_role
    from data.db.audit import process_user

    _settings, store = open_store()
    set_role(store, name, role, process_user())
    print(f"{name}: {role}.")


@account_app.command("body")
def account_body(name: Name, body: Annotated[str, typer.Argument(help="The new body.")]) -> None:
    """Move an account to another body; its sessions end."""
    from data.accounts.accounts import set_body
    from data.db.audit import process_user

    _settings, store = open_store()
    set_body(store, name, body, process_user())
    print(f"{name}: {body}.")


@account_app.command("clear")
def account_clear(
    name: Annotated[str | None, typer.Argument(help="The account's name; default all.")] = None,
    address: Annotated[
        str | None, typer.Option("--address", help="Only what failed from this address.")
    ] = None,
) -> None:
    """Let those who failed to log in try again at once."""
    from data.accounts.brake import clear
    from data.db.audit import process_user

    _settings, store = open_store()
    clear(store, process_user(), name=name, address=address)
    print(f"{name or 'all names'}: cleared.")


@account_app.command("reset-factor")
def account_reset_factor(name: Name) -> None:
    """Take away the second factor of an account; its sessions end."""
    from data.accounts.second_factor import reset_factor
    from data.db.audit import process_user

    _settings, store = open_store()
    reset_factor(store, name, process_user())
    print(f"{name}: no second factor.")


@account_app.command("link")
def account_link(
    name: Name,
    subject: Annotated[
        str, typer.Option("--subject", help="The person's `sub` at VEDICH_OIDC_ISSUER.")
    ],
) -> None:
    """Let somebody at the office's provider use an account that exists."""
    from data.accounts.identities import link
    from data.db.audit import process_user

    settings, store = open_store()
    if settings.oidc_issuer is None:
        raise InputError("expected VEDICH_OIDC_ISSUER, found that it is not set.")
    link(store, settings.oidc_issuer, subject, name, process_user())
    print(f"{name}: '{subject}' at {settings.oidc_issuer}.")


@account_app.command("password")
def account_password(name: Name) -> None:
    """Change the password of an account; its sessions end."""
    from data.accounts.accounts import set_password
    from data.db.audit import process_user

    _settings, store = open_store()
    set_password(store, name, new_password(), process_user())
    print(told("{name}: password changed.", name=name))


@account_app.command("disable")
def account_disable(name: Name) -> None:
    """Disable an account; its sessions end, its name stays in histories."""
    _set_disabled(name, True)


@account_app.command("enable")
def account_enable(name: Name) -> None:
    """Enable a disabled account."""
    _set_disabled(name, False)


@key_app.command("add")
def key_add(
    name: Name,
    scope: Annotated[
        str, typer.Option("--scope", help="issued (issued figures only), read or entry.")
    ] = "issued",
    expires: Annotated[
        str | None,
        typer.Option("--expires", help="Its last day, YYYY-MM-DD; default VEDICH_KEY_DAYS ahead."),
    ] = None,
    body: BodyOption = "house",
) -> None:
    """Add a key and print it; it is shown only once."""
    from data.accounts.keys import add_key, end_of
    from data.db.audit import process_user
    from data.readers.spreadsheet.months import read_day

    settings, store = open_store()
    ends = end_of(read_day(expires) if expires else None, settings.key_days)
    print(add_key(store, name, scope, process_user(), expires=ends, body=body))


@key_app.command("list")
def key_list() -> None:
    """Names, scopes, bodies, last days and states; never the keys."""
    from datetime import UTC, datetime

    from data.accounts.keys import api_keys
    from service.cli.output import show_keys

    _settings, store = open_store()
    show_keys(api_keys(store), datetime.now(UTC))


@key_app.command("revoke")
def key_revoke(name: Name) -> None:
    """Revoke a key."""
    from data.accounts.keys import revoke_key
    from data.db.audit import process_user

    _settings, store = open_store()
    revoke_key(store, name, process_user())
    print(told("{name}: revoked.", name=name))


@body_app.command("add")
def body_add(
    name: Name,
    name_vi: Annotated[str, typer.Option("--name-vi", help="Its name in Vietnamese.")],
    name_en: Annotated[str, typer.Option("--name-en", help="Its name in English.")],
    under: Annotated[
        str, typer.Option("--under", help="The body above it, which sees what it has.")
    ] = "house",
) -> None:
    """Add a body, which has plans, accounts and keys of its own."""
    from data.accounts.bodies import add_body
    from data.db.audit import process_user

    _settings, store = open_store()
    add_body(store, name, name_vi, name_en, process_user(), under)
    print(f"{name}: under {under}; what it issues is read by itself and by those above it.")


@body_app.command("list")
def body_list() -> None:
    """Bodies, those above them, and their plan families."""
    from data.accounts.bodies import bodies_of
    from service.cli.output import show_bodies

    _settings, store = open_store()
    show_bodies(bodies_of(store))


@body_app.command("give")
def body_give(
    family: Annotated[str, typer.Argument(help="A plan family, such as 'lang-son'.")],
    body: Annotated[str, typer.Argument(help="The body it is to belong to.")],
) -> None:
    """Give a plan family to a body, with all its plans, figures and signatures."""
    from data.accounts.bodies import give_family
    from data.db.audit import process_user

    _settings, store = open_store()
    give_family(store, family, body, process_user())
    print(f"{family}: {body}.")


@body_app.command("share")
def body_share(name: Name) -> None:
    """Let everybody read what a body issued."""
    _set_shares(name, True)


@body_app.command("close")
def body_close(name: Name) -> None:
    """Let only a body and those above it read what it issued."""
    _set_shares(name, False)


def _set_shares(name: str, shares: bool) -> None:
    from data.accounts.bodies import set_shares
    from data.db.audit import process_user

    _settings, store = open_store()
    set_shares(store, name, shares, process_user())
    print(f"{name}: what it issued is {'open to everybody' if shares else 'its own'}.")


def _set_disabled(name: str, disabled: bool) -> None:
    from data.accounts.accounts import set_disabled
    from data.db.audit import process_user

    _settings, store = open_store()
    set_disabled(store, name, disabled, process_user())
    print(
        told("{name}: disabled.", name=name) if disabled else told("{name}: enabled.", name=name)
    )
