"""Retraining: figures published up to a date in, a bundle and a registered version out.

    vedich retrain --plan vietnam-2021 --as-of 2021-06
    python -m training.retrain --plan vietnam-2021 --as-of 2021-06

Backtest and final fits run in parallel processes. The bundle is written first, MLflow
gets the same files, and the gate decides whether it becomes the champion.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version as installed_version
from pathlib import Path

import pandas as pd

from data.db.audit import process_user, record
from data.db.store import Store
from data.ledger.promotions import Promotion, promotions_of, record_promotion
from data.plans.events import events_of
from data.plans.rows import family_plans, load_plan
from data.settings import Settings, read_settings
from data.vintages.panel_rows import load_panel
from data.vintages.rows import newest_publication
from models.candidates.base import Candidate
from models.candidates.ces import require_statsforecast
from models.errors import InputError, NoBundle, NoObservations, UnreadableBundle
from training.backtest.rolling_origin import backtest_years, run_backtest
from training.backtest.scoreboard import after_first_year, summary
from training.backtest.year import Setup, YearTask
from training.bundle.bundle import Bundle, read_bundle, write_bundle
from training.bundle.promoted import PromotedBundle, bundle_folder, bundle_for
from training.console import failure_shown, progress_bar, retraining_alone, vintage_day
from training.final_fit import final_fit
from training.gate import Decision, decide
from training.kept import Kept
from training.records import retraining_run
from training.tracking import CHALLENGER, CHAMPION, MlflowTracker, RegisteredVersion, Tracker
from training.workers import Progress, Workers, one_thread

ENGINES = ("local", "dask")
ALONE = 6.0  # CPU seconds of work for which no other process is started: a further month's


@dataclass(frozen=True, eq=False)
class RetrainReport:
    """The outcome of a retraining.

    Attributes
    ----------
    family, as_of : the plan family, and the date of its data
    version : number in the registry
    folder : of the bundle
    decision : of the gate
    scores : backtest scores per method and months known, see `scoreboard.summary`
    kpis : number of KPIs with a result
    without_figures : KPIs without figures up to `as_of`
    failures : KPI → candidate → why it was not fitted
    reconstructed : origins of the backtest without a vintage of their own
    not_tested : the commonest reason why years are not in the backtest, '' if each is
    seconds : wall time
    """

    family: str
    as_of: date
    version: str
    bundle_hash: str
    folder: Path
    decision: Decision
    scores: pd.DataFrame
    kpis: int
    without_figures: tuple[str, ...]
    failures: Mapping[str, Mapping[str, str]]
    reconstructed: int
    not_tested: str
    seconds: float


def retrain(
    store: Store,
    settings: Settings,
    plan: str,
    as_of: date | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    engine: str = "local",
    scheduler: str | None = None,
    candidates: Mapping[str, Candidate] | None = None,
    thorough: bool = False,
    promote: bool = False,
    tracker: Tracker | None = None,
    now: datetime | None = None,
    by: str | None = None,
) -> RetrainReport:
    """Retrain a plan's family on data up to a date.

    Parameters
    ----------
    plan : slug; all KPIs of its family are retrained
    as_of : later publications are ignored; default the newest vintage
    workers : processes; default one per core. Their number changes no digit
    progress : called with (done, total, last step)
    engine : 'local' (processes of this machine) or 'dask' (the workers of `scheduler`)
    scheduler : address of a Dask scheduler; for the engine 'dask'
    candidates : default all but the extra candidates
    thorough : with the extra candidates (`models.candidates.EXTRA`)
    promote : promote whatever the gate decides
    tracker : default MLflow by the settings
    now : time of the promotion; default the clock
    by : user for the audit log; default the user of this process

    Raises
    ------
    UnknownPlan, NoObservations, InputError
        If the plan, its figures or the engine do not exist.
    MissingExtra
        If `thorough`, and a library of an extra candidate is not installed.
    TrackingUnavailable, ClusterUnavailable
        If MLflow or the cluster cannot be reached; raised before any long work starts. A
        cluster that is lost meanwhile raises it too, and nothing is stored.
    """
    begun = time.monotonic()
    if engine not in ENGINES:
        raise InputError("expected the engine 'local' or 'dask', found '{engine}'.", engine=engine)
    if thorough:
        require_statsforecast()
    family = load_plan(store, plan).family
    day = as_of or newest_publication(store, family)
    tracker = tracker or tracker_of(settings)
    setup = Setup(
        load_panel(store, family, day),
        day,
        candidates,
        thorough=thorough,
        events=tuple(one for one in events_of(store, family) if one.day <= day),
        plans=tuple(load_plan(store, slug) for slug in family_plans(store, family)),
    )
    kept = Kept(settings.kept, settings.kept_bytes) if candidates is None else None
    kpis = sorted(setup.panel.kpis())
    done = _counted(progress, len(kpis) + len(backtest_years(setup, kpis)) + 1)
    with one_thread(), _pool(setup, workers, engine, scheduler) as pool:
        tracker.open(family)
        backtest = run_backtest(pool, setup, kpis, done, kept)
        fits = [fit for fit in pool.run(final_fit, kpis, done) if fit is not None]
    if kept is not None:
        kept.tidy()
    if not fits:
        raise NoObservations(
            "nothing was published for any KPI of '{family}' up to {day}; load figures, "
            "or choose a later date.",
            family=family,
            day=day,
        )
    bundle = Bundle(
        family=family,
        as_of=day,
        data_hash=setup.panel.hash(day),
        kinds={fit.kpi: fit.kind for fit in fits},
        units={fit.kpi: fit.unit for fit in fits},
        learned={
            fit.kpi: backtest.lessons[fit.kpi].with_fits(fit.parameters, fit.failures)
            for fit in fits
        },
        scores=backtest.scores,
        settings={
            "backtest_paths": str(setup.n_paths),
            "candidates": ", ".join(sorted(setup.of_year(day.year))),
            "calibration": "weights of strictly earlier years",
        },
        provenance={"commit": commit(), "program": installed_version("vedich"), "plan": plan},
    )
    bundle_hash = bundle.content_hash
    folder = write_bundle(bundle, bundle_folder(settings.bundles, family, bundle_hash))
    champion = _champion(store, settings, family, day)
    decision = decide(bundle.scores, champion.bundle.scores if champion else None, promote)
    figures = {kpi: len(setup.panel.observations(kpi, day)) for kpi in sorted(bundle.learned)}
    registered = tracker.record(retraining_run(bundle, bundle_hash, folder, decision, figures))
    moment = now or datetime.now(UTC)
    done(f"MLflow {registered.version}")  # raises if another process has taken up this run
    _record_decision(
        store, tracker, registered, decision, day, bundle_hash, moment, by or process_user()
    )
    return RetrainReport(
        family=family,
        as_of=day,
        version=registered.version,
        bundle_hash=bundle_hash,
        folder=folder,
        decision=decision,
        scores=summary(after_first_year(backtest.scores.frame())),
        kpis=len(fits),
        without_figures=tuple(sorted(set(setup.panel.kpis()) - set(bundle.learned))),
        failures={fit.kpi: fit.failures for fit in fits if fit.failures},
        reconstructed=sum(result.reconstructed for result in backtest.results),
        not_tested=backtest.left_out,
        seconds=time.monotonic() - begun,
    )


def promote_version(
    store: Store,
    settings: Settings,
    family: str,
    version: str,
    *,
    tracker: Tracker | None = None,
    now: datetime | None = None,
    by: str | None = None,
) -> Promotion:
    """Promote a registered version by hand: it is in use from the champion's vintage on.

    Raises
    ------
    NoBundle
        If the family has no such version.
    UnreadableBundle
        If its folder is missing or damaged; the champion stays.
    TrackingUnavailable
        If MLflow, which stores the versions, cannot be reached.
    """
    tracker = tracker or tracker_of(settings)
    versions = tracker.versions(family)
    chosen = next((one for one in versions if one.version == version), None)
    if chosen is None:
        known = ", ".join(one.version for one in versions) or "none"
        raise NoBundle(
            "expected a version of '{family}', found '{version}'; there is {known}.",
            family=family,
            version=version,
            known=known,
        )
    days = [one.as_of for one in promotions_of(store, family)]
    promotion = Promotion(
        family=family,
        version=version,
        as_of=max([date.fromisoformat(chosen.tags["as_of"]), *days]),
        promoted_at=now or datetime.now(UTC),
        bundle_hash=chosen.tags["bundle_hash"],
    )
    read_bundle(bundle_folder(settings.bundles, family, promotion.bundle_hash))
    tracker.set_alias(family, CHAMPION, version)
    if CHALLENGER in chosen.aliases:
        tracker.remove_alias(family, CHALLENGER)
    record_promotion(store, promotion, by)
    return promotion


def tracker_of(settings: Settings) -> MlflowTracker:
    """MLflow by the settings; with a local database, artefacts are stored beside it."""
    local = settings.tracking_uri.startswith("sqlite:")
    if local:
        settings.home.mkdir(parents=True, exist_ok=True)
    artifacts = settings.home / "mlartifacts" if local else None
    return MlflowTracker(settings.tracking_uri, artifacts, settings.mlflow_timeout)


def commit(folder: Path = Path(__file__).parent) -> str:
    """The program's commit, with '+' for uncommitted changes; '' outside of git."""
    git = ["git", "-C", str(folder), "describe", "--always", "--abbrev=40"]
    try:
        found = subprocess.run([*git, "--dirty=+"], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return found.stdout.strip()


def _pool(setup: Setup, workers: int | None, engine: str, scheduler: str | None) -> Workers[Setup]:
    if engine == "local":
        return Workers(setup, workers or len(os.sched_getaffinity(0)), ALONE)
    if scheduler is None:
        raise InputError(
            "engine 'dask': expected the address of its scheduler, found none. Give it with "
            "--scheduler tcp://HOST:8786."
        )
    from training.cluster import Cluster

    return Cluster(setup, scheduler)


def _counted(progress: Progress | None, total: int) -> Callable[[YearTask | str], None]:
    """Tells progress of one more step of a total each time it is called."""
    finished = 0

    def done(step: YearTask | str) -> None:
        nonlocal finished
        finished += 1
        if progress:
            name = step if isinstance(step, str) else f"{step.kpi} {step.year}"
            progress(finished, total, name)

    return done


def _champion(store: Store, settings: Settings, family: str, day: date) -> PromotedBundle | None:
    """The bundle in use for the day; None if there is none or it cannot be read."""
    try:
        return bundle_for(store, settings.bundles, family, day)
    except (NoBundle, UnreadableBundle):
        return None


def _record_decision(
    store: Store,
    tracker: Tracker,
    registered: RegisteredVersion,
    decision: Decision,
    day: date,
    bundle_hash: str,
    moment: datetime,
    by: str,
) -> None:
    """Set alias, history and audit log. A past month's bundle is in use, but not champion."""
    family, version = registered.family, registered.version
    outcome = {"version": version, "as_of": day.isoformat(), **asdict(decision)}
    record(store, by, "model.train", family, after=outcome)
    if not decision.promoted:
        tracker.set_alias(family, CHALLENGER, version)
        return
    if all(one.as_of <= day for one in promotions_of(store, family)):
        tracker.set_alias(family, CHAMPION, version)
    record_promotion(store, Promotion(family, version, day, moment, bundle_hash), by)


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m training.retrain`."""
    parser = argparse.ArgumentParser(prog="python -m training.retrain", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--plan", required=True)
    parser.add_argument("--as-of", type=vintage_day, help="YYYY-MM or YYYY-MM-DD")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--thorough", action="store_true", help="with the extra candidates")
    parser.add_argument("--promote", action="store_true", help="promote whatever the gate decides")
    given = parser.parse_args(arguments)
    settings = read_settings()
    with (
        failure_shown(),
        retraining_alone(Store.open(settings.store_url), given.plan) as (store, told),
        progress_bar("retraining", told) as progress,
    ):
        report = retrain(
            store,
            settings,
            given.plan,
            given.as_of,
            workers=given.workers,
            progress=progress,
            thorough=given.thorough,
            promote=given.promote,
        )
    outcome = "champion" if report.decision.promoted else "challenger"
    print(f"{report.family} version {report.version}: {outcome} ({report.decision.reason})")
    print(report.scores.to_string(index=False, float_format="{:.4f}".format))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
