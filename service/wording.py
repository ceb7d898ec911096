"""Errors in the reader's language: the message's template is its key in `locale/errors.vi.po`.

Errors are raised with an English template and the values that fill it (`models/errors.py`).
What the catalogue does not have is said by the error's class (`error.unknown_plan`), so
that no page mixes languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel.messages.pofile import read_po

from models.errors import Phrase, UnreadableFile, VedichError
from service.texts import ERROR, STATE, Lang


def worded(error: VedichError, lang: Lang) -> str:
    """The message of an error in a language."""
    if lang == "en":
        return str(error)
    if isinstance(error, UnreadableFile):
        return _place(error)
    template = vietnamese().get(error.template)
    if template is None:
        return ERROR[lang][code_of(type(error))]
    return template.format(**{name: _value(one, lang) for name, one in error.values.items()})


def _value(value: Any, lang: Lang) -> Any:
    """What fills a field of a message: names of states and phrases in the language."""
    if isinstance(value, Mapping):
        return value[lang]
    if isinstance(value, Phrase):
        template = vietnamese()[value.template]
        return template.format(**{name: _value(one, lang) for name, one in value.values.items()})
    if isinstance(value, str):
        return STATE[lang].get(value) or vietnamese().get(value, value)
    return value


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
            return vietnamese()[template].format(**found.groupdict())
    return None


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
