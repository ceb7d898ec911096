"""The command `vedich`: the same functions as the routes, for a terminal.

Only what a command needs is loaded when it runs, so that help is instant.
A problem that a person can act on is one line on stderr and exit code 2.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Sequence
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from models.errors import InputError, VedichError
from service.cli import accounts, analysis, entries, events, imports, month, scenarios
from service.cli.arguments import (
    family_plan,
    open_store,
    publication_day,
    refuse_existing,
    the_plan,
)
from service.cli.options import AsOfOption, LangOption, PlanOption, TextFormat, WorkersOption

app = typer.Typer(
    help="Will the year's plan targets be met by 31 December, how sure are we, and what would "
    "it take?",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
plan_app = typer.Typer(
    help="Plans: import, template, form, compare, roll-over, list.", no_args_is_help=True
)
app.add_typer(plan_app, name="plan")
app.add_typer(entries.task_app, name="task")
app.add_typer(entries.log_app, name="log")
app.add_typer(events.app, name="event")
app.add_typer(imports.import_app, name="import")
app.add_typer(month.app, name="month")
app.add_typer(accounts.account_app, name="account")
app.add_typer(accounts.key_app, name="key")
app.add_typer(scenarios.app, name="scenario")
app.command()(analysis.changes)
app.command()(analysis.contributions)
report_app = typer.Typer(help="A plan's report as a file.", invoke_without_command=True)
app.add_typer(report_app, name="report")


class Format(StrEnum):
    """How `project` prints."""

    table = "table"
    json = "json"
    csv = "csv"


class ReportFormat(StrEnum):
    """Of a report."""

    docx = "docx"
    pdf = "pdf"
    xlsx = "xlsx"
    html = "html"
    md = "md"


class ReportKindOption(StrEnum):
    """What a report covers."""

    month = "month"
    half_year = "half-year"
    year = "year"


@app.command()
def init(
    sample: Annotated[
        str | None, typer.Option("--sample", help="A sample plan's name, or 'all'.")
    ] = None,
) -> None:
    """Create the database, and load sample plans."""
    from data.plans.rows import plan_slugs
    from data.samples.load import load_sample

    _settings, store = open_store()
    for loaded in load_sample(store, sample) if sample else ():
        print(f"{loaded.plan}: {loaded.added.new:,} figures, {loaded.added.unchanged:,} known.")
    print(f"Plans: {', '.join(plan_slugs(store)) or 'none'}")


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="Workbooks and tidy tables.")],
    plan: PlanOption = None,
    published: Annotated[
        str | None, typer.Option(help="Publication date of all files, YYYY-MM-DD.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and compare only.")] = False,
    workers: WorkersOption = None,
) -> None:
    """Load figures: annexes of the statistics office, report forms, tidy tables."""
    from data.db.audit import process_user
    from data.ingestion.ingest import ingest as load
    from service.cli.output import show_ingest
    from training.console import progress_bar

    _settings, store = open_store()
    family = family_plan(store, plan).family
    day = publication_day(files, published)
    with progress_bar("ingest") as progress:
        report = load(
            store,
            family,
            files,
            published=day,
            dry_run=dry_run,
            by=process_user(),
            workers=workers or os.cpu_count() or 1,
            progress=progress,
        )
    show_ingest(report)
    if report.problems:
        raise typer.Exit(2)


@app.command()
def retrain(
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    workers: WorkersOption = None,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Fit the extra candidates too (CES, ETS).")
    ] = False,
    promote: Annotated[
        bool, typer.Option("--promote", help="Let it answer whatever the comparison says.")
    ] = False,
    engine: Annotated[str, typer.Option(help="Where it runs: only 'local'.")] = "local",
) -> None:
    """Learn weights and calibration anew; the better model answers."""
    from service.cli.output import show_retraining
    from service.projections.basis import as_of_date
    from training.console import progress_bar
    from training.retrain import retrain as learn

    settings, store = open_store()
    slug = family_plan(store, plan).slug
    day = as_of_date(as_of) if as_of else None
    with progress_bar(f"retrain {slug}") as progress:
        report = learn(
            store,
            settings,
            slug,
            day,
            workers=workers,
            progress=progress,
            engine=engine,
            thorough=thorough,
            promote=promote,
        )
    show_retraining(report)


@app.command()
def promote(
    version: Annotated[str, typer.Argument(help="Number of a registered model version.")],
    plan: PlanOption = None,
) -> None:
    """Put a model version in charge by hand, from the champion's vintage on."""
    from training.retrain import promote_version

    settings, store = open_store()
    family = family_plan(store, plan).family
    promotion = promote_version(store, settings, family, version)
    print(f"{family}: model version {version} answers from {promotion.as_of} on.")


@app.command()
def project(
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    kpi: Annotated[str | None, typer.Option(help="KPI slug; default all.")] = None,
    format: Annotated[Format, typer.Option(help="table, json or csv.")] = Format.table,
    lang: LangOption = None,
) -> None:
    """What the year will end at, and how every target stands."""
    from data.plans.rows import load_plan
    from service.projections.basis import as_of_date
    from service.projections.estimates import with_estimates
    from service.projections.issue import issue
    from service.projections.joint import joint_probability

    settings, store = open_store()
    slug = the_plan(store, plan)
    day = as_of_date(as_of) if as_of else None
    issued = issue(store, settings, slug, day, kpi)
    found = with_estimates(store, [one.view for one in issued])
    joint = None if kpi else joint_probability(issued)
    if format is Format.json:
        from service.projections.shape import indented
        from service.projections.view import ProjectionsView

        print(indented(ProjectionsView(projections=tuple(found), together=joint)))
    elif format is Format.csv:
        from service.projections.columns import to_csv

        sys.stdout.write(to_csv(found))
    else:
        from service.cli.output import show_projections

        show_projections(
            found, load_plan(store, slug), lang.value if lang else settings.lang, joint
        )


@report_app.callback()
def report(
    context: typer.Context,
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    format: Annotated[
        ReportFormat | None, typer.Option(help="Default: what the name of --out ends with.")
    ] = None,
    lang: LangOption = None,
    kind: Annotated[
        ReportKindOption | None,
        typer.Option(help="Default: half-year with June's figures, year with December's."),
    ] = None,
    annex: Annotated[
        bool, typer.Option("--annex", help="The internal annex: projections, probabilities.")
    ] = False,
    template: Annotated[
        Path | None, typer.Option(help="Your own .docx with placeholders to fill in.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
) -> None:
    """Write the report of a plan: Word, PDF, Excel, HTML or Markdown."""
    from data.plans.rows import load_plan

    if context.invoked_subcommand:
        return
    if out is None:
        raise InputError("expected the file to write; found none. Give it: --out report.docx")
    chosen = format.value if format else out.suffix.lstrip(".").lower()
    if chosen not in {one.value for one in ReportFormat}:
        known = ", ".join(one.value for one in ReportFormat)
        raise InputError(f"{out}: expected a format, one of {known}; found '{chosen}'.")
    if template and (chosen != "docx" or annex):
        raise InputError("a template is for the official report in docx; leave out the rest.")

    from service.projections.basis import as_of_date, newest_vintage
    from service.report.build import Wanted
    from service.report.renderers.formats import render
    from service.report.request import report_of
    from service.state.app_state import AppState

    settings, store = open_store()
    slug = the_plan(store, plan)
    day = as_of_date(as_of) if as_of else newest_vintage(store, load_plan(store, slug).family)
    wanted = Wanted(
        lang=lang.value if lang else settings.lang,
        part="annex" if annex else "report",
        kind=kind.value if kind else None,
    )
    content = report_of(AppState(settings, store), slug, day, wanted)
    if template is None:
        out.write_bytes(render(content, ReportFormat(chosen).value))
    else:
        from service.report.template.filling import fill

        filled = fill(template.read_bytes(), template.name, content)
        out.write_bytes(filled.content)
        for one in filled.unknown:
            print(f"vedich: {template.name}: unknown placeholder {one}", file=sys.stderr)
    print(out)


@report_app.command("template")
def report_template(
    out: Annotated[Path, typer.Argument(help="Where to write: .docx.")],
    lang: LangOption = None,
) -> None:
    """Write a Word template to begin from."""
    from data.settings import Settings
    from service.report.template.starter import starter

    refuse_existing(out)
    out.write_bytes(starter(lang.value if lang else Settings().lang))
    print(f"{out}: change it in Word, then: vedich report --template {out} --out report.docx")


@app.command()
def backtest(
    plan: PlanOption = None,
    years: Annotated[
        int | None, typer.Option(min=1, help="Only the last so many years; default all.")
    ] = None,
    as_of: AsOfOption = None,
    workers: WorkersOption = None,
) -> None:
    """How good the forecasts of past years were, by months known."""
    from service.cli.output import show_scores
    from service.projections.basis import as_of_date, newest_vintage
    from service.workflow.retraining import backtest_scores
    from training.console import progress_bar

    _settings, store = open_store()
    chosen = family_plan(store, plan)
    day = as_of_date(as_of) if as_of else newest_vintage(store, chosen.family)
    with progress_bar(f"backtest {chosen.slug}") as progress:
        scores = backtest_scores(store, chosen.slug, day, years, workers, progress)
    show_scores(scores)


@app.command()
def replay(stamp: Annotated[str, typer.Argument(help="The code of a published figure.")]) -> None:
    """Compute a published figure again, and compare every digit."""
    from service.projections.replay import SHOWN
    from service.projections.replay import replay as run_replay

    settings, store = open_store()
    result = run_replay(store, settings, stamp)
    figure = result.recorded.projection
    what = f"{result.stamp}: {figure.plan} {figure.kpi} as of {figure.as_of}"
    if result.same:
        since = (
            ""
            if result.stored_at is None
            else (
                f", from the figures held on {result.stored_at:%Y-%m-%d %H:%M} UTC; "
                "others count now"
            )
        )
        print(f"{what}: the same to every digit{since}.")
        return
    print(f"{what}: {len(result.differences)} differences.", file=sys.stderr)
    for difference in result.differences[:SHOWN]:
        print(f"  {difference}", file=sys.stderr)
    raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Default 127.0.0.1 or VEDICH_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Default 8000 or VEDICH_PORT.")
    ] = None,
) -> None:
    """Answer over HTTP: page, API, charts."""
    import uvicorn

    from data.accounts.accounts import has_accounts
    from data.db.audit import process_user, record
    from service.app import create_app
    from service.auth.access import LOCAL, refuse_to_listen

    settings, store = open_store()
    address, number = host or settings.host, port or settings.port
    refuse_to_listen(store, address)
    if not has_accounts(store):
        open_to = {"loopback": f"acts as '{LOCAL}', role admin, while there is no account"}
        record(store, process_user(), "serve", address, after=open_to)
    config = uvicorn.Config(create_app(settings, store), log_level="warning", access_log=False)
    with _listening(address, number) as listener:
        uvicorn.Server(config).run(sockets=[listener])


@plan_app.command("list")
def plan_list() -> None:
    """The plans there are."""
    from data.plans.rows import load_plan, plan_slugs
    from data.vintages.panel_rows import load_panel
    from service.cli.output import show_plans
    from service.workflow.plans import summary

    _settings, store = open_store()
    panel_of = cache(partial(load_panel, store))
    show_plans([summary(store, panel_of, load_plan(store, slug)) for slug in plan_slugs(store)])


@plan_app.command("template")
def plan_template(
    file: Annotated[Path, typer.Argument(help="Where to write: .xlsx or .yaml.")],
) -> None:
    """Write a blank plan to fill in."""
    from data.readers.plan_document.file import write_template

    refuse_existing(file)
    write_template(file)
    print(f"{file}: fill it in, then: vedich plan import {file}")


@plan_app.command("form")
def plan_form(
    month: Annotated[str, typer.Option(help="Of the report, YYYY-MM.")],
    out: Annotated[Path, typer.Option(help="Where to write: .xlsx.")],
    plan: PlanOption = None,
    lang: LangOption = None,
) -> None:
    """Write the blank report form of a month, to fill in and ingest."""
    from data.vintages.panel_rows import load_panel
    from models.series import Month
    from service.workflow.plan_form import plan_form as form_of

    settings, store = open_store()
    refuse_existing(out)
    slug = the_plan(store, plan)
    panel_of = cache(partial(load_panel, store))
    of, words = Month.parse(month), lang.value if lang else settings.lang
    out.write_bytes(form_of(store, panel_of, slug, of, words))
    print(f"{out}: fill it in, then: vedich ingest {out} --plan {slug}")


@plan_app.command("import")
def plan_import(
    file: Annotated[Path, typer.Argument(help="A filled-in .xlsx or .yaml.")],
) -> None:
    """Load a plan with its KPIs, versions and targets."""
    from data.plans.rows import save_plan
    from data.readers.plan_document.file import read_plan

    _settings, store = open_store()
    plan = read_plan(file.read_bytes(), file.name)
    saved = save_plan(store, plan)
    versions = ", ".join(map(str, saved.new_versions)) or "none"
    state = "new" if saved.new_plan else "known"
    print(
        f"{plan.slug} ({state}): {len(plan.kpis)} KPIs, {len(saved.changed_kpis)} new or "
        f"changed; new versions: {versions}."
    )


@plan_app.command("compare")
def plan_compare(
    before: Annotated[int, typer.Option("--from", help="Number of a version.")],
    after: Annotated[int, typer.Option("--to", help="Number of a version.")],
    plan: PlanOption = None,
    format: Annotated[TextFormat, typer.Option(help="text or json.")] = TextFormat.text,
    lang: LangOption = None,
) -> None:
    """What was added, dropped and changed from one version to another."""
    from data.plans.rows import load_plan
    from service.workflow.version_comparison import comparison

    settings, store = open_store()
    found = comparison(load_plan(store, the_plan(store, plan)), before, after)
    if format is TextFormat.json:
        from service.projections.shape import indented

        print(indented(found))
    else:
        from service.cli.output import show_comparison

        show_comparison(found, lang.value if lang else settings.lang)


@plan_app.command("roll-over")
def plan_roll_over(
    plan: Annotated[str, typer.Argument(help="The plan to start from.")],
    to: Annotated[int, typer.Option("--to", help="The new plan's year.")],
    out: Annotated[
        Path | None, typer.Option(help="Also write a document with the targets to fill in.")
    ] = None,
) -> None:
    """Make a later year's plan: the same KPIs, no targets yet."""
    from data.plans.roll_over import roll_over, target_drafts
    from data.plans.rows import load_plan, plan_slugs, save_plan
    from data.readers.plan_document.file import write_plan

    _settings, store = open_store()
    old = load_plan(store, plan)
    new = roll_over(old, to)
    if new.slug in plan_slugs(store):
        raise InputError(f"there is a plan '{new.slug}' already; expected a year without one.")
    if out is not None:
        refuse_existing(out)
        write_plan(new, out, target_drafts(old))
    save_plan(store, new)
    print(f"{new.slug}: {len(new.kpis)} KPIs, no targets yet.")
    if out is not None:
        print(f"{out}: fill in the targets, then: vedich plan import {out}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; errors that a person can act on are one line and exit code 2."""
    gc.set_threshold(50_000, 20, 20)  # large tables of small objects, hardly a cycle
    try:
        code = app(args=arguments, standalone_mode=False)
    except (VedichError, TyperException) as error:
        _fail(error.format_message() if isinstance(error, TyperException) else str(error))
    except BrokenPipeError:
        # the reader of our output (head, less) has left; let nothing be flushed to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}{error.strerror or error}")
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(code or 0)


def _fail(message: str) -> None:
    """One line on stderr; the help that answers a command without its subcommand is whole."""
    whole = message.startswith("Usage:")
    print(message if whole else f"vedich: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that waits for requests, and its address on standard output."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]
        raise InputError(
            f"expected an address to listen on, found {host} port {port}: {reason}. "
            "Choose another with --host and --port."
        ) from error
    shown = f"[{host}]" if ":" in host else host
    print(f"Vedich: http://{shown}:{port}/ (Ctrl+C stops it)", flush=True)
    return listener


if __name__ == "__main__":
    main()
