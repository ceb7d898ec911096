"""Pretraining the annual prior on two small panels: what it learns, keeps and refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.errors import UnreadableFile
from models.prior.annual import LEVELS, AnnualPrior
from models.series import Month
from tests.models.strategies import seasonal
from training.prior.corpus import has_usable_base, read_panel, up_to
from training.prior.pretrain import main, pretrain
from training.prior.quantile_network import Recipe, train_network

START = Month(2010, 1)


def panel(folder: Path, name: str, seed: int, n_series: int = 4, n_months: int = 84) -> Path:
    """A tidy panel of growing series."""
    rows = [
        {"series_id": f"s{number}", "month": str(START.plus(place)), "value": value}
        for number in range(n_series)
        for place, value in enumerate(seasonal(n_months, seed=10 * seed + number))
    ]
    file = folder / f"{name}.parquet"
    pd.DataFrame(rows).to_parquet(file)
    return file


def test_the_program_writes_a_prior_that_is_read_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed, name in enumerate(("east", "west", "left_out"), start=1):
        panel(tmp_path, name, seed)
    out = tmp_path / "priors" / "small.npz"
    options = ["--panels", str(tmp_path), "--out", str(out), "--networks", "1", "--windows", "40"]
    dropped = ["--exclude-panel", "left_out", "--exclude-series", "s3", "--through", "2015-12"]
    main([*options, *dropped])
    assert "small.npz" in capsys.readouterr().out
    with np.load(out) as arrays:
        prior = AnnualPrior.from_arrays(dict(arrays))
    assert prior.about["panels"] == {"east": 3, "west": 3}
    assert prior.about["through"] == "2015-12"
    assert prior.stretch.shape == (12, len(LEVELS))
    assert (prior.stretch >= 0.7).all()
    assert (prior.stretch <= 1.8).all()


def test_one_panel_cannot_be_held_out(tmp_path: Path) -> None:
    only = read_panel(panel(tmp_path, "east", 1))
    with pytest.raises(ValueError, match=r"at least two panels.*\['east'\]"):
        pretrain({"east": only, "short": up_to(only, START.plus(5))}, windows_per_panel=10)


def test_a_panel_is_read_by_series_with_its_gaps(tmp_path: Path) -> None:
    file = tmp_path / "panel.parquet"
    months = ["2020-01", "2020-04", "2020-02"]
    rows = pd.DataFrame({"series_id": ["b", "b", "a"], "month": months, "value": [1.0, 4.0, 2.0]})
    rows.to_parquet(file)
    first, second = read_panel(file)
    assert (first.series_id, second.series_id) == ("a", "b")
    assert second.start == Month(2020, 1)
    np.testing.assert_array_equal(second.values, [1.0, np.nan, np.nan, 4.0])
    (cut,) = up_to((first, second), Month(2020, 1))  # the other begins later
    np.testing.assert_array_equal(cut.values, [1.0])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"series_id": ["a"], "month": ["2020-01"]}, "none named value"),
        (
            {"series_id": ["a", "a"], "month": ["2020-01"] * 2, "value": [1.0, 2.0]},
            "two for series a in 2020-01",
        ),
    ],
)
def test_a_panel_that_cannot_be_read_says_why(
    tmp_path: Path, rows: dict[str, list[object]], said: str
) -> None:
    file = tmp_path / "panel.parquet"
    pd.DataFrame(rows).to_parquet(file)
    with pytest.raises(UnreadableFile, match=said):
        read_panel(file)


def test_growth_is_not_measured_on_a_base_that_is_nothing_or_far_below() -> None:
    years = np.array([[100.0, 100.0, 100.0], [100.0, 100.0, 5.0], [100.0, 100.0, 0.0]])
    prior_years = np.concatenate([np.full((3, 7), np.nan), years / 12], axis=1)
    months = np.repeat(np.concatenate([prior_years, np.ones((3, 1))], axis=1), 12, axis=1)
    assert has_usable_base(months).tolist() == [True, False, False]


def test_a_network_learns_the_quantiles_of_noise() -> None:
    rng = np.random.default_rng(1)
    inputs = rng.standard_normal((6000, 1)).astype(np.float32)
    targets = (2.0 * inputs[:, 0] + rng.standard_normal(6000)).astype(np.float32)
    recipe = Recipe(hidden=(16,), epochs=20, batch=200, learning_rate=1e-2, dropout=0.0)
    weights = np.ones(6000, dtype=np.float32)
    network = train_network(inputs, targets, weights, recipe, seed=2)
    again = train_network(inputs, targets, weights, recipe, seed=2)
    for one, other in zip(network.layers, again.layers, strict=True):
        np.testing.assert_array_equal(one[0], other[0])
    told = network.quantiles(inputs)
    share = (targets[:, None] <= told).mean(axis=0)
    np.testing.assert_allclose(share, LEVELS, atol=0.04)
