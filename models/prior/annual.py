"""The annual prior: the total of a year in progress, learned once from thousands of public series.

Small neural networks (two hidden layers, plain numpy), one per seed, turn the
features of `models.prior.features` into the quantiles of

    (the year's total − the simple forecasts' total) / their usual error,

trained on the pinball loss weighted so that the loss is on the annual scale.
The quantiles of the seeds are averaged (Lichtendahl, Grushka-Cockayne and
Winkler, 2013, Management Science 59(7)) and shifted half-way to the median of
boosted trees on the same features (Friedman 2001, Annals of Statistics 29(5)),
then shrunk by a third towards the simple forecasts, which lowered the error on
held-out panels. They are stretched around the median by factors that calibrate
them on held-out panels (conformalised quantile regression: Romano, Patterson
and Candès, 2019, NeurIPS 32; pooled by months known). The caller passes the
arrays; this module opens no file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.errors import CannotForecast, InvalidLevel
from models.prior.features import Features, compute, window
from models.prior.smoothers import WIDTH
from models.prior.trees import Trees

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

FORMAT_VERSION = 2
LEVELS = (
    *(0.01, 0.025, 0.05, 0.1, 0.175, 0.25, 0.375, 0.5),
    *(0.625, 0.75, 0.825, 0.9, 0.95, 0.975, 0.99),
)
MEDIAN = LEVELS.index(0.5)
LEAK = 0.01  # slope of a hidden unit below zero
SHRINKAGE_FACTOR = (
    0.7  # share of the learned distance from the simple forecasts that the median keeps
)
_CLIP = 2.5  # the part of a standardised feature beyond this is halved


@dataclass(frozen=True, eq=False)
class Network:
    """Weights and offsets, layer by layer: ((in, out), (out,)) pairs.

    Those of several networks are stacked as ((n_networks, in, out), (n_networks, 1, out)).
    """

    layers: tuple[tuple[Singles, Singles], ...]

    def quantiles(self, inputs: Singles) -> Singles:
        """Ordered quantiles at `LEVELS`, shape (n, n_levels); of several (n_networks, n, …)."""
        hidden = inputs
        for weights, offset in self.layers[:-1]:
            hidden = hidden @ weights + offset
            hidden = np.maximum(hidden, np.float32(LEAK) * hidden)
        weights, offset = self.layers[-1]
        return ordered(hidden @ weights + offset)


def ordered(outputs: Singles) -> Singles:
    """Quantiles as a median and positive steps from it, so that they never cross."""
    steps = np.logaddexp(np.float32(0.0), outputs)
    quantiles = np.empty_like(outputs)
    middle = outputs[..., MEDIAN : MEDIAN + 1]
    quantiles[..., MEDIAN : MEDIAN + 1] = middle
    quantiles[..., MEDIAN + 1 :] = middle + np.cumsum(steps[..., MEDIAN + 1 :], axis=-1)
    below = np.cumsum(steps[..., :MEDIAN][..., ::-1], axis=-1)
    quantiles[..., :MEDIAN] = middle - below[..., ::-1]
    return quantiles


@dataclass(frozen=True, eq=False)
class AnnualPrior:
    """Everything the prior learned.

    Attributes
    ----------
    networks : one per seed
    trees : for the median; None leaves it to the networks
    centre, spread : arrays, shape (n_features,), to standardise the features
    missing : array, shape (n_features,), whether a flag tells the network that it is missing
    stretch : array, shape (12, n_levels), by months known: factors around the median
    fingerprints : array of uint32, sorted, one per series and calendar year of the corpus
    about : how it was trained: corpus hash, seed, versions, script, last month
    """

    networks: tuple[Network, ...]
    trees: Trees | None
    centre: Singles
    spread: Singles
    missing: NDArray[np.bool_]
    stretch: Floats
    fingerprints: NDArray[np.uint32]
    about: Mapping[str, object]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> AnnualPrior:
        """Build from the arrays of a prior file (opened with `allow_pickle=False`).

        Raises
        ------
        CannotForecast
            If the file has another format, or other features or levels.
        """
        about = json.loads(str(arrays["about"]))
        if about.get("format_version") != FORMAT_VERSION:
            raise CannotForecast(
                f"expected an annual prior of format {FORMAT_VERSION}, found "
                f"{about.get('format_version')}; retrain it with training.prior.pretrain."
            )
        if about["levels"] != list(LEVELS):
            raise CannotForecast(
                "the annual prior was made for other quantile levels; "
                "retrain it with training.prior.pretrain."
            )
        networks = []
        for seed in range(int(about["networks"])):
            layers = []
            for layer in range(int(about["layers"])):
                weights = np.asarray(arrays[f"weights_{seed}_{layer}"], dtype=np.float32)
                offset = np.asarray(arrays[f"offset_{seed}_{layer}"], dtype=np.float32)
                layers.append((weights, offset))
            networks.append(Network(tuple(layers)))
        return cls(
            tuple(networks),
            Trees.from_arrays(arrays),
            np.asarray(arrays["centre"], dtype=np.float32),
            np.asarray(arrays["spread"], dtype=np.float32),
            np.asarray(arrays["missing"], dtype=bool),
            np.asarray(arrays["stretch"], dtype=float),
            np.asarray(arrays["fingerprints"], dtype=np.uint32),
            about,
        )

    @cached_property
    def _together(self) -> Network:
        """The networks as one, which makes a third of the calls."""
        layers = zip(*(network.layers for network in self.networks), strict=True)
        pairs = (tuple(zip(*several, strict=True)) for several in layers)
        return Network(
            tuple((np.stack(weights), np.stack(offsets)[:, None]) for weights, offsets in pairs)
        )

    @cached_property
    def identity(self) -> str:
        """Hash of all arrays, 16 hexadecimal digits; priors of the same corpus may differ."""
        digest = hashlib.sha256()
        for name, array in sorted(self.to_arrays().items()):
            digest.update(name.encode() + array.tobytes())
        return digest.hexdigest()[:16]

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """The arrays of a prior file; weights in half precision."""
        arrays: dict[str, NDArray[np.generic]] = {
            "about": np.array(json.dumps(dict(self.about), sort_keys=True)),
            "centre": self.centre,
            "spread": self.spread,
            "missing": self.missing,
            "stretch": self.stretch,
            "fingerprints": self.fingerprints,
        }
        for seed, network in enumerate(self.networks):
            for layer, (weights, offset) in enumerate(network.layers):
                arrays[f"weights_{seed}_{layer}"] = weights.astype(np.float16)
                arrays[f"offset_{seed}_{layer}"] = offset.astype(np.float16)
        if self.trees is not None:
            arrays |= self.trees.to_arrays()
        return arrays

    def inputs(self, features: Features) -> Singles:
        """The networks' inputs, shape (n, n_features + number of flags of missing features)."""
        if list(features.names) != self.about["features"]:
            raise CannotForecast(
                f"the annual prior was trained on {len(self.centre)} features, this program "
                f"computes {len(features.names)} others; retrain it with training.prior.pretrain."
            )
        return standardised(features.values, self.centre, self.spread, self.missing)

    def unstretched(self, features: Features) -> Floats:
        """Quantiles at `LEVELS` before they are stretched, shape (n, n_levels).

        Distances from the simple forecasts' total, in units of its usual error; the
        median is shrunk by `SHRINKAGE_FACTOR`.
        """
        each = self._together.quantiles(self.inputs(features)).astype(float)
        quantiles = np.asarray(each.sum(axis=0) / len(each))
        middle = quantiles[:, MEDIAN].copy()
        if self.trees is not None:
            middle = 0.5 * (middle + self.trees.predict(features.values))
        quantiles += (SHRINKAGE_FACTOR * middle - quantiles[:, MEDIAN])[:, None]
        return quantiles

    def ratios(self, features: Features) -> Floats:
        """Quantiles of the total at `LEVELS`, as multiples of last year's, (n, n_levels)."""
        quantiles = self.unstretched(features)
        middle = quantiles[:, MEDIAN : MEDIAN + 1]
        known = features.values[:, features.names.index("known")].astype(int)
        quantiles = middle + (quantiles - middle) * self.stretch[known]
        ratios = features.base[:, None] + quantiles * features.scale[:, None]
        floor = np.where(features.nonnegative, features.to_date, -np.inf)
        bounded: Floats = np.maximum(ratios, floor[:, None])
        return bounded

    def trained_on(self, values: Floats, first_month: int) -> bool:
        """Whether a series was in the training corpus: two of its years, or its only year.

        Parameters
        ----------
        values : array, shape (n_months,)
        first_month : int, calendar month of the first value, 1 to 12
        """
        own = fingerprints(values, first_month)
        return bool(own.size and np.isin(own, self.fingerprints).sum() >= min(2, own.size))


def standardised(
    values: Singles, centre: Singles, spread: Singles, missing: NDArray[np.bool_]
) -> Singles:
    """Features around 0 with unit spread, extremes clipped, then the missing-value flags."""
    absent = np.isnan(values)
    scores = np.clip((np.where(absent, centre, values) - centre) / spread, -5.0, 5.0)
    size = np.abs(scores)
    scores = np.where(size > _CLIP, np.sign(scores) * (_CLIP + 0.5 * (size - _CLIP)), scores)
    return np.concatenate([scores, absent[:, missing]], axis=1).astype(np.float32)


def annual_quantiles(
    prior: AnnualPrior,
    histories: Sequence[Floats],
    known: Sequence[int],
    levels: Sequence[float],
) -> Floats:
    """Quantiles of the years' totals, for many series at once.

    Parameters
    ----------
    prior : AnnualPrior
    histories : one array per series, shape (n_months,), ending at its cutoff; NaN is a gap
    known : months known of each series' year, 0 to 11
    levels : probabilities, strictly between 0 and 1, ascending

    Returns
    -------
    array, shape (n_series, n_levels), in each series' unit

    Raises
    ------
    SeriesTooShort
        If a series has less than one full year before the year to be projected.
    InvalidLevel
        If a level is outside (0, 1).
    """
    windows = np.array(
        [window(values, months) for values, months in zip(histories, known, strict=True)]
    ).reshape(-1, WIDTH)
    features = compute(windows, np.asarray(known, dtype=np.int64))
    return features.unit[:, None] * interpolated(prior.ratios(features), levels)


def interpolated(quantiles: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles at any levels from those at `LEVELS`, shape (n, len(levels)).

    Linear between the learned levels on the scale of the normal distribution's
    quantiles; beyond the outermost levels along the last segment.
    """
    wanted = np.asarray(levels, dtype=float)
    if ((wanted <= 0.0) | (wanted >= 1.0)).any():
        raise InvalidLevel(f"levels must lie strictly between 0 and 1, found {levels}.")
    places, scores = _normal_scores(np.array(LEVELS)), _normal_scores(wanted)
    left = np.clip(np.searchsorted(places, scores) - 1, 0, len(places) - 2)
    share = (scores - places[left]) / (places[left + 1] - places[left])
    result: Floats = quantiles[:, left] * (1.0 - share) + quantiles[:, left + 1] * share
    return result


def _normal_scores(levels: Floats) -> Floats:
    """Quantiles of the standard normal, by Tukey's lambda (within 0.01 for 0.005 to 0.995)."""
    scores: Floats = (levels**0.135 - (1.0 - levels) ** 0.135) / 0.1975
    return scores


def fingerprints(values: Floats, first_month: int) -> NDArray[np.uint32]:
    """One number per full calendar year: a hash of its months' shares, independent of the unit.

    Years with equal months or a total of zero or less are skipped.
    """
    begin = (13 - first_month) % 12
    years = (len(values) - begin) // 12
    found = []
    for year in range(max(years, 0)):
        months = np.asarray(values[begin + 12 * year : begin + 12 * year + 12], dtype=float)
        total = months.sum()
        if not np.isfinite(total) or total <= 0.0 or np.ptp(months) < 1e-6 * total:
            continue
        shares = np.round(months / total, 5) + 0.0
        found.append(int.from_bytes(hashlib.sha256(shares.tobytes()).digest()[:4], "little"))
    return np.array(found, dtype=np.uint32)
