from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from models.errors import SeriesTooShort
from models.events.event import Event, effect_ahead, factors, find_events, without_events
from models.series import FigureStatus, Month, Series

START = Month(2015, 1)

FINAL: tuple[FigureStatus, ...] = ("final",)


def series(values: np.ndarray) -> Series:
    return Series(
        key="test/turnover",
        kind="flow",
        unit="million USD",
        start=START,
        values=values,
        status=FINAL * len(values),
        as_of=date(2021, 12, 31),
    )


def seasonal(n_months: int = 84, noise: float = 0.03) -> np.ndarray:
    rng = np.random.default_rng(7)
    months = np.arange(n_months)
    season = 1 + 0.2 * np.sin(2 * np.pi * months / 12)
    return 100 * 1.005**months * season * np.exp(noise * rng.standard_normal(n_months))


def test_shapes_by_hand() -> None:
    pulse = Event("closure", Month(2015, 2), "pulse", -0.5, length=2)
    np.testing.assert_allclose(factors([pulse], START, 5), [1, 0.5, 0.5, 1, 1])
    step = Event("new gate", Month(2015, 3), "step", 0.2)
    np.testing.assert_allclose(factors([step], START, 5), [1, 1, 1.2, 1.2, 1.2])
    ramp = Event("new line", Month(2015, 2), "ramp", 0.4, length=2)
    np.testing.assert_allclose(factors([ramp], START, 5), [1, 1.2, 1.4, 1.4, 1.4])
    np.testing.assert_allclose(factors([step, ramp], START, 4), [1, 1.2, 1.68, 1.68])


def test_a_closure_is_found_with_its_date_and_size() -> None:
    values = seasonal()
    values[62:64] *= 0.5  # March and April 2020
    [found] = find_events(series(values))
    assert (found.start, found.shape, found.length) == (Month(2020, 3), "pulse", 2)
    assert found.size == pytest.approx(-0.5, abs=0.06)
    assert found.accepted is None


def test_a_level_shift_is_found_with_its_date_and_size() -> None:
    values = seasonal()
    values[48:] *= 1.6  # from January 2019
    steps = [event for event in find_events(series(values)) if event.shape == "step"]
    assert [step.start for step in steps] == [Month(2019, 1)]
    assert steps[0].size == pytest.approx(0.6, abs=0.1)


def test_a_calm_series_raises_no_flag() -> None:
    assert find_events(series(seasonal())) == ()


def test_gaps_and_zeros_are_bridged_and_not_flagged() -> None:
    values = seasonal()
    values[30], values[40] = np.nan, 0.0
    assert find_events(series(values)) == ()


def test_too_short_says_what_is_missing() -> None:
    with pytest.raises(SeriesTooShort, match="24 positive months"):
        find_events(series(seasonal(24)))


def test_only_accepted_pulses_are_taken_out() -> None:
    plain = series(np.array([100.0, 50.0, 100.0]))
    closure = Event("closure", Month(2015, 2), "pulse", -0.5, accepted=True)
    np.testing.assert_allclose(without_events(plain, [closure]).values, [100, 100, 100])
    suggestion = Event("closure", Month(2015, 2), "pulse", -0.5)
    step = Event("step", Month(2015, 2), "step", -0.5, accepted=True)
    assert without_events(plain, [suggestion, step]) is plain


def test_a_month_that_was_shut_whole_becomes_a_gap() -> None:
    shut = Event("shut", Month(2015, 2), "pulse", -1.0, accepted=True)
    cleaned = without_events(series(np.array([100.0, 0.0, 100.0])), [shut])
    assert np.isnan(cleaned.values[1])


def test_what_is_still_to_come_of_an_event_is_put_on_the_forecast() -> None:
    cutoff = Month(2015, 3)
    lasting = Event("closure", Month(2015, 2), "pulse", -0.5, length=4, accepted=True)
    np.testing.assert_allclose(effect_ahead([lasting], cutoff, 4), [0.5, 0.5, 1, 1])
    past_step = Event("gate", Month(2015, 2), "step", 0.2, accepted=True)
    next_step = Event("line", Month(2015, 5), "step", 0.1, accepted=True)
    np.testing.assert_allclose(effect_ahead([past_step, next_step], cutoff, 3), [1, 1.1, 1.1])
    ramp = Event("ramp", Month(2015, 2), "ramp", 0.4, length=4, accepted=True)
    np.testing.assert_allclose(effect_ahead([ramp], cutoff, 3), [1.3 / 1.2, 1.4 / 1.2, 1.4 / 1.2])
    suggestion = Event("closure", Month(2015, 4), "pulse", -0.5)
    np.testing.assert_allclose(effect_ahead([suggestion], cutoff, 2), [1, 1])
