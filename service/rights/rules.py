"""The one rule of rights: what somebody of a body may do with what belongs to a body.

Pure: no database, no request. Routes, pages, feeds, embeds and lists all ask `access_to`.

| Whose it is, seen from the caller | Access |
| --- | --- |
| the caller's own body's | the caller's role |
| a body's below the caller's | that of a viewer at most: seen and added up, not changed |
| another's that shares what it issued | what was issued, as anybody |
| another's that does not | none: it does not exist for the caller |
"""

from __future__ import annotations

from typing import Protocol, get_args

from data.accounts.accounts import ROLES, Access
from data.accounts.bodies import HOUSE, Bodies, Body

ACCESS: tuple[Access, ...] = get_args(Access)  # each includes those before it
assert ACCESS[1:] == ROLES
_SEES = "viewer"


class Member(Protocol):
    """Who asks: the role in a body; nobody is a member of the body None."""

    @property
    def role(self) -> Access: ...

    @property
    def body(self) -> str | None: ...


def reaches(has: Access, needs: Access) -> bool:
    """Whether an access includes another."""
    return ACCESS.index(has) >= ACCESS.index(needs)


def access_to(member: Member, owner: Body, bodies: Bodies) -> Access | None:
    """The access of a member to the families of a body; None if they are hidden from it."""
    if member.body == owner.slug:
        return member.role
    if member.body in tuple(bodies.above(owner.slug)):
        return ACCESS[min(ACCESS.index(member.role), ACCESS.index(_SEES))]
    return "public" if owner.shares else None


def may(member: Member, needs: Access, family: str, bodies: Bodies) -> bool:
    """Whether a member has an access to a family."""
    access = access_to(member, bodies.of(family), bodies)
    return access is not None and reaches(access, needs)


def administers(member: Member, body: str, bodies: Bodies) -> bool:
    """Whether a member manages a body, its own or one below: accounts, keys and families."""
    if member.role != "admin" or member.body is None:
        return False
    return member.body in (body, *bodies.above(body))


def administers_house(member: Member) -> bool:
    """Whether a member is an administrator of everything."""
    return member.role == "admin" and member.body == HOUSE
