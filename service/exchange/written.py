"""A plan's figures as a cube, and a cube in one of the formats."""

from __future__ import annotations

from datetime import date
from typing import Literal

from data.plans.rows import load_plan
from service.exchange import jsonstat, sdmx_csv
from service.exchange.cube import Cube, figures_cube, newest_only
from service.state.app_state import AppState
from service.texts import Lang

Format = Literal["sdmx-csv", "json-stat"]
MEDIA_TYPES = {"sdmx-csv": sdmx_csv.MEDIA_TYPE, "json-stat": jsonstat.MEDIA_TYPE}


def figures_of(app_state: AppState, plan: str, day: date, lang: Lang) -> Cube:
    """All printed figures of a plan's family up to a day."""
    document = load_plan(app_state.store, plan)
    panel = app_state.panel(document.family)
    found = [figure for kpi in document.kpis for figure in panel.observations(kpi.slug, day)]
    return figures_cube(document, document.kpis, found, day, lang)


def written(cube: Cube, form: Format) -> str:
    """The cube in a format; in JSON-stat, of each figure the newest publication alone."""
    if form == "sdmx-csv":
        return sdmx_csv.to_sdmx_csv(cube)
    return jsonstat.to_jsonstat(newest_only(cube) if "VINTAGE" in cube.dimensions else cube)
