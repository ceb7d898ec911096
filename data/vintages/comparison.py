"""The figures kept of a family, ready to be compared with those of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from data.vintages.figures import precedence
from data.vintages.observation import Form, Observation
from models.series import Month

State = Literal["new", "unchanged", "revised"]
Identity = tuple[str, Month, str, float, str, date]
Place = tuple[str, Form, Month]


def identity(observation: Observation) -> Identity:
    """What makes two printed figures the same one, wherever they were read."""
    return (
        observation.kpi,
        observation.month,
        observation.form,
        observation.value,
        observation.status,
        observation.published,
    )


@dataclass(frozen=True)
class Compared:
    """A figure of a file beside what was kept.

    Attributes
    ----------
    state : 'unchanged' if the very same figure is kept; 'revised' if its value is
        none of those kept for the KPI, month and form; else 'new'
    old : the figure that counted so far for that month and form; None without one
    counts : whether this one counts from now on (see `data.vintages.figures.precedence`)
    """

    observation: Observation
    state: State
    old: Observation | None
    counts: bool

    @property
    def change(self) -> float | None:
        """Per cent from the old value to this one; None without a change to speak of."""
        if self.old is None or not self.old.value:
            return None
        return 100.0 * (self.observation.value - self.old.value) / abs(self.old.value)


class Held:
    """Figures by KPI, form and month; files are taken in one after another."""

    def __init__(self, observations: Iterable[Observation] = ()) -> None:
        self._same: set[Identity] = set()
        self._values: dict[Place, set[float]] = {}
        self._latest: dict[str, dict[tuple[Form, Month], Observation]] = {}
        for one in observations:
            self._add(one)

    def latest(self, kpi: str) -> Mapping[tuple[Form, Month], Observation]:
        """The figure of a KPI that counts, by form and month."""
        return self._latest.get(kpi, {})

    def take(self, observations: Iterable[Observation]) -> list[Compared]:
        """Compare a file's figures with all before them, and keep them too."""
        return [self._take(one) for one in observations]

    def _take(self, one: Observation) -> Compared:
        old = self.latest(one.kpi).get((one.form, one.month))
        if identity(one) in self._same:
            return Compared(one, "unchanged", old, counts=old is not None and _same(old, one))
        values = self._values.get((one.kpi, one.form, one.month), set())
        state: State = "revised" if values and one.value not in values else "new"
        self._add(one)
        return Compared(one, state, old, counts=self.latest(one.kpi)[one.form, one.month] is one)

    def _add(self, one: Observation) -> None:
        self._same.add(identity(one))
        self._values.setdefault((one.kpi, one.form, one.month), set()).add(one.value)
        latest = self._latest.setdefault(one.kpi, {})
        before = latest.get((one.form, one.month))
        if before is None or precedence(before) < precedence(one):
            latest[one.form, one.month] = one


def _same(one: Observation, other: Observation) -> bool:
    return identity(one) == identity(other)
