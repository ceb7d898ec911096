"""The two sides, as `declared.json` names them: what may be trained and tuned on, what judges."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from training.prior.corpus import History, read_panel

DECLARED: Mapping[str, Any] = json.loads(
    (Path(__file__).parent / "declared.json").read_text(encoding="utf-8")
)
TRAINING: Mapping[str, Sequence[str]] = DECLARED["training"]
JUDGING: Mapping[str, Mapping[str, Any]] = DECLARED["judging"]
IN_TESTS = "m3_in_tests.csv"


def file_of(name: str, panels: Path, gso: Path) -> Path:
    """The file of a panel; Viet Nam's stands apart from the folder of the others."""
    return gso if name == gso.stem else panels / f"{name}.parquet"


def kept(name: str, file: Path) -> tuple[History, ...]:
    """A panel's series without those that are left out: other side's countries, adjusted ones,
    and series that also occur in a test panel kept elsewhere."""
    dropped = set(_adjusted(file))
    if (tests := file.parent / IN_TESTS).is_file():
        dropped |= set(pd.read_csv(tests, dtype=str)["series_id"])
    elsewhere = tuple(JUDGING.get(name, {}).get("leave_out", ()))
    return tuple(
        one
        for one in read_panel(file)
        if one.series_id not in dropped and not one.series_id.startswith(elsewhere)
    )


def closings(file: Path) -> frozenset[str]:
    """Series whose year is the level at its end."""
    return _of_categories(file, DECLARED["closings"])


def _adjusted(file: Path) -> frozenset[str]:
    return _of_categories(file, DECLARED["adjusted"])


def _of_categories(file: Path, categories: Sequence[str]) -> frozenset[str]:
    frame = pd.read_parquet(file, columns=["series_id", "category"])
    chosen = frame[frame["category"].astype(str).isin(categories)]
    return frozenset(chosen["series_id"].astype(str))
