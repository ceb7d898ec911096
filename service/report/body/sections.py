"""The field of work that a KPI is reported under: section II has one part for each.

A plan document may say it (`dimensions: {field: trade}`); else the KPI's name does.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from data.plans.kpi import Kpi
from data.readers.spreadsheet.cells import fold
from service.projections.facts import Facts
from service.report.body.material import is_task

Section = Literal[
    "industry", "trade", "external", "investment", "budget", "general", "tasks", "proposals"
]
_KNOWN: tuple[Section, ...] = get_args(Section)
SECTIONS = tuple(one for one in _KNOWN if one != "proposals")  # of II; what is proposed is VI

# words of the Vietnamese name, folded; the first line that fits decides
_NAMED: tuple[tuple[Section, str], ...] = (
    ("external", r"xuat khau|nhap khau|kim ngach|cua khau"),
    ("investment", r"dau tu|giai ngan"),
    ("budget", r"thu (?:ngan sach|noi dia|thue)|thue"),
    ("trade", r"ban le|doanh thu|luu tru|an uong|du lich|thuong mai|gia tieu dung|binh on|gia ca"),
    ("general", r"grdp|gdp|tang truong kinh te|nong thon moi"),
    ("industry", r"cong nghiep|san xuat|khai khoang|dien|nuoc"),
)
_MONEY = re.compile(r"vnd|usd|dong|%", re.IGNORECASE)


def section_of(one: Facts) -> Section:
    """The section of a KPI or task."""
    given = one.kpi.dimensions.get("field", "")
    if given in _KNOWN:
        return given
    if is_task(one):
        return "tasks"
    name = fold(one.kpi.name_vi)
    for section, words in _NAMED:
        if re.search(words, name):
            return section
    return "general" if _MONEY.search(one.kpi.unit) else "industry"


def is_product(kpi: Kpi) -> bool:
    """Whether it is an output in a physical unit, one of many in a list."""
    return kpi.traits.adds_up and not _MONEY.search(kpi.unit)
