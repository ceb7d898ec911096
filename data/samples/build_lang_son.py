"""Rebuild the sample `lang-son-2021` from the table of published figures.

    python -m data.samples.build_lang_son --published published.csv --targets targets.csv --out DIR

The table (kpi, unit, period_kind, period_end, value, yoy_percent, percent_of_plan,
status, source_title, source_site, published_date, note) collects the figures
published about the province. Nothing is computed here: a row becomes the
observations it states, with the day of its document, or undated if it has none.
Rows that do not cover whole months up to 2022 are left out and listed in
`left_out.csv` with the reason.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from data.plans.plan import Plan
from data.samples.build import published_targets
from data.samples.files import write_sample
from data.samples.implied_plan import DatedTarget, versions_of
from data.samples.lang_son import KPIS, ROWS, SIX_MONTH_REPORT
from data.vintages.observation import UNDATED, Form, Observation
from models.series import FigureStatus, Month
from models.targets.target import Target
from models.targets.task import Step, Task

NAME = "lang-son-2021"
LEFT_OUT_FILE = "left_out.csv"
LAST = Month(2022, 12)  # a rate printed for 2022 informs about 2021; later figures do not
_STATUS: Mapping[str, FigureStatus] = {"actual": "final", "estimate": "estimate"}
_LEVEL: Mapping[str, Form] = {
    "month": "month",
    "quarter": "quarter",
    "half": "half",
    "ytd": "year_to_date",
    "year": "year",
}
_ON_MONTH = re.compile(r"([+-]\d+(?:\.\d+)?)% vs ([A-Z][a-z]{2}) (\d{4})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNUSABLE = {  # text in a note → why the figure is left out
    "period wording ambiguous": "does not say which months it covers",
    "compares with the whole of": "does not say which months it covers",
    "at the excerpt cut": "the number is cut off in the excerpt",
}

REPORTED = date(2021, 6, 30)  # the six-month report: its day is not known, so the month's last

PLAN = Plan(
    slug=NAME,
    family="lang-son",
    year=2021,
    body="Sở Công Thương tỉnh Lạng Sơn",
    name_vi="Lạng Sơn năm 2021 (mẫu)",
    name_en="Lạng Sơn 2021 (sample)",
    kpis=KPIS,
    versions=(),
    note=(
        "Sample plan on figures published about Lạng Sơn. No full monthly series of the province "
        "is public: months are reconstructed with later information, for demonstration, until "
        "the department's own figures are loaded. Targets only where one was published."
    ),
)

SIX_MONTH_GROWTH = Observation(
    kpi="turnover",
    month=Month(2021, 6),
    form="rate_to_date",
    value=141.0,
    status="estimate",
    published=REPORTED,
    source=(
        "Six-month report of the Department of Industry and Trade of Lạng Sơn, June 2021 (the "
        "day is not known; counted from the end of the month): turnover of the six months 41 % "
        "above those of 2020"
    ),
)

TASKS = (  # of the six-month report; it prints neither due dates nor shares done
    ("specialised_inspections", Task()),
    ("administrative_inspections", Task()),
    ("units_inspected", Task()),
    (
        "new_rural_communes",
        Task(
            part="criteria 4 (electricity) and 7 (rural trade infrastructure)",
            recognised_later=True,
        ),
    ),
    (
        "hydropower",
        Task(
            steps=(
                Step("ban_nhung", "Thủy điện Bản Nhùng", "Bản Nhùng hydropower"),
                Step("ban_lai", "Thủy điện Bản Lải", "Bản Lải hydropower"),
            )
        ),
    ),
    (
        "power_plan_dossiers",
        Task(
            steps=(
                Step("wind", "Hồ sơ điện gió", "Wind power dossier"),
                Step("waste", "Hồ sơ điện rác", "Waste-to-energy dossier"),
            )
        ),
    ),
)


def build(published: Path, targets: Path, folder: Path) -> Plan:
    """Write the sample's files into a folder.

    Parameters
    ----------
    published : CSV of published figures
    targets : CSV of published targets
    folder : where `plan.yaml`, `observations.csv.gz` and `left_out.csv` go
    """
    with published.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    left_out = [(row, reason) for row in rows if (reason := why_left_out(row))]
    used = [row for row in rows if not why_left_out(row)]
    observations = [figure for row in used for figure in observations_of(row)]
    days = {"six-month report, 2021": REPORTED}
    dated = [*published_targets(targets, "Lang Son (", PLAN, days), *_checklists()]
    versions = versions_of(dated, [kpi.slug for kpi in KPIS])
    reported = replace(versions[-1], tasks=TASKS)
    plan = replace(PLAN, versions=(*versions[:-1], reported))
    write_sample(plan, dict.fromkeys([*observations, SIX_MONTH_GROWTH]), folder)
    _write_left_out(left_out, folder / LEFT_OUT_FILE)
    return plan


def _checklists() -> Iterator[DatedTarget]:
    """Targets of the projects that the report lists: all their steps, without a date."""
    for slug, task in TASKS:
        if task.steps:
            target = Target(
                "at_least",
                lower=len(task.steps),
                level="indicative",
                basis="listed among the tasks; neither a due date nor a share done is printed",
                source=SIX_MONTH_REPORT,
            )
            document = f"{SIX_MONTH_REPORT} (the day is not known; counted from the end of June)"
            yield DatedTarget(REPORTED, slug, target, document)


def why_left_out(row: Mapping[str, str]) -> str:
    """Why a row gives no observation; '' if it does."""
    if row["period_kind"] == "plan_year":
        return "a goal, not a figure"
    if row["kpi"].endswith("_partial"):
        return "ends within a month"
    if row["kpi"] not in ROWS:
        return "no KPI of the plan"
    if Month.parse(row["period_end"]) > LAST:
        return "later than 2022: tells nothing of months up to 2021"
    return next((why for text, why in _UNUSABLE.items() if text in row["note"]), "")


def observations_of(row: Mapping[str, str]) -> Iterator[Observation]:
    """A row's level, its growth on last year or on the month before, its share of the plan."""
    month = Month.parse(row["period_end"])
    for form, value in _figures(row, month):
        yield Observation(
            kpi=ROWS[row["kpi"]],
            month=month,
            form=form,
            value=value,
            status=_STATUS[row["status"]],
            published=_day(row["published_date"]),
            source=_source(row),
        )


def _figures(row: Mapping[str, str], month: Month) -> Iterator[tuple[Form, float]]:
    kind = row["period_kind"]
    if row["unit"] != "%":
        yield _LEVEL[kind], float(row["value"])
    if row["yoy_percent"]:
        form: Form = "rate_on_year" if kind == "month" else "rate_to_date"
        yield form, round(100 + float(row["yoy_percent"]), 6)
    if row["percent_of_plan"]:
        yield "share_of_plan", float(row["percent_of_plan"])
    before = _ON_MONTH.search(row["note"])
    if before and Month(int(before[3]), _MONTHS.index(before[2]) + 1) == month.plus(-1):
        yield "rate_on_month", round(100 + float(before[1]), 6)


def _day(text: str) -> date:
    """A full date; a document with only a year or month is undated."""
    return date.fromisoformat(text) if len(text) == len("2021-06-30") else UNDATED


def _source(row: Mapping[str, str]) -> str:
    note = f" ({row['note']})" if row["note"] else ""
    return f"{row['source_title']}{note}"


def _write_left_out(rows: list[tuple[dict[str, str], str]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("kpi", "period_kind", "period_end", "value", "unit", "reason"))
        for row, reason in rows:
            names = ("kpi", "period_kind", "period_end", "value", "unit")
            writer.writerow((*(row[name] for name in names), reason))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=f"Rebuild the sample {NAME}.")
    parser.add_argument("--published", type=Path, required=True)
    parser.add_argument("--targets", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    plan = build(given.published, given.targets, given.out)
    sys.stdout.write(f"{plan.slug}: {len(plan.kpis)} KPIs, {len(plan.versions)} versions\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
