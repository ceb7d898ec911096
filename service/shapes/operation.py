"""The shapes around the answers: problems, health, the audit log, who is logged in, oEmbed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from data.accounts.accounts import Access
from service.projections.shape import Moment, Shape


class Place(Shape):
    place: str
    message: str


class Problem(Shape):
    """Every error response, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Place]
    text: str | None = Field(
        default=None, description="for people, in the language of `lang` if the request has it"
    )


class Health(Shape):
    status: Literal["ok"]
    version: str


class Readiness(Shape):
    status: Literal["ready"]
    plans: int


class AuditEntry(Shape):
    id: int
    at: Moment
    by: str
    action: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class AuditLog(Shape):
    entries: tuple[AuditEntry, ...]


class WhoAmI(Shape):
    name: str | None
    access: Access
    body: str | None = Field(description="whose account or key it is")
    expires: date | None = Field(description="the last day of a key; null for other callers")


class PasswordChange(Shape):
    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


class OEmbed(Shape):
    """oEmbed 1.0, type rich."""

    version: Literal["1.0"]
    type: Literal["rich"]
    title: str
    provider_name: str
    provider_url: str
    cache_age: int
    html: str
    width: int
    height: int
