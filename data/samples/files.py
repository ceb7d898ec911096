"""The files of a shipped sample: a plan, and its figures as a compressed tidy CSV."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from data.plans.entries import LogEntry
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.readers.plan_document.file import read_plan, write_plan
from data.readers.spreadsheet.workbook import OpenedFile
from data.readers.tidy.file import read_rows, read_tidy
from data.readers.tidy.headings import find_tidy
from data.vintages.dated import DatedFigure
from data.vintages.observation import UNDATED, Observation
from models.errors import UnknownPlan
from models.series import Month
from models.targets.task import Progress

FOLDER = Path(__file__).parent
PLAN_FILE = "plan.yaml"
FIGURES_FILE = "observations.csv.gz"
DAYS_FILE = "days.csv"
REPORTS_FILE = "reports.yaml"
_COLUMNS = ("kpi", "month", "form", "value", "status", "published", "source")


def sample_names() -> tuple[str, ...]:
    """The samples shipped with the program."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob(f"*/{PLAN_FILE}")))


def read_sample(name: str, folder: Path = FOLDER) -> tuple[Plan, tuple[Observation, ...]]:
    """A sample's plan and its figures.

    Raises
    ------
    UnknownPlan
        If there is no such sample; the message lists the samples.
    """
    plan_file = folder / name / PLAN_FILE
    if not plan_file.is_file():
        names = ", ".join(sample_names()) or "none"
        raise UnknownPlan(f"no sample '{name}'; expected one of: {names} (or 'all').")
    plan = read_plan(plan_file.read_bytes(), plan_file.name)
    content = gzip.decompress((folder / name / FIGURES_FILE).read_bytes())
    own = [kpi for kpi in plan.kpis if not kpi.parts]
    return plan, read_tidy(content, FIGURES_FILE, own, None)


def read_days(plan: Plan, folder: Path = FOLDER) -> tuple[DatedFigure, ...]:
    """The figures to a day of a sample; none of a sample without a file."""
    file = folder / plan.slug / DAYS_FILE
    if not file.is_file():
        return ()
    found = find_tidy(OpenedFile(file.read_bytes(), DAYS_FILE))
    return read_rows(found, plan.kpis, None).dated if found else ()


def write_sample(
    plan: Plan,
    observations: Iterable[Observation],
    folder: Path,
    days: Sequence[DatedFigure] = (),
) -> None:
    """Write a sample's files; the same input gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    write_plan(plan, folder / PLAN_FILE)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_rows(observations, plan.kpis))
    compressed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, compressed, mtime=0) as archive:  # no name, no clock
        archive.write(text.getvalue().encode())
    (folder / FIGURES_FILE).write_bytes(compressed.getvalue())
    if days:
        with (folder / DAYS_FILE).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(_COLUMNS)
            writer.writerows(_row_of_days(one) for one in days)


def read_reports(
    name: str, folder: Path = FOLDER
) -> tuple[tuple[Progress, ...], tuple[LogEntry, ...]]:
    """The reports about the tasks and the log of a sample; none of a sample without a file."""
    file = folder / name / REPORTS_FILE
    if not file.is_file():
        return (), ()
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    return (
        tuple(Progress(**row) for row in document["progress"]),
        tuple(LogEntry(**{**row, "month": Month.parse(row["month"])}) for row in document["log"]),
    )


def _row_of_days(one: DatedFigure) -> tuple[str, ...]:
    days = f"{one.from_day:%d/%m/%Y} - {one.to_day:%d/%m/%Y}"
    value, published = repr(one.value), one.published.isoformat()
    return one.kpi, days, "year_to_date", value, one.status, published, one.source


def _rows(observations: Iterable[Observation], kpis: Sequence[Kpi]) -> list[tuple[str, ...]]:
    """One row per figure, by KPI and then by publication, which compresses best."""
    rank = {kpi.slug: place for place, kpi in enumerate(kpis)}
    ordered = sorted(
        observations,
        key=lambda figure: (
            rank[figure.kpi],
            figure.published,
            figure.month,
            figure.form,
            figure.value,
        ),
    )
    return [
        (
            figure.kpi,
            str(figure.month),
            figure.form,
            repr(figure.value),
            figure.status,
            "unknown" if figure.published == UNDATED else figure.published.isoformat(),
            figure.source,
        )
        for figure in ordered
    ]
