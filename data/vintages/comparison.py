"""Comparison of a file's figures with the stored figures of a family."""

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
    """The fields that identify a printed figure, wherever it was read."""
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
    """A figure of a file beside the stored figures.

    Attributes
    ----------
    state : 'unchanged' if the identical figure is stored; 'revised' if other values
        are stored for the KPI, month and form, but not this one; else 'new'
    old : the figure in force so far for that month and form; None without one
    counts : whether this figure is in force from now on (see
        `data.vintages.figures.precedence`)
    """

    observation: Observation
    state: State
    old: Observation | None
    counts: bool

    @property
    def change(self) -> float | None:
        """Change from the old value, in per cent; None if the old value is missing or 0."""
        if self.old is None or not self.old.value:
            return None
        return 100.0 * (self.observation.value - self.old.value) / abs(self.old.value)


class StoredFigures:
    """Figures by KPI, form and month; files are compared and added one after another."""

    def __init__(self, observations: Iterable[Observation] = ()) -> None:
        self._identities: set[Identity] = set()
        self._values: dict[Place, set[float]] = {}
        self._latest: dict[str, dict[tuple[Form, Month], Observation]] = {}
        for figure in observations:
            self._add(figure)

    def latest(self, kpi: str) -> Mapping[tuple[Form, Month], Observation]:
        """The figure of a KPI in force, by form and month."""
        return self._latest.get(kpi, {})

    def take(self, observations: Iterable[Observation]) -> list[Compared]:
        """Compare a file's figures with all before them, and add them."""
        return [self._take(figure) for figure in observations]

    def _take(self, figure: Observation) -> Compared:
        place = (figure.form, figure.month)
        old = self.latest(figure.kpi).get(place)
        if identity(figure) in self._identities:
            in_force = old is not None and identity(old) == identity(figure)
            return Compared(figure, "unchanged", old, counts=in_force)
        values = self._values.get((figure.kpi, *place), set())
        state: State = "revised" if values and figure.value not in values else "new"
        self._add(figure)
        return Compared(figure, state, old, counts=self.latest(figure.kpi)[place] is figure)

    def _add(self, figure: Observation) -> None:
        place = (figure.form, figure.month)
        self._identities.add(identity(figure))
        self._values.setdefault((figure.kpi, *place), set()).add(figure.value)
        latest = self._latest.setdefault(figure.kpi, {})
        before = latest.get(place)
        if before is None or precedence(before) < precedence(figure):
            latest[place] = figure
