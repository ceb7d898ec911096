"""What the record says of the twenty-four months: rows, scores and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pandas as pd

from data.db.store import Store
from data.settings import Settings
from experiments.first_record.months import FAMILY, YEARS
from service.projections.shape import as_json
from service.shapes.registry import SettledScore
from service.state.app_state import AppState
from service.track_record.record import settled_of_family
from service.track_record.scores import ORIGINS, SETTLED_ON, By, reliability_of, scores_of
from service.track_record.settled import SettledKpi

LAST = date(YEARS[-1], 12, 31)
GROUPS: tuple[By, ...] = ("all", "months_known", "kind", "office", "kpi")


def write_results(home: Path, out: Path) -> None:
    """Write `settled.csv`, `scores.csv`, `reliability.csv` and `tables.md`."""
    settings = Settings(home=home, database_url=None, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    settled = settled_of_family(AppState(settings, store), FAMILY, LAST)
    store.close()
    out.mkdir(parents=True, exist_ok=True)
    _csv(out / "settled.csv", _rows(settled))
    scores = scores_of(settled, GROUPS)
    _csv(out / "scores.csv", (as_json(one) for one in scores))
    _csv(
        out / "reliability.csv",
        (
            {"origin": origin, "settled_on": on, **as_json(band)}
            for origin in ORIGINS
            for on in SETTLED_ON
            for band in reliability_of(settled, origin, on)
        ),
    )
    (out / "tables.md").write_text(tables(scores, settled), encoding="utf-8")


def _rows(settled: Sequence[SettledKpi]) -> Iterator[dict[str, object]]:
    """One row per projection and target; one without a target for a KPI that has none."""
    for kpi in settled:
        came = kpi.came
        for given in kpi.given:
            common = {
                "plan": kpi.plan,
                "kpi": kpi.kpi,
                "kind": kpi.kind,
                "unit": kpi.unit,
                "as_of": given.as_of,
                "months_known": given.months_known,
                "origin": given.origin,
                "stamp": given.stamp,
                "model_version": given.model_version,
                "median": given.median,
                "q10": given.quantiles and given.quantiles[1],
                "q90": given.quantiles and given.quantiles[3],
                "estimate": came and came.first.value,
                "final": came and came.final and came.final.value,
                "last_year": came and came.base,
            }
            for target in given.targets:
                yield {**common, **asdict(target)}
            if not given.targets:
                yield common


def _csv(file: Path, rows: Iterable[Mapping[str, object]]) -> None:
    pd.DataFrame(list(rows)).to_csv(file, index=False, float_format="%.6g", lineterminator="\n")


def tables(scores: Sequence[SettledScore], settled: Sequence[SettledKpi]) -> str:
    """The readable tables of the README."""
    parts = [
        "| Outcome | Months known | Probabilities | Brier | Of the overall share | Mean | Met "
        "| Projected years | Error | CRPS | Inside 80 % | Inside 95 % |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for score in scores:
        if score.by in ("all", "months_known"):
            parts.append(
                f"| {score.settled_on} | {score.group or 'all'} | {score.probabilities} "
                f"| {_number(score.brier)} | {_number(score.brier_of_share)} "
                f"| {_share(score.mean_probability)} | {_share(score.share_met)} "
                f"| {score.forecasts} | {_per_cent(score.annual_error)} "
                f"| {_per_cent(score.crps)} | {_share(score.coverage_80)} "
                f"| {_share(score.coverage_95)} |"
            )
    parts += [
        "",
        "| Outcome | Probability given | n | Mean | Met |",
        "| --- | --- | --- | --- | --- |",
    ]
    for on in SETTLED_ON:
        parts += [
            f"| {on} | {band.low:.1f} to {band.high:.1f} | {band.n:.0f} "
            f"| {_share(band.mean_probability)} | {_share(band.share_met)} |"
            for band in reliability_of(settled, "backtest", on)
        ]
    return "\n".join(parts) + "\n"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def _per_cent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"
