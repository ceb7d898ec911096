"""Out-of-sample scores of a backtest, one row per KPI, origin and method.

A method is the calibrated ensemble or a candidate. Rows store the outcome, last
year's total, quantiles of the annual forecast and two scores that need the whole
distribution; annual error, coverage and width follow from them.
Scores are fractions of last year's total, as defined in section 6 of the design;
for a KPI of kind 'growth' last year's total counts as 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
QUANTILES = ("q025", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "q975")
ENSEMBLE = "ensemble"
ALL = "all"
COLUMNS = (
    *("kpi", "year", "months_known", "method", "outcome", "base"),
    *QUANTILES,
    *("crps", "brier", "standardised"),
)
MEASURES = (
    "annual_error",
    "median_error",
    "crps",
    "coverage_80",
    "coverage_95",
    "width_80",
    "brier",
)


@dataclass(frozen=True, eq=False)
class Scoreboard:
    """Columns of equal length (n_rows,); `kpi` and `method` index the names.

    Attributes
    ----------
    kpis, methods : the names, sorted
    kpi, method : array of int, places in the names
    year, months_known : array of int, the origin
    outcome, base : array, in the KPI's unit; the year's total as known at
        retraining, last year's as known at the origin's vintage
    quantiles : array, shape (n_rows, 9), in the KPI's unit, at `LEVELS`
    crps : array, of the annual total, fraction of `base`
    brier : array, mean over the growth targets −10, −5, 0, 5 and 10 %
    standardised : array, error of the ensemble before calibration in units of its
        own spread (`models.calibration.standardised_error`); NaN for candidates
    """

    kpis: tuple[str, ...]
    methods: tuple[str, ...]
    kpi: NDArray[np.int64]
    method: NDArray[np.int64]
    year: NDArray[np.int64]
    months_known: NDArray[np.int64]
    outcome: NDArray[np.float64]
    base: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    crps: NDArray[np.float64]
    brier: NDArray[np.float64]
    standardised: NDArray[np.float64]

    def frame(self) -> pd.DataFrame:
        """One row per KPI, origin and method, in the order of these four."""
        import pandas as pd

        table = pd.DataFrame(
            {
                "kpi": np.array(self.kpis, dtype=object)[self.kpi],
                "year": self.year,
                "months_known": self.months_known,
                "method": np.array(self.methods, dtype=object)[self.method],
                "outcome": self.outcome,
                "base": self.base,
                "crps": self.crps,
                "brier": self.brier,
                "standardised": self.standardised,
            }
        )
        table[list(QUANTILES)] = self.quantiles
        scale, actual = table["base"], table["outcome"]
        table["annual_error"] = (table["q50"] - actual).abs() / scale
        table["coverage_80"] = actual.between(table["q10"], table["q90"]).astype(float)
        table["coverage_95"] = actual.between(table["q025"], table["q975"]).astype(float)
        table["width_80"] = (table["q90"] - table["q10"]) / scale
        return table


def scoreboard_of(table: pd.DataFrame) -> Scoreboard:
    """A scoreboard from rows with the columns of `Scoreboard.frame`."""
    table = table.reindex(columns=COLUMNS).sort_values(
        ["kpi", "year", "months_known", "method"], kind="stable"
    )
    kpis = tuple(sorted(set(table["kpi"])))
    methods = tuple(sorted(set(table["method"])))

    def places(column: str, names: Sequence[str]) -> NDArray[np.int64]:
        order = {name: place for place, name in enumerate(names)}
        return np.array([order[name] for name in table[column]], dtype=np.int64)

    return Scoreboard(
        kpis=kpis,
        methods=methods,
        kpi=places("kpi", kpis),
        method=places("method", methods),
        year=table["year"].to_numpy(int),
        months_known=table["months_known"].to_numpy(int),
        outcome=table["outcome"].to_numpy(float),
        base=table["base"].to_numpy(float),
        quantiles=table[list(QUANTILES)].to_numpy(float),
        crps=table["crps"].to_numpy(float),
        brier=table["brier"].to_numpy(float),
        standardised=table["standardised"].to_numpy(float),
    )


def after_first_year(table: pd.DataFrame) -> pd.DataFrame:
    """The rows without the backtest's first year, whose ensemble had no earlier year.

    The year is left out for every method, so that all are scored on the same origins.
    A backtest of a single year keeps it.
    """
    later = table[table["year"] > table["year"].min()]
    return later if len(later) else table


def summary(table: pd.DataFrame, by: tuple[str, ...] = ()) -> pd.DataFrame:
    """Scores per method and months known, and over all months ('all').

    Parameters
    ----------
    table : rows of `Scoreboard.frame`
    by : further columns to group by, e.g. ('kpi',)

    Returns
    -------
    frame with the columns of `by`, `method`, `months_known`, `n` and the columns of
    `MEASURES`; `annual_error` is the mean and `median_error` the median of the errors
    """
    import pandas as pd

    pooled = table.assign(months_known=ALL)
    parts = []
    for rows in (table, pooled):
        groups = rows.assign(median_error=rows["annual_error"]).groupby(
            [*by, "method", "months_known"], sort=True
        )
        scores = groups.agg(
            n=("outcome", "size"),
            **{measure: (measure, "mean") for measure in MEASURES if measure != "median_error"},
            median_error=("median_error", "median"),
        )
        parts.append(scores.reset_index())
    found = pd.concat([part.astype({"months_known": object}) for part in parts])
    return found[[*by, "method", "months_known", "n", *MEASURES]].reset_index(drop=True)
