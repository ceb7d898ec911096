"""Provinces and states whose month is late, and the figures of their nation.

Lạng Sơn has no monthly series that is public, so the provinces are those whose state-budget
investment the national office's workbooks print every month, with their vintages; the national
figures are the KPIs of the sample `vietnam-2021` that are not of a province. Of the states of
two panels, the nation's figures are sums over the series that are not asked, so that none
holds what it is to tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.plans.kpi import Kpi
from data.vintages.observation import Form, Observation
from data.vintages.panel import Panel
from experiments.delivered.run import FIRST, sample
from models.series import FigureStatus, Month
from training.prior.corpus import History

PROVINCES = "provinces"
STATES = ("brazil_anp_fuel_states", "us_eia_electricity_states")  # 'state|kind' is a series
NATION = "nation"
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
    return Panel.of(PROVINCES, kpis, figures, [beside]), day


def with_nation(panel: Panel, day: date, histories: Sequence[History]) -> Panel:
    """A panel of states, with the sums of each kind over all other series beside it."""
    asked = {one.name_en for one in panel.definitions.values()}
    last = max(one.month for one in panel.figures())
    months = range(FIRST.ordinal, last.ordinal + 1)
    sums: dict[str, NDArray[np.float64]] = {}
    for one in histories:
        places = np.array(months) - one.start.ordinal
        if one.series_id in asked or places[0] < 0 or places[-1] >= len(one.values):
            continue
        if not np.isnan(one.values[places]).any():
            kind = one.series_id.partition("|")[2]
            sums[kind] = sums.get(kind, np.zeros(len(places))) + one.values[places]
    kpis, figures = [], []
    for place, kind in enumerate(sorted(sums)):
        slug = f"n{place:03d}"
        kpis.append(Kpi(slug, kind, kind, ""))
        figures += [
            Observation(slug, Month.from_ordinal(month), "month", float(value), "final", day, kind)
            for month, value in zip(months, sums[kind], strict=True)
        ]
    return replace(panel, elsewhere={NATION: Panel.of(NATION, kpis, figures)})


def national(slug: str) -> bool:
    """Whether a KPI of the sample is of the whole country."""
    return not slug.startswith("investment_") or bool(_INVESTMENT.fullmatch(slug))


def candidates(name: str, panel: Panel) -> dict[str, tuple[str, ...]]:
    """Who has the month, by the name of the case: each other, the nation, or both."""
    own = panel.kpis()
    if NATION not in panel.elsewhere:
        return {name: own}
    every = tuple(
        f"{NATION}/{slug}"
        for slug, one in panel.elsewhere[NATION].definitions.items()
        if one.takes_figures
    )
    alike = tuple(one for one in every if _INVESTMENT.search(one))
    found = {name: own, f"{name}, by national investment": alike}
    found |= {f"{name}, by national figures": every, f"{name}, by both": (*own, *every)}
    return {case: others for case, others in found.items() if others}


def _workbooks(folder: Path) -> list[str]:
    return sorted(one.name for one in (folder / "workbooks").iterdir())
