"""The letterhead of a report: organ, number series, place, signer and recipients.

`letterheads.yaml` in VEDICH_HOME holds one entry per plan family; the page of reports
writes it. Without it a report names the plan's body and leaves the rest blank.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import yaml

from data.plans.plan import Plan
from models.errors import UnreadableFile
from service.texts import Lang

FILE = "letterheads.yaml"
BLANK = "……"  # to fill in by hand
FORMS = ("decree_30_2020",)  # the decree whose form a report follows; a new one is added here

TEXTS = ("parent", "organ", "symbol", "place", "signer_title", "signer_name", "filed")
LISTS = ("addressees", "recipients")
_PROVINCE = re.compile(r"\b(tỉnh|thành phố|TP\.?)\s+(.+)$")


@dataclass(frozen=True)
class Letterhead:
    """The letterhead and signature of a report (Decree 30/2020, Annex I), and its settings.

    Attributes
    ----------
    organ : issues the report
    parent : the body above it; '' if there is none
    symbol : after the number, as 'BC-SCT'
    place : before the date
    signer_title, signer_name : of the signature block
    addressees : of *Kính gửi*
    recipients : of the list *Nơi nhận*, after 'Như trên'
    filed : what follows *Lưu:*
    form : the decree whose form it follows
    show_projection : whether the projection's range stands beside the official estimate
    """

    organ: str
    parent: str = ""
    symbol: str = BLANK
    place: str = BLANK
    signer_title: str = BLANK
    signer_name: str = ""
    addressees: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    filed: str = "VT"
    form: str = FORMS[0]
    show_projection: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that a signer needs and that are still blank."""
        needed = ("parent", "symbol", "place", "signer_title", "addressees")
        return tuple(name for name in needed if getattr(self, name) in ("", BLANK, ()))


def letterhead_of(home: Path, plan: Plan, lang: Lang) -> Letterhead:
    """The letterhead of a plan's family.

    Raises
    ------
    UnreadableFile
        If `letterheads.yaml` does not have the form shown in docs/reports.md.
    """
    entry = _families(home).get(plan.family)
    if entry is None:
        return Letterhead(organ=plan.body)
    return _letterhead(_mapping(entry, plan.family), plan, lang)


def save_letterhead(home: Path, plan: Plan, head: Letterhead, lang: Lang) -> None:
    """Write the letterhead of a plan's family; a text in the other language is kept.

    Other families keep theirs; comments in the file are not kept.

    Raises
    ------
    UnreadableFile
        If the file that is there cannot be read.
    """
    families = dict(_families(home))
    before = families.get(plan.family) or {}
    entry: dict[str, Any] = {}
    for name in TEXTS:
        text = getattr(head, name)
        if text not in ("", BLANK):
            entry[name] = _in_language(text, before.get(name), lang)
    for name in LISTS:
        entry[name] = list(getattr(head, name))
    entry |= {"form": head.form, "show_projection": head.show_projection}
    families[plan.family] = entry
    content = yaml.safe_dump(families, allow_unicode=True, sort_keys=False)
    home.mkdir(parents=True, exist_ok=True)
    handle, written = tempfile.mkstemp(dir=home, prefix=FILE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    Path(written).replace(home / FILE)  # readers see the old file or the new one


def proposed(plan: Plan, head: Letterhead) -> Letterhead:
    """The letterhead with a proposal for each blank field, from the name of the body."""
    match = _PROVINCE.search(plan.body)
    if match is None:
        return head
    parent = f"UBND {match[1]} {match[2]}"
    given: dict[str, Any] = {
        "parent": parent,
        "place": match[2],
        "symbol": "BC-SCT" if "công thương" in plan.body.lower() else BLANK,
        "signer_title": "Giám đốc",
        "addressees": (parent,),
    }
    return replace(head, **{name: given[name] for name in head.missing})


def _in_language(text: str, before: Any, lang: Lang) -> Any:
    """One text for both languages until one is given for the other language too."""
    if isinstance(before, Mapping):
        return {**before, lang: text}
    return text


def _families(home: Path) -> Mapping[str, Any]:
    file = home / FILE
    if not file.exists():
        return {}
    try:
        families = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise UnreadableFile(FILE, expected="YAML in UTF-8", found=str(problem)) from problem
    return _mapping(families, "")


def _letterhead(entry: Mapping[str, Any], plan: Plan, lang: Lang) -> Letterhead:
    family = plan.family
    known = [field.name for field in fields(Letterhead)]
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise _wrong(f"{family}.{unknown[0]}", f"one of {', '.join(known)}", f"'{unknown[0]}'")
    given: dict[str, Any] = {
        name: _text(entry[name], lang, f"{family}.{name}") for name in TEXTS if name in entry
    }
    for name in LISTS:
        listed = entry.get(name, [])
        if not isinstance(listed, list):
            raise _wrong(f"{family}.{name}", "a list", repr(listed))
        given[name] = tuple(
            _text(one, lang, f"{family}.{name}[{place}]") for place, one in enumerate(listed)
        )
    if "form" in entry:
        if entry["form"] not in FORMS:
            raise _wrong(f"{family}.form", f"one of {', '.join(FORMS)}", repr(entry["form"]))
        given["form"] = entry["form"]
    if "show_projection" in entry:
        if not isinstance(entry["show_projection"], bool):
            found = repr(entry["show_projection"])
            raise _wrong(f"{family}.show_projection", "true or false", found)
        given["show_projection"] = entry["show_projection"]
    return Letterhead(**{"organ": plan.body, **given})


def _text(value: Any, lang: Lang, place: str) -> str:
    """One text for both languages, or a mapping with 'vi' and 'en'."""
    if isinstance(value, Mapping):
        value = value.get(lang, value.get("vi"))
    if not isinstance(value, str):
        raise _wrong(place, "a text, or texts under 'vi' and 'en'", repr(value))
    return value


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(place or None, "names and their values", repr(value))
    return value


def _wrong(path: str | None, expected: str, found: str) -> UnreadableFile:
    return UnreadableFile(FILE, path=path, expected=expected, found=found)
