"""A jump of unit is a power of ten from one month to the next; a shock is not."""

from __future__ import annotations

import numpy as np
import pytest

from models.series import Month
from models.watching.units import UnitJump, shocks_of, unit_jump
from tests.models.watching.made_months import START, months, series


@pytest.mark.parametrize("power", [-6, -3, -1, 1, 2, 3])
@pytest.mark.parametrize("lasting", [1, 2, 3])
def test_a_wrong_unit_is_found_with_its_power(power: int, lasting: int) -> None:
    values = months()
    values[-lasting:] *= 10.0**power
    assert unit_jump(series(values)) == UnitJump(START.plus(72 - lasting), power)


def test_a_figure_that_was_wrong_stays_found_for_three_months() -> None:
    values = months()
    values[69] *= 1000
    assert unit_jump(series(values)) == UnitJump(Month(2020, 10), 3)
    assert unit_jump(series(months(73) * np.where(np.arange(73) == 69, 1000, 1))) is None


def test_neither_a_pandemic_nor_its_end_is_one() -> None:
    fallen = months(84)
    fallen[62:66] *= [0.5, 0.03, 0.01, 0.01]  # visitors in spring 2020
    fallen[66:76] *= np.linspace(0.02, 0.2, 10)
    for end in range(60, 85):
        assert unit_jump(series(fallen[:end])) is None, end


def test_a_fall_that_others_share_is_a_shock_unless_all_fall_by_one_power() -> None:
    family = [months(seed=seed) for seed in range(6)]
    for values, factor in zip(family, (0.1, 0.03, 0.3, 0.003, 1.0, 1.0), strict=True):
        values[-1] *= factor
    shocks = shocks_of(map(series, family))
    assert shocks == {START.plus(71)}
    assert unit_jump(series(family[0])) is not None
    assert unit_jump(series(family[0]), shocks) is None
    family[0][-1] *= 100  # tenfold: no shock makes that
    assert unit_jump(series(family[0]), shocks) == UnitJump(START.plus(71), 1)
    wrong = [months(seed=seed) * np.where(np.arange(72) == 71, 1e-3, 1) for seed in range(6)]
    assert shocks_of(map(series, wrong)) == frozenset()


def test_a_large_shock_of_another_size_is_none() -> None:
    values = months()
    values[-1] *= 0.35
    assert unit_jump(series(values)) is None


def test_noisy_months_do_not_show_a_factor_of_ten() -> None:
    assert all(unit_jump(series(months(noise=0.8, seed=seed))) is None for seed in range(50))
