"""The letterhead of a report: organ, number series, place, signer and recipients.

`letterheads.yaml` in VEDICH_HOME holds one entry per plan family; without it a
report names the plan's body and leaves the rest blank, to fill in by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from data.plans.plan import Plan
from models.errors import UnreadableFile
from service.texts import Lang

FILE = "letterheads.yaml"
BLANK = "……"  # to fill in by hand

_FIELDS = ("parent", "organ", "symbol", "place", "signer_title", "signer_name", "filed")


@dataclass(frozen=True)
class Letterhead:
    """The letterhead and signature of a report (Decree 30/2020, Annex I).

    Attributes
    ----------
    organ : issues the report
    parent : the body above it; '' if there is none
    symbol : after the number, as 'BC-SCT'
    place : before the date
    signer_title, signer_name : of the signature block
    recipients : of the list *Nơi nhận*
    filed : what follows *Lưu:*
    """

    organ: str
    parent: str = ""
    symbol: str = BLANK
    place: str = BLANK
    signer_title: str = BLANK
    signer_name: str = ""
    recipients: tuple[str, ...] = ()
    filed: str = "VT"


def letterhead_of(home: Path, plan: Plan, lang: Lang) -> Letterhead:
    """The letterhead of a plan's family.

    Raises
    ------
    UnreadableFile
        If `letterheads.yaml` does not have the form shown in docs/reports.md.
    """
    file = home / FILE
    if not file.exists():
        return Letterhead(organ=plan.body)
    try:
        families = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise UnreadableFile(FILE, expected="YAML in UTF-8", found=str(problem)) from problem
    entry = _mapping(families, "").get(plan.family)
    if entry is None:
        return Letterhead(organ=plan.body)
    return _letterhead(_mapping(entry, plan.family), plan, lang)


def _letterhead(entry: Mapping[str, Any], plan: Plan, lang: Lang) -> Letterhead:
    unknown = sorted(set(entry) - {*_FIELDS, "recipients"})
    if unknown:
        raise UnreadableFile(
            FILE,
            path=f"{plan.family}.{unknown[0]}",
            expected=f"one of {', '.join((*_FIELDS, 'recipients'))}",
            found=f"'{unknown[0]}'",
        )
    given = {
        field: _text(entry[field], lang, f"{plan.family}.{field}")
        for field in _FIELDS
        if field in entry
    }
    recipients = entry.get("recipients", [])
    if not isinstance(recipients, list):
        place = f"{plan.family}.recipients"
        raise UnreadableFile(FILE, path=place, expected="a list", found=repr(recipients))
    listed = (
        _text(one, lang, f"{plan.family}.recipients[{place}]")
        for place, one in enumerate(recipients)
    )
    return Letterhead(**{"organ": plan.body, **given}, recipients=tuple(listed))


def _text(value: Any, lang: Lang, place: str) -> str:
    """One text for both languages, or a mapping with 'vi' and 'en'."""
    if isinstance(value, Mapping):
        value = value.get(lang, value.get("vi"))
    if not isinstance(value, str):
        raise UnreadableFile(
            FILE, path=place, expected="a text, or texts under 'vi' and 'en'", found=repr(value)
        )
    return value


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UnreadableFile(
            FILE, path=place or None, expected="names and their values", found=repr(value)
        )
    return value
