"""Official estimates and the sign-off of months: draft, checked, approved, issued."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Response

from data.accounts.accounts import Access
from data.plans.rows import load_plan
from data.sign_off.rows import sign_off
from data.sign_off.rules import State
from data.sign_off.signing import (
    return_estimate,
    return_estimates,
    return_month,
    sign_estimate,
    sign_estimates,
    sign_month,
)
from models.errors import NoBundle, NoObservations
from models.series import Month
from service.auth.access import Checker, Entry, TheCaller, Viewer, requires
from service.projections.basis import as_of_date
from service.rights.ownership import plans_open_to
from service.shapes.sign_off import (
    EstimateEntry,
    EstimateList,
    EstimateStep,
    MonthList,
    MonthShape,
    MonthStep,
    SendBack,
    SeveralSentBack,
    SeveralSigned,
    WaitingList,
)
from service.state.app_state import AppState
from service.web.respond import TheAppState, answer, problems
from service.workflow.estimates import enter
from service.workflow.sign_off import (
    estimates_of,
    month_shape,
    months_of,
    stamps_of,
    waiting_shape,
)
from service.workflow.waiting import waiting_of

router = APIRouter(prefix="/v1/plans/{plan}/months", tags=["sign-off"])
waiting = APIRouter(prefix="/v1/waiting", tags=["sign-off"])
PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]
MonthName = Annotated[str, Path(examples=["2021-06"])]
KpiSlug = Annotated[str, Path(examples=["exports"])]

STEPS: dict[str, tuple[State, Access]] = {
    "check": ("checked", "checker"),
    "approve": ("approved", "approver"),
    "issue": ("issued", "approver"),
}


@waiting.get("", response_model=WaitingList)
def all_waiting(app_state: TheAppState, by: Viewer) -> Response:
    """What waits for whom: estimates and months to check, approve and issue, or to correct."""
    store = app_state.store
    plans = (load_plan(store, slug) for slug in plans_open_to(store, by))
    found = [month for plan in plans for month in waiting_of(store, plan, by)]
    return answer(waiting_shape(app_state, found))


@router.get(
    "", dependencies=[requires("viewer")], response_model=MonthList, responses=problems(404)
)
def all_months(plan: PlanSlug, app_state: TheAppState) -> Response:
    """The months with estimates or signatures."""
    return answer(months_of(app_state.store, load_plan(app_state.store, plan)))


@router.get(
    "/{month}",
    dependencies=[requires("viewer")],
    response_model=MonthShape,
    responses=problems(404, 422),
)
def one_month(plan: PlanSlug, month: MonthName, app_state: TheAppState) -> Response:
    """A month: state and history, estimates, and what a signature would cover."""
    load_plan(app_state.store, plan)
    record = sign_off(app_state.store, plan, Month.parse(month))
    try:
        stamps, reason = _stamps(app_state, plan, month), None
    except (NoBundle, NoObservations) as error:
        stamps, reason = {}, str(error)
    return answer(month_shape(app_state, record, stamps, reason))


@router.post(
    "/{month}/send-back", response_model=MonthShape, responses=problems(403, 404, 409, 422)
)
def send_month_back(
    plan: PlanSlug, month: MonthName, app_state: TheAppState, by: Checker, back: SendBack
) -> Response:
    """Make a month a draft again, with the reason; what was issued stays issued."""
    return_month(
        app_state.store, load_plan(app_state.store, plan), Month.parse(month), by.name, back.note
    )
    return one_month(plan, month, app_state)


@router.post(
    "/{month}/signatures/send-back",
    response_model=MonthShape,
    responses=problems(403, 404, 409, 422),
)
def send_several_back(
    plan: PlanSlug, month: MonthName, app_state: TheAppState, by: Checker, back: SeveralSentBack
) -> Response:
    """Make several estimates drafts again, with one reason: all of them, or none."""
    document = load_plan(app_state.store, plan)
    what = (document, Month.parse(month), back.estimates)
    return_estimates(app_state.store, *what, by.name, back.note)
    return one_month(plan, month, app_state)


@router.get(
    "/{month}/estimates/{kpi}",
    dependencies=[requires("viewer")],
    response_model=EstimateList,
    responses=problems(404, 422),
)
def one_estimate(
    plan: PlanSlug, month: MonthName, kpi: KpiSlug, app_state: TheAppState
) -> Response:
    """All official estimates of a KPI in a month, newest first, with their histories."""
    record = sign_off(app_state.store, plan, Month.parse(month))
    return answer(estimates_of(app_state, record, load_plan(app_state.store, plan), kpi))


@router.post(
    "/{month}/estimates/{kpi}",
    status_code=201,
    response_model=EstimateList,
    responses=problems(404, 409, 422),
)
def new_estimate(
    plan: PlanSlug,
    month: MonthName,
    kpi: KpiSlug,
    app_state: TheAppState,
    by: Entry,
    entry: EstimateEntry,
) -> Response:
    """Enter the official estimate for the year, as a draft; a changed value is a new draft.

    A value below the actual to date, or outside the 95 % interval of the projected year,
    needs `confirm`.
    """
    document = load_plan(app_state.store, plan)
    given, when = (entry.value, entry.unit, entry.reason), Month.parse(month)
    record = enter(app_state, document, when, kpi, given, by.name, confirm=entry.confirm)
    return answer(estimates_of(app_state, record, document, kpi), 201)


@router.post(
    "/{month}/estimates/{kpi}/send-back",
    response_model=EstimateList,
    responses=problems(403, 404, 409, 422),
)
def send_estimate_back(
    plan: PlanSlug,
    month: MonthName,
    kpi: KpiSlug,
    app_state: TheAppState,
    by: Checker,
    back: SendBack,
) -> Response:
    """Make an estimate a draft again, with the reason."""
    document = load_plan(app_state.store, plan)
    record = return_estimate(
        app_state.store, document, Month.parse(month), kpi, by.name, back.note
    )
    return answer(estimates_of(app_state, record, document, kpi))


def _month_step(to: State) -> Callable[..., Response]:
    def step(
        plan: PlanSlug, month: MonthName, app_state: TheAppState, by: TheCaller, signed: MonthStep
    ) -> Response:
        document = load_plan(app_state.store, plan)
        given_out = app_state.give_out(plan, as_of_date(month))
        stamps = stamps_of([one.view for one in given_out])
        what = (document, Month.parse(month), stamps, signed.figures)
        sign_month(app_state.store, *what, to, by.name, signed.note)
        return one_month(plan, month, app_state)

    return step


def _estimate_step(to: State) -> Callable[..., Response]:
    def step(
        plan: PlanSlug,
        month: MonthName,
        kpi: KpiSlug,
        app_state: TheAppState,
        by: TheCaller,
        signed: EstimateStep,
    ) -> Response:
        document = load_plan(app_state.store, plan)
        what = (document, Month.parse(month), kpi, signed.estimate)
        record = sign_estimate(app_state.store, *what, to, by.name, signed.note)
        return answer(estimates_of(app_state, record, document, kpi))

    return step


def _several_step(to: State) -> Callable[..., Response]:
    def step(
        plan: PlanSlug,
        month: MonthName,
        app_state: TheAppState,
        by: TheCaller,
        signed: SeveralSigned,
    ) -> Response:
        document = load_plan(app_state.store, plan)
        what = (document, Month.parse(month), signed.estimates)
        sign_estimates(app_state.store, *what, to, by.name, signed.note)
        return one_month(plan, month, app_state)

    return step


def _stamps(app_state: AppState, plan: str, month: str) -> dict[str, str]:
    issued = app_state.all_issued(plan, as_of_date(month))
    return stamps_of([one.view for one in issued])


for action, (state, role) in STEPS.items():
    router.add_api_route(
        f"/{{month}}/{action}",
        _month_step(state),
        methods=["POST"],
        name=f"{action}_month",
        description=f"Sign a month's projections and estimates as {state}.",
        dependencies=[requires(role)],
        response_model=MonthShape,
        responses=problems(403, 404, 409, 422),
    )
    router.add_api_route(
        f"/{{month}}/estimates/{{kpi}}/{action}",
        _estimate_step(state),
        methods=["POST"],
        name=f"{action}_estimate",
        description=f"Sign an official estimate as {state}.",
        dependencies=[requires(role)],
        response_model=EstimateList,
        responses=problems(403, 404, 409, 422),
    )
    router.add_api_route(
        f"/{{month}}/signatures/{action}",
        _several_step(state),
        methods=["POST"],
        name=f"{action}_several",
        description=f"Sign several official estimates of a month as {state}: all, or none.",
        dependencies=[requires(role)],
        response_model=MonthShape,
        responses=problems(403, 404, 409, 422),
    )
