"""A bundle's record in MLflow: data, metrics, plots, card, tags of the run and of each KPI."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from training.backtest.scoreboard import ALL, ENSEMBLE, MEASURES, after_first_year, summary
from training.bundle.bundle import FORMAT_VERSION, Bundle
from training.gate import Decision
from training.model_card import model_card
from training.plots import plots_of
from training.tracking import NestedRun, RetrainingRun, TrainingData

Metrics = dict[str, dict[int, float]]


def retraining_run(
    bundle: Bundle,
    bundle_hash: str,
    folder: Path,
    decision: Decision,
    figures: Mapping[str, int],
    prior_corpus: str = "none",
) -> RetrainingRun:
    """The record of a retraining.

    Parameters
    ----------
    folder : of the bundle
    decision : of the gate
    figures : number of printed figures known on the bundle's day, by KPI
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
        data=TrainingData(
            name=f"{bundle.family} {bundle.as_of}",
            digest=bundle.data_hash,
            source=f"vedich:{bundle.family}",
            profile={
                "vintage": bundle.as_of.isoformat(),
                "kpis": str(len(figures)),
                "figures": str(sum(figures.values())),
                "sha256": bundle.data_hash,
            },
        ),
        card=model_card(bundle, bundle_hash, scores, decision),
        plots=partial(plots_of, rows),
        metrics=_metrics(scores, MEASURES) | _compared(decision),
        params={**bundle.settings, "kpis": str(len(bundle.learned))},
        tags=tags,
        nested=tuple(
            NestedRun(
                name=kpi,
                metrics=_metrics(of_kpi.get(kpi, scores[:0]), ("annual_error",)),
                tags={
                    "kpi": kpi,
                    "kind": bundle.kinds[kpi],
                    "unit": bundle.units[kpi],
                    "as_of": tags["as_of"],
                    **_failures(learned.failures),
                },
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


def _compared(decision: Decision) -> Metrics:
    """The gate's comparison with the champion on their common origins, for sorting runs."""
    if decision.error is None or decision.champion_error is None:
        return {}
    found = {
        "gate/annual_error": decision.error,
        "gate/champion_annual_error": decision.champion_error,
        "gate/ratio_to_champion": decision.error / max(decision.champion_error, 1e-12),
        "gate/origins": float(decision.origins),
    }
    return {name: {0: value} for name, value in found.items()}


def _failures(failures: Mapping[str, str]) -> dict[str, str]:
    return {f"failed/{candidate}": reason for candidate, reason in sorted(failures.items())}
