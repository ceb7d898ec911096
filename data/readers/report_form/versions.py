"""Versions of report forms: the circulars that define forms, and the version a form prints.

Only published facts are listed here; a form that names no circular is 'unversioned'
and is read in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.series import Month

OURS = "vedich-1"  # the form that `vedich plan form` writes


@dataclass(frozen=True)
class Circular:
    """A circular on what Departments of Industry and Trade report.

    Attributes
    ----------
    number : as printed, '41/2016/TT-BCT'
    issued : the day it was signed
    in_force, lapsed : first and last day in force; None if no source gives it
    source : of these dates
    """

    number: str
    issued: date | None
    in_force: date | None
    lapsed: date | None
    source: str


CIRCULARS = (
    Circular(
        "20/2012/TT-BCT",
        issued=date(2012, 7, 20),
        in_force=None,
        lapsed=None,
        source="text of the circular, tailieumienphi.vn",
    ),
    Circular(
        "41/2016/TT-BCT",
        issued=date(2016, 12, 30),
        in_force=date(2017, 2, 15),
        lapsed=date(2023, 2, 4),
        source="vbpl.vn (item 133564) and hieuluat.vn, entry on the circular",
    ),
    Circular(
        "34/2022/TT-BCT",
        issued=None,
        in_force=None,
        lapsed=None,
        source="named as the one that followed 41/2016/TT-BCT in public software on its forms",
    ),
)
_OF = {circular.number.lower(): circular for circular in CIRCULARS}
_CIRCULAR = re.compile(r"thong tu (?:lien tich )?(?:so )?:? ?(\d{1,3}/\d{4}/tt[a-z-]*)")
_NUMBER = re.compile(
    r"(?:\bbieu|\bmau|\bform)(?: bieu| mau)?(?: so)?\s*:?\s*(\d[\w.]*/[\w.-]+|vedich-\d+)"
)


@dataclass(frozen=True)
class FormVersion:
    """The number and the circular that a form prints, '' if not printed."""

    number: str
    circular: str

    @property
    def label(self) -> str:
        """For planners, such as 'report form 10/SCT-BCT (34/2022/TT-BCT)'."""
        number = f" {self.number}" if self.number else ""
        if self.number == OURS:
            return f"report form{number}"
        return f"report form{number} ({self.circular or 'unversioned'})"

    def remark(self, month: Month) -> str | None:
        """A remark if the circular is unknown or not in force in the month of the report."""
        if not self.circular:
            return None
        known = _OF.get(self.circular.lower())
        if known is None:
            return f"the form names circular {self.circular}, which is not known here"
        first, last = date(*month, 1), known.lapsed
        if known.in_force and first < known.in_force.replace(day=1):
            since = f"circular {self.circular} is in force from {known.in_force}"
            return f"{since}; the report is of {month}"
        if last and first > last:
            return f"circular {self.circular} lapsed on {last}; the report is of {month}"
        return None


def version_of(texts: Sequence[str]) -> FormVersion:
    """The version named in the texts above and beside a table.

    Parameters
    ----------
    texts : accent-folded

    Examples
    --------
    >>> version_of(["bieu so 10/sct-bct", "ban hanh kem theo thong tu so 34/2022/tt-bct"]).label
    'report form 10/SCT-BCT (34/2022/TT-BCT)'
    """
    circulars = [match[1] for text in texts if (match := _CIRCULAR.search(text))]
    numbers = [match[1] for text in texts if (match := _NUMBER.search(text))]
    number = numbers[0] if numbers else ""
    return FormVersion(
        number=number if number == OURS else number.upper(),
        circular=circulars[0].upper() if circulars else "",
    )
