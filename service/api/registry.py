"""Models, their track record, and stamps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from data.ledger.promotions import promotions_of
from data.plans.rows import load_plan
from data.sign_off.rows import was_issued
from models.errors import NotIssued
from service.analysis.track_record import labelled
from service.auth.access import Caller, Public, Viewer
from service.projections.basis import as_of_date, newest_vintage
from service.projections.replay import recorded
from service.projections.stamps import tidy_stamp
from service.projections.view import StampView
from service.rights.ownership import plans_open_to
from service.shapes.registry import ModelList, ModelVersion, SettledList, TrackRecordList
from service.state.app_state import AppState
from service.track_record.record import (
    backtest,
    given_out,
    offices,
    settled_in,
    settled_of_family,
    settled_shape,
)
from service.track_record.settled import SettledKpi
from service.web.respond import AsOf, TheAppState, answer, problems

router = APIRouter(prefix="/v1")

OfPlan = Annotated[
    str | None, Query(description="of this plan's family; default all that the caller may see")
]


@router.get(
    "/models",
    response_model=ModelList,
    responses=problems(404),
    tags=["models"],
)
def models(app_state: TheAppState, by: Viewer, plan: OfPlan = None) -> Response:
    """Every model version that was promoted, newest first; the newest is the champion."""
    found = []
    for name in _families(app_state, by, plan):
        promoted = promotions_of(app_state.store, name)
        found += [
            ModelVersion(
                family=name,
                version=one.version,
                as_of=one.as_of,
                promoted_at=one.promoted_at,
                bundle_hash=one.bundle_hash,
                champion=place == 0,
            )
            for place, one in enumerate(reversed(promoted))
        ]
    return answer(ModelList(models=tuple(found)))


@router.get(
    "/track-record",
    response_model=TrackRecordList,
    responses=problems(404, 409, 422),
    tags=["models"],
)
def record_of_forecasts(
    app_state: TheAppState, by: Viewer, plan: OfPlan = None, as_of: AsOf = None
) -> Response:
    """How good forecasts were: backtests of models, and what was given out, against what came.

    `track_record` is the backtest of the model that answers for `as_of`. `given_out` has
    the probabilities, projected years and official estimates in the ledger whose outcome
    was published up to `as_of`, live ones and those computed afterwards apart. Without
    `plan`, all families with a model; a family whose plan carries a label (illustrative
    figures) has no track record.
    """
    tested, given = [], []
    everything: list[SettledKpi] = []
    for family in _families(app_state, by, plan):
        if labelled(app_state.store, app_state.panel, family) or not (
            plan or promotions_of(app_state.store, family)
        ):
            continue
        day = as_of_date(as_of) if as_of else newest_vintage(app_state.store, family)
        tested.append(backtest(app_state, family, day))
        given.append(given_out(app_state, family, day))
        everything += settled_of_family(app_state, family, day)
    found = TrackRecordList(
        track_record=tuple(tested), given_out=tuple(given), offices=offices(everything)
    )
    return answer(found)


@router.get(
    "/plans/{plan}/track-record",
    response_model=SettledList,
    responses=problems(404, 422),
    tags=["models"],
)
def settled_targets(
    plan: Annotated[str, Path()],
    app_state: TheAppState,
    by: Viewer,
    as_of: AsOf = None,
    kpi: Annotated[str | None, Query(description="only this KPI")] = None,
) -> Response:
    """Every KPI of a plan whose year, or a target's period, is over: its path month by month.

    Empty for a plan with a label (illustrative figures).
    """
    document = load_plan(app_state.store, plan)
    chosen = document.kpi(kpi).slug if kpi else None
    settled: Sequence[SettledKpi] = ()
    if not labelled(app_state.store, app_state.panel, document.family):
        day = as_of_date(as_of) if as_of else newest_vintage(app_state.store, document.family)
        settled = settled_in(app_state, plan, day)
    shapes = tuple(
        settled_shape(one, document.kpi(one.kpi)) for one in settled if chosen in (None, one.kpi)
    )
    return answer(SettledList(settled=shapes))


@router.get("/stamps/{stamp}", response_model=StampView, responses=problems(404), tags=["stamps"])
def stamp(
    stamp: Annotated[str, Path(description="12 letters and digits under a published figure")],
    app_state: TheAppState,
    by: Public,
) -> Response:
    """The figure with this code and its inputs; readers outside see issued figures only."""
    entry = recorded(app_state.store, stamp)
    if not by.inside and not was_issued(app_state.store, tidy_stamp(stamp)):
        raise NotIssued("the figure '{stamp}' was not issued; log in to see it.", stamp=stamp)
    found = StampView(
        stamp=tidy_stamp(stamp),
        plan=entry.projection.plan,
        kpi=entry.projection.kpi,
        inputs=entry.inputs,
        projection=entry.projection,
    )
    return answer(found)


def _families(app_state: AppState, by: Caller, plan: str | None) -> list[str]:
    """The family of a plan, or all that the caller may see."""
    chosen = [plan] if plan else plans_open_to(app_state.store, by)
    return sorted({load_plan(app_state.store, slug).family for slug in chosen})
