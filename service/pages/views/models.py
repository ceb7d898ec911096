"""The models page: which model answers, which were tried, and how good they have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from data.db.audit import entries
from data.ledger.promotions import promotions_of
from data.plans.plan import Plan
from data.vintages.rows import vintages_of
from models.errors import NoBundle, NoObservations
from service.analysis.reliability import reliability_of
from service.analysis.track_record import labelled, track_record
from service.pages.views.frame import Choice, Frame, PlanContent
from service.shapes.registry import KpiScore, ReliabilityBand, Score
from service.state.app_state import AppState
from service.texts import TEXT, Lang, day_of, month_name, name_of, number, percent
from service.wording import person
from training.backtest.scoreboard import ENSEMBLE, after_first_year
from training.bundle.promoted import bundle_for, default_promotion
from training.gate import MARGIN

TRAINED = "model.train"  # what the audit log calls a retraining
_CUTS = (3, 6, 9, None)


@dataclass(frozen=True)
class TrainingShown:
    """A retraining; `kind` is 'champion', 'promoted' or 'challenger', `standing` says it."""

    version: str
    as_of: str
    at: str
    by: str
    kind: str
    standing: str
    error: str
    before: str
    reason: str


@dataclass(frozen=True)
class ScoresShown:
    """How good past forecasts were: of a method, of a part of the year or of a KPI."""

    name: str
    n: str
    error: str
    coverage: str
    width: str
    brier: str
    kpi: str = ""


@dataclass(frozen=True)
class ReliabilityShown:
    """A band of probabilities: how often targets in it were met."""

    band: str
    n: str
    said: str
    met: str


@dataclass(frozen=True, kw_only=True)
class ModelsContent(PlanContent):
    """What the models page shows; no scores of an illustrative family.

    Attributes
    ----------
    cuts : scores of the forecast that answers, by months known
    methods : of every method over all months, the smallest error first
    vintages : months that a retraining may be asked for with their names, newest first
    chosen : the month of the vintage
    """

    trainings: tuple[TrainingShown, ...]
    illustrative: bool
    years: str = ""
    cuts: tuple[ScoresShown, ...] = ()
    methods: tuple[ScoresShown, ...] = ()
    kpis: tuple[ScoresShown, ...] = ()
    reliability: tuple[ReliabilityShown, ...] = ()
    vintages: tuple[Choice, ...]
    chosen: str


def models_content(app_state: AppState, frame: Frame, lang: Lang) -> ModelsContent:
    """What the models page says of a plan's family."""
    plan, day = frame.plan, frame.day
    content = ModelsContent(
        frame=frame,
        trainings=_trainings(app_state, plan.family, day, lang),
        illustrative=labelled(app_state.store, app_state.panel, plan.family),
        vintages=_vintages(app_state, plan, lang),
        chosen=f"{day:%Y-%m}" if day else "",
    )
    if day is None or content.illustrative:
        return content
    try:
        record = track_record(app_state.store, app_state.settings, plan.family, day)
    except NoBundle:
        return content
    return replace(
        content,
        years=_years(record.years),
        cuts=_cuts(record.methods, lang),
        methods=_methods(record.methods, lang),
        kpis=_kpis(record.kpis, plan, lang),
        reliability=_reliability(reliability_rows(app_state, plan, day), lang),
    )


def _trainings(
    app_state: AppState, family: str, day: date | None, lang: Lang
) -> tuple[TrainingShown, ...]:
    """Every retraining of the family, newest first, and which of them answers."""
    champion = default_promotion(app_state.store, family, day) if day else None
    promoted = {one.version for one in promotions_of(app_state.store, family)}
    found = []
    for entry in entries(app_state.store, action=TRAINED, subject=family, limit=50):
        told = entry.after or {}
        version = str(told.get("version"))
        answers = champion is not None and champion.version == version
        kind = "champion" if answers else "promoted" if version in promoted else "challenger"
        found.append(
            TrainingShown(
                version=version,
                as_of=day_of(str(told.get("as_of")), lang),
                at=day_of(entry.at.date(), lang),
                by=person(entry.by, lang),
                kind=kind,
                standing=TEXT[lang][f"models.{kind}"],
                error=_per_cent(told.get("error"), lang),
                before=_per_cent(told.get("champion_error"), lang),
                reason=_decision(told, version in promoted, lang),
            )
        )
    return tuple(found)


def _decision(told: Mapping[str, Any], promoted: bool, lang: Lang) -> str:
    """Why the gate promoted a model or did not, from the scores it compared."""
    text, error, before = TEXT[lang], told.get("error"), told.get("champion_error")
    if error is None or before is None:
        return text["models.first"] if promoted else text["models.no_scores"]
    fields = {
        "error": _per_cent(error, lang),
        "before": _per_cent(before, lang),
        "margin": percent(100 * MARGIN, lang, 0),
    }
    within = error <= before * (1 + MARGIN)
    if not promoted:
        return text["models.worse"].format(**fields)
    told_so = text["models.within"] if within else text["models.by_hand"]
    return told_so.format(**fields)


def _per_cent(fraction: float | None, lang: Lang) -> str:
    return "–" if fraction is None else percent(100 * fraction, lang)


def _years(years: Sequence[int]) -> str:
    return f"{years[0]}–{years[-1]}" if len(years) > 1 else ", ".join(map(str, years))


def _scores(row: Score, name: str, lang: Lang, kpi: str = "") -> ScoresShown:
    return ScoresShown(
        name=name,
        n=number(row.n, lang),
        error=_per_cent(row.annual_error, lang),
        coverage=_per_cent(row.coverage_80, lang),
        width=_per_cent(row.width_80, lang),
        brier=number(row.brier, lang, 3),
        kpi=kpi,
    )


def _cuts(methods: Sequence[Score], lang: Lang) -> tuple[ScoresShown, ...]:
    """After three, six, nine months, and over all."""
    text = TEXT[lang]
    own = {row.months_known: row for row in methods if row.method == ENSEMBLE}
    names = {cut: text.count("models.after", cut) if cut else text["models.all"] for cut in _CUTS}
    return tuple(_scores(own[cut], name, lang) for cut, name in names.items() if cut in own)


def _methods(methods: Sequence[Score], lang: Lang) -> tuple[ScoresShown, ...]:
    over_all = [row for row in methods if row.months_known is None]
    return tuple(
        _scores(row, _method_name(row.method, lang), lang)
        for row in sorted(over_all, key=lambda row: float(row.annual_error))
    )


def _method_name(method: str, lang: Lang) -> str:
    if method == ENSEMBLE:
        return TEXT[lang]["annex.method.ensemble"]
    return TEXT[lang][f"candidate.{method}"]


def _kpis(kpis: Sequence[KpiScore], plan: Plan, lang: Lang) -> tuple[ScoresShown, ...]:
    known = {kpi.slug: kpi for kpi in plan.kpis}
    return tuple(
        _scores(row, name_of(known[row.kpi], lang), lang, row.kpi)
        for row in kpis
        if row.kpi in known
    )


def reliability_rows(app_state: AppState, plan: Plan, day: date) -> list[ReliabilityBand]:
    """The reliability of the model that answers for a day; see `service.analysis.reliability`.

    Raises
    ------
    NoBundle
        If none answers.
    NoObservations
        If its figures are illustrative, so that there is no past to be judged by.
    """
    if labelled(app_state.store, app_state.panel, plan.family):
        raise NoObservations(
            "'{plan}' is illustrative; its forecasts have no past.",
            plan=plan.slug,
        )
    promoted = bundle_for(app_state.store, app_state.settings.bundles, plan.family, day)
    rates = {kpi.slug for kpi in plan.kpis if kpi.traits.outcome_is_rate}
    return reliability_of(after_first_year(promoted.bundle.scores.frame()), rates)


def _reliability(rows: Sequence[ReliabilityBand], lang: Lang) -> tuple[ReliabilityShown, ...]:
    def shown(fraction: float) -> str:
        return percent(100 * fraction, lang, 0)

    return tuple(
        ReliabilityShown(
            band=f"{shown(row.low)} – {shown(row.high)}",
            n=number(row.n, lang),
            said=shown(row.mean_probability),
            met=shown(row.share_met),
        )
        for row in rows
    )


def _vintages(app_state: AppState, plan: Plan, lang: Lang) -> tuple[Choice, ...]:
    """The months that a retraining may be asked for, newest first."""
    months = {f"{day:%Y-%m}" for day in vintages_of(app_state.store, plan.family)}
    newest = sorted(months, reverse=True)[:36]
    return tuple((month, month_name(month, lang)) for month in newest)
