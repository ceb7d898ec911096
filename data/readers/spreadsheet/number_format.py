"""Numbers as people type them: 1.234,5 or 1,234.5, decided by evidence.

A column is read with one decimal separator. A text such as '1.234' is a number
with either separator, so it proves nothing; '1.234,5', '12.34' or '1.234.567' prove one.
The number format of an Excel cell (per cent) is read in `tables.cell_of`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

DecimalSeparator = Literal[".", ","]

_SPACES = " \u00a0\u202f'’"  # between thousands, besides the other separator


def _pattern(separator: DecimalSeparator) -> re.Pattern[str]:
    other = "," if separator == "." else r"\."
    thousands = rf"[1-9]\d{{0,2}}(?:{other}\d{{3}})+|[1-9]\d{{0,2}}(?:[{_SPACES}]\d{{3}})+"
    decimals = rf"{re.escape(separator)}\d+"
    return re.compile(rf"(?:(?:{thousands}|\d+)(?:{decimals})?|{decimals})(?:[eE][+-]?\d+)?")


_PATTERNS: dict[DecimalSeparator, re.Pattern[str]] = {".": _pattern("."), ",": _pattern(",")}


def _unsigned(text: str) -> tuple[str, bool]:
    """A number without its sign, and whether it is negative."""
    text = text.strip().removesuffix("%").strip()
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text[:1] in {"-", "−", "–"}:
        return text[1:].strip(), True
    return text.removeprefix("+").strip(), False


def possible_separators(text: str) -> frozenset[DecimalSeparator]:
    """The decimal separators with which `text` is a number; empty if it is not a number.

    Examples
    --------
    >>> sorted(possible_separators("1.234,5"))
    [',']
    >>> sorted(possible_separators("1.234"))
    [',', '.']
    """
    digits, _ = _unsigned(text)
    return frozenset(
        separator for separator, pattern in _PATTERNS.items() if pattern.fullmatch(digits)
    )


def parse_number(text: str, separator: DecimalSeparator) -> float:
    """Read a number whose decimal separator is known; raise `ValueError` if it is not a number.

    A trailing per cent sign is dropped ('104,5%' is 104.5), brackets are a minus.
    """
    digits, negative = _unsigned(text)
    if not _PATTERNS[separator].fullmatch(digits):
        raise ValueError(f"'{text}' is not a number with the decimal separator '{separator}'")
    for grouping in (*_SPACES, "," if separator == "." else "."):
        digits = digits.replace(grouping, "")
    value = float(digits.replace(separator, "."))
    return -value if negative else value


@dataclass(frozen=True)
class Evidence:
    """Evidence of a column's decimal separator, as positions from 0.

    `dot` and `comma` prove that separator, `open` are different numbers with either,
    `unreadable` are not numbers.
    """

    dot: tuple[int, ...]
    comma: tuple[int, ...]
    open: tuple[int, ...]
    unreadable: tuple[int, ...]

    @property
    def separator(self) -> DecimalSeparator | None:
        """The decimal separator; None when the column contradicts itself or is ambiguous."""
        if self.dot and self.comma:
            return None
        if self.dot:
            return "."
        if self.comma:
            return ","
        return None if self.open else "."


def weigh(texts: Iterable[str]) -> Evidence:
    """Sort the texts of a column by the decimal separator that they prove."""
    found: dict[str, list[int]] = {"dot": [], "comma": [], "open": [], "unreadable": []}
    for position, text in enumerate(texts):
        separators = possible_separators(text)
        if not separators:
            found["unreadable"].append(position)
        elif len(separators) == 1:
            found["dot" if "." in separators else "comma"].append(position)
        elif parse_number(text, ".") != parse_number(text, ","):
            found["open"].append(position)
    return Evidence(**{name: tuple(positions) for name, positions in found.items()})
