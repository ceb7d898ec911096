"""Time loading a sample and writing small transactions, here and in an older program.

    python -m experiments.chain_cost.run --program FOLDER

FOLDER is the program before; without it only this one is measured. Computing time of a
process that does nothing else, so that a busy machine matters less; the best of several.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
HERE_PROGRAM = HERE.parents[1]
SMALL = 500
_MEASURED = f"""
import json, sys, time
from data.db.audit import record
from data.db.store import Store
from data.samples.load import load_sample
store = Store.open(f"sqlite:///{{sys.argv[1]}}/vedich.db")
began = time.process_time()
load_sample(store, "vietnam-2021")
loaded = time.process_time()
for number in range({SMALL}):
    record(store, "os:a", "x", str(number))
written = time.process_time()
print(json.dumps({{"load": loaded - began, "small": (written - loaded) / {SMALL}}}))
"""


def measured(program: Path, times: int) -> dict[str, float]:
    """The least computing time of each, in seconds."""
    found = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            ran = subprocess.run(
                [sys.executable, "-c", _MEASURED, folder],
                cwd=program,
                capture_output=True,
                text=True,
                check=True,
            )
        found.append(json.loads(ran.stdout))
    return {name: min(one[name] for one in found) for name in found[0]}


def main(arguments: list[str] | None = None) -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--program", type=Path, default=None)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args(arguments)
    programs = {"after": HERE_PROGRAM}
    if given.program is not None:
        programs = {"before": given.program.resolve(), **programs}
    (HERE / "results").mkdir(exist_ok=True)
    with (HERE / "results" / "cost.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["program", "load_seconds", "small_ms"])
        for name, program in programs.items():
            one = measured(program, given.times)
            table.writerow([name, f"{one['load']:.2f}", f"{1000 * one['small']:.2f}"])
            print(f"{name}: sample {one['load']:.2f} s, small {1000 * one['small']:.2f} ms")


if __name__ == "__main__":
    main()
