"""A plan's projections as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table

from service.cli.output import print_list, terminal
from service.projections.tables import (
    Row,
    columns,
    joint_probability_text,
    nowcast_line,
    plan_line,
    printed_lines,
    project_lines,
    reconciled_line,
    table_rows,
    task_columns,
    task_rows,
)
from service.texts import (
    LEVEL,
    TEXT,
    Lang,
    chance,
    day_of,
    name_of,
    number,
    period_name,
    unit_name,
)

if TYPE_CHECKING:
    from data.plans.plan import Plan
    from service.projections.view import JointProbability, ProjectionView, TaskView
    from service.shapes.scenario_table import ScenarioTable


def show_projections(
    projections: Sequence[ProjectionView],
    plan: Plan,
    lang: Lang,
    joint: JointProbability | None = None,
) -> None:
    """Print the tables of a plan, with the vintage above and the stamps below.

    The assumptions of a task's probability are shown if the task is the only projection.
    """
    text, console = TEXT[lang], terminal()
    name = name_of(plan, lang)
    rows = table_rows(projections, plan, lang)
    labels = dict.fromkeys(row.label for row in rows if row.label)
    console.print(" · ".join((name, *labels)), style="bold")
    if projections:
        day = day_of(projections[0].as_of, lang)
        console.print(f"{text['as_of']} {day}. {text['table_legend']}")
    tasks = {one.kpi for one in projections if one.task}
    if len(tasks) < len(projections):
        console.print(_series_table([row for row in rows if row.kpi not in tasks], lang))
    if tasks:
        console.print(_task_table(projections, lang))
    if joint:
        console.print(joint_probability_text(joint, lang), soft_wrap=True)
    for one in projections:
        if one.task and len(projections) == 1:
            _show_task(console, one, one.task, lang)
    for one in projections:
        if len(projections) == 1:
            known = (nowcast_line(one, plan, lang), plan_line(one, plan, lang))
            for line in (*known, reconciled_line(one, plan, lang)):
                if line:
                    console.print(line, soft_wrap=True)
        elif (line := nowcast_line(one, plan, lang)) is not None:
            console.print(f"{one.name[lang]}: {line}", soft_wrap=True)
        if len(projections) == 1:
            print_list(console, text["project.heading"], project_lines(one, plan, lang))
        lines = printed_lines(one, plan, lang)
        print_list(console, f"{one.name[lang]}: {text['printed'].lower()}", lines)
    codes = "; ".join(f"{one.kpi} {one.stamp}" for one in projections)
    console.print(f"{text['stamp']}: {codes}", style="dim", soft_wrap=True)


def show_scenarios(found: ScenarioTable, plan: Plan, lang: Lang) -> None:
    """Scenarios side by side, what each assumes below."""
    from service.analysis.scenario_table import scenario_cells

    text, console, table = TEXT[lang], terminal(), Table(show_edge=False, pad_edge=False)
    console.print(f"{text['what_if.side_by_side']}, {day_of(found.as_of, lang)}", style="bold")
    for note in (found.notice, found.label):
        if note:
            console.print(note[lang], soft_wrap=True)
    table.add_column(text["kpi"])
    table.add_column(text["target"], justify="right")
    for column in found.scenarios:
        table.add_column(column.name[lang], justify="right")
    for row in found.rows:
        cells = scenario_cells(row, plan, lang)
        target = number(row.target, lang, plan.kpi(row.kpi).decimals)
        name = f"{row.name[lang]}, {unit_name(row.unit, lang)}"
        table.add_row(name, target, *(_two_lines(*cell) for cell in cells))
    console.print(table)
    for column in found.scenarios:
        lines = [one[lang] for one in column.assumptions]
        print_list(console, column.name[lang], lines)


def _series_table(rows: Sequence[Row], lang: Lang) -> Table:
    text = TEXT[lang]
    table = Table(show_edge=False, pad_edge=False)
    for place, heading in enumerate(columns(lang)):
        below = text["band_80"] if place == 3 else ""
        justify: Literal["left", "right"] = "left" if place in (0, 1, 6) else "right"
        table.add_column(_two_lines(heading, below), justify=justify)
    for row in rows:
        table.add_row(
            row.name,
            row.unit,
            _two_lines(row.actual, row.actual_status),
            _two_lines(row.projected, row.interval if row.interval != "–" else ""),
            row.target,
            row.probability,
            _two_lines(row.status, row.note),
            _two_lines(row.pace, row.pace_growth),
        )
    return table


def _task_table(projections: Sequence[ProjectionView], lang: Lang) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for place, heading in enumerate(task_columns(lang)):
        table.add_column(heading, justify="right" if place in (2, 3) else "left")
    for row in task_rows(projections, lang):
        table.add_row(
            row.name,
            row.unit,
            _two_lines(row.done, row.reported),
            row.remaining,
            row.deadline,
            _two_lines(row.lead, row.role),
            row.obstacle,
            _two_lines(row.status, row.level),
        )
    return table


def _show_task(console: Console, one: ProjectionView, task: TaskView, lang: Lang) -> None:
    """A task's steps, its probability and count at the deadline, and their assumptions."""
    text = TEXT[lang]
    for step in task.steps:
        due = f", {text['deadline'].lower()} {day_of(step.due, lang)}" if step.due else ""
        late = f" ({text['overdue']})" if step.overdue else ""
        state = f"{text['done'].lower()} {day_of(step.done_on, lang)}" if step.done_on else "–"
        console.print(f"{text['step']} {step.name[lang]}{due}{late}: {state}", markup=False)
    for target in one.targets:
        figures = f"{text['probability']}: {chance(target.probability, target.status, lang)}"
        if target is one.leading and one.projected:
            band = one.projected.quantiles
            ends = f"{number(band.q10, lang)} – {number(band.q90, lang)}"
            figures += f"; {text['projected'].lower()}: {ends} ({text['band_80']})"
        console.print(
            f"{LEVEL[lang][target.level]}, {period_name(target.period, lang)}: {figures}"
        )
    print_list(console, text["assumptions"], [remark[lang] for remark in task.assumptions])
    print_list(console, text["missing"], [remark[lang] for remark in task.missing])


def _two_lines(first: str, second: str) -> str:
    return f"{first}\n{second}" if second else first
