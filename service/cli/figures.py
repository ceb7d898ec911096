"""Figures in and out: ingest what was published; project, report and replay."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from models.errors import InputError
from service.cli.arguments import (
    AsOfOption,
    LangOption,
    PlanOption,
    WorkersOption,
    family_plan,
    open_store,
    publication_day,
    refuse_existing,
    the_plan,
)
from service.speech import told

report_app = typer.Typer(help="A plan's report as a file.", invoke_without_command=True)


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
    quarter = "quarter"
    half_year = "half-year"
    nine_month = "nine-month"
    year = "year"


class ExchangeWhat(StrEnum):
    """What a message holds."""

    figures = "figures"
    projections = "projections"


class ExchangeFormat(StrEnum):
    """Of a message."""

    sdmx_csv = "sdmx-csv"
    json_stat = "json-stat"


def ingest(
    files: Annotated[list[Path], typer.Argument(help="Workbooks and tidy tables.")],
    plan: PlanOption = None,
    published: Annotated[
        str | None, typer.Option(help="Publication date of all files, YYYY-MM-DD.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and compare only.")] = False,
    workers: WorkersOption = None,
    columns: Annotated[
        str,
        typer.Option(
            help="Which column of another office's table is what, remembered for files with the "
            "same headings: 'series=A month=B value=C form=year_to_date header=3'."
        ),
    ] = "",
    match: Annotated[
        list[str] | None,
        typer.Option(help="A name in the files and the KPI that it is, remembered: 'Total=coal'."),
    ] = None,
) -> None:
    """Load figures: annexes of the statistics office, report forms, tidy and other tables."""
    from data.db.audit import process_user
    from data.ingestion.ingest import ingest as load
    from data.plans.rows import kpis_of
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
            columns=columns,
            matches=dict(_pair(each) for each in match or ()),
            progress=progress,
        )
    show_ingest(report, {one.slug: one for one in kpis_of(store, family)})
    if report.problems:
        raise typer.Exit(2)


def _pair(given: str) -> tuple[str, str]:
    """A name and a slug; the name may have equals signs itself."""
    name, sign, slug = given.rpartition("=")
    if not sign or not name.strip() or not slug.strip():
        raise InputError(
            "expected a name and a KPI, such as 'Total=coal'; found '{given}'.",
            given=given,
        )
    return name.strip(), slug.strip()


def project(
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    kpi: Annotated[str | None, typer.Option(help="KPI slug; default all.")] = None,
    format: Annotated[Format, typer.Option(help="table, json or csv.")] = Format.table,
    lang: LangOption = None,
    give_out: Annotated[
        bool, typer.Option("--issue", help="Enter them in the ledger, so that codes replay.")
    ] = False,
) -> None:
    """Project the year and the attainment of every target."""
    from data.plans.rows import load_plan
    from service.projections.basis import as_of_date
    from service.projections.estimates import with_estimates
    from service.projections.issue import computed, issue
    from service.projections.joint import joint_probability

    settings, store = open_store()
    slug = the_plan(store, plan)
    day = as_of_date(as_of) if as_of else None
    issued = (issue if give_out else computed)(store, settings, slug, day, kpi)
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
        from service.cli.projection_tables import show_projections

        show_projections(
            found, load_plan(store, slug), lang.value if lang else settings.lang, joint
        )


@report_app.callback()
def report(
    context: typer.Context,
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    format: Annotated[
        ReportFormat | None, typer.Option(help="Default: the ending of --out.")
    ] = None,
    lang: LangOption = None,
    kind: Annotated[
        ReportKindOption | None,
        typer.Option(
            help="Default by the last month of the figures: quarter, half-year, nine-month, year."
        ),
    ] = None,
    annex: Annotated[
        bool, typer.Option("--annex", help="The internal annex: projections, probabilities.")
    ] = False,
    explain: Annotated[
        str | None,
        typer.Option(help="The explanation sheet of a KPI, or 'all' endangered targets."),
    ] = None,
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
        raise InputError(
            "{out}: expected a format, one of {known}; found '{chosen}'.",
            out=out,
            known=known,
            chosen=chosen,
        )
    if template and (chosen != "docx" or annex or explain):
        raise InputError(
            "--template is for the official report in docx; leave out --annex and --explain."
        )
    if annex and explain:
        raise InputError("expected --annex or --explain, found both; write one file at a time.")

    from service.projections.basis import as_of_date, default_day
    from service.report.build import Wanted
    from service.report.renderers.formats import render
    from service.report.request import report_of
    from service.state.app_state import AppState

    settings, store = open_store()
    slug = the_plan(store, plan)
    day = as_of_date(as_of) if as_of else default_day(store, load_plan(store, slug))
    wanted = Wanted(
        lang=lang.value if lang else settings.lang,
        part="annex" if annex else "explanation" if explain else "report",
        kind=kind.value if kind else None,
        kpi=None if explain in (None, "all") else explain,
    )
    app_state = AppState(settings, store)
    content = report_of(app_state, slug, day, wanted)
    app_state.give_out(slug, day)
    if template is None:
        out.write_bytes(render(content, ReportFormat(chosen).value))
    else:
        from service.report.template.filling import fill
        from service.report.template.isolation import limits_of

        filled = fill(template.read_bytes(), template.name, content, limits_of(settings))
        out.write_bytes(filled.content)
        for one in filled.unknown:
            print(f"vedich: {template.name}: unknown placeholder {one}", file=sys.stderr)
    print(out)


@report_app.command("open")
def report_open(
    plan: PlanOption = None, as_of: AsOfOption = None, lang: LangOption = None
) -> None:
    """List what only people can fill in and is still open, before anybody signs."""
    from service.report.build import Wanted
    from service.report.request import report_of
    from service.state.app_state import AppState

    settings, store = open_store()
    slug, app_state = the_plan(store, plan), AppState(settings, store)
    wanted = Wanted(lang=lang.value if lang else settings.lang)
    for line in report_of(app_state, slug, app_state.day_of(slug, as_of), wanted).open_points:
        print(line)


@report_app.command("write")
def report_write(
    month: Annotated[str, typer.Argument(metavar="MONTH", help="YYYY-MM.")],
    slot: Annotated[
        Literal["context", "causes", "measures", "proposals"], typer.Argument(help="Which part.")
    ],
    text: Annotated[str, typer.Argument(help="The text; '' opens the place again.")],
    plan: PlanOption = None,
) -> None:
    """Write a part of a month's report that only people can write."""
    from data.db.audit import process_user
    from data.plans.report_texts import write_report_text
    from data.plans.rows import load_plan
    from models.series import Month

    _, store = open_store()
    document = load_plan(store, the_plan(store, plan))
    write_report_text(store, document, Month.parse(month), slot, text, process_user())
    print(f"{document.slug} {month}: {slot}")


@report_app.command("template")
def report_template(
    out: Annotated[Path, typer.Argument(help="Where to write: .docx.")],
    lang: LangOption = None,
) -> None:
    """Write a Word template to start from."""
    from data.settings import Settings
    from service.report.template.starter import starter

    refuse_existing(out)
    out.write_bytes(starter(lang.value if lang else Settings().lang))
    print(
        told(
            "{out}: change it in Word, then: vedich report --template {out} --out report.docx",
            out=out,
        )
    )


def exchange(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    plan: PlanOption = None,
    what: Annotated[ExchangeWhat, typer.Option(help="Figures or projections.")] = (
        ExchangeWhat.figures
    ),
    format: Annotated[ExchangeFormat, typer.Option(help="sdmx-csv or json-stat.")] = (
        ExchangeFormat.sdmx_csv
    ),
    as_of: AsOfOption = None,
    lang: LangOption = None,
) -> None:
    """Write figures or projections as SDMX-CSV or JSON-stat."""
    from data.plans.rows import load_plan
    from service.exchange.cube import projections_cube
    from service.exchange.written import figures_of, written
    from service.state.app_state import AppState

    settings, store = open_store()
    slug, app_state = the_plan(store, plan), AppState(settings, store)
    day = app_state.day_of(slug, as_of)
    words = lang.value if lang else settings.lang
    if what is ExchangeWhat.figures:
        cube = figures_of(app_state, slug, day, words)
    else:
        document = load_plan(store, slug)
        shown = app_state.shown(slug, day, None)
        cube = projections_cube(document, document.kpis, shown, day, words)
    out.write_text(written(cube, format.value), encoding="utf-8", newline="")
    print(out)


def replay(stamp: Annotated[str, typer.Argument(help="The code of a published figure.")]) -> None:
    """Recompute a published figure and compare every digit."""
    from service.projections.replay import SHOWN, replay as run_replay

    settings, store = open_store()
    result = run_replay(store, settings, stamp)
    figure = result.recorded.projection
    what = told(
        "{stamp}: {plan} {kpi} as of {day}",
        stamp=result.stamp,
        plan=figure.plan,
        kpi=figure.kpi,
        day=figure.as_of,
    )
    if result.same and result.stored_at is None:
        print(told("{what}: the same to every digit.", what=what))
        return
    if result.same:
        print(
            told(
                "{what}: the same to every digit, from the figures known on "
                "{stored_at:%Y-%m-%d %H:%M} UTC; other figures count now.",
                what=what,
                stored_at=result.stored_at,
            )
        )
        return
    print(
        told("{what}: {differences} differences.", what=what, differences=len(result.differences)),
        file=sys.stderr,
    )
    for difference in result.differences[:SHOWN]:
        print(f"  {difference}", file=sys.stderr)
    raise typer.Exit(1)
