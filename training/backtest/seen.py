"""What a backtested year saw, as a content hash: figures, events, settings, lessons, method.

The same hash, the same result to the last digit. An origin sees the figures printed up to
its own day, which later printing does not change; only the year's outcome and an origin
without a vintage of its own are read from today's figures, so their content counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import data
import models
import training
from data.plans.kpi import Kpi
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.series import Month, Series
from training.backtest.origins import first_printed, is_late, reconstructed
from training.backtest.past_plans import PastPlans
from training.backtest.year import Lesson, Setup, YearTask
from training.prior.editions import edition_of

_LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "statsmodels", "holidays")
_CODE = (  # what computes a year: a change of it makes every result new
    *((models, "**/*.py"), (data, "vintages/*.py"), (data, "plans/*.py")),
    *((training, "backtest/*.py"), (training, "prior/*.py")),
)


@cache
def method() -> str:
    """The version of the program's method and of the libraries it computes with."""
    found = hashlib.sha256()
    for package, pattern in _CODE:
        folder = Path(str(package.__file__)).parent
        for file in sorted(folder.glob(pattern)):
            found.update(file.relative_to(folder.parent).as_posix().encode())
            found.update(file.read_bytes())
    for library in _LIBRARIES:
        found.update(f"{library} {version(library)}".encode())
    return found.hexdigest()


@cache
def _edition(year: int) -> str:
    file = edition_of(year)
    return hashlib.sha256(file.read_bytes()).hexdigest() if file else ""


class Seen:
    """Hashes of what the tasks of one retraining see."""

    def __init__(self, setup: Setup) -> None:
        self._setup, self._panel = setup, setup.panel
        self._today: dict[str, Series | None] = {}
        self._first: dict[str, dict[Month, date]] = {}
        self._figures: dict[tuple[str, str], tuple[tuple[date, bytes], ...]] = {}

    @cached_property
    def _common(self) -> tuple[object, ...]:
        return (method(), self._setup.n_paths, self._setup.thorough)

    def year(self, task: YearTask) -> str:
        """The hash of everything that `backtest_year` reads for a task."""
        kpi, year, as_of = task.kpi, task.year, self._setup.as_of
        told: list[object] = [*self._common, "year", kpi, year, _edition(year)]
        told.append(sorted(self._setup.of_year(year)))
        today = self._as_of_today(kpi)
        told.append(self._panel.outcome_in(today, kpi, year) if today else None)
        family = {kpi, *self._panel.parts_of(kpi)}
        told += [repr(one) for one in self._setup.events if one.kpi in family]
        past = [PastPlans(self._panel, self._setup.plans, one, year) for one in sorted(family)]
        last, late = None, []
        for known in range(12):
            month = Month(year, 1).plus(known - 1)
            day = self._printed(kpi).get(month)
            if day is None or day > as_of:
                continue
            told.append((known, day))
            told += [plans.on(month, None if is_late(month, day) else day) for plans in past]
            if is_late(month, day):
                late.append(month)
            else:
                last = day if last is None else max(last, day)
        if last is not None:
            told.append(self._up_to(kpi, last))
        for month in late:
            for one in sorted(family):
                series = self._as_of_today(one)
                told.append(_content(reconstructed(series, month)) if series else None)
        told.append(_lesson(task.lesson))
        told += [(part, _lesson(lesson)) for part, lesson in sorted(task.parts.items())]
        return _hash(told)

    def revisions(self, kpi: str, up_to: date) -> str:
        """The hash of what revisions of first estimates found up to a day are learned from."""
        return _hash([*self._common, "revisions", kpi, up_to, self._up_to(kpi, up_to)])

    def _printed(self, kpi: str) -> Mapping[Month, date]:
        if kpi not in self._first:
            self._first[kpi] = first_printed(self._panel, kpi)
        return self._first[kpi]

    def _as_of_today(self, kpi: str) -> Series | None:
        if kpi not in self._today:
            try:
                self._today[kpi] = self._panel.series_as_of(kpi, self._setup.as_of)
            except NoObservations:
                self._today[kpi] = None
        return self._today[kpi]

    def _up_to(self, kpi: str, day: date) -> str:
        """The hash of all figures up to a day from which a KPI's series is made."""
        found = hashlib.sha256()
        for panel, one in made_of(self._panel, kpi):
            found.update(repr((panel.family, panel.definitions[one])).encode())
            for published, line in self._lines(panel, one):
                if published > day:
                    break
                found.update(line)
        return found.hexdigest()

    def _lines(self, panel: Panel, kpi: str) -> tuple[tuple[date, bytes], ...]:
        key = (panel.family, kpi)
        if key not in self._figures:
            lines = [(one.published, repr(one).encode()) for one in panel.printed.get(kpi, ())]
            lines += [(one.published, repr(one).encode()) for one in panel.dated.get(kpi, ())]
            self._figures[key] = tuple(sorted(lines))
        return self._figures[key]


def made_of(panel: Panel, kpi: str) -> Iterator[tuple[Panel, str]]:
    """The KPIs, of this family and others, whose figures make a KPI's series, itself first."""
    waiting, met = [(panel, kpi)], set()
    while waiting:
        here, slug = waiting.pop()
        if (here.family, slug) in met or slug not in here.definitions:
            continue
        met.add((here.family, slug))
        yield here, slug
        waiting += _related(here, here.definitions[slug])


def _related(panel: Panel, kpi: Kpi) -> Iterator[tuple[Panel, str]]:
    for slug in (*kpi.parts, kpi.numerator, kpi.denominator, kpi.index):
        if slug:
            yield panel, slug
    for name in kpi.related:
        try:
            yield panel.located(name)
        except NoObservations:
            continue


def _lesson(lesson: Lesson) -> tuple[object, ...]:
    calibration = lesson.calibration
    return (
        sorted((month, sorted(weights.items())) for month, weights in lesson.weights.items()),
        None
        if calibration is None
        else (calibration.quantiles, calibration.scale, calibration.n_errors),
        lesson.revision,
        list(lesson.errors.items()),
        sorted((form, repr(one)) for form, one in lesson.fulfilment.items()),
    )


def _content(series: Series) -> tuple[object, ...]:
    """A series without the day on which it was known: for an origin that has none of its own."""
    fields: dict[str, Any] = dict(vars(series))
    del fields["as_of"]
    return tuple(sorted(fields.items()))


def _hash(told: Iterable[object]) -> str:
    found = hashlib.sha256()
    for one in told:
        found.update(_bytes(one))
        found.update(b"\n")
    return found.hexdigest()


def _bytes(value: object) -> bytes:
    """Exactly what a value is: floats to the last digit, arrays as they are in memory."""
    if isinstance(value, np.ndarray):
        return repr((value.shape, str(value.dtype))).encode() + value.tobytes()
    if isinstance(value, tuple | list):
        return b"(" + b",".join(map(_bytes, value)) + b")"
    if isinstance(value, float):
        return float(value).hex().encode()
    return repr(value).encode()
