"""What the command line prints: summaries and tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from service.tables import columns, table_rows, task_columns, task_rows
from service.texts import FIGURE, LEVEL, TEXT, Lang, chance, day_of, leading, number

if TYPE_CHECKING:
    import pandas as pd

    from data.ingest import IngestReport
    from data.plan import Plan
    from training.retrain import RetrainReport

SHOWN = 12  # unknown rows and suspicious values listed
WIDE = 200  # columns of a table that is not printed to a terminal


def show_projections(projections: Sequence[dict[str, Any]], plan: Plan, lang: Lang) -> None:
    """The plan's tables; vintage and what is projected are said above and below them.

    What a task's probability rests on is shown when a task alone is asked for.
    """
    text, console = TEXT[lang], _console()
    name = plan.name_vi if lang == "vi" else plan.name_en
    label = f" ({plan.label})" if plan.label else ""
    console.print(f"{name}{label}", style="bold")
    if projections:
        day = day_of(projections[0]["as_of"], lang)
        console.print(f"{text['as_of']} {day}. {text['table_legend']}")
    series = [one for one in projections if one["task"] is None]
    if series:
        console.print(_series_table(series, plan, lang))
    if len(series) < len(projections):
        console.print(_task_table(projections, lang))
    if len(projections) == 1 and projections[0]["task"]:
        _show_task(console, projections[0], lang)
    codes = "; ".join(f"{one['kpi']} {one['stamp']}" for one in projections)
    console.print(f"{text['stamp']}: {codes}", style="dim", soft_wrap=True)


def _series_table(projections: Sequence[dict[str, Any]], plan: Plan, lang: Lang) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for place, heading in enumerate(columns(lang)):
        table.add_column(heading, justify="left" if place in (0, 1, 6) else "right")
    for row in table_rows(projections, plan, lang):
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


def _task_table(projections: Sequence[dict[str, Any]], lang: Lang) -> Table:
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


def _show_task(console: Console, one: dict[str, Any], lang: Lang) -> None:
    """A task's steps, its probability and count at the deadline, and what they rest on."""
    text, task = TEXT[lang], one["task"]
    for step in task["steps"]:
        due = f", {text['deadline'].lower()} {day_of(step['due'], lang)}" if step["due"] else ""
        late = f" ({text['overdue']})" if step["overdue"] else ""
        state = (
            f"{text['done'].lower()} {day_of(step['done_on'], lang)}" if step["done_on"] else "–"
        )
        console.print(f"{text['step']} {step['name'][lang]}{due}{late}: {state}", markup=False)
    for target in one["targets"]:
        figures = f"{text['probability']}: {chance(target['probability'], target['status'])}"
        if target is leading(one) and one["projected"]:
            low, high = (one["projected"]["quantiles"][level] for level in ("0.1", "0.9"))
            ends = f"{number(low, lang)} – {number(high, lang)}"
            figures += f"; {text['projected'].lower()}: {ends} ({text['band_80']})"
        console.print(f"{LEVEL[lang][target['level']]}, {target['period']}: {figures}")
    for said in ("assumptions", "missing"):
        _list(console, text[said], [remark[lang] for remark in task[said]])


def show_progress(found: dict[str, Any]) -> None:
    """What was reported about a task, one line per report."""
    table = Table(show_edge=False, pad_edge=False)
    names = ("day", "step", "done", "obstacle", "judgement", "final", "note", "by", "entered")
    for heading in names:
        table.add_column(heading)
    for one in found["progress"]:
        cells = (one[name] for name in names)
        table.add_row(*("" if cell in (None, False) else str(cell) for cell in cells))
    _console().print(table)


def show_log(found: dict[str, Any], lang: Lang) -> None:
    """A log, month by month, with the figures published of its index."""
    console = _console()
    console.print(found["name"][lang], style="bold")
    for one in found["log"]:
        said = one["text"][lang] or one["text"]["vi"] or one["text"]["en"]
        source = f"; {one['source']}" if one["source"] else ""
        line = f"{one['month']}: {said} ({one['by']}, {day_of(one['day'], lang)}{source})"
        console.print(line, markup=False, soft_wrap=True)
        for figure in one["index"]:
            status = FIGURE[lang][figure["status"]]
            shown = f"{found['index']} {figure['form']} {figure['value']:g} ({status})"
            console.print(f"  {shown}, {figure['published']}", markup=False)


def show_ingest(report: IngestReport) -> None:
    """What went in: files, tables, rows, unknown rows, suspicious values, problems."""
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
        ("files with a problem", len(report.problems)),
    ):
        table.add_row(name, f"{count:,}")
    if report.dry_run:
        console.print("Dry run: nothing was written.")
    console.print(table)
    unknown = sorted(report.unknown, key=lambda row: -row.times)
    _list(console, "Unknown rows", [f"{one.table}: {one.row} (×{one.times})" for one in unknown])
    suspicious = [
        f"{one.kpi} {one.month}: {one.value:,.6g} {one.unit}, {one.reason} ({one.source})"
        for one in report.suspicions
    ]
    _list(console, "Suspicious values", suspicious)
    for file in report.problems:
        print(f"vedich: {file.problem}", file=sys.stderr)


def show_plans(plans: Sequence[dict[str, Any]]) -> None:
    """One line per plan."""
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("plan", "family", "KPIs", "versions", "newest figures"):
        table.add_column(heading)
    for one in plans:
        counts = (str(one["kpi_count"]), str(one["version_count"]))
        table.add_row(one["plan"], one["family"], *counts, one["newest_vintage"] or "none")
    _console().print(table)


def show_comparison(found: dict[str, Any], lang: Lang) -> None:
    """What changed between two versions, one line per change."""
    text, console = TEXT[lang], _console()
    for side in ("from", "to"):
        version = found[side]
        day = day_of(version["adopted"], lang)
        line = f"{text['version']} {version['number']}, {day}: {version['document']}"
        console.print(line, markup=False, soft_wrap=True)
    changes = [one for kind in ("added", "dropped", "changed", "tasks") for one in found[kind]]
    for one in changes:
        console.print(f"  {one['text'][lang]}", markup=False, soft_wrap=True)
    if not changes:
        console.print(f"  {text['no_change']}")


def show_retraining(report: RetrainReport) -> None:
    """Version, the gate's decision, what could not be learned, and the backtest's scores."""
    state = "answers now" if report.decision.promoted else "does not answer (challenger)"
    print(
        f"{report.family}: model version {report.version} as of {report.as_of} {state}: "
        f"{report.decision.reason}."
    )
    print(f"{report.kpis} KPIs in {report.seconds:.0f} s; bundle {report.bundle_hash[:12]}.")
    for kpi in report.without_figures:
        print(f"  {kpi}: no figures published up to {report.as_of}")
    for kpi, failures in report.failures.items():
        for candidate, reason in failures.items():
            print(f"  {kpi}: without {candidate}: {reason}")
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
