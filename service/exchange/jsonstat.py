"""JSON-stat 2.0 (https://json-stat.org/full/)."""

from __future__ import annotations

import json
from typing import Any

from service.exchange.cube import Cube

MEDIA_TYPE = "application/json"


def to_jsonstat(cube: Cube) -> str:
    """The cube as one dataset, values and statuses by place, units with the KPIs.

    Codes are sorted; the unit of a KPI is that of its amounts: rates and shares, which have
    a form of their own, are per cent.
    """
    codes = {name: sorted({row.key[name] for row in cube.rows}) for name in cube.dimensions}
    place_of = {name: {code: at for at, code in enumerate(codes[name])} for name in codes}
    values: dict[str, float] = {}
    statuses: dict[str, str] = {}
    for row in cube.rows:
        at = 0
        for name in cube.dimensions:
            at = at * len(codes[name]) + place_of[name][row.key[name]]
        values[str(at)] = row.value
        statuses[str(at)] = row.attributes["FIGURE_STATUS"]
    dataset = {
        "version": "2.0",
        "class": "dataset",
        "label": cube.name,
        "source": cube.source,
        "updated": cube.as_of.isoformat(),
        "id": list(cube.dimensions),
        "size": [len(codes[name]) for name in cube.dimensions],
        "role": {"time": ["TIME_PERIOD"]},
        "dimension": {name: _dimension(cube, name, codes[name]) for name in cube.dimensions},
        "value": values,
        "status": statuses,
        "extension": {"plan": cube.plan, "what": cube.what, "as_of": cube.as_of.isoformat()},
    }
    return json.dumps(dataset, ensure_ascii=False)


def _dimension(cube: Cube, name: str, codes: list[str]) -> dict[str, Any]:
    labels = cube.labels.get(name, {})
    category: dict[str, Any] = {
        "index": codes,
        "label": {code: labels.get(code, code) for code in codes},
    }
    if name == "KPI":
        units = {
            row.key["KPI"]: row.attributes["UNIT_MEASURE"]
            for row in cube.rows
            if row.attributes["UNIT_MEASURE"] not in ("%", "1")
        }
        category["unit"] = {code: {"base": units.get(code, "%")} for code in codes}
    return {"label": name, "category": category}
