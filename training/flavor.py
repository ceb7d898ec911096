"""A registered bundle as an MLflow `pyfunc` model: tidy figures in, projected years out.

`mlflow.pyfunc.load_model("models:/vietnam@champion").predict(frame)` projects the year from
the given figures, without the store. Given months alone, it knows no vintages and no
published cumulative figures. Given figures as they were printed (`form`, `status`,
`published`), it answers with the service's digits wherever these alone decide: targets,
events, projects and ties between KPIs are the service's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.plans.kpi import Kpi
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from models.errors import InputError
from models.kinds import traits_of
from models.pipeline import project
from models.series import Month, Series
from training.bundle.bundle import Bundle, read_bundle
from training.prior.editions import candidates_for


class BundleModel:
    """The `pyfunc` model."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def predict(self, figures: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Project the year of each KPI's last month.

        Parameters
        ----------
        figures : columns `kpi`, `month` (YYYY-MM), `value` (in the KPI's unit; of
            kind 'growth' an index of any base); a month without a value is a gap. With a
            column `form`, one row is a printed figure of that form and its `status`,
            `published` on a day (YYYY-MM-DD), in the words of `vedich export`
        params : 'as_of', YYYY-MM-DD: of printed figures, later ones are not known; default
            the bundle's own date

        Returns
        -------
        frame, one row per KPI: `kpi`, `year`, `mean`, `median`, `q10`, `q90`, in
        the KPI's unit

        Raises
        ------
        InputError
            For a KPI that the bundle does not know or that has no basis, and for
            a duplicate month.
        NoObservations
            If nothing was published for a KPI up to the day.
        """
        printed = _printed(figures) if "form" in figures else None
        asked = (params or {}).get("as_of")
        day = _day("as_of", asked) if asked else self.bundle.as_of
        published = max(
            (one.published for one in printed or () if one.published <= day), default=day
        )
        rows = []
        for name, given in figures.groupby("kpi", sort=True):
            kpi = self._known(str(name))
            if printed is None:
                series = self.series(kpi, given)
            else:
                own = [one for one in printed if one.kpi == kpi]
                series = replace(self._series_of(kpi, own, day), as_of=published)
            rows.append(self._row(kpi, series))
        return pd.DataFrame(rows, columns=["kpi", "year", "mean", "median", "q10", "q90"])

    def _known(self, kpi: str) -> str:
        kinds = self.bundle.kinds
        if kpi not in self.bundle.learned or traits_of(kinds[kpi]).has_denominator:
            known = ", ".join(name for name in kinds if not traits_of(kinds[name]).has_denominator)
            raise InputError(f"expected one of the KPIs {known}; found '{kpi}'.")
        return kpi

    def _row(self, kpi: str, series: Series) -> dict[str, object]:
        learned, editions = self.bundle.learned[kpi], candidates_for(self.bundle.as_of.year)
        projection = project(series, (), learned, candidates=editions)
        annual = projection.annual
        if annual is None:
            raise InputError(f"no forecast for '{kpi}': {'; '.join(projection.failures.values())}")
        low, high = annual.interval(0.8)
        return {
            "kpi": kpi,
            "year": projection.year,
            "mean": annual.mean,
            "median": annual.median,
            "q10": low,
            "q90": high,
        }

    def _series_of(self, kpi: str, printed: Sequence[Observation], day: date) -> Series:
        """A KPI's series as the service makes it from printed figures."""
        own = Kpi(kpi, kpi, kpi, self.bundle.units[kpi], self.bundle.kinds[kpi])
        return Panel.of(self.bundle.family, [own], printed).series_as_of(kpi, day)

    def series(self, kpi: str, figures: pd.DataFrame) -> Series:
        """A KPI's months as given, as of the bundle's own date."""
        places: dict[int, float] = {}
        for text, value in zip(figures["month"], figures["value"], strict=True):
            month = Month.parse(str(text))
            if month.ordinal in places:
                raise InputError(f"{kpi}: expected each month once, found {month} twice.")
            if np.isfinite(value):
                places[month.ordinal] = float(value)
        if not places:
            raise InputError(f"{kpi}: expected at least one value, found none.")
        start, end = min(places), max(places)
        values = np.array([places.get(place, np.nan) for place in range(start, end + 1)])
        return Series(
            key=f"{self.bundle.family}/{kpi}",
            kind=self.bundle.kinds[kpi],
            unit=self.bundle.units[kpi],
            start=Month.from_ordinal(start),
            values=values,
            status=tuple("estimate" if np.isfinite(value) else None for value in values),
            as_of=self.bundle.as_of,
        )


def _printed(figures: pd.DataFrame) -> list[Observation]:
    rows = figures[["kpi", "month", "form", "value", "status", "published"]]
    return [
        Observation(
            str(kpi),
            Month.parse(month),
            form,
            float(value),
            status,
            _day("published", published),
            "mlflow",
        )
        for kpi, month, form, value, status, published in rows.itertuples(index=False)
        if np.isfinite(value)
    ]


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise InputError(f"{name}: expected YYYY-MM-DD, found '{text}'.") from None


def _load_pyfunc(path: str) -> BundleModel:
    """Called by MLflow with the folder of the bundle."""
    return BundleModel(read_bundle(Path(path)))
