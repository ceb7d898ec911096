"""The peers' scores of the hold-out's questions, kept in a file: ours are rerun alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import statsforecast

from experiments.annual_benchmark.instances import Instance
from experiments.annual_benchmark.peers import N_PATHS, peer_answers
from experiments.annual_benchmark.scoring import from_samples, row, scored

JUDGES = ("auto_ets", "auto_ces", "dot")  # the best of them is the bar
METHODS = (*JUDGES, "snaive", "pace")
KEPT = ("annual_error", "crps", "brier", "coverage_80", "coverage_95", "cpu_seconds", "failed")


class PeerScores:
    """Scores by question; a question is the same while its history and outcome are.

    Parameters
    ----------
    file : Parquet, written after every panel
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._rows: dict[str, list[dict[str, Any]]] = {}
        if file.is_file():
            for one in pd.read_parquet(file).to_dict("records"):
                self._rows.setdefault(str(one["question"]), []).append(
                    {str(name): value for name, value in one.items()}
                )

    def of(self, panel: str, questions: Sequence[Instance]) -> pd.DataFrame:
        """One row per question and method; only new questions are computed."""
        found = []
        for one in questions:
            key = _key(one)
            place = {"panel": panel, "kpi": one.series_id, "year": one.year, "cut": one.cut}
            lines = self._rows.get(key) or _scores(one)
            self._rows[key] = [line | place | {"question": key} for line in lines]
            found += self._rows[key]
        return pd.DataFrame(found).drop(columns="question")

    def save(self) -> None:
        """Write all questions, those of earlier runs too."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        rows = pd.DataFrame([line for lines in self._rows.values() for line in lines])
        rows.to_parquet(self.file, index=False)


def _scores(question: Instance) -> list[dict[str, Any]]:
    rows = []
    for method, answer in peer_answers(question, JUDGES).items():
        given = from_samples(float(question.year_with(answer.point)), answer.samples, question)
        rows.append(row(method, question, given, answer.cpu_seconds, False, answer.failed))
    return [
        {"method": str(one["method"])} | {name: one[name] for name in KEPT}
        for one in scored(pd.DataFrame(rows)).to_dict("records")
    ]


def _key(question: Instance) -> str:
    digest = hashlib.sha256(question.history.tobytes())
    text = f"{question.year}|{question.cut}|{question.actual!r}|{question.closing}"
    digest.update(f"{text}|{N_PATHS}|{statsforecast.__version__}".encode())
    return digest.hexdigest()[:24]
