"""What a number format shows of a number: per cent, thousands left out, a sign, a word.

A figure is read as the reader of the sheet sees it: 1.045 under the format `0.0%` is
104.5, and 1,234,000 under `#,##0,` is 1,234. A per cent sign that is quoted or escaped is
only a word: `0.0"%"` shows 104.5 as 104.5%, so nothing is scaled.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

BUILT_IN = {9: "0%", 10: "0.00%"}  # formats known by number that change what is shown
_SECTIONS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].|;|.', re.DOTALL)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
_DATE = re.compile(r"[dmyhs]", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=[0#?])(,+)(?![0#?,])")
_TIMES = re.compile(r"\b(?:lần|lan|times)\b|^\s*x\s*$|×", re.IGNORECASE)


@dataclass(frozen=True)
class Display:
    """How a cell shows its number.

    Attributes
    ----------
    scale : shown ÷ stored: 100 for each per cent sign, 0.001 for each scaling comma
    signed : a plus sign stands before positive numbers, as before a growth
    times : a word such as 'lần' or 'times' follows: 1.045 times is 104.5 %
    """

    scale: float = 1.0
    signed: bool = False
    times: bool = False

    @property
    def percent(self) -> bool:
        return self.scale > 1

    def shown(self, stored: float) -> float:
        """The number as shown, with the digits as stored."""
        return stored if self.scale == 1 else float(f"{stored * self.scale:.12g}")


PLAIN = Display()


def display_of(code: str, stored: float) -> Display:
    """How a format shows a number.

    Parameters
    ----------
    code : number format as files keep it (English separators)
    stored : the sign or a condition of the format chooses its section

    Examples
    --------
    >>> display_of("0.0%", 1.045).shown(1.045)
    104.5
    >>> display_of('0.0"%"', 104.5).scale
    1.0
    >>> display_of("#,##0,", 1234000.0).shown(1234000.0)
    1234.0
    """
    sections = _sections(code)
    return _of_section(sections[_chosen(sections, stored)], stored > 0)


def may_change(code: str) -> bool:
    """Whether a format can show something else than the number itself."""
    return any(
        _of_section(section, True) != PLAIN or _of_section(section, False) != PLAIN
        for section in _sections(code)
    )


@lru_cache(maxsize=2_000)
def _sections(code: str) -> tuple[str, ...]:
    sections, current = [], ""
    for piece in _SECTIONS.findall(code):
        if piece == ";":
            sections.append(current)
            current = ""
        else:
            current += piece
    return (*sections, current)


def _chosen(sections: tuple[str, ...], stored: float) -> int:
    """The section for a number: by conditions, else by sign."""
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        for place, condition in enumerate(conditions):
            if condition is None or _holds(condition[1], float(condition[2]), stored):
                return place
        return len(sections) - 1
    numbers = min(len(sections), 3)
    if numbers >= 2 and stored < 0:
        return 1
    return 2 if numbers == 3 and stored == 0 else 0


def _holds(sign: str, bound: float, stored: float) -> bool:
    return {
        "<": stored < bound,
        "<=": stored <= bound,
        ">": stored > bound,
        ">=": stored >= bound,
        "=": stored == bound,
        "<>": stored != bound,
    }[sign]


@lru_cache(maxsize=2_000)
def _of_section(section: str, positive: bool) -> Display:
    """The display of one section; text in quotes, brackets and after a backslash are words."""
    plain, words = "", ""
    for piece in _SECTIONS.findall(section):
        if piece.startswith('"'):
            plain, words = f"{plain}\0", words + piece.strip('"')
        elif piece.startswith("\\"):
            plain, words = f"{plain}\0", words + piece[1:]
        elif piece.startswith(("[", "_", "*")) and len(piece) > 1:
            plain += "\0"
        else:
            plain += piece
    bare = re.sub(r"general", "", plain, flags=re.IGNORECASE)
    bare = re.sub(r"e[+-]", "\0", bare, flags=re.IGNORECASE)
    if _DATE.search(bare):
        return PLAIN
    scale = 100.0 ** bare.count("%")
    for commas in _THOUSANDS.findall(bare):
        scale /= 1000.0 ** len(commas)
    signed = positive and ("+" in bare or words.strip().startswith("+"))
    return Display(scale, signed, bool(_TIMES.search(unicodedata.normalize("NFC", words))))
