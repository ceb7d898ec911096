"""A registered bundle as an MLflow `pyfunc` model: tidy figures in, projected years out.

`mlflow.pyfunc.load_model("models:/vietnam@champion").predict(frame)` projects
the year from the given figures, without the store: no vintages, no published
cumulative figures, no targets. Use the service for those.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.errors import InputError
from models.kinds import traits_of
from models.pipeline import project
from models.series import Month, Series
from training.bundle.bundle import Bundle, read_bundle


class BundleModel:
    """The `pyfunc` model."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def predict(self, figures: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Project the year of each KPI's last month.

        Parameters
        ----------
        figures : columns `kpi`, `month` (YYYY-MM), `value` (in the KPI's unit; of
            kind 'growth' an index of any base); a month without a value is a gap
        params : not used

        Returns
        -------
        frame, one row per KPI: `kpi`, `year`, `mean`, `median`, `q10`, `q90`, in
        the KPI's unit

        Raises
        ------
        InputError
            For a KPI that the bundle does not know or that has no basis, and for
            a duplicate month.
        """
        rows = [self._row(str(kpi), rows) for kpi, rows in figures.groupby("kpi", sort=True)]
        return pd.DataFrame(rows, columns=["kpi", "year", "mean", "median", "q10", "q90"])

    def _row(self, kpi: str, figures: pd.DataFrame) -> dict[str, object]:
        learned = self.bundle.learned.get(kpi)
        kinds = self.bundle.kinds
        if learned is None or traits_of(kinds[kpi]).has_denominator:
            known = ", ".join(name for name in kinds if not traits_of(kinds[name]).has_denominator)
            raise InputError(f"expected one of the KPIs {known}; found '{kpi}'.")
        projection = project(self.series(kpi, figures), (), learned)
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


def _load_pyfunc(path: str) -> BundleModel:
    """Called by MLflow with the folder of the bundle."""
    return BundleModel(read_bundle(Path(path)))
