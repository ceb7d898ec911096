"""Numbers as people type them: the one place where forms, commands and programs' texts are read.

The form of the reader's language comes first: on a Vietnamese page 4.150,5 and 1.020 are
read as that page prints them. The other language's form is read where it can mean
nothing else (4,150.5). A text that the reader's own form reads as three decimals, but
that the other language prints as thousands (1,020 on a Vietnamese page), is not guessed.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from data.readers.spreadsheet.number_format import (
    DecimalSeparator,
    parse_number,
    possible_separators,
)
from models.errors import InvalidNumber
from service.texts import LANGUAGES, Lang, number, unit_name

_DECIMAL: dict[Lang, DecimalSeparator] = {"vi": ",", "en": "."}
_SPACES = dict.fromkeys(map(ord, "\u2007\u2009\u00a0\u202f"), " ")


def readings(text: str, lang: Lang | None, unit: str = "", decimals: int = 0) -> tuple[float, ...]:
    """What a typed number can mean: nothing, one number, or two of which a person chooses.

    Parameters
    ----------
    text : as typed; thousands may be grouped by the other mark or by spaces, the unit or,
        for per cent, its sign may follow
    lang : of the page or command; None for programs, whose texts must read one way
    unit : of the number, as a KPI has it
    decimals : that the page prints; with three or more, three decimals are no surprise

    Returns
    -------
    tuple of float, that of the reader's own language first

    Examples
    --------
    >>> readings("4.150,5", "vi"), readings("4,150.5", "vi"), readings("1.020", "vi")
    ((4150.5,), (4150.5,), (1020.0,))
    >>> readings("1,020", "vi"), readings("1.020", None), readings("12a", "vi")
    ((1.02, 1020.0), (1.02, 1020.0), ())
    """
    digits = _without_unit(text.translate(_SPACES).strip(), unit)
    found = {mark: parse_number(digits, mark) for mark in possible_separators(digits)}
    values = {mark: value for mark, value in found.items() if math.isfinite(value)}
    if len(set(values.values())) < 2:
        return tuple(values.values())[:1]
    own = "." if lang is None else _DECIMAL[lang]
    other: DecimalSeparator = "," if own == "." else "."
    own_form = other in digits or decimals > 2  # the page itself prints it so
    if lang is not None and own_form:
        return (values[own],)
    return values[own], values[other]


def read_number(typed: str | float, lang: Lang | None, unit: str = "", decimals: int = 0) -> float:
    """The number that was typed, see `readings`.

    Raises
    ------
    InvalidNumber
        If it is not a number, or reads two ways; the message gives both.
    """
    if not isinstance(typed, str):
        return float(typed)
    found = readings(typed, lang, unit, decimals)
    if len(found) == 1:
        return found[0]
    forms: Lang = lang or "en"
    if not found:
        raise InvalidNumber(
            "expected a number such as {example}, found '{text}'.",
            example={one: written(4150.5, one) for one in LANGUAGES},
            text=typed,
        )
    raise InvalidNumber(
        "'{text}' reads two ways: {first} or {second}. Write it without separators of "
        "thousands ({plain}) or with another number of decimals.",
        text=typed,
        first=written(found[0], forms),
        second=written(found[1], forms),
        plain=f"{max(found):.0f}",
    )


def written(value: float, lang: Lang, unit: str = "") -> str:
    """A number with every decimal it has, as shown back to who typed it: '4.150,5 tỷ đồng'."""
    name = unit_name(unit, lang)
    space = "" if name.startswith("%") else " "
    return f"{number(value, lang, places_of(value))}{space}{name}".strip()


def places_of(value: float) -> int:
    """How many decimals a number has: 4150.5 has one."""
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _without_unit(typed: str, unit: str) -> str:
    """The text without its unit behind it, in either language."""
    names = {unit.lower(), *(unit_name(unit, lang).lower() for lang in LANGUAGES)} - {""}
    names |= {"%"} if unit.startswith("%") else set()
    for name in sorted(names, key=len, reverse=True):
        if typed.lower().endswith(name):
            return typed[: -len(name)].rstrip()
    return typed if not typed.endswith("%") else ""


def _of_a_program(value: object) -> object:
    """A text in JSON is read by the same rules, and must read one way; numbers stay."""
    if not isinstance(value, str):
        return value
    try:
        return read_number(value, None)
    except InvalidNumber as reason:
        raise ValueError(str(reason)) from None


# A number in a request: a JSON number, or a text that reads one way.
TypedNumber = Annotated[float, BeforeValidator(_of_a_program)]
