"""All investment bodies of the annexes as one plan family: the targets with known outcomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from data.db.store import Store
from data.ingestion.ingest import ingest
from data.plans.kpi import Kpi, RowSelector
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.readers.gso.annex import read_workbook
from data.readers.spreadsheet.cells import fold

FAMILY = "investment"
MONTHS_NEEDED = 36  # reports that must name a body for it to be followed
# one body under two names, beside differences of punctuation
_SAME = {"bo giao duc dao tao": "bo giao duc va dao tao"}


def load_investment(files: Sequence[Path], url: str) -> Store:
    """A store with every body's vintages, read by the project's own importer."""
    names: dict[str, set[str]] = {}
    shown: dict[str, str] = {}
    reports: dict[str, set[str]] = {}
    for file in files:
        workbook = read_workbook(file.read_bytes(), file.name)
        for figure in workbook.figures:
            if figure.table == "investment" and figure.form == "share_of_plan":
                body = canonical(figure.row)
                names.setdefault(body, set()).add(fold(figure.row))
                shown.setdefault(body, figure.row)
                reports.setdefault(body, set()).add(str(figure.report_month))
    kpis = tuple(
        Kpi(
            slug=body.replace(" ", "_"),
            name_vi=shown[body],
            name_en=shown[body],
            unit="billion VND",
            rows=(RowSelector("investment", tuple(sorted(names[body]))),),
        )
        for body in sorted(names)
        if len(reports[body]) >= MONTHS_NEEDED
    )
    store = Store.open(url)
    save_plan(
        store,
        Plan(
            slug=f"{FAMILY}-2021",
            family=FAMILY,
            year=2021,
            body="investment bodies of the monthly annexes",
            name_vi="Vốn đầu tư từ ngân sách Nhà nước",
            name_en="State-budget investment",
            kpis=kpis,
            versions=(),
        ),
    )
    report = ingest(store, FAMILY, files, workers=2)
    if report.problems:
        raise SystemExit("\n".join(str(file.problem) for file in report.problems))
    return store


def canonical(row: str) -> str:
    """A body's name without accents and punctuation."""
    plain = " ".join(re.sub(r"[^a-z0-9 ]+", " ", fold(row)).split())
    return _SAME.get(plain, plain)
