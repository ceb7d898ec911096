"""The first track record: `vedich monthly` for each month of 2020 and 2021, then the scores.

    python -m experiments.first_record.run --workbooks DIR --targets FILE --home DIR

`--home` keeps what was done, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from experiments.first_record.months import commit_of, prepare, run_all, workbooks_in
from experiments.first_record.score import write_results
from experiments.provenance import file_hash, write_provenance

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.first_record.run")
    parser.add_argument("--workbooks", type=Path, required=True)
    parser.add_argument("--targets", type=Path, required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    given.home.mkdir(parents=True, exist_ok=True)
    workbooks = workbooks_in(given.workbooks)
    if not (given.home / "runs.csv").exists():
        prepare(given.home, workbooks, given.targets)
    run_all(given.home, workbooks, given.targets, given.home / "runs.csv")
    write_results(given.home, given.out)
    shutil.copy(given.home / "runs.csv", given.out)
    write_provenance(
        given.out,
        "python -m experiments.first_record.run --workbooks DIR --targets FILE --home DIR",
        *("numpy", "pandas", "statsmodels", "scikit-learn"),
        workbooks={one.path.name: file_hash(one.path) for one in workbooks},
        targets_sha256=file_hash(given.targets),
        months_run_by=commit_of(given.home),
    )


if __name__ == "__main__":
    main()
