"""The shapes of notices, and of the rules of a plan."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from data.notices.rules import NoticeRules, Recipient, Rule
from service.projections.shape import Moment, Name, Number, Shape


class NoticeShape(Shape):
    id: int
    plan: str
    rule: Rule
    kpi: str | None
    stamp: str | None = Field(description="of the projection that it tells of, if any")
    text: Name
    at: Moment


class NoticeList(Shape):
    notices: tuple[NoticeShape, ...]


class RecipientShape(Shape):
    address: str
    lang: Literal["vi", "en"] = "vi"


class RulesShape(Shape):
    """The rules of a plan; setting them replaces all of them."""

    moved: Number = Field(
        default=10, description="a probability that moved by more percentage points is told"
    )
    off: tuple[Rule, ...] = Field(default=(), description="rules that are switched off")
    mail: tuple[RecipientShape, ...] = Field(default=(), description="who gets mail")

    @classmethod
    def of(cls, rules: NoticeRules) -> RulesShape:
        """The rules as the interface gives them."""
        mail = tuple(RecipientShape(address=one.address, lang=one.lang) for one in rules.mail)
        return cls(moved=rules.moved, off=rules.off, mail=mail)

    def rules(self) -> NoticeRules:
        """The rules; `InputError` if they cannot be."""
        mail = tuple(Recipient(one.address, one.lang) for one in self.mail)
        return NoticeRules(float(self.moved), self.off, mail)
