"""The first track record: `vedich monthly` for each month of 2020 and 2021, then the scores.

    python -m experiments.first_record.run --workbooks DIR --targets FILE --home DIR

`--home` keeps what was done, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from experiments.first_record.months import prepare, run_all, workbooks_in

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


if __name__ == "__main__":
    main()
