"""Put every odd file through `vedich ingest`, and compare with what is expected.

    python -m experiments.odd_files.run [--seed N] [--only TEXT]

Each file is loaded in a process of its own into a copy of a small database; its
peak memory is that of the whole process. Writes `results.csv` beside this file,
unless only some files are run; exit code 1 if any outcome is not as expected.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from pathlib import Path

from data.settings import Settings
from data.store import Store
from experiments.odd_files.child import outcome_of, versions
from experiments.odd_files.family import prepare
from experiments.odd_files.files import SEED, odd_files
from experiments.odd_files.outcome import failures

MOST_MB = 500.0


def prepared(home: Path) -> Path:
    """A home with a database that holds the family."""
    store = Store.open(Settings(home=home).store_url)
    prepare(store)
    store.close()
    return home


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", default="", help="files whose name or group contains this")
    chosen = parser.parse_args()
    files = [file for file in odd_files(chosen.seed) if chosen.only in f"{file.group} {file.name}"]
    rows, failed = [], 0
    said = {"seed": str(chosen.seed), **versions()}
    with tempfile.TemporaryDirectory() as folder:
        home = prepared(Path(folder) / "home")
        for number, file in enumerate(files):
            place = Path(folder) / str(number)
            place.mkdir()
            found = outcome_of(file, home, place)
            wrong = failures(file, found, MOST_MB)
            failed += bool(wrong)
            rows.append(
                {
                    "file": file.name,
                    "group": file.group,
                    "expected": file.kind,
                    "found": "refused" if found.message else "read",
                    "figures": len(found.figures),
                    "message": found.message,
                    "rows_written": found.rows_after - found.rows_before,
                    "peak_mb": round(found.peak_mb),
                    "seconds": round(found.seconds, 2),
                    "as_expected": "no" if wrong else "yes",
                    **said,
                }
            )
            if wrong:
                print(f"{file.name} ({file.group}): {'; '.join(wrong)}", flush=True)
            (place / file.name).unlink()
    most = max(row["peak_mb"] for row in rows)
    print(f"{len(files)} files, {failed} not as expected; at most {most} MB.")
    if not chosen.only:
        with (Path(__file__).parent / "results.csv").open("w", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
