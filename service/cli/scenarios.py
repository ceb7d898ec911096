"""`vedich scenario`: what-ifs beside the projections; internal."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import InputError
from service.cli.arguments import (
    AsOfOption,
    LangOption,
    PlanOption,
    TextFormat,
    open_store,
    the_plan,
)
from service.speech import spoken

if TYPE_CHECKING:
    from service.shapes.analysis import ScenarioDetail
    from service.texts import Lang

app = typer.Typer(help="What if: run, list, show. Internal.", no_args_is_help=True)
FormatOption = Annotated[TextFormat, typer.Option("--format", help="text or json.")]


class Shape(StrEnum):
    """How months are changed; scenarios of events are run over HTTP."""

    percent = "percent"
    absolute = "absolute"
    known = "known"


@app.command()
def run(
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    name: Annotated[str, typer.Option(help="Name of the scenario.")] = "",
    kpi: Annotated[str | None, typer.Option(help="KPI slug.")] = None,
    month: Annotated[list[str] | None, typer.Option(help="YYYY-MM, once for each.")] = None,
    shape: Annotated[Shape, typer.Option(help="percent, absolute or known.")] = Shape.percent,
    value: Annotated[str | None, typer.Option(help="Per cent, or in the KPI's unit.")] = None,
    preset: Annotated[str | None, typer.Option(help="A preset, see list.")] = None,
    share: Annotated[
        str | None, typer.Option(help="For a closure: per cent that passes the gate.")
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Compute without saving.")] = False,
    format: FormatOption = TextFormat.text,
    lang: LangOption = None,
) -> None:
    """Run a what-if with changed months of a KPI, or a preset, and save the result."""
    from data.db.audit import process_user
    from data.plans.rows import load_plan
    from models.events.levers import Lever
    from models.series import Month
    from service.analysis import scenarios
    from service.state.app_state import AppState
    from service.typed_numbers import read_number

    settings, store = open_store()
    slug, app_state = the_plan(store, plan), AppState(settings, store)
    levers: dict[str, list[Lever]] = {}
    amount = None if value is None else read_number(value, spoken())
    if month or value is not None:
        if kpi is None:
            raise InputError("expected the KPI whose months change; give it: --kpi exports")
        levers[kpi] = [Lever(shape.value, tuple(map(Month.parse, month or ())), amount)]
    change = {"kpi": kpi, "shape": shape.value, "months": month, "value": amount}
    given = {} if share is None else {"share": read_number(share, spoken(), "%")}
    definition = {"preset": preset, "kpi": kpi, "assumptions": given} if preset else {}
    entered = scenarios.ScenarioInput(
        name,
        levers,
        preset=preset,
        assumptions=given,
        kpi=kpi if preset else None,
        definition=definition | ({"changes": [change]} if levers else {}),
    )
    day = app_state.day_of(slug, as_of)
    if forget:
        found = scenarios.unsaved(
            scenarios.run(app_state, slug, day, entered), entered, process_user()
        )
    else:
        found = scenarios.save(app_state, slug, day, entered, process_user())
    decimals = {kpi.slug: kpi.decimals for kpi in load_plan(store, found.plan).kpis}
    _print(found, format, decimals, lang.value if lang else settings.lang)


@app.command("list")
def list_(plan: PlanOption = None, lang: LangOption = None) -> None:
    """Saved scenarios, newest first, and presets."""
    from service.analysis.scenarios import listed
    from service.cli.output import say
    from service.state.app_state import AppState

    settings, store = open_store()
    found = listed(AppState(settings, store), the_plan(store, plan))
    language = lang.value if lang else settings.lang
    for one in found.scenarios:
        at = one.at.isoformat()
        say(f"{one.id}  {one.name}  {one.kpi}  {one.as_of}  {one.by}  {at}")
    for preset in found.presets:
        say(f"--preset {preset.preset}: {preset.name[language]}. {preset.basis[language]}")


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="As listed.")],
    plan: PlanOption = None,
    format: FormatOption = TextFormat.text,
    lang: LangOption = None,
) -> None:
    """A scenario as it was saved."""
    from data.plans.rows import load_plan
    from service.analysis.scenarios import saved
    from service.state.app_state import AppState

    settings, store = open_store()
    found = saved(AppState(settings, store), the_plan(store, plan), number)
    decimals = {kpi.slug: kpi.decimals for kpi in load_plan(store, found.plan).kpis}
    _print(found, format, decimals, lang.value if lang else settings.lang)


@app.command()
def compare(
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    format: FormatOption = TextFormat.text,
    lang: LangOption = None,
) -> None:
    """Low, base and high scenario beside the forecast and those saved for the day."""
    from data.plans.rows import load_plan
    from service.analysis.scenario_table import scenario_table
    from service.cli.projection_tables import show_scenarios
    from service.projections.shape import indented
    from service.state.app_state import AppState

    settings, store = open_store()
    slug, app_state = the_plan(store, plan), AppState(settings, store)
    found = scenario_table(app_state, slug, app_state.day_of(slug, as_of))
    if format is TextFormat.json:
        print(indented(found))
        return
    show_scenarios(found, load_plan(store, slug), lang.value if lang else settings.lang)


def _print(
    found: ScenarioDetail, format: TextFormat, decimals: Mapping[str, int], lang: Lang
) -> None:
    from service.cli.output import say
    from service.projections.shape import as_json, indented
    from service.texts import STATUS, TEXT, chance, day_of, unit_of, writer

    if format is TextFormat.json:
        content = as_json(found)
        print(indented({key: content[key] for key in _keys(found)}))
        return
    text = TEXT[lang]
    say(f"{found.name} ({text['as_of'].lower()} {day_of(found.as_of, lang)})")
    for note in (found.notice, found.label):
        say(note[lang] if note else "")
    for entry in found.assumptions:
        say(f"{entry.name[lang]}: {entry.value:g} {entry.unit}. {entry.basis[lang]}")
    for one in found.results:
        sides = []
        for year in (one.baseline, one.scenario):
            median = writer(year.projected, decimals[one.kpi], lang)(year.projected.median)
            chances = chance(year.probability, year.status, lang)
            sides.append(f"{median} ({chances}, {STATUS[lang][year.status]})")
        say(f"{one.name[lang]}, {unit_of(one, lang)}: {' → '.join(sides)}")


def _keys(found: ScenarioDetail) -> tuple[str, ...]:
    """Keys of the printed JSON; number, author and time only for a saved scenario."""
    head = ("plan", "name", "note", "as_of", "internal", "notice", "label")
    if found.id is None:
        return (*head, "definition", "assumptions", "results")
    return (*head, "assumptions", "results", "definition", "id", "by", "at")
