"""Where does the revision belong that the cumulative figures show?

    python -m experiments.revision_rule.run --workbooks ../shared/data/gso/workbooks

Of a month whose first estimate alone was printed, the next cumulative figures
tell by how much the months up to it were revised together. Three rules share
that out: all of it on the latest month (rule 3 of `data/vintages/derive.py`, which is
what is run here), over all months in proportion, or not at all. The months that
each gives are set against the restated months, where the workbooks print those;
the rules do not see them. Writes results.csv, table.md and made_with.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.plans.kpi import Kpi
from data.readers.gso.annex import read_workbook
from data.readers.printed import PrintedWorkbook
from data.readers.spreadsheet.cells import fold
from data.vintages.derive import series_of
from data.vintages.figures import Figure
from data.vintages.observation import Form
from training.retrain import commit

RESULTS = Path(__file__).parent / "results"
TABLES = ("exports", "imports", "products", "retail", "investment")
RULES = ("latest", "all", "none")  # what takes the revision
READ_IN = ("next report", "December's report")
DRAWS, SEED = 2000, 0  # of the bootstrap
_ROW = Kpi("row", "", "", "")

Array = NDArray[np.float64]
Row = tuple[str, str, int]  # table, folded name, occurrence


@dataclass(frozen=True)
class Year:
    """One row's year as printed, each array of shape (12,), NaN where nothing was.

    Attributes
    ----------
    first : first estimates, each from the report of its month
    to_date : cumulative figures, likewise
    restated : months as restated in the report of the month after
    """

    first: Array = field(default_factory=lambda: np.full(12, np.nan))
    to_date: Array = field(default_factory=lambda: np.full(12, np.nan))
    restated: Array = field(default_factory=lambda: np.full(12, np.nan))


def years_of(workbooks: Iterable[PrintedWorkbook]) -> dict[tuple[Row, int], Year]:
    """Every row and year of the tables of flows; of trade the values, not the quantities."""
    kept = {
        ("month", "estimate"): "first",
        ("year_to_date", "estimate"): "to_date",
        ("month", "restated"): "restated",
    }
    years: dict[tuple[Row, int], Year] = {}
    for workbook in workbooks:
        for figure in workbook.figures:
            name = kept.get((figure.form or "", figure.status))
            if figure.table in TABLES and figure.quantity != "qty" and name is not None:
                row = (figure.table, fold(figure.row), figure.occurrence)
                year = years.setdefault((row, figure.month.year), Year())
                getattr(year, name)[figure.month.month - 1] = figure.value
    for year in years.values():
        year.to_date[0] = year.first[0]  # January's report prints no cumulative figure
    return years


def on_latest_month(year: Year, known: int) -> Array:
    """The months before the newest by rule 3, as `series_of` makes them; shape (known − 1,)."""
    printed: tuple[tuple[Form, Array], ...] = (
        ("month", year.first),
        ("year_to_date", year.to_date),
    )
    figures = {
        form: {month: Figure(float(values[month]), "estimate") for month in range(known)}
        for form, values in printed
    }
    return series_of("row", _ROW, figures, date.max).values[: known - 1]


def on_all_months(year: Year, known: int) -> Array:
    """Each report's revision shared by all months before it in proportion; shape (known − 1,)."""
    months = year.first[:known].copy()
    for newest in range(1, known):
        before = year.to_date[newest] - year.first[newest]
        months[:newest] *= before / months[:newest].sum()
    return months[: known - 1]


def compare(years: Mapping[tuple[Row, int], Year], read_in: str) -> pd.DataFrame:
    """One line per restated month of a year that is printed without a gap up to then.

    Parameters
    ----------
    read_in : one of `READ_IN`; a month as the report after it gives it, or as
        December's does, when later revisions have come

    Returns
    -------
    frame with `table`, `row`, `occurrence`, `year`, `month` and, per rule, the
    absolute error in per cent of the row's mean restated month of that year
    """
    lines = []
    for (row, number), year in years.items():
        present = year.restated[np.isfinite(year.restated)]
        usual = float(np.abs(present).mean()) if len(present) else 0.0
        for known in range(2, 13) if read_in == READ_IN[0] else (12,):
            complete = np.isfinite([year.first[:known], year.to_date[:known]]).all()
            if not (usual > 0 and complete):
                continue
            found = np.stack(
                [on_latest_month(year, known), on_all_months(year, known), year.first[: known - 1]]
            )
            errors = 100 * np.abs(found - year.restated[: known - 1]) / usual
            for place in range(known - 2 if read_in == READ_IN[0] else 0, known - 1):
                if np.isfinite(errors[:, place]).all():
                    lines.append((*row, number, place + 1, *errors[:, place]))
    return pd.DataFrame(lines, columns=["table", "row", "occurrence", "year", "month", *RULES])


def summary(errors: pd.DataFrame, read_in: str) -> Iterator[dict[str, object]]:
    """Per table: mean and median error of each rule, and by how much the others are worse."""
    for table in TABLES:
        part = errors[errors["table"] == table]
        rng = np.random.default_rng([SEED, TABLES.index(table), READ_IN.index(read_in)])
        line: dict[str, object] = {
            "table": table,
            "read_in": read_in,
            "rows": part.groupby(["row", "occurrence"]).ngroups,
            "months": len(part),
            "first_year": part["year"].min(),
            "last_year": part["year"].max(),
        }
        for rule in RULES:
            line[f"mean_{rule}"], line[f"median_{rule}"] = part[rule].mean(), part[rule].median()
        for rule in RULES[1:]:
            line[f"{rule}_worse_low"], line[f"{rule}_worse_high"] = worse_by(part, rule, rng)
        yield line


def worse_by(part: pd.DataFrame, rule: str, rng: np.random.Generator) -> tuple[float, float]:
    """95 % interval of a rule's mean error − rule 3's, by a bootstrap that draws rows."""
    gap = (part[rule] - part[RULES[0]]).groupby([part["row"], part["occurrence"]])
    sums, counts = gap.sum().to_numpy(float), gap.size().to_numpy(float)
    drawn = rng.integers(len(sums), size=(DRAWS, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def readable(results: pd.DataFrame) -> str:
    """The README's table."""
    lines = [
        "| Table | Read in | Years | Rows | Months | Latest month | All months | Neither "
        "| All months worse by | Neither worse by |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in results.itertuples():
        errors = " | ".join(
            f"{getattr(one, f'mean_{rule}'):.2f} ({getattr(one, f'median_{rule}'):.2f})"
            for rule in RULES
        )
        lines.append(
            f"| {one.table} | {one.read_in} | {one.first_year} to {one.last_year} | {one.rows} "
            f"| {one.months:,} | {errors} | {one.all_worse_low:.1f} to {one.all_worse_high:.1f} "
            f"| {one.none_worse_low:.1f} to {one.none_worse_high:.1f} |"
        )
    return "\n".join(lines) + "\n"


def made_with(files: Sequence[Path]) -> dict[str, str]:
    """What reruns to the same digits."""
    content = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return {
        "command": "python -m experiments.revision_rule.run --workbooks DIR",
        "commit": commit(),
        "workbooks_sha256": content,
        "seed": str(SEED),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "pandas", "python-calamine")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.revision_rule.run")
    parser.add_argument("--workbooks", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    files = sorted(given.workbooks.iterdir())
    years = years_of(read_workbook(file.read_bytes(), file.name) for file in files)
    rows = [line for read_in in READ_IN for line in summary(compare(years, read_in), read_in)]
    results = pd.DataFrame(rows)
    results.to_csv(given.out / "results.csv", index=False, float_format="%.4f")
    (given.out / "table.md").write_text(readable(results), encoding="utf-8")
    (given.out / "made_with.json").write_text(
        json.dumps(made_with(files), indent=1) + "\n", encoding="utf-8"
    )
    print(readable(results))


if __name__ == "__main__":
    main()
