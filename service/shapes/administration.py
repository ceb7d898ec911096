"""The shapes of accounts, keys and bodies, and of requests to change them."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from data.accounts.accounts import Role
from data.accounts.keys import Scope
from service.projections.shape import Moment, Name, Shape

_Text = Field(max_length=200)
_Password = Field(max_length=1000)


class AccountShape(Shape):
    name: str
    role: Role
    body: str
    created_at: Moment
    disabled: bool
    second_factor: bool
    waits_until: Moment | None = Field(
        description="until then its failed logins hold up some address; null: none"
    )


class AccountList(Shape):
    accounts: tuple[AccountShape, ...]


class NewAccount(Shape):
    name: str = _Text
    role: Role = "viewer"
    password: str = _Password
    body: str | None = Field(default=None, max_length=200, description="default: the caller's")


class RoleChange(Shape):
    role: Role


class BodyChange(Shape):
    body: str = _Text


class NewPassword(Shape):
    password: str = _Password


class Identity(Shape):
    """Somebody at the office's provider of OpenID Connect."""

    subject: str = Field(max_length=200, description="the person's `sub` at the provider")


class KeyShape(Shape):
    name: str
    scope: Scope
    body: str
    created_at: Moment
    expires: date | None = Field(description="its last day; null: never")
    expires_soon: bool
    expired: bool
    revoked: bool


class KeyList(Shape):
    keys: tuple[KeyShape, ...]


class NewKey(Shape):
    name: str = _Text
    scope: Scope = "issued"
    expires: date | None = Field(
        default=None, description="its last day; default: VEDICH_KEY_DAYS from now"
    )
    body: str | None = Field(default=None, max_length=200, description="default: the caller's")


class MadeKey(Shape):
    name: str
    key: str = Field(description="shown only here")
    expires: date


class BodyShape(Shape):
    body: str
    name: Name
    parent: str | None = Field(description="the body above it; null for the house itself")
    shares: bool = Field(description="whether everybody may read what it issued")
    families: tuple[str, ...]


class BodyList(Shape):
    bodies: tuple[BodyShape, ...]


class NewBody(Shape):
    body: str = _Text
    name: Name
    parent: str | None = Field(default=None, max_length=200, description="default: the caller's")


class Sharing(Shape):
    shares: bool


class FamilyChange(Shape):
    family: str = _Text
