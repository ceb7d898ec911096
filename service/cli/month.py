"""`vedich month`: official estimates, and the sign-off of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from service.cli.arguments import open_store, the_plan
from service.speech import spoken

if TYPE_CHECKING:
    from data.db.store import Store
    from data.settings import Settings
    from data.sign_off.rules import SignOff
    from service.texts import Lang

app = typer.Typer(
    help="Official estimates and the sign-off of a month: show, estimate, sign, send-back.",
    no_args_is_help=True,
)

MonthArgument = Annotated[str, typer.Argument(metavar="MONTH", help="YYYY-MM.")]
PlanOption = Annotated[
    str | None, typer.Option("--plan", help="Plan slug; default: the only one there is.")
]
KpiOption = Annotated[
    str | None, typer.Option("--kpi", help="Only this KPI's estimate; default the whole month.")
]


@app.command()
def show(month: MonthArgument, plan: PlanOption = None) -> None:
    """State and history of a month and of its official estimates."""
    from data.plans.rows import load_plan
    from data.sign_off.rows import sign_off
    from models.series import Month

    settings, store = open_store()
    document = load_plan(store, the_plan(store, plan))
    _show(store, sign_off(store, document.slug, Month.parse(month)), settings.lang)


@app.command()
def estimate(
    month: MonthArgument,
    kpi: Annotated[str, typer.Argument(help="KPI slug.")],
    value: Annotated[str, typer.Argument(help="For the whole year, in the KPI's unit.")],
    reason: Annotated[str, typer.Option(help="Why this figure.")],
    plan: PlanOption = None,
    confirm: Annotated[
        bool,
        typer.Option(
            "--confirm",
            help="Enter it although it is below the actual to date or outside the 95 % interval.",
        ),
    ] = False,
) -> None:
    """Enter the official estimate for the year, as a draft."""
    from data.db.audit import process_user
    from data.plans.rows import load_plan
    from models.series import Month
    from service.state.app_state import AppState
    from service.typed_numbers import read_number
    from service.workflow.estimates import enter

    settings, store = open_store()
    document = load_plan(store, the_plan(store, plan))
    definition, by, when = document.kpi(kpi), process_user(), Month.parse(month)
    amount = read_number(value, spoken(), definition.unit, definition.decimals)
    app_state = AppState(settings, store)
    given = (amount, definition.unit, reason)
    record = enter(app_state, document, when, kpi, given, by, confirm=confirm)
    _show(store, record, settings.lang)


@app.command()
def sign(
    month: MonthArgument,
    step: Annotated[
        Literal["checked", "approved", "issued"], typer.Argument(help="The next step.")
    ],
    plan: PlanOption = None,
    kpi: KpiOption = None,
    note: Annotated[str, typer.Option(help="A remark.")] = "",
) -> None:
    """Sign a month with its estimates, or one estimate."""
    from data.db.audit import process_user
    from data.plans.rows import load_plan
    from data.sign_off.rows import sign_off
    from data.sign_off.rules import figures_of
    from data.sign_off.signing import sign_estimate, sign_month
    from models.series import Month

    settings, store = open_store()
    document = load_plan(store, the_plan(store, plan))
    when, by = Month.parse(month), process_user()
    record = sign_off(store, document.slug, when)
    if kpi:
        seen = record.newest(document.kpi(kpi).slug).id
        record = sign_estimate(store, document, when, kpi, seen, step, by, note)
    else:
        stamps = _stamps(store, settings, document.slug, month)
        figures = figures_of(stamps, record.current)
        record = sign_month(store, document, when, stamps, figures, step, by, note)
    _show(store, record, settings.lang)


@app.command("send-back")
def send_back(
    month: MonthArgument,
    reason: Annotated[str, typer.Option(help="Why.")],
    plan: PlanOption = None,
    kpi: KpiOption = None,
) -> None:
    """Make a month, or one estimate, a draft again; what was issued stays issued."""
    from data.db.audit import process_user
    from data.plans.rows import load_plan
    from data.sign_off.signing import return_estimate, return_month
    from models.series import Month

    settings, store = open_store()
    document = load_plan(store, the_plan(store, plan))
    when, by = Month.parse(month), process_user()
    if kpi:
        record = return_estimate(store, document, when, kpi, by, reason)
    else:
        record = return_month(store, document, when, by, reason)
    _show(store, record, settings.lang)


def _stamps(store: Store, settings: Settings, plan: str, month: str) -> dict[str, str]:
    from service.projections.basis import as_of_date
    from service.projections.issue import issue
    from service.workflow.sign_off import stamps_of

    given_out = issue(store, settings, plan, as_of_date(month))
    return stamps_of([one.view for one in given_out])


def _show(store: Store, record: SignOff, lang: Lang) -> None:
    from data.plans.rows import load_plan
    from service.cli.output import show_month

    show_month(record, load_plan(store, record.plan), lang)
