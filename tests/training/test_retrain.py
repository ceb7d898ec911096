"""A retraining from figures to the champion: what it leaves in MLflow, and when it does not."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.db.store import Store
from data.ledger.promotions import promotions_of
from data.plans.rows import load_plan, save_plan
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.panel_rows import load_panel
from data.vintages.rows import ImportRecord, add_observations
from models.candidates.base import Candidate, Parameters
from models.errors import (
    InputError,
    NoBundle,
    NoObservations,
    TrackingUnavailable,
    UnknownPlan,
    UnreadableBundle,
)
from models.paths import Paths
from models.pipeline import project
from models.series import Series
from service.cli.main import main as command
from tests.homes import Run
from training.backtest.scoreboard import ENSEMBLE
from training.bundle.bundle import read_bundle
from training.bundle.promoted import bundle_for
from training.retrain import RetrainReport, main, promote_version, retrain
from training.tracking import MlflowTracker

pytestmark = pytest.mark.slow

KPIS = ("both", "coal", "output", "steel")
JUNE, MAY = date(2018, 6, 30), date(2018, 5, 31)
NOON = datetime(2018, 7, 2, 12, tzinfo=UTC)
IMPORT = ImportRecord("demo.csv", "0" * 64, "test", NOON)


class Absurd:
    """Says a hundred times last year's months."""

    name = "pace"  # of the kind that may answer alone

    def fit(self, series: Series) -> Parameters:
        return {}

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        months = 100 * np.resize(series.values[-12:], horizon)
        return months * (1 + 0.01 * rng.standard_normal((n_paths, 1)))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def store(new_store: Callable[[str], Store]) -> Store:
    return new_store("demo")


@pytest.fixture(scope="module")
def first(
    store: Store, home: Path, tracker: MlflowTracker, cheap: Mapping[str, Candidate]
) -> RetrainReport:
    """The family's first retraining, on one worker."""
    with counted_batches() as batches:
        report = retrain(
            store,
            Settings(home=home),
            "demo-2018",
            JUNE,
            workers=1,
            candidates=cheap,
            tracker=tracker,
            now=NOON,
        )
    assert len(batches) == 1 + len(KPIS)  # a batch of metrics per run, not one call per metric
    return report


@pytest.fixture
def own(store: Store, tmp_path: Path) -> Iterator[Store]:
    """A store of the test's own with the same family."""
    copy = copied(store, tmp_path)
    yield copy
    copy.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def options(fake_tracker: Any, cheap: Mapping[str, Candidate]) -> dict[str, Any]:
    """A retraining in this process that records in memory."""
    return {"workers": 1, "candidates": cheap, "tracker": fake_tracker}


@contextmanager
def counted_batches() -> Iterator[list[str]]:
    """The runs whose metrics went in as a batch; a single metric is refused."""
    from mlflow import MlflowClient

    calls: list[str] = []
    batch = MlflowClient.log_batch

    def counting(client: MlflowClient, run_id: str, *args: Any, **kwargs: Any) -> Any:
        calls.append(run_id)
        return batch(client, run_id, *args, **kwargs)

    def refusing(*_: Any, **__: Any) -> None:
        raise AssertionError("metrics go in as a batch")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MlflowClient, "log_batch", counting)
        patch.setattr(MlflowClient, "log_metric", refusing)
        yield calls


def mlflow_runs(tracker: MlflowTracker, family: str) -> dict[str, Any]:
    """Runs of a family by name; of one name the last."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracker.uri, registry_uri=tracker.uri)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        experiment = client.get_experiment_by_name(family)
        assert experiment is not None
        found = client.search_runs([experiment.experiment_id], order_by=["start_time ASC"])
    return {run.info.run_name: run for run in found}


def metric_steps(tracker: MlflowTracker, run_id: str, metric: str) -> list[int]:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracker.uri, registry_uri=tracker.uri)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [point.step for point in client.get_metric_history(run_id, metric)]


def test_a_retraining_is_one_parent_run_with_a_nested_run_per_kpi(
    first: RetrainReport, tracker: MlflowTracker
) -> None:
    runs = mlflow_runs(tracker, "demo")
    assert set(runs) == {"2018-06-30", *KPIS}
    parent = runs.pop("2018-06-30")
    assert {run.data.tags["mlflow.parentRunId"] for run in runs.values()} == {parent.info.run_id}
    assert {run.info.status for run in (parent, *runs.values())} == {"FINISHED"}
    tags = parent.data.tags
    assert tags["as_of"] == "2018-06-30"
    assert tags["bundle_hash"] == first.bundle_hash
    assert len(tags["data_hash"]) == 64
    assert {"commit", "prior_corpus", "format_version"} <= set(tags)
    known = metric_steps(tracker, parent.info.run_id, f"{ENSEMBLE}/annual_error")
    assert known == list(range(12))
    assert runs["coal"].data.tags["kind"] == "flow"
    assert runs["coal"].data.tags["unit"] == "thousand tonnes"


def test_its_metrics_are_the_scores_of_the_report(
    first: RetrainReport, tracker: MlflowTracker
) -> None:
    metrics = mlflow_runs(tracker, "demo")["2018-06-30"].data.metrics
    whole = first.scores[
        (first.scores["method"] == ENSEMBLE) & (first.scores["months_known"] == "all")
    ]
    [scores] = whole.to_dict("records")
    assert metrics["ensemble/annual_error/all"] == pytest.approx(scores["annual_error"])
    assert metrics["ensemble/coverage_80/all"] == pytest.approx(scores["coverage_80"])
    assert 0 < scores["annual_error"] < 0.2


def test_it_registers_a_version_that_is_champion_and_holds_the_bundle(
    first: RetrainReport, tracker: MlflowTracker, store: Store
) -> None:
    [version] = tracker.versions("demo")[:1]
    assert (version.version, first.version) == ("1", "1")
    assert version.tags["bundle_hash"] == first.bundle_hash
    assert tracker.artifacts is not None
    model = tracker.artifacts / "demo" / version.run_id / "artifacts" / "model"
    [document] = model.rglob("bundle.json")
    kept = read_bundle(document.parent)
    assert kept.content_hash == first.bundle_hash == read_bundle(first.folder).content_hash
    assert first.decision.promoted
    [promotion] = promotions_of(store, "demo")[:1]
    assert (promotion.version, promotion.as_of, promotion.promoted_at) == ("1", JUNE, NOON)
    assert first.kpis == len(KPIS)


def test_a_second_run_on_two_workers_gives_the_same_bundle_and_the_next_version(
    first: RetrainReport,
    store: Store,
    home: Path,
    tracker: MlflowTracker,
    cheap: Mapping[str, Candidate],
) -> None:
    told: list[tuple[int, int, str]] = []
    report = retrain(
        store,
        Settings(home=home),
        "demo-2018",
        workers=2,
        candidates=cheap,
        tracker=tracker,
        progress=lambda *step: told.append(step),
    )
    assert report.as_of == JUNE  # the newest vintage
    assert (report.bundle_hash, report.folder) == (first.bundle_hash, first.folder)
    assert (report.version, report.decision.promoted) == ("2", True)
    assert [done for done, _, _ in told] == list(range(1, len(told) + 1))
    assert {total for _, total, _ in told} == {len(told)}
    assert told[-2][2] in KPIS
    assert told[-1][2] == "MLflow 2"
    champions = [one.version for one in tracker.versions("demo") if "champion" in one.aliases]
    assert champions == ["2"]


def test_a_worse_model_becomes_challenger_and_is_promoted_only_by_hand(
    own: Store, settings: Settings, options: dict[str, Any], fake_tracker: Any
) -> None:
    absurd = {**options, "candidates": {"pace": Absurd()}}
    good = retrain(own, settings, "demo-2018", JUNE, **options)
    bad = retrain(own, settings, "demo-2018", JUNE, **absurd)
    assert not bad.decision.promoted
    assert "worse than the margin" in bad.decision.reason
    assert fake_tracker.aliases == {"champion": "1", "challenger": "2"}
    answering = bundle_for(own, settings.bundles, "demo", JUNE)
    assert (answering.version, answering.content_hash) == ("1", good.bundle_hash)

    promotion = promote_version(own, settings, "demo", "2", tracker=fake_tracker, now=NOON)
    assert (promotion.version, promotion.as_of, promotion.promoted_at) == ("2", JUNE, NOON)
    assert fake_tracker.aliases == {"champion": "2"}
    assert bundle_for(own, settings.bundles, "demo", JUNE).content_hash == bad.bundle_hash
    assert [one.version for one in promotions_of(own, "demo")] == ["1", "2"]

    assert retrain(own, settings, "demo-2018", JUNE, **options).decision.promoted
    by_hand = retrain(own, settings, "demo-2018", JUNE, **absurd, promote=True)
    assert (by_hand.decision.promoted, by_hand.version) == (True, "4")
    assert by_hand.decision.reason.startswith("promoted by hand")


def test_a_version_is_put_in_charge_only_if_it_can_answer(
    own: Store, settings: Settings, options: dict[str, Any], fake_tracker: Any, tmp_path: Path
) -> None:
    may = retrain(own, settings, "demo-2018", MAY, **options)
    retrain(own, settings, "demo-2018", JUNE, **options)
    with pytest.raises(NoBundle, match=r"found '7'; there is 1, 2\."):
        promote_version(own, settings, "demo", "7", tracker=fake_tracker)
    shutil.move(may.folder, tmp_path / "away")
    with pytest.raises(UnreadableBundle):
        promote_version(own, settings, "demo", "1", tracker=fake_tracker)
    assert fake_tracker.aliases == {"champion": "2"}
    shutil.move(tmp_path / "away", may.folder)
    # an older bundle answers from the champion's vintage on; dates before keep their own
    assert promote_version(own, settings, "demo", "1", tracker=fake_tracker).as_of == JUNE
    assert bundle_for(own, settings.bundles, "demo", JUNE).content_hash == may.bundle_hash


def test_a_past_month_gets_its_bundle_and_the_champion_stays(
    own: Store, settings: Settings, options: dict[str, Any], fake_tracker: Any
) -> None:
    june = retrain(own, settings, "demo-2018", JUNE, **options)
    with pytest.raises(NoBundle, match="the oldest answers from 2018-06-30 on"):
        bundle_for(own, settings.bundles, "demo", MAY)
    may = retrain(own, settings, "demo-2018", MAY, **options)
    assert "no model answered for this date before" in may.decision.reason
    assert bundle_for(own, settings.bundles, "demo", MAY).content_hash == may.bundle_hash
    assert bundle_for(own, settings.bundles, "demo", JUNE).content_hash == june.bundle_hash
    assert fake_tracker.aliases == {"champion": "1"}


def test_a_bundle_for_a_past_month_is_what_would_have_been_learned_then(
    own: Store,
    settings: Settings,
    options: dict[str, Any],
    figures: tuple[Observation, ...],
    tmp_path: Path,
) -> None:
    """A store that never saw June gives the same digits as one that did."""
    then = Store.open(f"sqlite:///{tmp_path / 'then.db'}")
    save_plan(then, load_plan(own, "demo-2018"))
    add_observations(then, "demo", [one for one in figures if one.published <= MAY], IMPORT)
    before, after = (
        retrain(store, settings, "demo-2018", MAY, **options) for store in (then, own)
    )
    assert before.bundle_hash == after.bundle_hash
    then.close()


def test_unavailable_mlflow_is_reported_before_any_work(
    own: Store, cheap: Mapping[str, Candidate], tmp_path: Path
) -> None:
    told: list[str] = []
    with (
        nobody_listening() as uri,
        pytest.raises(TrackingUnavailable, match="or set MLFLOW_TRACKING_URI"),
    ):
        retrain(
            own,
            Settings(home=tmp_path, MLFLOW_TRACKING_URI=uri),
            "demo-2018",
            JUNE,
            workers=1,
            candidates=cheap,
            progress=lambda done, total, step: told.append(step),
        )
    assert told == []
    assert not (tmp_path / "bundles").exists()


def test_what_could_not_be_recorded_does_not_answer(
    own: Store, settings: Settings, options: dict[str, Any], fake_tracker: Any
) -> None:
    fake_tracker.away = TrackingUnavailable("expected MLflow, found a full disk")
    with pytest.raises(TrackingUnavailable):
        retrain(own, settings, "demo-2018", JUNE, **options)
    assert promotions_of(own, "demo") == ()
    fake_tracker.away = None
    retrain(own, settings, "demo-2018", JUNE, **options)
    assert bundle_for(own, settings.bundles, "demo", JUNE).version == "1"


def test_the_service_works_while_mlflow_is_unavailable(
    first: RetrainReport, store: Store, home: Path
) -> None:
    from service.projections.issue import projections

    with nobody_listening() as uri:
        away = Settings(home=home, MLFLOW_TRACKING_URI=uri)
        found = projections(store, away, "demo-2018", JUNE)
    assert [one.kpi for one in found] == ["coal", "steel", "both", "output"]
    assert all(one.projected is not None for one in found)
    assert {one.method.model_version for one in found} <= {"1", "2"}


def test_a_family_without_figures_or_an_unknown_plan_or_engine_is_an_error(
    own: Store, settings: Settings, options: dict[str, Any], fake_tracker: Any, tmp_path: Path
) -> None:
    with pytest.raises(UnknownPlan):
        retrain(own, settings, "nowhere-2018", JUNE, **options)
    with pytest.raises(InputError, match="expected the engine 'local' or 'dask', found 'cloud'"):
        retrain(own, settings, "demo-2018", JUNE, engine="cloud", **options)
    with pytest.raises(NoObservations, match="choose a later date"):
        retrain(own, settings, "demo-2018", date(2001, 1, 1), **options)
    empty = Store.open(f"sqlite:///{tmp_path / 'empty.db'}")
    save_plan(empty, load_plan(own, "demo-2018"))
    with pytest.raises(NoObservations, match="has no figures yet"):
        retrain(empty, settings, "demo-2018", **options)
    empty.close()
    assert fake_tracker.runs == []


def test_the_report_names_what_could_not_be_learned(
    store: Store,
    settings: Settings,
    options: dict[str, Any],
    cheap: Mapping[str, Candidate],
    tmp_path: Path,
) -> None:
    part, early = copied(store, tmp_path, only=("coal", "output")), date(2014, 6, 30)
    report = retrain(part, settings, "demo-2018", early, **options)
    assert report.without_figures == ("both", "steel")
    assert report.kpis == 2
    assert report.scores.empty
    learned = read_bundle(report.folder).learned["coal"]
    assert learned.calibration is None
    series = load_panel(part, "demo", early).series_as_of("coal", early)
    assert project(series, (), learned, candidates=cheap).annual is not None
    part.close()


def test_the_programs_print_the_decision_the_scores_and_the_version_in_use(
    store: Store,
    this_run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    this_run.new_tracking(tmp_path)
    monkeypatch.setenv("VEDICH_HOME", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("VEDICH_DATABASE_URL", raising=False)
    copied(store, tmp_path, only=("coal",)).close()
    arguments = ["--plan", "demo-2018", "--as-of", "2015-12", "--workers", "1"]
    assert main(arguments) == 0
    told = capsys.readouterr()
    assert told.out.startswith("demo version 1: champion (no model answered")
    assert "ensemble" in told.out
    assert "coverage_80" in told.out
    assert "retraining" in told.err  # the progress bar

    with pytest.raises(SystemExit) as ended:
        command(["promote", "1", "--plan", "demo-2018"])
    assert ended.value.code == 0
    said = "demo: model version 1 answers from 2015-12-31 on.\n"
    assert capsys.readouterr().out == said
    with pytest.raises(SystemExit) as ended:
        command(["promote", "9", "--plan", "demo-2018"])
    assert ended.value.code == 2
    assert "found '9'; there is 1." in capsys.readouterr().err


def test_the_program_ends_with_one_line_where_a_person_can_act(tmp_path: Path) -> None:
    environment = {**os.environ, "VEDICH_HOME": str(tmp_path), "MLFLOW_TRACKING_URI": ""}
    told = subprocess.run(
        [sys.executable, "-m", "training.retrain", "--plan", "nowhere-2018"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert told.returncode == 1
    assert "UnknownPlan: " in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""


@contextmanager
def nobody_listening() -> Iterator[str]:
    """Address of a tracking server that is away."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def copied(store: Store, folder: Path, only: tuple[str, ...] = KPIS) -> Store:
    """The plan and (some) figures of a store in another one, `folder`/vedich.db."""
    copy = Store.open(f"sqlite:///{folder / 'vedich.db'}")
    save_plan(copy, load_plan(store, "demo-2018"))
    printed = load_panel(store, "demo").printed
    add_observations(copy, "demo", [one for kpi in only for one in printed.get(kpi, ())], IMPORT)
    return copy
