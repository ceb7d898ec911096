"""Is a late part of a printed total what the other parts leave of it?

    python -m experiments.late_months.left

The sample `vietnam-2021` prints exports and both their sectors, so no month is late: at every
vintage each sector is asked as if its newest month alone were. Writes left.csv and
made_with_left.json.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.delivered.run import sample
from experiments.late_months.run import RESULTS
from experiments.provenance import write_provenance
from models.disaggregation.late_month import with_month_left
from models.errors import NoObservations
from models.revisions import NO_REVISION

TOTAL, PARTS = "exports", ("exports_domestic", "exports_foreign_invested")
HISTORY = 24  # months before the late one


def asked(part: str) -> pd.DataFrame:
    """One row per vintage: what is left against what was printed, relative; NaN if not used."""
    panel, _ = sample()
    rows = []
    for day in panel.vintages():
        try:
            every = {slug: panel.series_as_of(slug, day) for slug in (TOTAL, *PARTS)}
        except NoObservations:
            continue
        series = every.pop(part)
        if len(series.values) <= HISTORY or series.cutoff != every[TOTAL].cutoff:
            continue
        late = series.until(series.cutoff.plus(-1))
        found = with_month_left(late, panel.relations.printed_with(part), every, NO_REVISION)
        month = to_date = np.nan
        if found is not None and found.to_date and series.to_date:
            month = abs(found.values[-1] / series.values[-1] - 1)
            to_date = abs(found.to_date / series.to_date - 1)
        rows.append({"part": part, "day": day, "month": month, "to_date": to_date})
    return pd.DataFrame(rows)


def main() -> None:
    rows = pd.concat([asked(part) for part in PARTS])
    named = {"asked": ("day", "size"), "used": ("month", "count")}
    named |= {f"{of}_{how}": (of, how) for of in ("month", "to_date") for how in ("median", "max")}
    found = rows.groupby("part").agg(**named)
    found.to_csv(RESULTS / "left.csv", float_format="%.2e")
    command = "python -m experiments.late_months.left"
    write_provenance(RESULTS, command, "numpy", "pandas", file="made_with_left.json")
    print(found.to_string())


if __name__ == "__main__":
    main()
