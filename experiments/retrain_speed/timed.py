"""A `vedich` command, with the CPU seconds that it spent on MLflow.

    python -m experiments.retrain_speed.timed FILE retrain --plan many-2021 --as-of 2021-06

Counted is all of this process between entering and leaving the tracker, its import included,
and what is made for it: runs, plots, card, files, registry. They are written to FILE.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import training.retrain
from data.settings import Settings
from service.cli.main import main
from training.records import retraining_run
from training.tracking import MlflowTracker, RegisteredVersion, RetrainingRun


class Stopwatch:
    """CPU seconds of this process within its blocks."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        begun = time.process_time()
        yield
        self.seconds += time.process_time() - begun


class Timed(MlflowTracker):
    """MLflow under a stopwatch."""

    def __init__(self, plain: MlflowTracker, watch: Stopwatch) -> None:
        super().__init__(plain.uri, plain.artifacts)
        self._watch = watch

    def open(self, family: str | None = None) -> None:
        with self._watch.running():
            super().open(family)

    def record(self, run: RetrainingRun) -> RegisteredVersion:
        with self._watch.running():
            return super().record(run)

    def set_alias(self, family: str, alias: str, version: str) -> None:
        with self._watch.running():
            super().set_alias(family, alias, version)


def under(watch: Stopwatch, make: Callable[..., RetrainingRun]) -> Callable[..., RetrainingRun]:
    def timed(*given: Any, **named: Any) -> RetrainingRun:
        with watch.running():
            return make(*given, **named)

    return timed


if __name__ == "__main__":
    watch, plain = Stopwatch(), training.retrain.tracker_of

    def tracker_of(settings: Settings) -> MlflowTracker:
        return Timed(plain(settings), watch)

    timed = {"tracker_of": tracker_of, "retraining_run": under(watch, retraining_run)}
    vars(training.retrain).update(timed)
    try:
        main(sys.argv[2:])
    finally:
        Path(sys.argv[1]).write_text(f"{watch.seconds}\n", encoding="utf-8")
