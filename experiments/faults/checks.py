"""What must hold after a fault, and what an undisturbed run gives."""

from __future__ import annotations

import csv
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.db.store import Store
from data.db.verification import verify
from data.ledger.promotions import promotions_of
from data.monthly.rows import runs_of
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import read_observations
from experiments.faults.family import FAMILY, SLUG, prepare, put_month
from experiments.faults.process import Run, run_monthly
from experiments.provenance import write_provenance
from models.errors import VedichError
from models.series import Month
from service.projections.issue import computed
from training.bundle.bundle import read_bundle
from training.bundle.promoted import bundle_folder
from training.retrain import tracker_of
from training.tracking import CHAMPION

MONTHS = {"first": Month(2021, 5), "later": Month(2021, 6)}
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Asked:
    """How much is tried: kills, times of each other fault on each month, homes at a time."""

    kills: int
    each: int
    seed: int
    at_once: int


@dataclass(frozen=True)
class Reference:
    """An undisturbed run of a month.

    Attributes
    ----------
    before : the home before it
    cpu : its seconds of CPU time
    known, whole : figures before it, and with the month's file
    gave : what it gave, see `given`
    """

    before: Path
    month: str
    cpu: float
    known: int
    whole: int
    gave: tuple[object, ...]


def place(home: Path, **more: str | None) -> Settings:
    """The settings of a home, with a watched folder and a report for each month."""
    settings = {"watched": home / "new", "monthly_reports": "report.docx", "lang": "en", **more}
    return Settings(home=home, **settings)  # type: ignore[arg-type]


def references(folder: Path) -> dict[str, Reference]:
    """Both months, undisturbed, one after the other, in a home of their own."""
    found = {}
    settings = place(folder / "undisturbed")
    settings.home.mkdir()
    prepare(settings)
    for name, month in MONTHS.items():
        before = folder / f"before-{name}"
        shutil.copytree(settings.home, before)
        known = figures(settings)
        put_month(settings, month)
        run = run_monthly(settings)
        if run.code != 0:
            raise SystemExit(f"the undisturbed run ended with {run.code}:\n{run.said}")
        found[name] = Reference(before, name, run.cpu, known, figures(settings), given(settings))
        print(f"{name}: undisturbed, {run.cpu:.1f} s of CPU", flush=True)
    return found


def figures(settings: Settings) -> int:
    """How many figures of the family are in the database."""
    store = Store.open(settings.store_url)
    found: list[Observation]
    with store.reading() as connection:
        found = read_observations(connection, FAMILY)
    store.close()
    return len(found)


def given(settings: Settings) -> tuple[object, ...]:
    """What a run that ended gave: content of the model in use, projections, files of reports."""
    store = Store.open(settings.store_url)
    run = runs_of(store, SLUG, limit=1)[0]
    promoted = promotions_of(store, FAMILY)[-1]
    projections = [
        (one.view.kpi, one.view.status, one.view.probability, one.view.projected)
        for one in computed(store, settings, SLUG, run.as_of)
    ]
    store.close()
    return run.as_of, promoted.bundle_hash, repr(projections), _reports(settings)


def wrong_after(settings: Settings, run: Run, reference: Reference) -> Iterator[str]:
    """What is wrong with a home after a run, however that ended."""
    yield from wrong_now(settings, reference)
    if run.orphans:
        yield f"{run.orphans} processes were left"
    if run.code == 0:
        yield from wrong_at_end(settings, reference)
    elif "Traceback" in run.said:
        yield f"a traceback: {run.said[-300:]}"


def wrong_now(settings: Settings, reference: Reference) -> Iterator[str]:
    """What is wrong with a home, whatever the moment at which its run was disturbed."""
    store = Store.open(settings.store_url)
    try:
        if (broken := verify(store).broken) is not None:
            yield f"the chain of the database is broken: {broken}"
        found = figures(settings)
        if found not in (reference.known, reference.whole):
            yield f"{found} figures, neither {reference.known} nor {reference.whole}"
        for one in promotions_of(store, FAMILY):
            try:
                read_bundle(bundle_folder(settings.bundles, FAMILY, one.bundle_hash))
            except VedichError as error:
                yield f"a promoted model cannot be read: {error}"
        for name in _reports(settings):
            with zipfile.ZipFile(settings.report_folder / SLUG / name) as archive:
                if (bad := archive.testzip()) is not None:
                    yield f"{name} is damaged at {bad}"
    except (OSError, VedichError, zipfile.BadZipFile) as error:
        yield f"{type(error).__name__}: {error}"
    finally:
        store.close()


def wrong_at_end(settings: Settings, reference: Reference) -> Iterator[str]:
    """What is wrong once a run has ended well."""
    if (gave := given(settings)) != reference.gave:
        yield f"gave {gave}, an undisturbed run {reference.gave}"
    store = Store.open(settings.store_url)
    runs, expected = len(runs_of(store, SLUG)), list(MONTHS).index(reference.month) + 1
    if runs != expected:
        yield f"{runs} runs are recorded, not {expected}"
    promoted = promotions_of(store, FAMILY)[-1].version
    store.close()
    tracker = tracker_of(settings)
    tracker.open(FAMILY)
    champions = [one.version for one in tracker.versions(FAMILY) if CHAMPION in one.aliases]
    if champions != [promoted]:
        yield f"MLflow's champion is {champions}, ours {promoted}"


def points(seed: int, home: int) -> Iterator[float]:
    """Random shares of the CPU time of a run, at which it is disturbed."""
    rng = np.random.default_rng([seed, home])
    while True:
        yield float(rng.uniform(0.02, 1.0))


def last_words(run: Run) -> str:
    """The last line that a run printed, for the table."""
    lines = [line.strip() for line in run.said.splitlines() if line.strip()]
    return lines[-1] if lines and run.code != 0 else ""


def write_results(
    fault: str,
    lines: Sequence[Mapping[str, object]],
    asked: Asked,
    known: Mapping[str, Reference],
) -> int:
    """Write a fault's table and what it was made with; 1 if anything was wrong, else 0."""
    folder = RESULTS / fault
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "results.csv").open("w", newline="", encoding="utf-8") as written:
        table = csv.DictWriter(written, fieldnames=list(lines[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(lines)
    ends = Counter(str(line["ended"]) for line in lines)
    cpu: dict[str, Any] = {f"{one.month}_cpu_seconds": round(one.cpu, 1) for one in known.values()}
    number = f"--kills {asked.kills}" if fault == "kills" else f"--each {asked.each}"
    command = f"python -m experiments.faults {fault} {number} --seed {asked.seed}"
    command += f" --at-once {asked.at_once}"
    write_provenance(folder, command, "mlflow", "psycopg", **cpu, ended=dict(ends))
    wrong = sum(bool(line["wrong"]) for line in lines)
    print(f"{fault}: {dict(ends)}; {wrong} of {len(lines)} runs left something wrong")
    return 1 if wrong else 0


def _reports(settings: Settings) -> list[str]:
    return sorted(file.name for file in settings.report_folder.glob(f"{SLUG}/[!.]*"))
