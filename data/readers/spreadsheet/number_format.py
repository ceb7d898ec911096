"""Numbers as people type them: 1.234,5 or 1,234.5, decided by evidence.

A column is read with one decimal mark. A text such as '1.234' is a number with
either mark, so it proves nothing; '1.234,5', '12.34' or '1.234.567' prove one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

DecimalMark = Literal[".", ","]

_SPACES = " \u00a0\u202f'’"  # what may stand between thousands beside the other mark


def _pattern(mark: DecimalMark) -> re.Pattern[str]:
    other = "," if mark == "." else r"\."
    thousands = rf"[1-9]\d{{0,2}}(?:{other}\d{{3}})+|[1-9]\d{{0,2}}(?:[{_SPACES}]\d{{3}})+"
    decimals = rf"{re.escape(mark)}\d+"
    return re.compile(rf"(?:(?:{thousands}|\d+)(?:{decimals})?|{decimals})(?:[eE][+-]?\d+)?")


_PATTERNS: dict[DecimalMark, re.Pattern[str]] = {".": _pattern("."), ",": _pattern(",")}


def _unsigned(text: str) -> tuple[str, bool]:
    """The digits and marks of a number, and whether it is negative."""
    text = text.strip().removesuffix("%").strip()
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text[:1] in {"-", "−", "–"}:
        return text[1:].strip(), True
    return text.removeprefix("+").strip(), False


def possible_marks(text: str) -> frozenset[DecimalMark]:
    """The decimal marks under which `text` is a number; empty when it is none.

    Examples
    --------
    >>> sorted(possible_marks("1.234,5"))
    [',']
    >>> sorted(possible_marks("1.234"))
    [',', '.']
    """
    digits, _ = _unsigned(text)
    return frozenset(mark for mark, pattern in _PATTERNS.items() if pattern.fullmatch(digits))


def parse_number(text: str, mark: DecimalMark) -> float:
    """Read a number whose decimal mark is known; `ValueError` when it is none.

    A trailing per cent sign is dropped ('104,5%' is 104.5), brackets are a minus.
    """
    digits, negative = _unsigned(text)
    if not _PATTERNS[mark].fullmatch(digits):
        raise ValueError(f"'{text}' is no number with the decimal mark '{mark}'")
    for separator in (*_SPACES, "," if mark == "." else "."):
        digits = digits.replace(separator, "")
    value = float(digits.replace(mark, "."))
    return -value if negative else value


@dataclass(frozen=True)
class Evidence:
    """What a column says about its decimal mark; positions count from 0.

    `dot` and `comma` prove that mark, `open` read as different numbers with
    either, `unreadable` as none.
    """

    dot: tuple[int, ...]
    comma: tuple[int, ...]
    open: tuple[int, ...]
    unreadable: tuple[int, ...]

    @property
    def mark(self) -> DecimalMark | None:
        """The decimal mark; None when the column contradicts itself or is ambiguous."""
        if self.dot and self.comma:
            return None
        if self.dot:
            return "."
        if self.comma:
            return ","
        return None if self.open else "."


def weigh(texts: Iterable[str]) -> Evidence:
    """Sort the texts of a column by what they prove about its decimal mark."""
    found: dict[str, list[int]] = {"dot": [], "comma": [], "open": [], "unreadable": []}
    for position, text in enumerate(texts):
        marks = possible_marks(text)
        if not marks:
            found["unreadable"].append(position)
        elif len(marks) == 1:
            found["dot" if "." in marks else "comma"].append(position)
        elif parse_number(text, ".") != parse_number(text, ","):
            found["open"].append(position)
    return Evidence(**{name: tuple(positions) for name, positions in found.items()})
