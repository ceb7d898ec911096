"""Peers' forecasts of the same instances: seasonal naive, pace, statsforecast."""

from __future__ import annotations

import hashlib
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import statsforecast
from numpy.typing import NDArray
from statsforecast.models import (
    AutoARIMA,
    AutoCES,
    AutoETS,
    DynamicOptimizedTheta,
    SeasonalNaive,
)

from experiments.annual_benchmark.instances import Instance

N_PATHS = 400
SAVE_EVERY = 25  # instances between two writes of the cache
SCUM_MEMBERS = ("auto_ets", "auto_arima", "auto_ces", "dot")
_MODELS: dict[str, Callable[[], Any]] = {
    "snaive": lambda: SeasonalNaive(season_length=12),
    "auto_ets": lambda: AutoETS(season_length=12),
    "auto_arima": lambda: AutoARIMA(season_length=12),
    "auto_ces": lambda: AutoCES(season_length=12),
    "dot": lambda: DynamicOptimizedTheta(season_length=12),
}
METHODS = ("snaive", "pace", "auto_ets", "auto_arima", "auto_ces", "dot", "scum")


@dataclass(frozen=True, eq=False)
class Answer:
    """One method's answer to one instance.

    Attributes
    ----------
    method : str
    point : array, shape (horizon,), the method's point forecast of each month to come
    samples : array, shape (n_paths,), simulated totals of the year; empty where
        the method has no distribution
    cpu_seconds : float, fit and point forecast, one thread
    failed : str, why seasonal naive stands in for it; '' when it does not
    """

    method: str
    point: NDArray[np.float64]
    samples: NDArray[np.float64]
    cpu_seconds: float
    failed: str = ""


def peer_answers(instance: Instance, members: Sequence[str] = SCUM_MEMBERS) -> dict[str, Answer]:
    """Peers' answers to one instance; `scum` only with all its members."""
    answers = {"snaive": _statsforecast("snaive", instance, None)}
    answers["pace"] = _pace(instance)
    for method in members:
        answers[method] = _statsforecast(method, instance, answers["snaive"])
    if set(SCUM_MEMBERS) <= set(members):
        answers["scum"] = _scum([answers[method] for method in SCUM_MEMBERS], instance)
    return answers


def _statsforecast(method: str, instance: Instance, stand_in: Answer | None) -> Answer:
    """Fit, forecast and simulate one statsforecast model; `stand_in` answers when it fails."""
    model = _MODELS[method]()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        begin = time.process_time()
        try:
            model.fit(y=instance.history)
            point = np.asarray(model.predict(h=instance.horizon)["mean"], dtype=float)
            cpu = time.process_time() - begin
            paths = model.simulate(h=instance.horizon, n_paths=N_PATHS, seed=_seed(instance))
        except Exception as error:  # statsforecast raises plain Exception
            if stand_in is None:
                raise
            cpu = time.process_time() - begin
            return Answer(method, stand_in.point, stand_in.samples, cpu, f"{error}" or "failed")
    samples = instance.year_with(np.asarray(paths, dtype=float))
    if not (np.isfinite(point).all() and np.isfinite(samples).all()):
        if stand_in is None:
            raise ValueError(f"{instance.key}: seasonal naive is not finite")
        return Answer(method, stand_in.point, stand_in.samples, cpu, "not finite")
    return Answer(method, point, np.sort(samples), cpu)


def _pace(instance: Instance) -> Answer:
    """Last year's months to come, times the growth of the year to date; no distribution."""
    begin = time.process_time()
    cut, horizon = instance.cut, instance.horizon
    last = instance.history[-cut - 12 : len(instance.history) - cut]
    base = float(last[:cut].sum())
    growth = instance.to_date / base if base > 0 else 1.0
    point = last[cut:] * growth
    assert point.shape == (horizon,)
    return Answer("pace", point, np.empty(0), time.process_time() - begin)


def _scum(members: Sequence[Answer], instance: Instance) -> Answer:
    """Median of the four, month by month; for the distribution all their simulated totals."""
    point = np.median(np.stack([member.point for member in members]), axis=0)
    samples = np.sort(np.concatenate([member.samples for member in members]))
    cpu = sum(member.cpu_seconds for member in members)
    return Answer("scum", point, samples, cpu)


def _seed(instance: Instance) -> int:
    text = f"{instance.series_id}|{instance.year}|{instance.cut}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


class PeerCache:
    """Peers' answers on disk, so that a panel is forecast once.

    Parameters
    ----------
    folder : where one file per panel is kept
    panel : name of the panel; an answer is found again only for the same
        history (by hash), number of paths and version of statsforecast
    """

    def __init__(self, folder: Path, panel: str) -> None:
        self.path = folder / f"{panel}-{statsforecast.__version__}-{N_PATHS}.parquet"
        self._rows: dict[str, list[dict[str, Any]]] = {}
        if self.path.is_file():
            for row in pd.read_parquet(self.path).to_dict("records"):
                self._rows.setdefault(str(row["instance"]), []).append(
                    {str(name): value for name, value in row.items()}
                )
        self._unsaved = 0

    def answers(
        self, instances: Sequence[Instance]
    ) -> Iterator[tuple[Instance, dict[str, Answer]]]:
        """Answers of all peers, from the cache where it has them."""
        for instance in instances:
            key = self._key(instance)
            if key not in self._rows:
                members = peer_answers(instance)
                self._rows[key] = [
                    {
                        "instance": key,
                        "method": one.method,
                        "point": one.point.tobytes(),
                        "samples": one.samples.astype(np.float32).tobytes(),
                        "cpu_seconds": one.cpu_seconds,
                        "failed": one.failed,
                    }
                    for name, one in members.items()
                    if name != "scum"
                ]
                self._unsaved += 1
                if self._unsaved >= SAVE_EVERY:
                    self.save()
            yield instance, self._read(key, instance)
        self.save()

    def save(self) -> None:
        if not self._unsaved:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [row for group in self._rows.values() for row in group]
        fresh = self.path.with_suffix(".tmp")
        pd.DataFrame(rows).to_parquet(fresh, index=False)
        fresh.replace(self.path)
        self._unsaved = 0

    def _read(self, key: str, instance: Instance) -> dict[str, Answer]:
        answers = {
            str(row["method"]): Answer(
                str(row["method"]),
                np.frombuffer(row["point"], dtype=np.float64),
                np.frombuffer(row["samples"], dtype=np.float32).astype(np.float64),
                float(row["cpu_seconds"]),
                str(row["failed"]),
            )
            for row in self._rows[key]
        }
        answers["scum"] = _scum([answers[name] for name in SCUM_MEMBERS], instance)
        return answers

    @staticmethod
    def _key(instance: Instance) -> str:
        digest = hashlib.sha256(instance.history.tobytes())
        digest.update(f"{instance.series_id}|{instance.year}|{instance.cut}".encode())
        return digest.hexdigest()[:24]
