"""Features of a year in progress, without a unit, for a whole panel at once.

A *window* is one row of `WIDTH` months: the ten years before and the year itself,
right-aligned so that the year begins at column 120; NaN where there is no
figure. Everything is relative to last year's total, so that a series in
tonnes and one in billions of dong are comparable. Simple forecasts are combined
into `base`; the prior learns the error of `base` in units of `scale`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import SeriesTooShort
from models.prior.simple_forecasts import (
    NOT_IN_MEDIAN,
    Origins,
    Sums,
    clipped,
    log_ratio,
    middle,
    origins_of,
    simple_forecasts,
)
from models.prior.smoothers import GRID, WIDTH, YEARS, smooth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NOISE_FLOOR = 0.05  # of a year's mean month: the smallest month on the log scale
_JUDGED = (  # simple forecasts whose own past errors are features
    *("snaive", "pace", "share_3", "share_5", "smoothed"),
    *("theta_half", "growth_12", "growth_mixed", "setting_15", "setting_25"),
)
_BIAS = ("snaive", "pace", "smoothed", "theta_half")  # of which also with their sign
_CHUNK = 128  # windows computed at once: what they need stays in the cache


@dataclass(frozen=True, eq=False)
class Features:
    """One row per window.

    Attributes
    ----------
    values : array, shape (n, n_features); NaN where the history is too short
    names : tuple of str, length n_features
    base : array, shape (n,), the year's total by the combined simple forecasts, as a
        multiple of last year's
    scale : array, shape (n,), usual error of `base`, as a share of last year's total
    to_date : array, shape (n,), sum of the months known, as a multiple of last year's
    unit : array, shape (n,), last year's total, in the series' unit
    nonnegative : array, shape (n,), whether no month of the window is below zero
    """

    values: NDArray[np.float32]
    names: tuple[str, ...]
    base: Floats
    scale: Floats
    to_date: Floats
    unit: Floats
    nonnegative: NDArray[np.bool_]


def window(values: Floats, known: int) -> Floats:
    """The window of a series that ends at the cutoff.

    Parameters
    ----------
    values : array, shape (n_months,), NaN is a gap
    known : int, months of the year observed, 0 to 11

    Returns
    -------
    array, shape (WIDTH,); gaps are filled with the same month of the year
        before, else of the year after, else by interpolation

    Raises
    ------
    SeriesTooShort
        Fewer than one full year before the year to be projected.
    """
    if len(values) < 12 + known:
        raise SeriesTooShort(
            f"the annual prior needs one full year before the year to be projected; found "
            f"{len(values)} months with {known} known. Add history."
        )
    row = np.full(WIDTH, np.nan)
    end = 12 * YEARS + known
    recent = values[-end:]
    row[end - len(recent) : end] = fill_gaps(recent)
    return row


def fill_gaps(values: Floats) -> Floats:
    """Fill NaN: same month a year before, else a year after, else interpolation."""
    filled = np.array(values, dtype=float)
    gaps = np.flatnonzero(np.isnan(filled))
    for gap in gaps:
        if gap >= 12 and np.isfinite(filled[gap - 12]):
            filled[gap] = filled[gap - 12]
        elif gap + 12 < len(values) and np.isfinite(values[gap + 12]):
            filled[gap] = values[gap + 12]
    left = np.isnan(filled)
    if left.any() and not left.all():
        places = np.arange(len(filled))
        filled[left] = np.interp(places[left], places[~left], filled[~left])
    return filled


def compute(windows: Floats, known: Ints) -> Features:
    """Features of many windows.

    Parameters
    ----------
    windows : array, shape (n, WIDTH); months after the cutoff are ignored
    known : array, shape (n,), months known of the year, 0 to 11

    Examples
    --------
    >>> steady = np.full((1, WIDTH), 5.0)
    >>> features = compute(steady, np.array([6]))
    >>> round(float(features.base[0]), 6), float(features.unit[0])
    (1.0, 60.0)
    """
    known = np.asarray(known, dtype=np.int64)
    parts = [
        _compute(windows[i : i + _CHUNK], known[i : i + _CHUNK])
        for i in range(0, len(windows), _CHUNK)
    ]
    joined = (np.concatenate(column) for column in zip(*(part[1:] for part in parts), strict=True))
    values, base, scale, to_date, unit, nonnegative = joined
    return Features(values, parts[0][0], base, scale, to_date, unit, nonnegative)


def _compute(
    windows: Floats, known: Ints
) -> tuple[
    tuple[str, ...],
    NDArray[np.float32],
    Floats,
    Floats,
    Floats,
    Floats,
    NDArray[np.bool_],
]:
    n = len(windows)
    months, years, total = _scaled(windows, known)
    past = np.where(np.isfinite(months), months, 0.0)
    sums = Sums(past)
    prior = past[:, : 12 * YEARS].reshape(n, YEARS, 12)
    level = np.concatenate([np.abs(prior.mean(axis=2)), np.ones((n, 1))], axis=1)
    floor = _NOISE_FLOOR * np.maximum(np.repeat(level, 12, axis=1), 1e-3)
    logs = np.log(np.maximum(months, floor))
    log_totals = np.log(np.maximum(prior.sum(axis=2), 0.06))
    smoothed = smooth(logs, log_totals, years, known)
    smallest = smoothed.squared_error.min(axis=1, keepdims=True) + 1e-6
    memory = np.maximum(np.minimum(years * 12 - 12 + known, 40), 1)[:, None]
    weights = np.exp(-0.5 * memory * np.log((smoothed.squared_error + 1e-6) / smallest))
    weights = weights / weights.sum(axis=1, keepdims=True)
    origins = origins_of(sums, years, known)
    forecasts = simple_forecasts(origins, smoothed, weights, sums, years, known)
    core = [forecast for name, forecast in forecasts.items() if name not in NOT_IN_MEDIAN]
    median = middle(np.array(core).transpose(1, 2, 0))
    thetas = 0.5 * (forecasts["theta_half"] + forecasts["theta_full"])
    base = (median + forecasts["smoothed"] + thetas) / 3.0
    unit = np.maximum(origins.last_total, 1e-6)
    errors = np.where(
        origins.possible, clipped((origins.rest - base) / unit, -1.0, 1.0), np.nan
    )  # this year's column is NaN: its outcome is not known
    noise = np.sqrt(smallest[:, 0])
    scale, usual = _scale(errors, origins, noise, known)
    columns: dict[str, Floats] = {
        "known": known.astype(float),
        "years": years.astype(float),
        "scale": np.log(scale),
        "usual_error": np.log(usual / scale),
        "rest_share": clipped(origins.last_rest[:, 0] / 12.0, 0.0, 1.2),
        "base_rest_growth": log_ratio(base[:, 0], origins.last_rest[:, 0]),
    }
    year = (origins.to_date[:, 0] + base[:, 0]) / 12.0
    columns["base_growth"] = clipped(year - 1.0, -1.0, 2.0)
    columns["base_growth_scaled"] = clipped((year - 1.0) / scale, -60.0, 60.0)
    columns |= _disagreement(forecasts, base, scale)
    columns |= _growth(origins, log_totals, years)
    columns |= _past_errors(forecasts, errors, origins, unit, scale)
    columns |= _yearly_growth(logs, known)
    columns |= _seasonality(months, known)
    grid = np.array(GRID)
    columns["noise"] = np.log(noise)
    columns["weight_level"] = weights @ grid[:, 0]
    columns["weight_season"] = weights @ grid[:, 2]
    columns["weight_no_season"] = weights @ (grid[:, 2] == 0.0)
    columns["weight_trend"] = weights @ grid[:, 1]
    columns["gain"] = np.log(smallest[:, 0] / (smoothed.squared_error.max(axis=1) + 1e-9))
    for setting in (17, 25):
        columns[f"level_{setting}"] = clipped(smoothed.level[:, setting], -2.0, 2.0)
    for setting in (19, 21):
        columns[f"trend_{setting}"] = clipped(12.0 * smoothed.trend[:, setting], -2.0, 2.0)
    columns["mean_growth"] = smoothed.growth[:, 0]
    values = np.array(list(columns.values())).T.astype(np.float32, order="C")
    return (
        tuple(columns),
        np.where(np.isfinite(values), values, np.float32(np.nan)),
        year,
        scale,
        origins.to_date[:, 0] / 12.0,
        total,
        past.min(axis=1) >= 0.0,
    )


def _scaled(windows: Floats, known: Ints) -> tuple[Floats, Ints, Floats]:
    """Months in mean months of last year, number of full years before, last year's total."""
    columns = np.arange(WIDTH)[None, :]
    months = np.where(columns < 12 * YEARS + known[:, None], windows, np.nan)
    present = np.isfinite(months[:, : 12 * YEARS]).reshape(-1, YEARS, 12)
    full: NDArray[np.bool_] = np.all(present, axis=2)
    years = np.cumprod(full[:, ::-1], axis=1).sum(axis=1)
    if (years < 1).any():
        raise SeriesTooShort(
            "the annual prior needs the twelve months before the year to be projected; "
            f"{int((years < 1).sum())} windows lack some. Fill the gaps or add history."
        )
    months = np.where(columns >= 12 * (YEARS - years)[:, None], months, np.nan)
    last = months[:, 12 * YEARS - 12 : 12 * YEARS]
    total, size = last.sum(axis=1), np.abs(last).sum(axis=1)
    total = np.where(total > 0.05 * size, total, size)
    total = np.where(total > 0.0, total, 12.0)
    return months / (total / 12.0)[:, None], years, total


def _scale(errors: Floats, origins: Origins, noise: Floats, known: Ints) -> tuple[Floats, Floats]:
    """Usual error of `base`: past errors at the same month, shrunk to what the noise implies."""
    weight = np.array([1.0, 0.8, 0.64, 0.5])
    past = np.abs(errors[:, 1:])
    seen: NDArray[np.bool_] = np.isfinite(past)
    ahead = 12 - known
    share = np.maximum(clipped(origins.last_rest[:, 0] / 12.0, 0.0, 1.2), ahead / 24.0)
    implied: Floats = share * clipped(noise, 0.003, 0.5) * 0.8 * np.sqrt(1.0 / ahead + 0.15)
    total = (np.where(seen, past, 0.0) * weight).sum(axis=1) + 1.5 * implied
    scale = total / ((seen * weight).sum(axis=1) + 1.5)
    least = np.asarray(0.0008 * ahead, dtype=float)
    return clipped(scale, least, 0.6), implied


def _disagreement(forecasts: dict[str, Floats], base: Floats, scale: Floats) -> dict[str, Floats]:
    """Each simple forecast against their combination, in units of `scale`."""
    stacked = np.array([forecast[:, 0] for forecast in forecasts.values()]).T
    apart = np.ascontiguousarray((stacked - base[:, :1]) / (12.0 * scale)[:, None])
    core = [i for i, name in enumerate(forecasts) if name not in NOT_IN_MEDIAN]
    bounded = clipped(apart, -30.0, 30.0).T
    columns = {f"by_{name}": column for name, column in zip(forecasts, bounded, strict=True)}
    columns["spread"] = np.log(1e-4 + apart.std(axis=1))
    columns["spread_core"] = np.log(1e-4 + apart[:, core].std(axis=1))
    return columns


def _growth(origins: Origins, log_totals: Floats, years: Ints) -> dict[str, Floats]:
    growth = origins.growth
    columns = {name: values[:, 0] for name, values in growth.items()}
    for span in (3, 12):
        columns[f"growth_{span}_before"] = np.where(
            years >= 2, growth[f"growth_{span}"][:, 1], np.nan
        )
    columns["acceleration"] = columns["growth_3"] - columns["growth_12"]
    columns["last_month"] = columns["growth_1"] - columns["growth_3"]
    for back in range(1, 5):
        rise = log_totals[:, YEARS - back] - log_totals[:, YEARS - back - 1]
        columns[f"year_growth_{back}"] = np.where(years > back, clipped(rise, -1.5, 1.5), np.nan)
    return columns


def _past_errors(
    forecasts: dict[str, Floats], errors: Floats, origins: Origins, unit: Floats, scale: Floats
) -> dict[str, Floats]:
    """Past errors of the combination and of some of its members at the same month."""
    recent = clipped(errors[:, 1:] / scale[:, None], -10.0, 10.0)
    columns = {f"error_{back}": recent[:, back - 1] for back in (1, 2, 3)}
    columns["bias"] = _nanmean(errors[:, 1:]) / scale
    apart = (origins.rest - np.array([forecasts[name] for name in _JUDGED])) / unit
    own = np.where(origins.possible, clipped(apart, -1.0, 1.0), np.nan)[:, :, 1:]
    means, sizes = _nanmean(own) / scale, np.log(1e-3 + _nanmean(np.abs(own)) / scale)
    for name, mean, size in zip(_JUDGED, means, sizes, strict=True):
        columns[f"size_{name}"] = size
        if name in _BIAS:
            columns[f"bias_{name}"] = mean
    return columns


def _yearly_growth(logs: Floats, known: Ints) -> dict[str, Floats]:
    """Noise and autocorrelation of the growth on the year before, over the last 36 months."""
    growth = logs[:, 12:] - logs[:, :-12]
    places = (12 * YEARS + known - 12)[:, None] - 36 + np.arange(36)[None, :]
    recent = np.take_along_axis(growth, np.maximum(places, 0), axis=1)
    recent = clipped(np.where(places >= 0, recent, np.nan), -2.0, 2.0)
    centred = recent - _nanmean(recent)[:, None]
    variance, mean = _nanmean(centred**2), _nanmean(recent[:, -12:])
    spread = np.sqrt(variance)
    columns = {
        "growth_noise_12": np.log(1e-3 + _nanstd(recent[:, -12:], mean)),
        "growth_noise_36": np.log(1e-3 + spread),
        "growth_step_noise": np.log(1e-3 + _nanstd(np.diff(recent, axis=1)[:, -24:])),
    }
    for lag in (1, 3, 12):
        memory = _nanmean(centred[:, lag:] * centred[:, :-lag]) / (variance + 1e-6)
        columns[f"memory_{lag}"] = clipped(memory, -1.0, 1.0)
    months = clipped((recent[:, :-7:-1] - mean[:, None]) / (1e-2 + spread)[:, None], -5.0, 5.0)
    columns |= {f"month_back_{back}": months[:, back - 1] for back in range(1, 7)}
    return columns


def _seasonality(months: Floats, known: Ints) -> dict[str, Floats]:
    prior = months[:, : 12 * YEARS].reshape(-1, YEARS, 12)
    coming = np.arange(12)[None, :] >= known[:, None]
    totals = prior.sum(axis=2)
    rest = (prior[:, -5:] * coming[:, None, :]).sum(axis=2)[:, ::-1]
    year = totals[:, -5:][:, ::-1]
    shares = np.where(year > 1e-6, rest / np.where(year > 1e-6, year, 1.0), np.nan)
    mean = _nanmean(shares)
    recent = months[:, -48:]
    return {
        "share_noise": np.log(1e-4 + _nanstd(shares, mean)),
        "share_change": shares[:, 0] - mean,
        "season_size": np.log(1e-3 + prior[:, -1].std(axis=1)),
        "zeros": (np.where(np.isfinite(recent), recent, 1.0) <= 0.01).mean(axis=1),
        "level_change": log_ratio(totals[:, -1], _nanmedian(totals)),
    }


def _nanmean(values: Floats) -> Floats:
    """Mean over the last axis without NaN; NaN where all are NaN."""
    seen = np.isfinite(values)
    count = seen.sum(axis=-1)
    mean: Floats = np.where(seen, values, 0.0).sum(axis=-1) / np.where(count > 0, count, np.nan)
    return mean


def _nanstd(values: Floats, mean: Floats | None = None) -> Floats:
    mean = _nanmean(values) if mean is None else mean
    return np.sqrt(_nanmean((values - mean[:, None]) ** 2))


def _nanmedian(values: Floats) -> Floats:
    """Median over the last axis without NaN, which are sorted last."""
    ordered = np.sort(values, axis=-1)
    count = np.isfinite(values).sum(axis=-1, keepdims=True)
    places = np.concatenate([np.maximum(count - 1, 0) // 2, count // 2], axis=-1)
    median: Floats = np.take_along_axis(ordered, places, axis=-1).sum(axis=-1) / 2
    return median
