"""Illustrative months that meet every printed figure, drawn from one seed.

Ours: the months of a KPI are those of its shape (a national series with its seasons and
shocks, times a draw) scaled so that all conditions hold and the scale changes as little
as possible from month to month: proportional first differences of Denton (1971, Journal
of the American Statistical Association 66), with linear conditions. Sums then hold to the
digit printed, a printed growth to its rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from data.samples.lang_son.assumptions import ASSUMED, IIP_GROWTH, REMAINDERS, Assumed
from data.samples.lang_son.printed import FIRST, LAST, Condition
from models.errors import InputError
from models.paths import generator
from models.series import Month, Series

Array = NDArray[np.float64]
N_MONTHS = LAST.ordinal - FIRST.ordinal + 1
_YEARS = range(FIRST.year, LAST.year + 1)
_UNDER = 0.995  # the most of the trade through the province that customs may declare
_SEED = "lang-son illustrative, edition 1"


def draw_months(
    printed: Mapping[str, Sequence[Condition]], nation: Mapping[str, Series]
) -> dict[str, Array]:
    """The months of 2015 to 2021 of every KPI with figures.

    Parameters
    ----------
    printed : KPI → conditions, see `printed.conditions`
    nation : 'vietnam/slug' → the national series that give seasons and shocks

    Returns
    -------
    dict, KPI → array, shape (84,), in the KPI's unit, rounded to the digits of its
    figures; for 'iip' an index without rounding

    Raises
    ------
    InputError
        If a month would be negative: the assumptions contradict the printed figures.
    """
    months: dict[str, Array] = {}
    for kpi, assumed in ASSUMED.items():
        shape = _shape(kpi, assumed, months, nation)
        wanted = _conditions(assumed, printed.get(kpi, ()))
        most = _UNDER * months["turnover"] if kpi == "turnover_customs" else None
        months[kpi] = _rounded(_fitted(shape, wanted, most), wanted, assumed.digits)
    within = months["turnover_customs"] / months["turnover"]
    months["exports_customs"] = np.round(months["exports"] * within, 1)
    for kpi, (whole, *parts) in REMAINDERS.items():
        months[kpi] = np.round(months[whole] - sum(months[part] for part in parts), 2)
    months["iip"] = _index(printed.get("iip", ()), nation["vietnam/iip"])
    for kpi, values in months.items():
        if not (values > 0).all():
            place = FIRST.plus(int(np.argmin(values)))
            raise InputError(
                f"{kpi}: {values.min():g} in {place}; the assumed totals contradict what was "
                "printed. Change them in data/samples/lang_son/assumptions.py."
            )
    return months


def _shape(
    kpi: str, assumed: Assumed, drawn: Mapping[str, Array], nation: Mapping[str, Series]
) -> Array:
    """Seasons, shocks and a draw; of any level."""
    if assumed.shape in drawn:
        shape = drawn[assumed.shape].copy()
    elif assumed.shape:
        shape = _national(nation[assumed.shape]) ** assumed.damping
    else:
        shape = np.ones(N_MONTHS)
    shape *= np.tile(assumed.season, len(_YEARS))
    for month, factor in assumed.shocks.items():
        shape[month.ordinal - FIRST.ordinal] *= factor
    noise = generator(_SEED, kpi, "months").standard_normal(N_MONTHS)
    return np.asarray(shape * np.exp(assumed.spread * noise))


def _national(series: Series) -> Array:
    """A national series over the months of the sample."""
    months = np.concatenate([series.calendar_year(year) for year in _YEARS])
    if not (months > 0).all():
        raise InputError(f"expected positive months of {series.key} from {FIRST} to {LAST}.")
    return months


def _conditions(assumed: Assumed, printed: Sequence[Condition]) -> list[Condition]:
    """Printed conditions, then what is assumed of years that they leave open."""
    own = list(printed)
    for year, total in zip(_YEARS, assumed.totals, strict=True):
        if total is not None:
            own.append(Condition(_year(year), level=total))
    own += [
        Condition(range(Month(month.year, 1).ordinal, month.ordinal + 1), level=level)
        for month, level in assumed.until.items()
    ]
    return own


def _year(year: int) -> range:
    return range(Month(year, 1).ordinal, Month(year + 1, 1).ordinal)


def _row(condition: Condition) -> tuple[Array, float]:
    """A condition as coefficients of the months, and their sum."""
    row = np.zeros(N_MONTHS)
    row[_places(condition.span)] = 1.0
    if condition.earlier:
        row[_places(condition.earlier)] -= condition.ratio
    return row, condition.level


def _places(span: range) -> slice:
    return slice(span.start - FIRST.ordinal, span.stop - FIRST.ordinal)


def _fitted(shape: Array, wanted: Sequence[Condition], most: Array | None = None) -> Array:
    """The months nearest to a shape that meet all conditions, and stay under `most`."""
    rows = [_row(condition) for condition in wanted]
    capped: set[int] = set()
    while True:
        held = (
            [(np.eye(N_MONTHS)[place], float(most[place])) for place in sorted(capped)]
            if (most is not None)
            else []
        )
        months = _denton(shape, [*rows, *held])
        over = set() if most is None else set(np.flatnonzero(months > most * (1 + 1e-9)).tolist())
        if not over - capped:
            return months
        capped |= over


def _denton(shape: Array, rows: Sequence[tuple[Array, float]]) -> Array:
    """Proportional first differences under linear conditions; contradictory rows are refused."""
    scale = shape / shape.mean()
    matrix = np.array([row * scale for row, _ in rows])
    wanted = np.array([level for _, level in rows])
    level = np.abs(wanted).max()
    steps = np.diff(np.eye(N_MONTHS), axis=0)
    inside = steps.T @ steps + 1e-6 * np.eye(N_MONTHS)
    centre = np.full(N_MONTHS, _mean_scale(matrix, wanted))
    system = np.block([[inside, matrix.T], [matrix, np.zeros((len(rows), len(rows)))]])
    right = np.concatenate([1e-6 * centre, wanted])
    found = np.linalg.lstsq(system, right, rcond=1e-12)[0][:N_MONTHS]
    miss = np.abs(matrix @ found - wanted).max()
    if miss > 1e-6 * level:
        worst = int(np.abs(matrix @ found - wanted).argmax())
        raise InputError(
            f"condition {worst} of {len(rows)} ({wanted[worst]:g}) is missed by {miss:g}; the "
            "assumptions or the printed figures contradict each other."
        )
    return np.asarray(found * scale)


def _mean_scale(matrix: Array, wanted: Array) -> float:
    """The scale that meets the levels on the whole."""
    levels = wanted > 0
    return float(wanted[levels].sum() / matrix[levels].sum())


def _rounded(months: Array, wanted: Sequence[Condition], digits: int) -> Array:
    """Months rounded to the digits printed, the printed sums kept exactly."""
    found = np.round(months, digits)
    settled = np.zeros(N_MONTHS, dtype=bool)
    levels = [one for one in wanted if one.level and not one.earlier]
    for condition in sorted(levels, key=lambda one: (not one.exact, len(one.span))):
        places = np.arange(N_MONTHS)[_places(condition.span)]
        rest = round(condition.level - found[places].sum(), digits)
        free = places[~settled[places]]
        if rest and len(free) and (condition.exact or len(free) == len(places)):
            found[free[np.argmax(found[free])]] += rest
        if condition.exact:
            settled[places] = True
    return np.round(found, digits)


def _index(printed: Sequence[Condition], nation: Series) -> Array:
    """An index of production whose growth is as printed, 2015 = 100 on average."""
    shape = _national(nation) * np.exp(
        0.012 * generator(_SEED, "iip", "months").standard_normal(N_MONTHS)
    )
    levels = [Condition(_year(2015), level=1200.0)]
    for year, growth in zip(_YEARS[1:], IIP_GROWTH, strict=True):
        rate = 1 + growth / 100
        levels.append(Condition(_year(year), earlier=_year(year - 1), ratio=rate))
    return _fitted(shape, [*levels, *(one for one in printed if one.ratio)])
