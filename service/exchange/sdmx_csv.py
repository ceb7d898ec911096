"""SDMX-CSV 2.0 (SDMX 3.0, field guide of the csv data message)."""

from __future__ import annotations

import csv
import io

from service.exchange.cube import Cube

MEDIA_TYPE = "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8"


def to_sdmx_csv(cube: Cube) -> str:
    """The message: one line per observation, dimensions first, then value and attributes.

    The structure is named VEDICH:FIGURES(1.0) or VEDICH:PROJECTIONS(1.0). Cells that a
    spreadsheet would take for a formula keep their text: SDMX has no rule for them, and the
    message is read by programs.
    """
    attributes = list(dict.fromkeys(name for row in cube.rows for name in row.attributes))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(
        ["STRUCTURE", "STRUCTURE_ID", "ACTION", *cube.dimensions, "OBS_VALUE", *attributes]
    )
    start = ["dataflow", f"VEDICH:{cube.what.upper()}(1.0)", "I"]
    for row in cube.rows:
        place = [row.key[name] for name in cube.dimensions]
        given = [row.attributes.get(name, "") for name in attributes]
        writer.writerow([*start, *place, repr(row.value), *given])
    return text.getvalue()
