"""Put every odd file through `vedich ingest` and an upload, and compare with what is expected.

    python -m experiments.odd_files.run [--seed N] [--only TEXT] [--workers N]

Each file is loaded in processes of its own into copies of a small database; its
peak memory is that of a whole process. Writes `results.csv` beside this file, or the
lines of the files that are run; exit code 1 if any outcome is not as expected.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from data.db.store import Store
from data.settings import Settings
from experiments.odd_files.child import outcome_of, versions
from experiments.odd_files.family import prepare
from experiments.odd_files.files import SEED, odd_files
from experiments.odd_files.outcome import failures
from experiments.provenance import write_provenance

MOST_MB = 500.0


def prepared(home: Path) -> Path:
    """A home with a database that holds the family."""
    store = Store.open(Settings(home=home).store_url)
    prepare(store)
    store.close()
    return home


def tried(number: int, seed: int, folder: Path) -> dict[str, str]:
    """What came of one file, as a line of the results; 'wrong' says what was not expected."""
    file, place = odd_files(seed)[number], folder / str(number)
    place.mkdir()
    found = outcome_of(file, folder / "home", place)
    shutil.rmtree(place)
    return {
        "file": file.name,
        "group": file.group,
        "expected": file.kind,
        "found": "refused" if found.message else "read",
        "figures": str(len(found.figures)),
        "message": found.message,
        "rows_written": str(found.rows_after - found.rows_before),
        "peak_mb": f"{found.peak_mb:.0f}",
        "seconds": f"{found.seconds:.2f}",
        "wrong": "; ".join(failures(file, found, MOST_MB)),
    }


def _write(rows: list[dict[str, str]], *, whole: bool) -> None:
    """Write the results; those of some files take the place of their earlier ones."""
    results = Path(__file__).parent / "results.csv"
    if not whole:
        with results.open(newline="") as file:
            new = {row["file"]: row for row in rows}
            rows = [new.get(row["file"], row) for row in csv.DictReader(file)]
    with results.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", default="", help="files whose name or group contains this")
    parser.add_argument("--workers", type=int, default=1, help="files at once")
    chosen = parser.parse_args()
    numbers = [
        number
        for number, file in enumerate(odd_files(chosen.seed))
        if chosen.only in f"{file.group} {file.name}"
    ]
    rows = []
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(chosen.workers) as pool:
        prepared(Path(folder) / "home")
        try_ = partial(tried, seed=chosen.seed, folder=Path(folder))
        for row in pool.map(try_, numbers):
            rows.append(row)
            if row["wrong"]:
                print(f"{row['file']} ({row['group']}): {row['wrong']}", flush=True)
    failed = sum(bool(row["wrong"]) for row in rows)
    most = max(int(row["peak_mb"]) for row in rows)
    print(f"{len(rows)} files, {failed} not as expected; at most {most} MB.")
    said = {"seed": str(chosen.seed), **versions()}
    _write([row | said for row in rows], whole=not chosen.only)
    if not chosen.only:
        write_provenance(
            Path(__file__).parent, f"python -m experiments.odd_files.run --seed {chosen.seed}"
        )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
