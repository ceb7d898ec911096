"""The models page: which model answers, which were tried, and how good they have been."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from data.db.audit import entries
from data.ledger.promotions import promotions_of
from data.plans.plan import Plan
from data.vintages.rows import vintages_of
from models.errors import NoBundle, NoObservations
from service.analysis.reliability import reliability_of
from service.analysis.track_record import labelled, track_record
from service.state.app_state import AppState
from service.texts import TEXT, Lang, day_of, name_of, number, percent
from training.backtest.scoreboard import ENSEMBLE, after_first_year
from training.bundle.promoted import bundle_for, promotion_for

Json = Any  # until its readers ask a view by attribute
TRAINED = "model.train"  # what the audit log calls a retraining
_CUTS = (3, 6, 9, None)


def models_content(
    app_state: AppState, plan: Plan, day: date | None, lang: Lang
) -> dict[str, Any]:
    """What the models page says of a plan's family."""
    family = plan.family
    demonstration = labelled(app_state.store, app_state.panel, family)
    record: Json | None = None
    if day is not None and not demonstration:
        try:
            record = track_record(app_state.store, app_state.settings, family, day)
        except NoBundle:
            record = None
    return {
        "trainings": _trainings(app_state, family, day, lang),
        "demonstration": demonstration,
        "years": record and _years(record["years"]),
        "cuts": [] if record is None else _cuts(record["methods"], lang),
        "methods": [] if record is None else _methods(record["methods"], lang),
        "kpis": [] if record is None else _kpis(record["kpis"], plan, lang),
        "reliability": [] if record is None else _reliability(app_state, plan, day, lang),
        "vintages": _vintages(app_state, plan),
    }


def _trainings(
    app_state: AppState, family: str, day: date | None, lang: Lang
) -> list[dict[str, Any]]:
    """Every retraining of the family, newest first, and which of them answers."""
    champion = promotion_for(app_state.store, family, day) if day else None
    promoted = {one.version for one in promotions_of(app_state.store, family)}
    found = []
    for entry in entries(app_state.store, action=TRAINED, subject=family, limit=50):
        told = entry.after or {}
        version = str(told.get("version"))
        answers = champion is not None and champion.version == version
        kind = "champion" if answers else "promoted" if version in promoted else "challenger"
        found.append(
            {
                "version": version,
                "as_of": day_of(str(told.get("as_of")), lang),
                "at": day_of(entry.at.date().isoformat(), lang),
                "by": entry.by,
                "kind": kind,
                "standing": TEXT[lang][f"models.{kind}"],
                "error": _per_cent(told.get("error"), lang),
                "before": _per_cent(told.get("champion_error"), lang),
                "reason": told.get("reason", ""),
            }
        )
    return found


def _per_cent(fraction: float | None, lang: Lang) -> str:
    return "–" if fraction is None else percent(100 * fraction, lang)


def _years(years: Sequence[int]) -> str:
    return f"{years[0]}–{years[-1]}" if len(years) > 1 else ", ".join(map(str, years))


def _scores(row: Json, lang: Lang) -> dict[str, str]:
    return {
        "n": number(row["n"], lang),
        "error": _per_cent(row["annual_error"], lang),
        "median": _per_cent(row["median_error"], lang),
        "coverage": _per_cent(row["coverage_80"], lang),
        "width": _per_cent(row["width_80"], lang),
        "brier": number(row["brier"], lang, 3),
    }


def _cuts(methods: Sequence[Json], lang: Lang) -> list[dict[str, str]]:
    """The scores of the forecast that answers, after three, six, nine months, and over all."""
    text = TEXT[lang]
    own = {row["months_known"]: row for row in methods if row["method"] == ENSEMBLE}
    return [
        {
            "name": text["models.all"] if cut is None else text.count("models.after", cut),
            **_scores(own[cut], lang),
        }
        for cut in _CUTS
        if cut in own
    ]


def _methods(methods: Sequence[Json], lang: Lang) -> list[dict[str, str]]:
    """Every method over all months, the smallest error first."""
    over_all = [row for row in methods if row["months_known"] is None]
    return [
        {"name": _method_name(row["method"], lang), **_scores(row, lang)}
        for row in sorted(over_all, key=lambda row: float(row["annual_error"]))
    ]


def _method_name(method: str, lang: Lang) -> str:
    if method == ENSEMBLE:
        return TEXT[lang]["annex.method.ensemble"]
    return TEXT[lang][f"candidate.{method}"]


def _kpis(kpis: Sequence[Json], plan: Plan, lang: Lang) -> list[dict[str, str]]:
    known = {kpi.slug: kpi for kpi in plan.kpis}
    return [
        {
            "kpi": row["kpi"],
            "name": name_of(known[row["kpi"]], lang),
            **_scores(row, lang),
        }
        for row in kpis
        if row["kpi"] in known
    ]


def reliability_rows(app_state: AppState, plan: Plan, day: date) -> list[dict[str, Any]]:
    """The reliability of the model that answers for a day; see `service.analysis.reliability`.

    Raises
    ------
    NoBundle
        If none answers.
    NoObservations
        If it was trained on a demonstration, which has no past to be judged by.
    """
    if labelled(app_state.store, app_state.panel, plan.family):
        raise NoObservations(f"'{plan.slug}' is a demonstration; its forecasts have no past.")
    promoted = bundle_for(app_state.store, app_state.settings.bundles, plan.family, day)
    rates = {kpi.slug for kpi in plan.kpis if kpi.traits.outcome_is_rate}
    return reliability_of(after_first_year(promoted.bundle.scores.frame()), rates)


def _reliability(
    app_state: AppState, plan: Plan, day: date | None, lang: Lang
) -> list[dict[str, str]]:
    if day is None:
        return []

    def shown(fraction: float) -> str:
        return percent(100 * fraction, lang, 0)

    return [
        {
            "band": f"{shown(row['low'])} – {shown(row['high'])}",
            "n": number(row["n"], lang),
            "said": shown(row["mean_probability"]),
            "met": shown(row["share_met"]),
        }
        for row in reliability_rows(app_state, plan, day)
    ]


def _vintages(app_state: AppState, plan: Plan) -> list[str]:
    """The months that a retraining may be asked for, newest first."""
    return sorted(
        {f"{day:%Y-%m}" for day in vintages_of(app_state.store, plan.family)}, reverse=True
    )[:36]
