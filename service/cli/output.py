"""What the command line prints: summaries and tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table

from service.projections.tables import (
    Row,
    columns,
    joint_probability_text,
    printed_lines,
    table_rows,
    task_columns,
    task_rows,
)
from service.texts import (
    FIGURE,
    LEVEL,
    STATE,
    TEXT,
    Lang,
    chance,
    day_of,
    name_of,
    number,
    period_name,
    signed_percent,
    unit_name,
    words_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from data.accounts.accounts import Account
    from data.accounts.keys import ApiKey
    from data.ingestion.ingest import IngestReport
    from data.ingestion.preview import UnknownRow
    from data.ingestion.rows import Import
    from data.plans.plan import Plan
    from data.sign_off.rules import SignOff, Step
    from data.vintages.comparison import Compared
    from service.projections.view import JointProbability, ProjectionView, TaskView
    from service.shapes.entries import EventList, Log, ProgressList
    from service.shapes.plans import PlanSummary, VersionComparison
    from training.retrain import RetrainReport

SHOWN = 12  # unknown rows and suspicious values listed
WIDE = 200  # columns of a table that is not printed to a terminal


def show_projections(
    projections: Sequence[ProjectionView],
    plan: Plan,
    lang: Lang,
    joint: JointProbability | None = None,
) -> None:
    """The plan's tables; vintage and what is projected are said above and below them.

    What a task's probability rests on is shown when a task alone is asked for.
    """
    text, console = TEXT[lang], _console()
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
        lines = printed_lines(one, plan.kpi(one.kpi).decimals, lang)
        _list(console, f"{one.name[lang]}: {text['printed'].lower()}", lines)
    codes = "; ".join(f"{one.kpi} {one.stamp}" for one in projections)
    console.print(f"{text['stamp']}: {codes}", style="dim", soft_wrap=True)


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
    """A task's steps, its probability and count at the deadline, and what they rest on."""
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
    _list(console, text["assumptions"], [remark[lang] for remark in task.assumptions])
    _list(console, text["missing"], [remark[lang] for remark in task.missing])


def show_progress(found: ProgressList) -> None:
    """What was reported about a task, one line per report."""
    table = Table(show_edge=False, pad_edge=False)
    names = ("day", "step", "done", "obstacle", "judgement", "final", "note", "by", "entered")
    for heading in names:
        table.add_column(heading)
    for one in found.progress:
        entered = one.entered.isoformat(timespec="seconds")
        told = (one.day, one.step, one.done, one.obstacle, one.judgement, one.final, one.note)
        cells = (*told, one.by, entered)
        table.add_row(*("" if cell in (None, False) else str(cell) for cell in cells))
    _console().print(table)


def show_log(found: Log, lang: Lang) -> None:
    """A log, month by month, with the figures published of its index."""
    console = _console()
    console.print(found.name[lang], style="bold")
    for one in found.log:
        said = words_of(one.text, lang)
        source = f"; {one.source}" if one.source else ""
        line = f"{one.month}: {said} ({one.by}, {day_of(one.day, lang)}{source})"
        console.print(line, markup=False, soft_wrap=True)
        for figure in one.index:
            status = FIGURE[lang][figure.status]
            shown = f"{found.index} {figure.form} {figure.value:g} ({status})"
            console.print(f"  {shown}, {figure.published}", markup=False)


def show_ingest(report: IngestReport) -> None:
    """What went in: files, tables, rows, unknown rows, suspicious values, oddities, problems."""
    console, added = _console(), report.added
    table = Table(show_header=False, show_edge=False, pad_edge=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    for name, count in (
        ("files", len(report.files)),
        ("tables", report.tables),
        ("rows", report.rows),
        ("new figures", added.new),
        ("figures revising earlier ones", added.revised),
        ("figures known before", added.unchanged),
        ("unknown rows", len(report.unknown)),
        ("suspicious values", len(report.suspicions)),
        ("oddities", sum(len(file.notes) for file in report.files)),
        ("files with a problem", len(report.problems)),
    ):
        table.add_row(name, f"{count:,}")
    if report.dry_run:
        console.print("Dry run: nothing was written.")
    console.print(table)
    unknown = sorted(report.unknown, key=lambda row: -row.times)
    _list(console, "Unknown rows", [_unknown(one) for one in unknown])
    if report.dry_run:
        _list(console, "Revised figures", [_revised(one) for one in report.revised])
    suspicious = [
        f"{one.kpi} {one.month} {one.form}: {one.value:,.6g} {one.unit}, {one.reason} "
        f"({one.source})"
        for one in report.suspicions
    ]
    _list(console, "Suspicious values", suspicious)
    oddities = [f"{file.file}, {note}" for file in report.files for note in file.notes]
    _list(console, "Oddities", oddities)
    for file in report.problems:
        print(f"vedich: {file.problem}", file=sys.stderr)


def _unknown(one: UnknownRow) -> str:
    """A row that no KPI claims, and what it may be."""
    row = one.row
    place = f"{row.table} {row.quantity}".rstrip() + (
        f" no. {row.occurrence}" * (row.occurrence > 1)
    )
    maybe = ", ".join(f"{one.kpi} ({one.similarity:.0%})" for one in one.suggestions)
    return f"{place}: {row.label} (×{one.times})" + (f"; perhaps {maybe}" if maybe else "")


def _revised(one: Compared) -> str:
    """A figure whose value changes: old → new, with vintage and status."""
    figure, old = one.observation, one.old
    before = f"{old.value:,.6g} ({old.status}, {old.published}) → " if old else ""
    change = f", {one.change:+.2f} %" if one.change is not None else ""
    after = f"{figure.value:,.6g} ({figure.status}, {figure.published})"
    later = "" if one.counts else "; a later figure counts"
    return f"{figure.kpi} {figure.month} {figure.form}: {before}{after}{change}{later}"


def show_imports(imports: Sequence[Import]) -> None:
    """One line per import, the newest first."""
    lines = [
        (
            one.id,
            f"{one.at:%Y-%m-%d %H:%M}",
            one.by,
            ", ".join(file.file for file in one.files),
            f"{sum(file.new for file in one.files):,}",
            f"{sum(file.unchanged for file in one.files):,}",
            (one.withdrawn and f"{one.withdrawn.at:%Y-%m-%d %H:%M} {one.withdrawn.by}") or "",
        )
        for one in imports
    ]
    _columns(("import", "at (UTC)", "by", "files", "new", "known", "taken back"), lines)


def show_plans(plans: Sequence[PlanSummary]) -> None:
    """One line per plan."""
    lines = []
    for one in plans:
        counts = (str(one.kpi_count), str(one.version_count))
        lines.append((one.plan, one.family, *counts, str(one.newest_vintage or "none")))
    _columns(("plan", "family", "KPIs", "versions", "newest figures"), lines)


def show_accounts(accounts: Sequence[Account]) -> None:
    """One line per account."""
    lines = [(one.name, one.role, "disabled" if one.disabled_at else "") for one in accounts]
    _columns(("account", "role", ""), lines)


def show_keys(keys: Sequence[ApiKey]) -> None:
    """One line per key."""
    lines = [(one.name, one.scope, "revoked" if one.revoked_at else "") for one in keys]
    _columns(("key", "scope", ""), lines)


def show_month(held: SignOff, plan: Plan, lang: Lang) -> None:
    """State and history of a month, and of the newest estimate of each KPI."""
    console = _console()
    console.print(f"{plan.slug} {held.month}: {STATE[lang][held.state]}", style="bold")
    _steps(console, held.steps, lang)
    for one in held.current.values():
        kpi = plan.kpi(one.kpi)
        name = name_of(kpi, lang)
        figure = f"{number(one.value, lang, kpi.decimals)} {unit_name(one.unit, lang)}"
        console.print(f"{name}: {figure}, {STATE[lang][one.state]}", style="bold")
        _steps(console, one.steps, lang)


def show_events(found: EventList, lang: Lang) -> None:
    """One line per event: a proposal, or the decision that counts."""
    text, table = TEXT[lang], Table(show_edge=False, pad_edge=False)
    table.add_column(text["event.kpi"])
    table.add_column(text["event.event"])
    table.add_column(text["event.size"], justify="right")
    table.add_column(text["event.state"])
    table.add_column(text["event.decided"])
    states = {
        "proposed": text["event.proposed"],
        "accepted": text["event.accepted"],
        "rejected": text["event.rejected"],
    }
    for one in found.events:
        decided = ", ".join(str(told) for told in (one.day, one.by, one.note) if told)
        named = f"{one.event} {one.name}".strip()
        size = signed_percent(100 * one.size, lang)
        if one.length > 1:
            size = f"{size}, {text.count('event.months', one.length)}"
        table.add_row(one.kpi, named, size, states[one.state], decided or "–")
    _console().print(table)


def show_comparison(found: VersionComparison, lang: Lang) -> None:
    """What changed between two versions, one line per change."""
    text, console = TEXT[lang], _console()
    for version in (found.before, found.after):
        day = day_of(version.adopted, lang)
        line = f"{text['version']} {version.number}, {day}: {version.document}"
        console.print(line, markup=False, soft_wrap=True)
    told = [one.text for one in (*found.added, *found.dropped, *found.changed)]
    told += [one.text for one in found.tasks]
    for sentence in told:
        console.print(f"  {sentence[lang]}", markup=False, soft_wrap=True)
    if not told:
        console.print(f"  {text['no_change']}")


def say(line: str) -> None:
    """One line as it is, in full length."""
    _console().print(line, markup=False, highlight=False, soft_wrap=True)


def show_retraining(report: RetrainReport) -> None:
    """Version, the gate's decision, what could not be learned, and the backtest's scores."""
    state = "answers now" if report.decision.promoted else "does not answer (challenger)"
    print(
        f"{report.family}: model version {report.version} as of {report.as_of} {state}: "
        f"{report.decision.reason}."
    )
    print(f"{report.kpis} KPIs in {report.seconds:.0f} s; bundle {report.bundle_hash[:12]}.")
    for kpi in report.without_figures:
        print(f"  {kpi}: no basis in what was published up to {report.as_of}")
    for kpi, failures in report.failures.items():
        for candidate, reason in failures.items():
            print(f"  {kpi}: without {candidate}: {reason}")
    if report.scores.empty:
        print("No backtest: no KPI has printed figures for a year that is over.")
    else:
        show_scores(report.scores)


def show_scores(scores: pd.DataFrame) -> None:
    """Backtest scores over all origins, one line per method, in per cent."""
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("method")
    for heading in ("months known", "n", "annual error", "median", "CRPS", "in 80 %", "in 95 %"):
        table.add_column(heading, justify="right")
    table.add_column("Brier", justify="right")
    for row in scores.to_dict("records"):
        if row["method"] != "ensemble" and row["months_known"] != "all":
            continue
        per_cent = ("annual_error", "median_error", "crps", "coverage_80", "coverage_95")
        table.add_row(
            str(row["method"]),
            str(row["months_known"]),
            str(row["n"]),
            *(f"{row[name]:.1%}" for name in per_cent),
            f"{row['brier']:.3f}",
        )
    _console().print(table)


def _steps(console: Console, steps: Sequence[Step], lang: Lang) -> None:
    for step in steps:
        told = (f"{step.at:%Y-%m-%d %H:%M} UTC", STATE[lang][step.state], step.by, step.note)
        console.print("  " + ", ".join(filter(None, told)), markup=False, soft_wrap=True)


def _columns(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    table = Table(show_edge=False, pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    for line in lines:
        table.add_row(*line)
    _console().print(table)


def _list(console: Console, title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    console.print(f"{title}:", style="bold")
    for line in lines[:SHOWN]:
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    if len(lines) > SHOWN:
        console.print(f"  … and {len(lines) - SHOWN} more")


def _two_lines(first: str, second: str) -> str:
    return f"{first}\n{second}" if second else first


def _console() -> Console:
    """Plain text in full width where the output is not a terminal."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=WIDE)
