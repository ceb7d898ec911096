"""Accuracy of past forecasts: the backtest of the bundle that answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from data.db.store import Store
from data.plans.rows import family_plans, load_plan
from data.settings import Settings
from data.vintages.panel_rows import PanelOf
from service.shapes.registry import KpiScore, Score, TrackRecord
from service.workflow.plans import has_illustrative
from training.backtest.scoreboard import ALL, ENSEMBLE, MEASURES, after_first_year, summary
from training.bundle.promoted import bundle_for

if TYPE_CHECKING:
    import pandas as pd


def track_record(store: Store, settings: Settings, family: str, day: date) -> TrackRecord:
    """Scores of past years, each forecast from the figures known at the time.

    Parameters
    ----------
    family : str
    day : the vintage; the scores are those of the bundle that answers for it

    Returns
    -------
    TrackRecord: `methods` has scores per method and months known over all KPIs, `kpis` those
    of the ensemble per KPI over all months known, as fractions of last year's total
    (design, section 6)

    Raises
    ------
    NoBundle
        If no bundle was trained on data up to that day.
    """
    promoted = bundle_for(store, settings.bundles, family, day)
    rows = after_first_year(promoted.bundle.scores.frame())
    forecasts = rows[rows["method"] == ENSEMBLE]
    return TrackRecord(
        family=family,
        model_version=promoted.version,
        as_of=promoted.bundle.as_of,
        years=tuple(sorted({int(year) for year in rows["year"]})),
        methods=tuple(_scores(rows)),
        kpis=tuple(
            KpiScore(kpi=str(kpi), **vars(score))
            for kpi, own in forecasts.groupby("kpi", sort=True)
            for score in _scores(own)
            if score.months_known is None
        ),
    )


def labelled(store: Store, panel_of: PanelOf, family: str) -> bool:
    """Whether a plan of the family carries a label of its own, or illustrative figures."""
    plans = [load_plan(store, slug) for slug in family_plans(store, family)]
    return any(plan.label or has_illustrative(plan, panel_of) for plan in plans)


def _scores(rows: pd.DataFrame) -> Iterator[Score]:
    """Scores per method and months known; `months_known` is None over all months."""
    for score in summary(rows).to_dict("records") if len(rows) else ():
        known = score["months_known"]
        measured = {measure: float(score[measure]) for measure in MEASURES}
        yield Score(
            method=score["method"],
            months_known=None if known == ALL else int(known),
            n=int(score["n"]),
            **measured,
        )
