"""TCVN3 (TCVN 5712:1993, VN3): the encoding of Vietnamese before Unicode.

Old files have one byte per letter, for fonts such as .VnTime; a program that reads
the bytes as Latin-1 shows 'L¹ng S¬n' for 'Lạng Sơn'. The same characters also occur
in Unicode text (©, «, £, and letters such as 'â'), so a text is converted only if its
words are not Vietnamese unconverted and are Vietnamese once converted. Words that are
Vietnamese both ways ('Sè', 'bé') are treated like the rest of the file. A text that was
converted by halves ('2 th¸ng đầu n¨m 2009', as in annexes of 2009 to 2012) is converted
word by word.

Capitals with a tone have no code of their own: fonts of capitals (.VnTimeH) show
small letters as capitals, and the conversion gives small letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.readers.spreadsheet.syllables import is_vietnamese

# Rows of the code table: first byte → its letters; '·' where VN3 has none.
_ROWS: Mapping[int, str] = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ·",
    0xB0: "·····àảãáạ·ằẳẵắ·",
    0xC0: "······ặầẩẫấậè·ẻẽ",
    0xD0: "éẹềểễếệìỉ···ĩíịò",
    0xE0: "·ỏõóọồổỗốộờởỡớợù",
    0xF0: "·ủũúụừửữứựỳỷỹýỵ·",
}
TCVN3: Mapping[str, str] = {
    chr(first + offset): letter
    for first, letters in _ROWS.items()
    for offset, letter in enumerate(letters)
    if letter != "·"
}
_TABLE = str.maketrans(dict(TCVN3))
_WORD = re.compile(r"[^\s!-@\[-`{-~\xa0]+")  # letters, and signs that stand for letters
_UNICODE = re.compile("[\u0100-\u036f\u1e00-\u1eff]")  # letters and tones beyond Latin-1
_FEW = 3  # words that are certainly TCVN3, needed in a file that also has Unicode text
_MEASURES = frozenset({"µm", "µg", "µs"})


def decode_tcvn3(text: str) -> str:
    """Convert TCVN3 that was read as Latin-1 to Unicode; other texts stay unchanged.

    Examples
    --------
    >>> decode_tcvn3("L¹ng S¬n")
    'Lạng Sơn'
    >>> decode_tcvn3("© Cà phê")
    '© Cà phê'
    """
    return Script.of([text]).read(text)


@dataclass(frozen=True)
class Script:
    """The encodings in the texts of a file.

    Attributes
    ----------
    tcvn3 : some texts are TCVN3
    unicode : some texts are Vietnamese in Unicode
    """

    tcvn3: bool
    unicode: bool

    @classmethod
    def of(cls, texts: Iterable[str]) -> Script:
        """The encodings found in the texts."""
        found = [_evidence(text) for text in texts if not text.isascii()]
        tcvn3 = sum(old for old, _ in found)
        unicode = any(new > old for old, new in found)
        return cls(tcvn3=tcvn3 >= (_FEW if unicode else 1), unicode=unicode)

    def read(self, text: str) -> str:
        """A text of the file in Unicode."""
        if not self.tcvn3 or text.isascii():
            return text
        old, new = _evidence(text)
        if _UNICODE.search(text):
            return _WORD.sub(_if_old, text) if old else text
        if old > new or (old == new == 0 and not self.unicode and _either(text)):
            return converted(text)
        return text


def _evidence(text: str) -> tuple[int, int]:
    """Numbers of words that are Vietnamese only as TCVN3, and only as Unicode.

    A word beyond Latin-1 outweighs those of a TCVN3 kind, unless there are more of them.
    """
    words = _words(text)
    readings = [(is_vietnamese(word.translate(_TABLE)), _as_is(word)) for word in words]
    old = sum(converted and not as_is for converted, as_is in readings)
    new = sum(as_is and not converted for converted, as_is in readings)
    return old, new + sum(bool(_UNICODE.search(word)) for word in _WORD.findall(text))


def _as_is(word: str) -> bool:
    """Whether a word is Vietnamese unconverted; a capital within it ('tÝnh') says it is not."""
    capitals = [letter.isupper() for letter in word]
    return is_vietnamese(word) and (all(capitals) or not any(capitals[1:]))


def _if_old(match: re.Match[str]) -> str:
    """A word of a text converted by halves: converted if that makes it Vietnamese."""
    word = match[0]
    may_be = word in _words(word) and is_vietnamese(word.translate(_TABLE))
    return converted(word) if may_be else word


def _either(text: str) -> bool:
    """Whether some word is Vietnamese as TCVN3."""
    return any(is_vietnamese(word.translate(_TABLE)) for word in _words(text))


def _words(text: str) -> list[str]:
    """The words that TCVN3 would change, all of whose other letters it knows."""
    return [
        word
        for word in _WORD.findall(text)
        if not word.isascii()
        and word not in _MEASURES
        and (word.startswith("®") or any(letter.isascii() for letter in word))
        and all(letter.isascii() or letter in TCVN3 for letter in word)
    ]


def better_as_tcvn3(text: str, other: str) -> bool:
    """Whether a Latin-1 text has more Vietnamese words as TCVN3 than the reading `other`."""
    return _vietnamese_words(text.translate(_TABLE)) > _vietnamese_words(other)


def _vietnamese_words(text: str) -> int:
    return sum(is_vietnamese(word) for word in _WORD.findall(text) if not word.isascii())


def converted(text: str) -> str:
    """The text in Unicode; in a text of capitals, letters with a tone become capitals too."""
    all_capitals = _capitals(text)

    def convert(match: re.Match[str]) -> str:
        letters = match[0].translate(_TABLE)
        return letters.upper() if all_capitals or _capitals(match[0]) else letters

    return _WORD.sub(convert, text)


def _capitals(text: str) -> bool:
    """Whether the ASCII letters are all capitals, at least two of them."""
    plain = [letter for letter in text if letter.isascii() and letter.isalpha()]
    return len(plain) > 1 and all(letter.isupper() for letter in plain)
