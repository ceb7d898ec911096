"""Rebuild the sample `lang-son-2021`: printed figures, and an illustrative year around them.

    python -m data.samples.build_lang_son --published published.csv --more more_published.csv \\
        --targets targets.csv --out DIR

The table of published figures and the table of targets are read here only; the service
never needs them. The national seasons come from the sample `vietnam-2021`. The same
tables give the same bytes (`data/samples/lang_son/months.py` has the one seed).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from data.plans.plan import Plan
from data.samples.build import published_targets
from data.samples.files import read_sample, write_sample
from data.samples.implied_versions import versions_of
from data.samples.lang_son.assumptions import ASSUMED
from data.samples.lang_son.figures import reports, vintages_of
from data.samples.lang_son.kpis import KPIS
from data.samples.lang_son.months import draw_months
from data.samples.lang_son.printed import (
    conditions,
    figures_to_a_day,
    printed_figures,
    read_rows,
    write_printed,
)
from data.samples.lang_son.targets import dated_targets, earlier_plans, of_customs
from data.samples.lang_son.tasks import TASKS
from data.vintages.panel import Panel
from models.series import Series

NAME = "lang-son-2021"
PRINTED_FILE = "printed.csv"

PLAN = Plan(
    slug=NAME,
    family="lang-son",
    year=2021,
    body="Sở Công Thương tỉnh Lạng Sơn",
    name_vi="Lạng Sơn năm 2021 (mẫu, minh họa)",
    name_en="Lạng Sơn 2021 (sample, illustrative)",
    kpis=KPIS,
    versions=(),
    label="minh họa",
    note=(
        "Năm minh họa, dựng quanh các số liệu đã công bố về tỉnh, xem SOURCE.md. Chỉ số liệu có "
        "nguồn đã công bố và chỉ tiêu thu của Cục Hải quan là thật."
    ),
)


def build(published: Path, more: Path, targets: Path, folder: Path) -> Plan:
    """Write the sample's files into a folder.

    Parameters
    ----------
    published : CSV of published figures
    more : CSV of further published figures, which are only listed
    targets : CSV of published targets
    folder : where `plan.yaml`, `observations.csv.gz` and `printed.csv` go
    """
    rows = read_rows(published)
    stated = conditions(rows)
    months = draw_months(stated, national_series())
    drawn = reports(vintages_of(months, stated), earlier_plans(months))
    customs = of_customs(published_targets(targets, "Lang Son (customs", PLAN))
    versions = versions_of([*dated_targets(), *customs], [kpi.slug for kpi in KPIS])
    versions = (*versions[:-1], replace(versions[-1], tasks=TASKS))
    plan = replace(PLAN, versions=versions)
    write_sample(plan, [*printed_figures(rows), *drawn], folder, figures_to_a_day(rows))
    write_printed(rows, read_rows(more), folder / PRINTED_FILE)
    return plan


def national_series() -> Mapping[str, Series]:
    """The national series whose seasons and shocks the months follow."""
    plan, figures = read_sample("vietnam-2021")
    panel = Panel.of(plan.family, plan.kpis, figures)
    names = {assumed.shape for assumed in ASSUMED.values()} | {"vietnam/iip"}
    return {
        name: panel.series_as_of(name.partition("/")[2], date(2021, 12, 31))
        for name in sorted(names)
        if name.startswith("vietnam/")
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=f"Rebuild the sample {NAME}.")
    parser.add_argument("--published", type=Path, required=True)
    parser.add_argument("--more", type=Path, required=True)
    parser.add_argument("--targets", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    plan = build(given.published, given.more, given.targets, given.out)
    sys.stdout.write(f"{plan.slug}: {len(plan.kpis)} KPIs, {len(plan.versions)} versions\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
