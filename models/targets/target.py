"""A target of the plan, its statuses, and remarks on a number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from models.errors import InvalidTarget
from models.series import Month

Comparator = Literal["at_least", "at_most", "between", "about"]
TargetLevel = Literal["assigned", "stretch", "indicative"]
TargetForm = Literal["absolute", "growth"]
Status = Literal["achieved", "on_track", "at_risk", "off_track", "missed", "no_target", "no_basis"]
LOST: tuple[Status, ...] = ("missed", "off_track")
RISK: tuple[Status, ...] = ("at_risk",)
SAFE: tuple[Status, ...] = ("on_track", "achieved")

_NEEDS = {
    "at_least": ("lower",),
    "at_most": ("upper",),
    "between": ("lower", "upper"),
    "about": ("lower",),
}


@dataclass(frozen=True)
class Remark:
    """A remark on a number, or the reason why it is missing.

    `code` names the sentence, `values` fills its placeholders; the caller that prints it
    has the text in each language.
    """

    code: str
    values: Mapping[str, str | float | date | Month] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A goal for the year, or for a part of it.

    `lower` and `upper` are in the KPI's unit (`form` 'absolute') or per cent of
    growth on last year ('growth', 4.0 means +4 %). For 'about' and 'between' a
    desirable range: *met* from the lower bound on, *exceeded* above the upper bound.
    `period` is parsed by `models.targets.periods.period_of`.
    """

    comparator: Comparator
    lower: float | None = None
    upper: float | None = None
    form: TargetForm = "absolute"
    level: TargetLevel = "assigned"
    period: str = "year"
    owner: str = ""
    role: str = ""  # 'lead', 'coordinate'
    basis: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        missing = [bound for bound in _NEEDS[self.comparator] if getattr(self, bound) is None]
        if missing:
            raise InvalidTarget(
                "a target '{comparator}' needs {missing}; add it to the plan.",
                comparator=self.comparator,
                missing=" and ".join(missing),
            )
        for bound in (self.lower, self.upper):
            if bound is not None and not math.isfinite(bound):
                raise InvalidTarget("a bound must be a number, found {bound}.", bound=bound)
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise InvalidTarget(
                "lower bound {lower} is above upper bound {upper}.",
                lower=self.lower,
                upper=self.upper,
            )

    @property
    def deciding(self) -> float | None:
        """The upper bound for 'at_most', else the lower bound."""
        return self.upper if self.comparator == "at_most" else self.lower
