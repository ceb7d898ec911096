"""`vedich account` and `vedich key`: who may use the service."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.arguments import new_password, open_store
from service.speech import told

account_app = typer.Typer(help="Accounts: add, list, role, password, disable, enable.")
key_app = typer.Typer(help="API keys for programs: add, list, revoke.")

Name = Annotated[str, typer.Argument(help="Small letters, digits, '.', '_' and '-'.")]
RoleOption = Annotated[
    str, typer.Option("--role", help="viewer, entry, checker, approver or admin.")
]


@account_app.command("add")
def account_add(name: Name, role: RoleOption = "viewer") -> None:
    """Add an account; its password is prompted for, or the first line of standard input."""
    from data.accounts.accounts import add_account
    from data.db.audit import process_user

    _settings, store = open_store()
    add_account(store, name, role, new_password(), process_user())
    print(told("{name}: {role}. From now on the service requires a login.", name=name, role=role))


@account_app.command("list")
def account_list() -> None:
    """Names, roles and states."""
    from data.accounts.accounts import accounts
    from service.cli.output import show_accounts

    _settings, store = open_store()
    show_accounts(accounts(store))


@account_app.command("role")
def account_role(name: Name, role: Annotated[str, typer.Argument(help="The new role.")]) -> None:
    """Change the role of an account."""
    from data.accounts.accounts import set_role
    from data.db.audit import process_user

    _settings, store = open_store()
    set_role(store, name, role, process_user())
    print(f"{name}: {role}.")


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
) -> None:
    """Add a key and print it; it is shown only once."""
    from data.accounts.keys import add_key
    from data.db.audit import process_user

    _settings, store = open_store()
    print(add_key(store, name, scope, process_user()))


@key_app.command("list")
def key_list() -> None:
    """Names, scopes and states; never the keys."""
    from data.accounts.keys import api_keys
    from service.cli.output import show_keys

    _settings, store = open_store()
    show_keys(api_keys(store))


@key_app.command("revoke")
def key_revoke(name: Name) -> None:
    """Revoke a key."""
    from data.accounts.keys import revoke_key
    from data.db.audit import process_user

    _settings, store = open_store()
    revoke_key(store, name, process_user())
    print(told("{name}: revoked.", name=name))


def _set_disabled(name: str, disabled: bool) -> None:
    from data.accounts.accounts import set_disabled
    from data.db.audit import process_user

    _settings, store = open_store()
    set_disabled(store, name, disabled, process_user())
    print(
        told("{name}: disabled.", name=name) if disabled else told("{name}: enabled.", name=name)
    )
