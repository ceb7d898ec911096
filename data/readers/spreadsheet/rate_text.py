"""Rates as people write them: "1,045 lần", "gấp 2,4 lần", "+4,2%", "giảm 3,1%".

A word or a sign says on which scale a rate stands; all are kept with 100 = unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from data.readers.spreadsheet.tables import Cell

Scale = Literal["times", "growth", "fall"]

_WORDS: tuple[tuple[Scale, re.Pattern[str]], ...] = (
    (
        "times",
        re.compile(
            r"(?:(?:bằng|gấp|x|×)\s*)?(?P<number>[\d.,\s]*\d)\s*(?:lần|lan|times|x|×)"
            r"|(?:gấp|x|×)\s*(?P<bare>[\d.,\s]*\d)",
            re.IGNORECASE,
        ),
    ),
    (
        "fall",
        re.compile(
            r"(?:giảm|giam|down|fell(?: by)?)\s*(?P<number>[\d.,\s]*\d)\s*%?|"
            r"[-−–]\s*(?P<bare>[\d.,\s]*\d)\s*%?|\(\s*(?P<in>[\d.,\s]*\d)\s*%?\s*\)\s*%?",
            re.IGNORECASE,
        ),
    ),
    (
        "growth",
        re.compile(
            r"(?:tăng|tang|up|rose(?: by)?)\s*(?P<number>[\d.,\s]*\d)\s*%?|"
            r"\+\s*(?P<bare>[\d.,\s]*\d)\s*%?",
            re.IGNORECASE,
        ),
    ),
)
_FEW_TIMES = re.compile(r"\d{1,2}[.,]\d+")  # the comma of '1,045 lần' is a decimal one
_INDEX: Mapping[Scale, Callable[[float], float]] = {
    "times": lambda rate: 100.0 * rate,
    "growth": lambda rate: 100.0 + rate,
    "fall": lambda rate: 100.0 - rate,
}


def rate_of(cell: Cell) -> tuple[Cell, Scale | None]:
    """The cell with its number alone, and the scale that words, sign or format tell.

    None: nothing tells the scale; a bare negative number is growth or a part of it.
    """
    if isinstance(cell.value, float):
        if cell.display.times:
            return cell, "times"
        return cell, "growth" if cell.display.signed and cell.value > 0 else None
    if not isinstance(cell.value, str):
        return cell, None
    for scale, pattern in _WORDS:
        match = pattern.fullmatch(cell.value.strip())
        if match:
            number = next(text for text in match.groupdict().values() if text).strip()
            if scale == "times" and _FEW_TIMES.fullmatch(number):
                return replace(cell, value=float(number.replace(",", "."))), scale
            return replace(cell, value=number), scale
    return cell, None


def index_of(rate: float, scale: Scale) -> float:
    """A rate with 100 = unchanged.

    Examples
    --------
    >>> index_of(1.045, "times"), index_of(4.2, "growth"), index_of(3.1, "fall")
    (104.5, 104.2, 96.9)
    """
    return float(f"{_INDEX[scale](rate):.12g}")
