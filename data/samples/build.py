"""Rebuild the sample `vietnam-2021` from the statistics office's workbooks.

    python -m data.samples.build --workbooks DIR --targets targets.csv --out DIR

The workbooks are imported like a planner's; the published targets come from a CSV
(body, year, kpi, level, comparator, lower, upper, form, period, owner, role, basis,
source), those of investment from the percentages printed in the workbooks. The same
input gives the same bytes.
"""

from __future__ import annotations

import argparse
import calendar
import csv
import hashlib
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

from data.db.store import Store
from data.ingestion.ingest import ingest
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.readers.spreadsheet.cells import publication_date
from data.samples.files import write_sample
from data.samples.implied_versions import DatedTarget, implied_versions
from data.samples.vietnam import KPIS
from data.vintages.observation import Observation
from data.vintages.panel_rows import load_panel
from models.errors import InputError
from models.targets.target import Comparator, Target, TargetForm, TargetLevel

NAME = "vietnam-2021"
WORKBOOKS_FILE = "workbooks.csv"
_MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
_OFFICES = {"Ministry of Industry and Trade": "Bộ Công Thương"}  # as the table has it → ours
_DATED = re.compile(r"(?:(\d{1,2}) )?(" + "|".join(_MONTHS) + r") (\d{4})$")

PLAN = Plan(
    slug=NAME,
    family="vietnam",
    year=2021,
    body="Bộ Công Thương",
    name_vi="Cả nước năm 2021 (mẫu)",
    name_en="Vietnam 2021 (sample)",
    kpis=KPIS,
    versions=(),
    note=(
        "Kế hoạch mẫu trên số liệu công bố của Tổng cục Thống kê. Chỉ có chỉ tiêu đã được công "
        "bố; mỗi phiên bản lấy ngày mà số liệu của nó được biết."
    ),
)


def build(workbooks: Path, targets: Path, folder: Path) -> Plan:
    """Write the sample's files into a folder.

    Parameters
    ----------
    workbooks : folder of the monthly annexes, each named after its publication date
    targets : CSV of published targets
    folder : where `plan.yaml`, `observations.csv.gz` and `workbooks.csv` go

    Returns
    -------
    Plan, with a version for each day on which a target was published or changed

    Raises
    ------
    InputError
        If a workbook cannot be read.
    """
    files = sorted(path for path in workbooks.iterdir() if path.suffix in (".xls", ".xlsx"))
    observations = _imported(files)
    versions = implied_versions(
        observations,
        PLAN.year,
        {kpi.slug: kpi.unit for kpi in KPIS},
        published_targets(targets, "Vietnam (", PLAN),
    )
    plan = replace(PLAN, versions=versions)
    write_sample(plan, observations, folder)
    _write_workbooks(files, observations, folder / WORKBOOKS_FILE)
    return plan


def _imported(files: list[Path]) -> list[Observation]:
    """The observations imported from the workbooks, through a temporary store."""
    with tempfile.TemporaryDirectory() as home:
        store = Store.open(f"sqlite:///{home}/build.db")
        save_plan(store, PLAN)
        report = ingest(store, PLAN.family, files)
        panel = load_panel(store, PLAN.family)
        store.close()
    if report.problems:
        raise InputError("; ".join(str(file.problem) for file in report.problems))
    return list(panel.figures())


def published_targets(
    path: Path, body: str, plan: Plan, days: Mapping[str, date] | None = None
) -> Iterator[DatedTarget]:
    """A body's targets for the KPIs and year of a plan, with the day each was published.

    Parameters
    ----------
    body : the start of the body's name in the table
    days : source → day of publication, for sources that do not contain one
    """
    known = {kpi.slug for kpi in plan.kpis}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            ours = row["body"].startswith(body) and row["year"] == str(plan.year)
            if ours and row["kpi"] in known:
                day = (days or {}).get(row["source"])
                yield _dated_target(row, day or known_from(row["source"]))


def _dated_target(row: Mapping[str, str], day: date) -> DatedTarget:
    owner, source = _OFFICES.get(row["owner"], row["owner"]), _in_vietnamese(row["source"])
    target = Target(
        comparator=cast(Comparator, row["comparator"]),
        lower=float(row["lower"]) if row["lower"] else None,
        upper=float(row["upper"]) if row["upper"] else None,
        form=cast(TargetForm, row["form"]),
        level=cast(TargetLevel, row["level"]),
        period=row["period"],
        owner=owner,
        role=row["role"],
        basis=row["basis"],
        source=source,
    )
    return DatedTarget(day, row["kpi"], target, f"Chỉ tiêu của {owner}, theo {source}")


def _in_vietnamese(source: str) -> str:
    """The date of a source as Vietnamese papers write it.

    Examples
    --------
    >>> _in_vietnamese("VOV and another site, February 2021")
    'VOV, another site, 02/2021'
    """
    match = _DATED.search(source.strip())
    if not match:
        return source
    day = f"{int(match[1]):02d}/" if match[1] else ""
    written = f"{day}{_MONTHS[match[2]]:02d}/{match[3]}"
    return f"{source[: match.start()]}{written}".replace(" and ", ", ")


def known_from(source: str) -> date:
    """The day a source was published.

    A source that gives only the month counts from the month's last day: an earlier day
    would show a target to views of days on which it may not have been known.

    Examples
    --------
    >>> known_from("VOV, February 2021")
    datetime.date(2021, 2, 28)
    """
    match = _DATED.search(source.strip())
    if not match:
        raise InputError(
            f"expected a source that ends in its date, such as 'VOV, February 2021', found "
            f"'{source}'; add the date."
        )
    year, month = int(match[3]), _MONTHS[match[2]]
    if match[1]:
        return date(year, month, int(match[1]))
    return date(year, month, calendar.monthrange(year, month)[1])


def _write_workbooks(
    files: Iterable[Path], observations: Iterable[Observation], path: Path
) -> None:
    """Write the list of workbooks, with the number of figures from each."""
    taken = Counter(figure.source.partition(",")[0] for figure in observations)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "published", "figures", "sha256"))
        for workbook in files:
            digest = hashlib.sha256(workbook.read_bytes()).hexdigest()
            day = publication_date(workbook.name)
            writer.writerow((workbook.name, day, taken[workbook.name], digest))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=f"Rebuild the sample {NAME}.")
    parser.add_argument("--workbooks", type=Path, required=True)
    parser.add_argument("--targets", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    plan = build(given.workbooks, given.targets, given.out)
    sys.stdout.write(f"{plan.slug}: {len(plan.kpis)} KPIs, {len(plan.versions)} versions\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
