"""No forecast moves: every figure and stamp as it was when `golden/numbers.json.gz` was made.

Both sample plans and a plan with every other kind of KPI are answered from frozen bundles, so
nothing is fitted. Digits and stamps must be the same on the versions and the processor they were
made with, and figures agree to 1e-6 everywhere. If this fails, a change moved what is published:
undo it, or say in the changelog why, and make the numbers again with `golden/make.py`.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from data.db.store import Store
from data.settings import read_settings
from service.app import create_app
from tests.service.golden import frozen

pytestmark = pytest.mark.slow

GOLDEN = json.loads(gzip.decompress(frozen.NUMBERS.read_bytes()))
EXPECTED: dict[str, Any] = GOLDEN["answers"]
SAME_PLATFORM = frozen.made_with() == GOLDEN["made_with"]
ONLY_THERE = pytest.mark.skipif(
    not SAME_PLATFORM, reason="other versions or another processor than the numbers' own"
)
FIGURES: dict[
    str, Callable[[Any, Any], Any]
] = {  # column of the CSV: the same in a projection's JSON and in its first target's
    "actual_to_date": lambda one, _: one["actual_to_date"],
    "projected_mean": lambda one, _: one["projected"] and one["projected"]["mean"],
    "projected_median": lambda one, _: one["projected"] and one["projected"]["median"],
    "q0.1": lambda one, _: one["projected"] and one["projected"]["quantiles"]["0.1"],
    "q0.975": lambda one, _: one["projected"] and one["projected"]["quantiles"]["0.975"],
    "probability": lambda _, target: target and target["probability"],
    "lower_value": lambda _, target: target and target["lower_value"],
    "expected_gap": lambda _, target: target and target["expected_gap"],
    "required_monthly_average": lambda _, target: (
        target and target["required"] and target["required"]["monthly_average"]
    ),
    "stamp": lambda one, _: one["stamp"],
}
ODATA = {  # property of a row: column of the CSV
    "ActualToDate": "actual_to_date",
    "ProjectedMean": "projected_mean",
    "ProjectedMedian": "projected_median",
    "Quantile10": "q0.1",
    "Quantile975": "q0.975",
    "Probability": "probability",
    "LowerValue": "lower_value",
    "ExpectedGap": "expected_gap",
    "RequiredMonthlyAverage": "required_monthly_average",
    "Stamp": "stamp",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All plans loaded, the frozen bundles in place, the golden stamps in the ledger."""
    folder = tmp_path_factory.mktemp("golden")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("VEDICH_DATABASE_URL", "MLFLOW_TRACKING_URI", "VEDICH_LANG"):
            patch.delenv(variable, raising=False)
        patch.setenv("VEDICH_HOME", str(folder))
        frozen.load(folder)
        frozen.thaw(folder)
        frozen.enter(folder, GOLDEN["ledger"])
        yield folder


@pytest.fixture(scope="module")
def answers(home: Path, client_of: Callable[..., Any]) -> dict[str, Any]:
    store = Store.open(read_settings().store_url)
    app = create_app(read_settings(), store)
    client = client_of(app)
    found = frozen.answers(client.get, client.post)
    app.state.vedich.jobs.close()
    store.close()
    return found


def test_every_kind_is_among_them() -> None:
    """What is held covers what there is: every kind, status, total, label and event."""
    ones = [one for plan in frozen.PLANS for one in EXPECTED[f"{plan} json"]["projections"]]
    assert {one["kind"] for one in ones} == {
        *("flow", "average", "closing", "ratio", "growth"),
        *("count", "milestone", "log"),
    }
    statuses = {one["status"] for one in ones}
    assert statuses >= {"on_track", "at_risk", "off_track", "no_target", "no_basis"}
    assert any(one["label"] for one in ones)
    assert any(one["method"]["events"] for one in ones)
    assert any(one["official_estimate"] for one in ones)
    held = {(entry["plan"], entry["kpi"]) for entry in GOLDEN["ledger"].values()}
    assert held == set(frozen.REPLAYED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_figures_agree(answers: dict[str, Any], name: str) -> None:
    expected, found = EXPECTED[name], answers[name]
    if SAME_PLATFORM:
        assert list(changed(expected, found)) == []
    elif not name.endswith(("md", "report")):  # in a text a last digit may be rounded otherwise
        assert list(changed(expected, found, 1e-6)) == []


@ONLY_THERE
@pytest.mark.parametrize("stamp", sorted(GOLDEN["ledger"]))
def test_stamps_of_that_time_replay(home: Path, stamp: str) -> None:
    code, printed = frozen.vedich("replay", stamp)
    assert code == 0, printed
    assert printed.endswith(": the same to every digit.\n")


@pytest.mark.parametrize("plan", frozen.PLANS)
def test_formats_agree_to_the_digit(answers: dict[str, Any], plan: str) -> None:
    rows = iter(answers[f"{plan} csv"])
    by_code = {(row["Kpi"], row["Level"], row["Period"]): row for row in answers[f"{plan} odata"]}
    for one in answers[f"{plan} json"]["projections"]:
        for target in one["targets"] or [None]:
            row = next(rows)
            assert row["kpi"] == one["kpi"]
            for column, figure in FIGURES.items():
                value = figure(one, target)
                assert row[column] == ("" if value is None else str(value)), column
            other = by_code[one["kpi"], row["level"] or None, row["period"] or None]
            for name, column in ODATA.items():
                found = "" if other[name] is None else str(other[name])
                assert found == row[column], name
    assert next(rows, None) is None


def changed(
    expected: Any, found: Any, tolerance: float | None = None, place: str = ""
) -> Iterator[str]:
    """Where two documents differ; with a tolerance figures may, and stamps do not count."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in sorted(expected.keys() | found.keys()):
            if tolerance is None or str(key).lower() not in ("stamp", "id"):
                pair = (expected.get(key), found.get(key))
                yield from changed(*pair, tolerance, f"{place}.{key}")
    elif (
        isinstance(expected, Sequence)
        and isinstance(found, Sequence)
        and not isinstance(expected, str)
        and len(expected) == len(found)
    ):
        for number, pair in enumerate(zip(expected, found, strict=True)):
            yield from changed(*pair, tolerance, f"{place}[{number}]")
    elif expected != found and not near(expected, found, tolerance):
        yield f"{place}: {expected!r} was {found!r} now"


def near(expected: Any, found: Any, tolerance: float | None) -> bool:
    """Whether both are numbers, or texts of numbers, and close."""
    if tolerance is None:
        return False
    try:
        return float(expected) == pytest.approx(float(found), rel=tolerance, abs=1e-9)
    except (TypeError, ValueError):
        return False
