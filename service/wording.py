"""Errors in the reader's language: the message's template is its key in `locale/errors.vi.po`.

Errors are raised with an English template and the values that fill it (`models/errors.py`).
What the catalogue does not have is said by the error's class (`error.unknown_plan`), so
that no page mixes languages.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel.messages.pofile import read_po

from data.plans.plan import Plan
from models.errors import (
    NoBundle,
    NoObservations,
    Phrase,
    StoreUnavailable,
    UnreadableFile,
    VedichError,
)
from service.texts import ERROR, PERSON, STATE, TEXT, Lang, name_of

_FULL = (errno.ENOSPC, errno.EDQUOT)
NO_NAMES: Mapping[str, str] = {}
_SOURCE_CELL = re.compile(r"sheet '(.+?)', cell ([A-Z]{1,3}\d+)")
_SOURCE_DAY = re.compile(r", published (\d{4}-\d\d-\d\d)")
_FIGURES = ("value", "against", "times")  # fields of a phrase that hold a number
_PLACED = re.compile(  # sheet, cell, what joins them to the remark, the remark
    r"(?:sheet '(.+?)')?(?:(?:^|, )(?:cell )?([A-Z]{1,3}\d+))?(: |, | )(.+)", re.DOTALL
)


def worded(error: VedichError, lang: Lang, names: Mapping[str, str] = NO_NAMES) -> str:
    """The message of an error in a language; what it names by a key of `names` by its name."""
    if lang == "en":
        return _english(error, names) if names and error.values else str(error)
    if isinstance(error, UnreadableFile):
        return _place(error)
    template = vietnamese().get(error.template)
    if template is None:
        return ERROR[lang][code_of(type(error))]
    values = error.values.items()
    return template.format(**{name: _value(one, lang, names) for name, one in values})


def explained(error: BaseException, lang: Lang) -> str | None:
    """What happened and what to do, of an error of ours or of the system; None if unknown."""
    text = TEXT[lang]
    if isinstance(error, StoreUnavailable):
        return text[f"unavailable.{error.reason}"].format(place=error.place, found=error.found)
    if isinstance(error, VedichError):
        return worded(error, lang)
    if out_of_memory(error):
        return text["unavailable.memory"]
    if not isinstance(error, OSError):
        return None
    place = f"{error.filename}: " if error.filename else ""
    found = f"{place}{error.strerror or error}"
    if error.errno in _FULL:
        return text["unavailable.disk"].format(found=found)
    return found if place else None  # without a file's name it says nothing to a person


def out_of_memory(error: BaseException) -> bool:
    """Whether this is how an exhausted memory shows: in Python, a library, a thread."""
    words = ("cannot allocate memory", "failed to map segment", "can't start new thread")
    return isinstance(error, MemoryError) or any(word in str(error).lower() for word in words)


def _english(error: VedichError, names: Mapping[str, str]) -> str:
    def value(one: Any) -> Any:
        if isinstance(one, Mapping):
            return one["en"]
        if isinstance(one, Phrase):
            return one.template.format(**{name: value(own) for name, own in one.values.items()})
        return names.get(one, one) if isinstance(one, str) else one

    return error.template.format(**{name: value(one) for name, one in error.values.items()})


def names_in(plan: Plan, lang: Lang) -> Mapping[str, str]:
    """The names of a plan and its KPIs, for who does not know their slugs."""
    own = name_of(plan, lang)
    return {
        plan.slug: own,
        plan.family: own,
        **{one.slug: name_of(one, lang) for one in plan.kpis},
    }


def on_page(error: VedichError, plan: Plan, lang: Lang) -> str:
    """The message of an error on a page of a plan: in names, and with a page as the way out."""
    if isinstance(error, (NoBundle, NoObservations)):
        return ERROR[lang][code_of(type(error))]
    return worded(error, lang, names_in(plan, lang))


def _value(value: Any, lang: Lang, names: Mapping[str, str] = NO_NAMES) -> Any:
    """What fills a field of a message: names of states and phrases in the language."""
    if isinstance(value, Mapping):
        return value[lang]
    if isinstance(value, Phrase):
        template = vietnamese()[value.template]
        values = value.values.items()
        return template.format(**{name: _value(one, lang, names) for name, one in values})
    if isinstance(value, str) and value in names:
        return names[value]
    if isinstance(value, str):
        return STATE[lang].get(value) or vietnamese().get(value, value)
    return value


def person(name: str, lang: Lang) -> str:
    """Who did something, as pages say it: accounts by their names, programs as what they are."""
    kind, _, own = name.partition(":")
    known = {"local": "local", "os": "command", "key": "key", "anonymous": "anonymous"}
    if kind not in known or (kind in ("os", "key")) != bool(own):
        return name
    return PERSON[lang][known[kind]].format(name=own)


def code_of(kind: type[VedichError]) -> str:
    """The class in the catalogues, or its nearest base there: `UnknownPlan` → 'unknown_plan'."""
    for base in kind.__mro__:
        code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", base.__name__).lower()
        if code in ERROR["vi"]:
            return code
    raise AssertionError(f"no text for {kind.__name__}")


def _place(error: UnreadableFile) -> str:
    """Where a file cannot be read, what was expected, and what was found."""
    words, known = ERROR["vi"], vietnamese()
    sheet = error.sheet and words["file.sheet"].format(sheet=error.sheet)
    cell = error.cell and words["file.cell"].format(cell=error.cell)
    place = ", ".join(part for part in (error.file, sheet, cell, error.path) if part)
    expected, advice = _phrase(error.expected), known.get(error.advice, "")
    if expected is None:
        return words["file.unreadable"].format(place=place, found=error.found)
    found = known.get(error.found, error.found)
    told = words["file.expected"].format(place=place, expected=expected, found=found)
    return f"{told} {advice}".strip()


def source_in(source: str, lang: Lang) -> str:
    """Where a figure or target comes from: the place in a file in the reader's language."""
    if lang == "en":
        return source
    words = ERROR["vi"]
    published = words["file.published"]

    def place(found: re.Match[str]) -> str:
        cell = words["file.cell"].format(cell=found[2])
        return f"{words['file.sheet'].format(sheet=found[1])}, {cell}"

    said = _SOURCE_CELL.sub(place, source)
    return _SOURCE_DAY.sub(lambda found: ", " + published.format(day=_written("", found[1])), said)


def remark(note: str, lang: Lang) -> str:
    """A reader's remark on a file in a language: its place, and what was seen there."""
    if lang == "en":
        return note
    found = _PLACED.fullmatch(note)
    sheet, cell, between, rest = found.groups() if found else (None, None, "", note)
    said = _phrase(rest)
    if said is None:
        return note
    words = ERROR["vi"]
    places = [words["file.sheet"].format(sheet=sheet)] if sheet else []
    places += [words["file.cell"].format(cell=cell)] if cell else []
    return f"{', '.join(places)}{between}{said}"


@cache
def _phrase(english: str) -> str | None:
    """What a reader of files expected, in Vietnamese; None if the catalogue does not have it.

    These phrases come with their values filled in: 'a whole number from 1'.
    """
    exact = vietnamese().get(english)
    if exact is not None:
        return exact
    for template, pattern in _patterns():
        if found := pattern.fullmatch(english):
            values = found.groupdict().items()
            said = {name: _phrase(value) or _written(name, value) for name, value in values}
            return vietnamese()[template].format(**said)
    return None


def _written(name: str, value: str) -> str:
    """What fills a field of a phrase: days and figures as Vietnamese writes them."""
    if day := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", value):
        return f"{day[3]}/{day[2]}/{day[1]}"
    if name in _FIGURES:
        return value.translate(str.maketrans(",.", ".,"))
    return value


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Templates of phrases, the most literal first; sentences end with a full stop."""
    found = []
    for template in vietnamese():
        parts = re.split(r"\{(\w+)\}", template)
        fields = parts[1::2]
        if not fields or len(set(fields)) != len(fields) or template[0] == "{":
            continue
        if template.endswith("."):
            continue
        literal = [re.escape(part) for part in parts[::2]]
        groups = [f"(?P<{name}>.+)" for name in fields]
        pattern = "".join(a + b for a, b in zip(literal, [*groups, ""], strict=True))
        found.append((len("".join(parts[::2])), template, re.compile(pattern)))
    return tuple(
        (template, pattern)
        for _, template, pattern in sorted(found, reverse=True, key=lambda one: one[:2])
    )


@cache
def vietnamese() -> dict[str, str]:
    """English template → Vietnamese."""
    with files("service").joinpath("locale/errors.vi.po").open("rb") as file:
        found = read_po(file, abort_invalid=True)
    return {str(one.id): str(one.string) for one in found if one.id and one.string}
