"""`vedich plan`: list, template, form, import, compare, roll-over."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer

from service.cli.arguments import (
    LangOption,
    PlanOption,
    TextFormat,
    open_store,
    refuse_existing,
    the_plan,
)
from service.speech import told

plan_app = typer.Typer(
    help="Plans: import, template, form, compare, roll-over, list.", no_args_is_help=True
)


@plan_app.command("list")
def plan_list() -> None:
    """All plans."""
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
    print(told("{file}: fill it in, then: vedich plan import {file}", file=file))


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
    print(told("{out}: fill it in, then: vedich ingest {out} --plan {slug}", out=out, slug=slug))


@plan_app.command("import")
def plan_import(
    file: Annotated[Path, typer.Argument(help="A filled-in .xlsx or .yaml.")],
    body: Annotated[
        str | None, typer.Option("--body", help="That owns a new family; default the house.")
    ] = None,
) -> None:
    """Load a plan with its KPIs, versions and targets."""
    from data.plans.rows import save_plan
    from data.readers.plan_document.file import read_plan

    _settings, store = open_store()
    plan = read_plan(file.read_bytes(), file.name)
    saved = save_plan(store, plan, body=body)
    versions = ", ".join(map(str, saved.new_versions)) or told("none")
    state = told("new") if saved.new_plan else told("known")
    print(
        told(
            "{slug} ({state}): {kpis} KPIs, {changed_kpis} new or changed; new "
            "versions: {versions}.",
            slug=plan.slug,
            state=state,
            kpis=len(plan.kpis),
            changed_kpis=len(saved.changed_kpis),
            versions=versions,
        )
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
    """Create the plan of a later year: the same KPIs, no targets yet."""
    from data.db.audit import process_user
    from data.plans.roll_over import target_drafts
    from data.plans.rows import load_plan
    from data.readers.plan_document.file import write_plan
    from service.workflow.plan_entry import next_year

    _settings, store = open_store()
    if out is not None:
        refuse_existing(out)
    new = next_year(store, plan, to, process_user())
    if out is not None:
        write_plan(new, out, target_drafts(load_plan(store, plan)))
    print(told("{slug}: {kpis} KPIs, no targets yet.", slug=new.slug, kpis=len(new.kpis)))
    if out is not None:
        print(told("{out}: fill in the targets, then: vedich plan import {out}", out=out))
