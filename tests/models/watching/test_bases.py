"""A change of base: months that a later vintage gives as one multiple of the earlier."""

from __future__ import annotations

import numpy as np
import pytest

from models.series import Month
from models.watching.bases import new_base
from tests.models.watching.made_months import START, months, series


@pytest.mark.parametrize("factor", [0.62, 1.03, 1000.0])
def test_all_months_by_one_factor(factor: float) -> None:
    values = months()
    found = new_base(series(values[:-1]), series(np.round(values * factor, 1)))
    assert found is not None
    assert (found.first, found.last, found.whole) == (START, Month(2020, 11), True)
    assert found.factor == pytest.approx(factor, rel=1e-3)


def test_months_before_may_be_left_on_the_old_base() -> None:
    values = months()
    moved = values.copy()
    moved[48:] *= 1.2
    found = new_base(series(values[:-1]), series(moved))
    assert found is not None
    assert (found.first, found.whole) == (Month(2019, 1), False)


def test_revisions_are_none() -> None:
    values, rng = months(), np.random.default_rng(1)
    revised = values * np.exp(0.01 * rng.standard_normal(72))
    assert new_base(series(values), series(revised)) is None
    one = values.copy()
    one[-2] *= 1.1
    assert new_base(series(values[:-1]), series(one)) is None
    assert new_base(series(values[:-1]), series(values)) is None
    scattered = values.copy()
    scattered[::12] *= 1.05  # each January
    assert new_base(series(values), series(scattered)) is None
    assert new_base(series(values[:4]), series(values[:5] * 2)) is None  # too few to say
