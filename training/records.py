"""A bundle's record in MLflow: metrics, tags and parameters of the parent run and each KPI."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from training.backtest.scoreboard import ALL, ENSEMBLE, MEASURES, after_first_year, summary
from training.bundle.bundle import FORMAT_VERSION, Bundle
from training.tracking import NestedRun, RetrainingRun

Metrics = dict[str, dict[int, float]]


def retraining_run(
    bundle: Bundle, bundle_hash: str, folder: Path, prior_corpus: str = "none"
) -> RetrainingRun:
    """The record of a retraining.

    Parameters
    ----------
    folder : of the bundle
    prior_corpus : hash of the annual prior's training corpus; 'none' without a prior
    """
    rows = after_first_year(bundle.scores.frame())
    scores = summary(rows)
    of_kpi = dict(iter(summary(rows, by=("kpi",)).groupby("kpi")))
    tags = {
        "as_of": bundle.as_of.isoformat(),
        "data_hash": bundle.data_hash,
        "bundle_hash": bundle_hash,
        "format_version": str(FORMAT_VERSION),
        "commit": bundle.provenance.get("commit", ""),
        "prior_corpus": prior_corpus,
    }
    return RetrainingRun(
        family=bundle.family,
        name=bundle.as_of.isoformat(),
        bundle=folder,
        metrics=_metrics(scores, MEASURES),
        params={**bundle.settings, "kpis": str(len(bundle.learned))},
        tags=tags,
        nested=tuple(
            NestedRun(
                name=kpi,
                metrics=_metrics(of_kpi.get(kpi, scores[:0]), ("annual_error",)),
                params={"kind": bundle.kinds[kpi], "unit": bundle.units[kpi]},
                tags={"kpi": kpi, "as_of": tags["as_of"], **_failures(learned.failures)},
            )
            for kpi, learned in sorted(bundle.learned.items())
        ),
    )


def _metrics(scores: pd.DataFrame, by_month: tuple[str, ...]) -> Metrics:
    """Scores by name and step (months known); over all months for the ensemble only."""
    metrics: Metrics = {}
    for score in scores.to_dict("records"):
        method, known = score["method"], score["months_known"]
        if known == ALL:
            if method == ENSEMBLE:
                for measure in MEASURES:
                    metrics[f"{method}/{measure}/all"] = {0: float(score[measure])}
            continue
        for measure in by_month:
            metrics.setdefault(f"{method}/{measure}", {})[int(known)] = float(score[measure])
    return metrics


def _failures(failures: Mapping[str, str]) -> dict[str, str]:
    return {f"failed/{candidate}": reason for candidate, reason in sorted(failures.items())}
