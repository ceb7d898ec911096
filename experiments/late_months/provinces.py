"""Provinces whose month is late, and the national figures of that day: real vintages.

Lạng Sơn has no monthly series that is public, so the provinces are those whose state-budget
investment the national office's workbooks print every month; each is a plan family's KPI. The
national figures are the KPIs of the sample `vietnam-2021` that are not of a province.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd

from data.plans.kpi import Kpi
from data.vintages.observation import Form, Observation
from data.vintages.panel import Panel
from experiments.delivered.run import sample
from models.series import FigureStatus, Month

NAME = "provinces"
NATION = "vietnam"
FILE = "vintages.parquet"
REPORTS = 90  # of 107, in which a province must stand
_NOT_A_PROVINCE = re.compile(r"bo_.*|von_.*|tong_so|trung_uong|dia_phuong")
_INVESTMENT = re.compile(r"investment_(total|moit)")
_PRINTED: dict[str, tuple[int, Form, FigureStatus]] = {  # measure: months later, form, status
    "month_est": (0, "month", "estimate"),
    "month_prev": (-1, "month", "restated"),
    "ytd": (0, "year_to_date", "estimate"),
}


def provinces(folder: Path) -> tuple[Panel, date]:
    """The provinces' investment beside the national figures, and the day after the last report.

    Parameters
    ----------
    folder : holds `FILE` and the folder of workbooks, whose names begin with their day
    """
    nation, day = sample()
    shown = {slug: one for slug, one in nation.definitions.items() if national(slug)}
    beside = Panel.of(
        NATION, list(shown.values()), [o for o in nation.figures() if o.kpi in shown]
    )
    days = {name[:7]: date.fromisoformat(name[:10]) for name in _workbooks(folder)}
    rows = pd.read_parquet(folder / FILE)
    rows = rows[(rows["table"] == "investment") & rows["measure"].isin(list(_PRINTED))]
    rows = rows.astype({"report_month": str, "series_id": str, "measure": str})
    reports = rows.groupby("series_id")["report_month"].nunique()
    often = {
        str(slug)
        for slug, count in reports.items()
        if count >= REPORTS and not _NOT_A_PROVINCE.fullmatch(str(slug))
    }
    keys = ["series_id", "report_month", "measure"]
    rows = rows[rows["series_id"].isin(often)].drop_duplicates([*keys, "value"])
    rows = rows[~rows.duplicated(keys, keep=False)]  # two values of one cell: neither
    figures = []
    for slug, report, measure, value in rows[[*keys, "value"]].itertuples(index=False):
        later, form, status = _PRINTED[measure]
        month = Month(int(report[:4]), int(report[5:])).plus(later)
        figures.append(
            Observation(slug, month, form, float(value), status, days[report], f"{report} {slug}")
        )
    kpis = [Kpi(slug, slug, slug, "billion VND") for slug in sorted(often)]
    return Panel.of(NAME, kpis, figures, [beside]), day


def national(slug: str) -> bool:
    """Whether a KPI of the sample is of the whole country."""
    return not slug.startswith("investment_") or bool(_INVESTMENT.fullmatch(slug))


def candidates(panel: Panel) -> dict[str, tuple[str, ...]]:
    """Who has the month, by the name of the case: other provinces, national figures, or both."""
    own, nation = panel.kpis(), panel.elsewhere[NATION]
    every = tuple(
        f"{NATION}/{slug}" for slug, one in nation.definitions.items() if one.takes_figures
    )
    alike = tuple(name for name in every if _INVESTMENT.search(name))
    return {
        f"{NAME}, by each other": own,
        f"{NAME}, by national investment": alike,
        f"{NAME}, by all national figures": every,
        f"{NAME}, by both": (*own, *every),
    }


def _workbooks(folder: Path) -> list[str]:
    return sorted(one.name for one in (folder / "workbooks").iterdir())
