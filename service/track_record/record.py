"""The record of a family: its settled projections and estimates with their scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from data.plans.kpi import Kpi
from data.plans.rows import family_plans, load_plan
from service.analysis.track_record import track_record
from service.projections.shape import Quantiles, in_both
from service.shapes.registry import (
    EstimatedShape,
    GivenOut,
    GivenShape,
    JudgedShape,
    Offices,
    OutcomeShape,
    Reliability,
    SettledShape,
    TrackRecord,
)
from service.state.app_state import AppState
from service.texts import name_of
from service.track_record.outcomes import Outcome
from service.track_record.scores import (
    ORIGINS,
    SETTLED_ON,
    estimate_scores,
    reliability_of,
    scores_of,
)
from service.track_record.settled import Given, SettledKpi, settled_of


def settled_in(app_state: AppState, plan: str, day: date) -> tuple[SettledKpi, ...]:
    """What of a plan is settled on a day, cached by revision."""

    def make() -> tuple[SettledKpi, ...]:
        document = load_plan(app_state.store, plan)
        return settled_of(app_state.store, app_state.panel(document.family), document, day)

    return app_state.record(plan, day, make)


def settled_of_family(app_state: AppState, family: str, day: date) -> tuple[SettledKpi, ...]:
    """What of all plans of a family is settled on a day."""
    plans = family_plans(app_state.store, family)
    return tuple(one for plan in plans for one in settled_in(app_state, plan, day))


def backtest(app_state: AppState, family: str, day: date) -> TrackRecord:
    """The backtest of the model that answers for a day, cached by revision.

    Raises
    ------
    NoBundle
        If no bundle was trained on data up to that day.
    """
    newest = family_plans(app_state.store, family)[-1]
    make = partial(track_record, app_state.store, app_state.settings, family, day)
    return app_state.record(newest, ("backtest", day), make)


def given_out(app_state: AppState, family: str, day: date) -> GivenOut:
    """A family's record on a day with its scores, cached by revision."""
    newest = family_plans(app_state.store, family)[-1]
    settled = settled_of_family(app_state, family, day)
    return app_state.record(newest, ("given out", day), partial(_given_out, family, settled))


def _given_out(family: str, settled: Sequence[SettledKpi]) -> GivenOut:
    tables = (
        Reliability(origin=origin, settled_on=on, bands=reliability_of(settled, origin, on))
        for origin in ORIGINS
        for on in SETTLED_ON
    )
    return GivenOut(
        family=family,
        years=tuple(sorted({one.year for one in settled})),
        scores=tuple(scores_of(settled, ("all", "kind", "months_known", "kpi"))),
        reliability=tuple(one for one in tables if one.bands),
        estimates=tuple(estimate_scores(settled, ("all", "kind", "months_known", "kpi"))),
    )


def offices(settled: Sequence[SettledKpi]) -> Offices:
    """Scores by office."""
    return Offices(
        scores=tuple(scores_of(settled, ("office",))),
        estimates=tuple(estimate_scores(settled, ("office",))),
    )


def settled_shape(one: SettledKpi, kpi: Kpi) -> SettledShape:
    """A KPI's year in the record as the interface gives it."""
    came = one.came
    return SettledShape(
        plan=one.plan,
        kpi=one.kpi,
        name=in_both(lambda lang: name_of(kpi, lang)),
        unit=one.unit,
        kind=one.kind,
        office=one.office,
        year=one.year,
        estimate=_outcome(came.first) if came else None,
        final=_outcome(came.final) if came and came.final else None,
        given=tuple(map(_given, one.given)),
        estimates=tuple(
            EstimatedShape(
                month=estimate.month,
                value=estimate.value,
                state=estimate.state,
                author=estimate.author,
                entered_at=estimate.entered_at,
                origin=estimate.origin,
                right=estimate.right,
            )
            for estimate in one.estimates
        ),
    )


def _outcome(one: Outcome) -> OutcomeShape:
    return OutcomeShape(value=one.value, published=one.day, status=one.status)


def _given(one: Given) -> GivenShape:
    bands = one.quantiles
    names = ("q025", "q10", "q50", "q90", "q975")
    return GivenShape(
        as_of=one.as_of,
        months_known=one.months_known,
        origin=one.origin,
        stamp=one.stamp,
        model_version=one.model_version,
        recorded_at=one.recorded_at,
        median=one.median,
        quantiles=bands and Quantiles(**dict(zip(names, bands, strict=True))),
        targets=tuple(
            JudgedShape(
                level=target.level,
                period=target.period,
                comparator=target.comparator,
                lower_value=target.lower_value,
                upper_value=target.upper_value,
                plan_version=target.plan_version,
                probability=target.probability,
                met=target.met,
                met_final=target.met_final,
            )
            for target in one.targets
        ),
    )
