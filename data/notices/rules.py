"""The rules of a plan: what is told, and to whom by mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import insert, select

from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import InputError

Watched = Literal["unit", "base", "break", "stale", "errors", "drift"]
Rule = Literal["status", "moved", "missing", "waiting", "refused", "held", Watched, "digest"]
WATCHED: tuple[Watched, ...] = get_args(Watched)  # the most urgent first
RULES: tuple[Rule, ...] = get_args(Rule)
_ADDRESS = re.compile(r"[^@\s<>,;:\"\\]+@[^@\s<>,;:\"\\]+")
MOST = 50  # addresses of a plan


@dataclass(frozen=True)
class Recipient:
    """Who gets mail, in which language."""

    address: str
    lang: Literal["vi", "en"] = "vi"


@dataclass(frozen=True)
class NoticeRules:
    """What is told of a plan.

    Attributes
    ----------
    moved : a probability that moved by more than so many percentage points is told
    off : rules that are switched off
    mail : who gets mail

    Raises
    ------
    InputError
        If `moved` is not 1 to 100, a rule does not exist, or an address is none.
    """

    moved: float = 10.0
    off: tuple[Rule, ...] = ()
    mail: tuple[Recipient, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.moved <= 100:
            raise InputError(
                "moved: expected 1 to 100 percentage points, found {moved}.", moved=self.moved
            )
        for rule in self.off:
            if rule not in RULES:
                raise InputError(
                    "expected a rule of {rules}, found '{rule}'.",
                    rules=", ".join(RULES),
                    rule=rule,
                )
        if len(self.mail) > MOST:
            raise InputError(
                "expected at most {most} addresses, found {found}.",
                most=MOST,
                found=len(self.mail),
            )
        for one in self.mail:
            if not _ADDRESS.fullmatch(one.address) or len(one.address) > 254:
                raise InputError(
                    "expected an address such as name@office.vn, found '{address}'.",
                    address=one.address,
                )
            if one.lang not in ("vi", "en"):
                raise InputError("expected the language vi or en, found '{lang}'.", lang=one.lang)

    def on(self, rule: Rule) -> bool:
        """Whether a rule is on."""
        return rule not in self.off


def rules_of(store: Store, plan: str) -> NoticeRules:
    """The rules of a plan; the usual ones if nobody set any."""
    table = tables.notice_rules
    chosen = select(table.c.content).where(table.c.plan == plan).order_by(table.c.id.desc())
    with store.reading() as connection:
        found = connection.scalar(chosen.limit(1))
    return NoticeRules() if found is None else _parsed(found)


def save_rules(store: Store, plan: str, rules: NoticeRules, by: str) -> None:
    """Set the rules of a plan; the ones before are kept."""
    before, content = rules_of(store, plan), asdict(rules)
    with store.writing() as connection:
        values = {"plan": plan, "content": content, "actor": by, "at": datetime.now(UTC)}
        connection.execute(insert(tables.notice_rules).values(values))
        write_entry(connection, by, "notices.rules", plan, before=asdict(before), after=content)


def _parsed(content: Mapping[str, Any]) -> NoticeRules:
    return NoticeRules(
        moved=content["moved"],
        off=tuple(content["off"]),
        mail=tuple(Recipient(**one) for one in content["mail"]),
    )
