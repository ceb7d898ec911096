"""The command `vedich`: the same functions as the routes, for a terminal.

Libraries are loaded by the command that needs them, so that help is instant.
A problem that a person can act on is one line on stderr and exit code 2.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from data.home import own_files
from models.errors import VedichError
from service.cli import (
    accounts,
    analysis,
    entries,
    events,
    figures,
    imports,
    month,
    plans,
    scenarios,
)
from service.cli.arguments import (
    AsOfOption,
    EngineOption,
    PlanOption,
    SchedulerOption,
    WorkersOption,
    family_plan,
    open_store,
)
from service.cli.house import audit, backup, jobs, mlflow_pages, monthly, notices
from service.speech import speak, spoken, told, translate_help

app = typer.Typer(
    help="Will the year's plan targets be met by 31 December, how sure are we, and what would "
    "it take?",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(plans.plan_app, name="plan")
app.add_typer(entries.task_app, name="task")
app.add_typer(entries.log_app, name="log")
app.add_typer(events.app, name="event")
app.add_typer(events.project_app, name="project-register")
app.add_typer(imports.import_app, name="import")
app.add_typer(month.app, name="month")
app.add_typer(accounts.account_app, name="account")
app.add_typer(accounts.key_app, name="key")
app.add_typer(audit.app, name="audit")
app.add_typer(jobs.app, name="job")
app.add_typer(accounts.body_app, name="body")
app.add_typer(scenarios.app, name="scenario")
app.command()(analysis.changes)
app.command()(analysis.contributions)
app.command("roll-up")(analysis.roll_up)
app.add_typer(figures.report_app, name="report")


@app.command()
def init(
    sample: Annotated[
        str | None, typer.Option("--sample", help="A sample plan's name, or 'all'.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", help="Only what was published up to YYYY-MM or YYYY-MM-DD."),
    ] = None,
) -> None:
    """Create the database, and load sample plans."""
    from data.plans.rows import plan_slugs
    from data.samples.load import load_sample
    from service.projections.basis import as_of_date

    last = as_of_date(until) if until else None
    _settings, store = open_store()
    for loaded in load_sample(store, sample, until=last) if sample else ():
        print(
            told(
                "{plan}: {new:,} figures, {unchanged:,} known.",
                plan=loaded.plan,
                new=loaded.added.new,
                unchanged=loaded.added.unchanged,
            )
        )
    print(told("Plans: {plans}", plans=", ".join(plan_slugs(store)) or told("none")))


@app.command("sample-workbooks")
def sample_workbooks(
    folder: Annotated[Path, typer.Argument(help="Where the workbooks go.")],
) -> None:
    """Write the twelve monthly reports of the sample lang-son-2021 as workbooks."""
    from data.samples.lang_son.workbooks import write_workbooks

    for path in write_workbooks(folder):
        print(path)


app.command()(figures.ingest)


@app.command()
def retrain(
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="YYYY-MM: a model for each month's end from this month on."),
    ] = None,
    workers: WorkersOption = None,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Fit the extra candidates too (CES, ETS).")
    ] = False,
    promote: Annotated[
        bool, typer.Option("--promote", help="Promote it whatever the gate decides.")
    ] = False,
    engine: EngineOption = "local",
    scheduler: SchedulerOption = None,
) -> None:
    """Retrain weights and calibration; the better model answers."""
    from service.cli.output import show_retraining
    from service.projections.basis import as_of_date, month_ends, newest_vintage
    from service.projections.issue import issue
    from training.console import progress_bar, retraining_alone
    from training.retrain import retrain as learn

    settings, store = open_store()
    chosen = family_plan(store, plan)
    days = [as_of_date(as_of) if as_of else None]
    if since:
        days = [*month_ends(as_of_date(since), days[0] or newest_vintage(store, chosen.family))]
    with retraining_alone(store, chosen.slug) as (_, told_of):
        for one in days:
            with progress_bar(f"retrain {chosen.slug} {one or ''}".strip(), told_of) as progress:
                report = learn(
                    store,
                    settings,
                    chosen.slug,
                    one,
                    workers=workers,
                    progress=progress,
                    engine=engine,
                    scheduler=scheduler,
                    thorough=thorough,
                    promote=promote,
                )
            if report.decision.promoted:
                issue(store, settings, chosen.slug, report.as_of)
            show_retraining(report)


@app.command()
def promote(
    version: Annotated[str, typer.Argument(help="Number of a registered model version.")],
    plan: PlanOption = None,
) -> None:
    """Promote a model version by hand, from the champion's vintage on."""
    from service.work.retraining import promoted_by_hand

    settings, store = open_store()
    promotion = promoted_by_hand(store, settings, family_plan(store, plan).slug, version)
    print(
        told(
            "{family}: model version {version} answers from {as_of} on.",
            family=promotion.family,
            version=version,
            as_of=promotion.as_of,
        )
    )


app.command()(monthly.monthly)
app.command()(notices.notify)
app.command()(figures.project)


@app.command()
def backtest(
    plan: PlanOption = None,
    years: Annotated[
        int | None,
        typer.Option(min=1, help="Score only the last so many years; default all."),
    ] = None,
    as_of: AsOfOption = None,
    workers: WorkersOption = None,
) -> None:
    """Accuracy of forecasts of past years, by months known."""
    from service.cli.output import show_scores
    from service.projections.basis import as_of_date, newest_vintage
    from service.work.retraining import backtest_scores
    from training.console import progress_bar

    _settings, store = open_store()
    chosen = family_plan(store, plan)
    day = as_of_date(as_of) if as_of else newest_vintage(store, chosen.family)
    with progress_bar(f"backtest {chosen.slug}") as progress:
        scores = backtest_scores(store, chosen.slug, day, years, workers, progress)
    show_scores(scores)


app.command()(figures.exchange)
app.command()(figures.replay)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(backup.export)
app.command()(backup.clean)
app.command("mlflow-ui")(mlflow_pages.mlflow_ui)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Default 127.0.0.1 or VEDICH_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Default 8000 or VEDICH_PORT.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Processes that answer; default 1 or VEDICH_WORKERS."),
    ] = None,
) -> None:
    """Answer over HTTP: page, API, charts."""
    from data.accounts.accounts import has_accounts
    from data.db.audit import process_user, record
    from service.app import create_app
    from service.auth.access import LOCAL, refuse_to_listen
    from service.several import serve_with
    from service.web.server import listen, server_of, stay_responsive
    from service.workflow.retention import clean

    settings, store = open_store()
    address, number = host or settings.host, port or settings.port
    refuse_to_listen(store, address)
    clean(store, settings, datetime.now(UTC))
    if not has_accounts(store):
        open_to = {"loopback": f"acts as '{LOCAL}', role admin, while there is no account"}
        record(store, process_user(), "serve", address, after=open_to)
    settings = settings.model_copy(update={"host": address})
    with listen(address, number) as listener:
        shown = f"[{address}]" if ":" in address else address
        print(
            told("Vedich: http://{shown}:{port}/ (Ctrl+C stops it)", shown=shown, port=number),
            flush=True,
        )
        if (processes := workers or settings.workers) > 1:
            store.close()
            serve_with(listener, settings, processes)
        else:
            app = create_app(settings, store)
            stay_responsive()
            server_of(app).run(sockets=[listener])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; errors that a person can act on are one line and exit code 2."""
    gc.set_threshold(50_000, 20, 20)  # many small objects, few cycles
    # arrays are small: more threads of linear algebra cost more, and add up in another order
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    own_files()
    given = sys.argv[1:] if arguments is None else list(arguments)
    command = typer.main.get_command(app)
    if speak(given) == "vi":
        translate_help(command)
    try:
        code = command(args=given, standalone_mode=False)
    except TyperException as error:
        _fail(error.format_message())
    except BrokenPipeError:
        # the reader of our output (head, less) has ended; flush nothing to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (VedichError, MemoryError, ImportError, OSError, RuntimeError) as error:
        said = _said(error)
        if said is None:
            raise
        _fail(said)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(code or 0)


def _said(error: Exception) -> str | None:
    """What is wrong, in the language of this process; None if it says nothing to a person."""
    try:
        from service.wording import explained

        told = explained(error, spoken())
        if told is None and isinstance(error, OSError):
            told = error.strerror or str(error)  # such as 'Address already in use'
        return told
    except (MemoryError, ImportError, OSError):  # too little even for the texts
        return "out of memory; close other programs, or give this one more."


def _fail(message: str) -> None:
    """Print an error as one line on stderr, a usage text unchanged; exit code 2."""
    whole = message.startswith("Usage:")
    print(message if whole else f"vedich: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
