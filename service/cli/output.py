"""What the command line prints: summaries and tables."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from data.vintages.observation import PER_CENT
from service.speech import spoken, told
from service.texts import (
    FIGURE,
    FORM,
    STATE,
    TEXT,
    Lang,
    day_of,
    month_name,
    name_of,
    number,
    percent,
    signed,
    signed_percent,
    unit_name,
    words_of,
)
from service.wording import remark, worded

if TYPE_CHECKING:
    import pandas as pd

    from data.accounts.accounts import Account
    from data.accounts.bodies import Bodies
    from data.accounts.keys import ApiKey
    from data.ingestion.ingest import IngestReport
    from data.ingestion.preview import UnknownRow
    from data.ingestion.rows import Import
    from data.ingestion.suspicion import Suspicion
    from data.plans.kpi import Kpi
    from data.plans.plan import Plan
    from data.sign_off.rules import SignOff, Step
    from data.vintages.comparison import Compared
    from service.shapes.entries import EventList, Log, ProgressList
    from service.shapes.plans import PlanSummary, VersionComparison
    from service.shapes.projects import ProjectList
    from training.retrain import RetrainReport

SHOWN = 12  # unknown rows and suspicious values listed
WIDE = 200  # columns of a table that is not printed to a terminal


def show_progress(found: ProgressList) -> None:
    """Reports about a task, one line per report."""
    table = Table(show_edge=False, pad_edge=False)
    names = ("day", "step", "done", "obstacle", "judgement", "final", "note", "by", "entered")
    for heading in names:
        table.add_column(told(heading))
    for one in found.progress:
        entered = one.entered.isoformat(timespec="seconds")
        report = (one.day, one.step, one.done, one.obstacle, one.judgement, one.final, one.note)
        cells = (*report, one.by, entered)
        table.add_row(*("" if cell in (None, False) else str(cell) for cell in cells))
    terminal().print(table)


def show_log(found: Log, lang: Lang) -> None:
    """A log by month, with the published figures of its index."""
    console = terminal()
    console.print(found.name[lang], style="bold")
    for one in found.log:
        text = words_of(one.text, lang)
        source = f"; {one.source}" if one.source else ""
        line = f"{one.month}: {text} ({one.by}, {day_of(one.day, lang)}{source})"
        console.print(line, markup=False, soft_wrap=True)
        for figure in one.index:
            status = FIGURE[lang][figure.status]
            shown = f"{found.index} {figure.form} {figure.value:g} ({status})"
            console.print(f"  {shown}, {figure.published}", markup=False)


def show_ingest(report: IngestReport, kpis: Mapping[str, Kpi]) -> None:
    """What was loaded: counts, unknown rows, suspicious values, oddities, problems.

    Parameters
    ----------
    kpis : of the family, by slug
    """
    console, added = terminal(), report.added
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
        table.add_row(told(name), f"{count:,}")
    if report.dry_run:
        console.print(told("Dry run: nothing was written."))
    console.print(table)
    unknown = sorted(report.unknown, key=lambda row: -row.times)
    print_list(console, "Unknown rows", [_unknown(one) for one in unknown])
    if report.dry_run:
        print_list(console, "Revised figures", [_revised(one) for one in report.revised])
    lang = spoken()
    suspicious = [_suspicious(one, lang, kpis) for one in report.suspicions]
    print_list(console, "Suspicious values", suspicious)
    oddities = [
        f"{file.file}, {remark(note, lang)}" for file in report.files for note in file.notes
    ]
    print_list(console, "Oddities", oddities)
    for file in report.problems:
        reason = worded(file.refusal, lang) if file.refusal else file.problem
        print(f"vedich: {reason}", file=sys.stderr)


def _suspicious(one: Suspicion, lang: Lang, kpis: Mapping[str, Kpi]) -> str:
    """A figure, and why it is suspicious."""
    from service.workflow.imports import doubt_in_words

    decimals = kpis[one.kpi].decimals
    value = number(one.value, lang, decimals)
    why = doubt_in_words(one, lang, decimals, kpis)
    form = FORM[lang][one.form]
    unit = unit_name(one.unit, lang)
    return f"{one.kpi} {one.month}, {form}: {value} {unit}; {why} ({one.source})"


def _unknown(one: UnknownRow) -> str:
    """A row without a KPI, with suggestions."""
    row = one.row
    place = f"{row.table} {row.quantity}".rstrip() + (
        f" no. {row.occurrence}" * (row.occurrence > 1)
    )
    likely = ", ".join(f"{one.kpi} ({one.similarity:.0%})" for one in one.suggestions)
    return f"{place}: {row.label} (×{one.times})" + (f"; perhaps {likely}" if likely else "")


def _revised(one: Compared) -> str:
    """A figure whose value changes: old → new, with vintage and status."""
    figure, old = one.observation, one.old
    before = f"{old.value:,.6g} ({old.status}, {old.published}) → " if old else ""
    change = f", {one.change:+.2f} %" if one.change is not None else ""
    if old and figure.form in PER_CENT:
        change = f", {figure.value - old.value:+.2f} points"
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
    _columns(("import", "at (UTC)", "by", "files", "new", "known", "withdrawn"), lines)


def show_plans(plans: Sequence[PlanSummary]) -> None:
    """One line per plan."""
    lines = []
    for one in plans:
        counts = (str(one.kpi_count), str(one.version_count))
        lines.append((one.plan, one.family, *counts, str(one.newest_vintage or told("none"))))
    _columns(("plan", "family", "KPIs", "versions", "newest figures"), lines)


def show_accounts(accounts: Sequence[Account], factors: Collection[str]) -> None:
    """One line per account; `factors` names those with a second factor."""
    lines = [
        (
            one.name,
            one.body,
            "second factor" if one.name in factors else "",
            one.role,
            "disabled" if one.disabled_at else "",
        )
        for one in accounts
    ]
    _columns(("account", "body", "", "role", ""), lines)


def show_keys(keys: Sequence[ApiKey], now: datetime) -> None:
    """One line per key, then the keys that expire soon."""
    from data.accounts.keys import last_day

    lines = [
        (
            one.name,
            one.scope,
            one.body,
            str(last_day(one) or "never"),
            "revoked" if one.revoked_at else "expired" if one.expired(now) else "",
        )
        for one in keys
    ]
    _columns(("key", "scope", "body", "expires", ""), lines)
    for one in keys:
        if one.expires_at and one.expires_soon(now):
            days = (one.expires_at - now).days
            say(f"{one.name} expires in {days} days; make another: vedich key add NAME")


def show_bodies(bodies: Bodies) -> None:
    """One line per body."""
    lines = [
        (
            one.slug,
            one.parent or "",
            ", ".join(bodies.families(one.slug)),
            one.name_vi,
            "open to everybody" if one.shares else "",
        )
        for one in bodies.by_slug.values()
    ]
    _columns(("body", "under", "families", "name", "what it issued"), lines)


def show_month(record: SignOff, plan: Plan, lang: Lang) -> None:
    """State and history of a month, and of each KPI's newest estimate."""
    console = terminal()
    console.print(f"{plan.slug} {record.month}: {STATE[lang][record.state]}", style="bold")
    _steps(console, record.steps, lang)
    for one in record.current.values():
        kpi = plan.kpi(one.kpi)
        name = name_of(kpi, lang)
        figure = f"{number(one.value, lang, kpi.decimals)} {unit_name(one.unit, lang)}"
        console.print(f"{name}: {figure}, {STATE[lang][one.state]}", style="bold")
        _steps(console, one.steps, lang)


def show_events(found: EventList, lang: Lang) -> None:
    """One line per event: a proposal, or the decision in force."""
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
        decided = ", ".join(str(part) for part in (one.day, one.by, one.note) if part)
        named = f"{one.event} {one.name}".strip()
        size = signed_percent(100 * one.size, lang)
        if one.length > 1:
            size = f"{size}, {text.count('event.months', one.length)}"
        table.add_row(one.kpi, named, size, states[one.state], decided or "–")
    terminal().print(table)


def show_projects(found: ProjectList, lang: Lang) -> None:
    """One line per project, with the entry in force."""
    text, table = TEXT[lang], Table(show_edge=False, pad_edge=False)
    table.add_column("")
    table.add_column(text["event.kpi"])
    table.add_column(text["project.heading"])
    table.add_column(text["project.first_month"])
    table.add_column(text["project.amount"], justify="right")
    table.add_column(text["project.on_time"], justify="right")
    table.add_column(text["event.state"])
    table.add_column(text["event.decided"])
    for one in found.projects:
        decided = ", ".join(str(part) for part in (one.day, one.by, one.note) if part)
        digits = 0 if one.amount.is_integer() else 2
        amount = f"{signed(one.amount, lang, digits)} {unit_name(one.unit, lang)}"
        table.add_row(
            str(one.project),
            one.kpi,
            "\n".join(part for part in (one.name[lang], one.responsible, one.obstacle) if part),
            f"{month_name(one.start, lang)}, {text[f'project.{one.happening}']}",
            amount,
            percent(100 * one.on_time, lang, 0),
            text[f"event.{one.state}"],
            decided,
        )
    terminal().print(table)


def show_comparison(found: VersionComparison, lang: Lang) -> None:
    """What changed between two versions, one line per change."""
    text, console = TEXT[lang], terminal()
    for version in (found.before, found.after):
        day = day_of(version.adopted, lang)
        line = f"{text['version']} {version.number}, {day}: {version.document}"
        console.print(line, markup=False, soft_wrap=True)
    sentences = [one.text for one in (*found.added, *found.dropped, *found.changed)]
    sentences += [one.text for one in found.tasks]
    for sentence in sentences:
        console.print(f"  {sentence[lang]}", markup=False, soft_wrap=True)
    if not sentences:
        console.print(f"  {text['no_change']}")


def say(line: str) -> None:
    """Print a line without markup or wrapping."""
    terminal().print(line, markup=False, highlight=False, soft_wrap=True)


def show_retraining(report: RetrainReport) -> None:
    """Version, the gate's decision, failures, and the backtest's scores."""
    about = {
        "family": report.family,
        "version": report.version,
        "as_of": report.as_of,
        "reason": report.decision.reason,
    }
    if report.decision.promoted:
        now = "{family}: model version {version} as of {as_of} answers now: {reason}."
    else:
        now = (
            "{family}: model version {version} as of {as_of} does not answer (challenger): "
            "{reason}."
        )
    print(told(now, **about))
    print(
        told(
            "{kpis} KPIs in {seconds:.0f} s; bundle {bundle_hash}.",
            kpis=report.kpis,
            seconds=report.seconds,
            bundle_hash=report.bundle_hash[:12],
        )
    )
    for kpi in report.without_figures:
        print(
            told("  {kpi}: no usable figures published up to {as_of}", kpi=kpi, as_of=report.as_of)
        )
    for kpi, failures in report.failures.items():
        for candidate, reason in failures.items():
            print(
                told(
                    "  {kpi}: without {candidate}: {reason}",
                    kpi=kpi,
                    candidate=candidate,
                    reason=reason,
                )
            )
    if report.scores.empty:
        print(told("No backtest: {reason}.", reason=told(report.not_tested)))
    else:
        show_scores(report.scores)


def show_scores(scores: pd.DataFrame) -> None:
    """Backtest scores over all origins, one line per method, in per cent."""
    table = Table(show_edge=False, pad_edge=False)
    table.add_column(told("method"))
    for heading in ("months known", "n", "annual error", "median", "CRPS", "in 80 %", "in 95 %"):
        table.add_column(told(heading), justify="right")
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
    terminal().print(table)


def _steps(console: Console, steps: Sequence[Step], lang: Lang) -> None:
    for step in steps:
        parts = (f"{step.at:%Y-%m-%d %H:%M} UTC", STATE[lang][step.state], step.by, step.note)
        console.print("  " + ", ".join(filter(None, parts)), markup=False, soft_wrap=True)


def _columns(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    table = Table(show_edge=False, pad_edge=False)
    for heading in headings:
        table.add_column(told(heading) if heading else "")
    for line in lines:
        table.add_row(*line)
    terminal().print(table)


def print_list(console: Console, title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    console.print(f"{told(title)}:", style="bold")
    for line in lines[:SHOWN]:
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    if len(lines) > SHOWN:
        console.print(told("  … and {more} more", more=len(lines) - SHOWN))


def terminal() -> Console:
    """Plain text in full width where the output is not a terminal."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=WIDE)
