"""The vocabulary of files, Vietnamese and English, with our code for each word.

Each vocabulary maps a code to the Vietnamese word shown in templates (first) and to
the other accepted words. Accents and case are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from data.readers.spreadsheet.cells import fold
from models.kinds import TRAITS

Vocabulary = Mapping[str, tuple[str, ...]]

FORMS: Vocabulary = {
    "month": ("tháng", "trong tháng", "monthly"),
    "quarter": ("quý", "trong quý", "quarterly"),
    "half": ("6 tháng", "nửa năm", "half-year"),
    "year_to_date": (
        "lũy kế",
        "luỹ kế",
        "cộng dồn",
        "lũy kế từ đầu năm",
        "cumulative",
        "ytd",
        "year to date",
    ),
    "rate_on_year": ("so với cùng kỳ", "so với cùng tháng năm trước", "yoy", "rate on year"),
    "rate_to_date": (
        "lũy kế so với cùng kỳ",
        "cộng dồn so với cùng kỳ",
        "yoy ytd",
        "rate to date",
    ),
    "rate_on_month": ("so với tháng trước", "mom", "rate on month"),
    "share_of_plan": ("tỷ lệ kế hoạch", "% kế hoạch", "so với kế hoạch", "share of plan"),
    "plan": ("kế hoạch", "kế hoạch năm"),
    "year": ("cả năm", "năm", "full year", "annual"),
}

STATUSES: Vocabulary = {
    "estimate": ("ước tính", "ước", "ước thực hiện", "estimated", "est"),
    "restated": ("sơ bộ", "thực hiện", "điều chỉnh", "preliminary", "revised"),
    "final": ("chính thức", "quyết toán", "actual"),
    "derived": ("suy ra", "tính ra"),
    "reconstructed": ("khôi phục", "tái lập"),
    "illustrative": ("minh họa", "minh hoạ"),
    "illustrative_first": ("ước tính minh họa", "illustrative estimate"),
}

KINDS: Vocabulary = {kind: traits.words for kind, traits in TRAITS.items()}

DIRECTIONS: Vocabulary = {
    "higher": ("cao là tốt", "tăng", "up"),
    "lower": ("thấp là tốt", "giảm", "down"),
}

COMPARATORS: Vocabulary = {
    "at_least": ("tối thiểu", "ít nhất", "trở lên", ">=", "≥", "at least"),
    "at_most": ("tối đa", "không quá", "<=", "≤", "at most"),
    "between": ("trong khoảng", "từ … đến", "từ - đến"),
    "about": ("khoảng", "xấp xỉ", "~", "approximately"),
}

TARGET_FORMS: Vocabulary = {
    "absolute": ("mức tuyệt đối", "giá trị", "tuyệt đối", "value"),
    "growth": ("tăng trưởng %", "tăng trưởng", "tốc độ tăng", "growth on last year"),
}

LEVELS: Vocabulary = {
    "assigned": ("được giao", "giao", "chính thức"),
    "stretch": ("phấn đấu",),
    "indicative": ("tham khảo", "định hướng", "dự kiến"),
}

ROLES: Vocabulary = {
    "lead": ("chủ trì",),
    "coordinate": ("phối hợp",),
}

UNDATED_WORDS = ("không rõ", "unknown", "undated")  # for a publication date

FLAGS: Vocabulary = {
    "yes": ("có", "true", "x"),
    "no": ("không", "false"),
}

_UNITS: tuple[tuple[str, ...], ...] = (
    (
        *("million usd", "triệu usd", "triệu đô la mỹ", "triệu $", "mill usd", "mn usd"),
        *("tr.usd", "tr. usd", "tr usd", "trusd"),
    ),
    ("billion usd", "tỷ usd", "tỉ usd", "bn usd"),
    ("thousand usd", "nghìn usd", "1000 usd", "1.000 usd", "ngàn usd"),
    (
        "million vnd",
        "triệu đồng",
        "trđ",
        "tr.đ",
        "tr. đồng",
        "tr.đồng",
        "triệu đ",
        "million dong",
        "mill dong",
    ),
    (
        "billion vnd",
        "tỷ đồng",
        "tỉ đồng",
        "tỷ đ",
        "tỷ.đ",
        "bn vnd",
        "billion dong",
        "bill dong",
        "bill dongs",
    ),
    ("trillion vnd", "nghìn tỷ đồng", "nghìn tỉ đồng"),
    ("tonnes", "tấn", "tons", "ton"),
    (
        "thousand tonnes",
        "nghìn tấn",
        "ngàn tấn",
        "1000 tấn",
        "1.000 tấn",
        "1000 t",
        "1.000 t",
        "thousand tons",
        "1000 tons",
    ),
    ("million tonnes", "triệu tấn", "million tons"),
    ("million kwh", "triệu kwh", "tr.kwh", "tr. kwh", "tr kwh"),
    ("thousand kwh", "nghìn kwh", "1000 kwh", "1.000 kwh"),
    ("billion kwh", "tỷ kwh", "tỉ kwh"),
    ("million litres", "triệu lít", "million liters"),
    ("million m3", "triệu m3", "triệu m³", "million cubic metres"),
    ("thousand m3", "nghìn m3", "nghìn m³", "1000 m3", "1.000 m3", "1000 m³", "1.000 m³"),
    ("m3", "m³", "mét khối"),
    ("million bricks", "triệu viên", "tr.viên", "tr. viên", "1.000.000 viên"),
    ("thousand bricks", "nghìn viên", "1000 viên", "1.000 viên"),
    ("inspections", "cuộc", "lượt"),
    ("units", "đơn vị", "cơ sở"),
    ("communes", "xã"),
    ("steps", "bước"),
    ("million m2", "triệu m2", "triệu m²", "million square metres"),
    ("million pieces", "triệu cái", "triệu chiếc"),
    ("thousand pieces", "nghìn cái", "1000 cái", "thousand units", "nghìn chiếc", "1000 chiếc"),
    ("million pairs", "triệu đôi"),
    ("million packets", "triệu bao"),
    ("vnd", "đồng", "đ", "dong"),
    ("usd", "đô la mỹ", "$"),
    ("%", "phần trăm", "per cent", "percent"),
)
_UNIT_OF = {fold(word): group[0] for group in _UNITS for word in group}
_UNIT_OF_WORDS = {
    frozenset(word.split()): unit for word, unit in _UNIT_OF.items() if len(set(word.split())) > 1
}


_THOUSANDS = re.compile(r"^[‘’'`]000 ")  # '000 tons
_SPELT = {
    **{"mn": "million", "mill": "million", "bn": "billion", "bill": "billion"},
    **{"thous": "thousand", "dongs": "dong"},
}
_POWERS = {
    **dict.fromkeys(("nghin", "ngan", "thousand", "thous", "1000"), 3),
    **dict.fromkeys(("trieu", "tr", "trd", "million", "mill", "mil", "mn", "1000000"), 6),
    **dict.fromkeys(("ty", "ti", "billion", "bill", "bil", "bn"), 9),
    "trillion": 12,
}


def code_of(text: str, vocabulary: Vocabulary) -> str | None:
    """The code of a word ('Tối thiểu', 'at least', 'tối thiểu (at_least)'); None if unknown.

    Examples
    --------
    >>> code_of("Uoc tinh", STATUSES)
    'estimate'
    """
    return _index(tuple(vocabulary.items())).get(fold(text))


@cache
def _index(vocabulary: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    """Folded spelling → code; the first code of a spelling is used."""
    index: dict[str, str] = {}
    for code, words in vocabulary:
        for written in (code, *words, f"{words[0]} ({code})"):
            index.setdefault(fold(written), code)
    return index


def bilingual(code: str, vocabulary: Vocabulary) -> str:
    """A word as templates show it: Vietnamese, with the code in brackets."""
    return f"{vocabulary[code][0]} ({code})"


def choices(vocabulary: Vocabulary) -> str:
    """The accepted words, for an error message."""
    return ", ".join(f"'{words[0]}' ({code})" for code, words in vocabulary.items())


def _unit_of(text: str) -> str | None:
    """The unit that a text names, its words in any order ('USD million'); None if unknown."""
    folded = _THOUSANDS.sub("1000 ", fold(text).strip(" ().:;"))
    plain = " ".join(_SPELT.get(word, word) for word in folded.replace(".", " ").split())
    for word in (folded, plain):
        if word in _UNIT_OF:
            return _UNIT_OF[word]
    return _UNIT_OF_WORDS.get(frozenset(folded.split()))


def known_unit(text: str) -> bool:
    """Whether the text is a known unit."""
    return _unit_of(text) is not None


def same_unit(one: str, other: str) -> bool:
    """Whether two texts name the same unit ('triệu USD' and 'million USD')."""
    return (_unit_of(one) or fold(one)) == (_unit_of(other) or fold(other))


def units_differ(one: str, other: str) -> bool:
    """Whether two units are different: both known, or counted in other thousands.

    Examples
    --------
    >>> units_differ("nghìn bộ", "million sets"), units_differ("nghìn bộ", "thousand sets")
    (True, False)
    """
    first, second = _unit_of(one), _unit_of(other)
    if first is not None and second is not None:
        return first != second
    (power, word), (other_power, other_word) = _counted(first or one), _counted(second or other)
    comparable = word == other_word or (power and other_power)
    return power != other_power and bool(comparable)


def _counted(unit: str) -> tuple[int, str]:
    """The power of ten of a unit, by its words, and what it counts: 'nghìn bộ' is 3 and 'bo'."""
    plain = _THOUSANDS.sub("1000 ", fold(unit)).replace(".000", "000")
    words = re.findall(r"1000000|1000|[a-z]+", plain)
    counted = " ".join(word for word in words if word not in _POWERS)
    return sum(_POWERS.get(word, 0) for word in words), counted
