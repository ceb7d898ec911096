"""Kill monthly runs with SIGKILL at random points, and look at what they leave.

    python -m experiments.faults.run [--kills N] [--seed N] [--at-once N]

Half of the kills meet the first run ever of a home, half a later month. A home is killed
three times in a row and then run to its end. Writes `results.csv` beside this file; exit
code 1 if anything was found wrong.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.db.store import Store
from data.db.verification import verify
from data.ledger.promotions import promotions_of
from data.monthly.rows import runs_of
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import read_observations
from experiments.faults.family import FAMILY, SLUG, prepare, put_month
from experiments.faults.process import run_monthly
from experiments.provenance import write_provenance
from models.errors import VedichError
from models.series import Month
from service.projections.issue import computed
from training.bundle.bundle import read_bundle
from training.bundle.promoted import bundle_folder
from training.retrain import tracker_of
from training.tracking import CHAMPION

MONTHS = {"first": Month(2021, 5), "later": Month(2021, 6)}
IN_A_ROW = 3  # kills of a home before it is run to its end
KILLED = -9  # exit code


@dataclass(frozen=True)
class Reference:
    """An undisturbed run: the home before it, its CPU seconds, and what it gave."""

    before: Path
    cpu: float
    figures: int
    gave: tuple[object, ...]


def wrong_now(home: Path, known: int, whole: int) -> Iterator[str]:
    """What is wrong with a home, whatever the moment at which its run was killed.

    `known` figures were there before, `whole` are there with the month's file.
    """
    settings = Settings(home=home)
    store = Store.open(settings.store_url)
    try:
        if (broken := verify(store).broken) is not None:
            yield f"the chain of the database is broken: {broken}"
        found = len(_figures(store))
        if found not in (known, whole):
            yield f"{found} figures, neither {known} nor {whole}"
        for one in promotions_of(store, FAMILY):
            try:
                read_bundle(bundle_folder(settings.bundles, FAMILY, one.bundle_hash))
            except VedichError as error:
                yield f"a promoted model cannot be read: {error}"
        for file in settings.report_folder.glob(f"{SLUG}/[!.]*"):
            with zipfile.ZipFile(file) as archive:
                if (bad := archive.testzip()) is not None:
                    yield f"{file.name} is damaged at {bad}"
    except (OSError, VedichError, zipfile.BadZipFile) as error:
        yield f"{type(error).__name__}: {error}"
    finally:
        store.close()


def given(home: Path) -> tuple[object, ...]:
    """What a run that ended gave: content of the model in use, projections, files of reports."""
    settings = Settings(home=home)
    store = Store.open(settings.store_url)
    run = runs_of(store, SLUG, limit=1)[0]
    promoted = promotions_of(store, FAMILY)[-1]
    projections = [
        (one.view.kpi, one.view.status, one.view.probability, one.view.projected)
        for one in computed(store, settings, SLUG, run.as_of)
    ]
    store.close()
    reports = sorted(file.name for file in settings.report_folder.glob(f"{SLUG}/[!.]*"))
    return run.as_of, promoted.bundle_hash, repr(projections), reports


def wrong_at_end(home: Path, month: str, reference: Reference) -> Iterator[str]:
    """What is wrong once the run after the kills has ended."""
    settings = Settings(home=home)
    if (gave := given(home)) != reference.gave:
        yield f"gave {gave}, an undisturbed run {reference.gave}"
    store = Store.open(settings.store_url)
    if len(runs_of(store, SLUG)) != list(MONTHS).index(month) + 1:
        yield f"{len(runs_of(store, SLUG))} runs are recorded"
    promoted = promotions_of(store, FAMILY)[-1].version
    store.close()
    tracker = tracker_of(settings)
    tracker.open(FAMILY)
    champions = [one.version for one in tracker.versions(FAMILY) if CHAMPION in one.aliases]
    if champions != [promoted]:
        yield f"MLflow's champion is {champions}, ours {promoted}"


def references(folder: Path) -> dict[str, Reference]:
    """Both months, undisturbed, one after the other."""
    found = {}
    home = folder / "undisturbed"
    home.mkdir()
    prepare(home)
    for name, month in MONTHS.items():
        before = folder / f"before-{name}"
        shutil.copytree(home, before)
        put_month(home / "new", month)
        run = run_monthly(home, home / "new")
        if run.code != 0:
            raise SystemExit(f"the undisturbed run ended with {run.code}:\n{run.said}")
        store = Store.open(Settings(home=home).store_url)
        found[name] = Reference(before, run.cpu, len(_figures(store)), given(home))
        store.close()
        print(f"{name}: undisturbed, {run.cpu:.1f} s of CPU", flush=True)
    return found


def killed_in_a_row(
    home: Path, month: str, reference: Reference, points: Iterator[float]
) -> Iterator[dict[str, object]]:
    """Kill a home's runs, each at a share of the CPU time; then let one run to its end."""
    shutil.copytree(reference.before, home)
    put_month(home / "new", MONTHS[month])
    store = Store.open(Settings(home=home).store_url)
    known = len(_figures(store))
    store.close()
    for number in range(1, IN_A_ROW + 2):
        point = next(points) if number <= IN_A_ROW else None
        run = run_monthly(home, home / "new", None if point is None else point * reference.cpu)
        wrong = list(wrong_now(home, known, reference.figures))
        if run.orphans:
            wrong.append(f"{run.orphans} processes were left")
        if run.code == 0:
            wrong += wrong_at_end(home, month, reference)
        elif point is None or run.code != KILLED:
            wrong.append(f"ended with {run.code}: {run.said[-300:]}")
        yield {
            "home": home.name,
            "month": month,
            "run": number,
            "share_of_cpu": "" if point is None else f"{point:.3f}",
            "ended": "killed" if run.code == KILLED else f"exit code {run.code}",
            "cpu": f"{run.cpu:.2f}",
            "wrong": "; ".join(wrong),
        }
        if run.code == 0:
            break
    shutil.rmtree(home)


def main() -> int:
    """`python -m experiments.faults.run`."""
    parser = argparse.ArgumentParser(prog="python -m experiments.faults.run", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=20210630)
    parser.add_argument("--at-once", type=int, default=2, help="homes at a time")
    asked = parser.parse_args()
    killed: list[object] = []
    with tempfile.TemporaryDirectory(prefix="vedich-faults-") as name:
        folder = Path(name)
        known = references(folder)

        def one(number: int) -> list[dict[str, object]]:
            if len(killed) >= asked.kills:
                return []
            month = list(MONTHS)[number % len(MONTHS)]
            home = folder / f"home-{number + 1}"
            lines = []
            for line in killed_in_a_row(home, month, known[month], _points(asked.seed, number)):
                print(line, flush=True)
                lines.append(line)
                killed.extend([line] if line["ended"] == "killed" else [])
            return lines

        with ThreadPoolExecutor(asked.at_once) as pool:
            lines = [line for found in pool.map(one, range(2 * asked.kills)) for line in found]
    here = Path(__file__).parent
    with (here / "results.csv").open("w", newline="", encoding="utf-8") as written:
        table = csv.DictWriter(written, fieldnames=list(lines[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(lines)
    ends = Counter(str(line["ended"]) for line in lines)
    write_provenance(
        here,
        f"python -m experiments.faults.run --kills {asked.kills} --seed {asked.seed}",
        "mlflow",
        **{f"{month}_cpu_seconds": round(one.cpu, 1) for month, one in known.items()},
        ended=dict(ends),
    )
    wrong = [line for line in lines if line["wrong"]]
    print(f"{ends['killed']} runs killed, {len(wrong)} of {len(lines)} left something wrong")
    return 1 if wrong else 0


def _points(seed: int, home: int) -> Iterator[float]:
    rng = np.random.default_rng([seed, home])
    while True:
        yield float(rng.uniform(0.02, 1.0))


def _figures(store: Store) -> list[Observation]:
    with store.reading() as connection:
        return read_observations(connection, FAMILY)


if __name__ == "__main__":
    sys.exit(main())
