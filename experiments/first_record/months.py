"""Twenty-four monthly runs from the real workbooks, one after another, as they came out."""

from __future__ import annotations

import csv
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from data.db.store import Store
from data.ingestion.ingest import ingest
from data.monthly.rows import runs_of
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.readers.spreadsheet.cells import publication_date
from data.samples.build import PLAN, published_targets
from data.samples.files import read_sample
from data.samples.implied_versions import implied_versions
from data.samples.vietnam import KPIS
from data.settings import Settings
from data.vintages.panel_rows import load_panel
from experiments.provenance import file_hash
from models.errors import InputError
from training.bundle.bundle import read_bundle

FAMILY = "vietnam"
YEARS = (2020, 2021)
WAITS = 1  # exit code of `vedich monthly`: something waits for a person
FIELDS = (
    *("month", "workbook", "published", "sha256", "exit_code", "held", "figures"),
    *("version", "promoted", "projections", "cpu_seconds", "seconds"),
)


@dataclass(frozen=True)
class Workbook:
    """A month's workbook and the day on which it was published."""

    path: Path
    published: date

    @property
    def year(self) -> int:
        return self.published.year


def workbooks_in(folder: Path) -> tuple[Workbook, ...]:
    """The workbooks of a folder in the order in which they were published.

    Raises
    ------
    InputError
        If the name of a file does not begin with its day.
    """
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".xls", ".xlsx"):
            continue
        day = publication_date(path.name)
        if day is None:
            raise InputError("{file}: expected a name that begins with a day.", file=path.name)
        found.append(Workbook(path, day))
    return tuple(found)


def prepare(home: Path, workbooks: Sequence[Workbook], targets: Path) -> None:
    """A home with the figures of the years before; does nothing where there is one."""
    store = Store.open(Settings(home=home).store_url)
    try:
        save_plan(store, replace(plans(targets, workbooks)[YEARS[0]], versions=()))
        before = [one.path for one in workbooks if one.year < YEARS[0]]
        report = ingest(store, FAMILY, before)
    finally:
        store.close()
    if report.problems:
        raise InputError("; ".join(str(file.problem) for file in report.problems))


def plans(targets: Path, workbooks: Sequence[Workbook]) -> Mapping[int, Plan]:
    """The plans of both years, with every version that was published in them."""
    sample, figures = read_sample(PLAN.slug)
    first = replace(
        PLAN,
        slug=f"{FAMILY}-{YEARS[0]}",
        year=YEARS[0],
        name_vi=PLAN.name_vi.replace(str(PLAN.year), str(YEARS[0])),
        name_en=PLAN.name_en.replace(str(PLAN.year), str(YEARS[0])),
    )
    units = {kpi.slug: kpi.unit for kpi in KPIS}
    versions = implied_versions(
        figures, first.year, units, published_targets(targets, "Vietnam (", first)
    )
    return {first.year: replace(first, versions=versions), sample.year: sample}


def run_all(home: Path, workbooks: Sequence[Workbook], targets: Path, told: Path) -> None:
    """One `vedich monthly` for each workbook of the years, its line appended to `told`.

    A month that is in `told` already is not run again.
    """
    known = plans(targets, workbooks)
    done = _done(told)
    for one in workbooks:
        month = f"{one.published:%Y-%m}"
        if one.year in YEARS and month not in done:
            _told(told, _run(home, known[one.year], one))


def commit_of(home: Path) -> list[str]:
    """The commits of the program that trained the home's models, as their bundles have it."""
    bundles = Settings(home=home).bundles / FAMILY
    found = {read_bundle(folder).provenance["commit"] for folder in bundles.iterdir()}
    return sorted(found)


def _run(home: Path, plan: Plan, workbook: Workbook) -> dict[str, object]:
    """Put a workbook into the watched folder and run the month; a held file is then accepted."""
    store = Store.open(Settings(home=home).store_url)
    versions = tuple(one for one in plan.versions if one.adopted <= workbook.published)
    save_plan(store, replace(plan, versions=versions))
    store.close()
    watched = home / "new" / FAMILY
    shutil.rmtree(watched, ignore_errors=True)
    watched.mkdir(parents=True)
    shutil.copy(workbook.path, watched)
    before, begun = _cpu(), time.monotonic()
    code, said = _vedich(home, "monthly", "--plan", plan.slug)
    held = "; ".join(line for line in said.splitlines() if workbook.path.name in line)
    if code == WAITS:  # a person looks at the file and loads it
        _vedich(home, "ingest", str(watched / workbook.path.name), "--plan", plan.slug)
        _vedich(home, "monthly", "--plan", plan.slug)
    store = Store.open(Settings(home=home).store_url)
    ended = runs_of(store, plan.slug, limit=1)[0].outcome
    day = workbook.published
    panel = load_panel(store, FAMILY, day)
    figures = sum(1 for figure in panel.figures() if figure.published == day)
    store.close()
    return {
        "month": f"{day:%Y-%m}",
        "workbook": workbook.path.name,
        "published": day,
        "sha256": file_hash(workbook.path),
        "exit_code": code,
        "held": held if code == WAITS else "",
        "figures": figures,
        "version": ended["version"],
        "promoted": ended["promoted"],
        "projections": ended["projections"],
        "cpu_seconds": round(_cpu() - before, 1),
        "seconds": round(time.monotonic() - begun, 1),
    }


def _vedich(home: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of `vedich`; 2 and more end the experiment."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("VEDICH_")},
        "VEDICH_HOME": str(home),
        "VEDICH_WATCHED": str(home / "new"),
        "VEDICH_LANG": "en",
    }
    command = [sys.executable, "-m", "service.cli.main", *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode > WAITS:
        raise SystemExit(f"vedich {' '.join(arguments)}: exit code {done.returncode}")
    return done.returncode, done.stdout


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _done(told: Path) -> set[str]:
    if not told.exists():
        return set()
    with told.open(encoding="utf-8", newline="") as file:
        return {row["month"] for row in csv.DictReader(file)}


def _told(told: Path, row: Mapping[str, object]) -> None:
    new = not told.exists()
    told.parent.mkdir(parents=True, exist_ok=True)
    with told.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(row)
