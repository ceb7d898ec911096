"""What is assumed where nothing was printed: years' totals, seasons, shocks, revisions.

These are no sources. They only keep the illustrative months plausible between printed
figures; a printed figure always counts more (`months.py`). Every year's total here is for
2015 to 2021, in the KPI's unit; None where printed figures settle the year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.series import Month

Totals = tuple[float | None, ...]

CLOSURES: Mapping[Month, float] = {  # border: what remained of a usual month
    Month(2020, 1): 0.95,  # 31 January: auxiliary gates shut
    Month(2020, 2): 0.42,  # 5 February Hữu Nghị, 20 February Tân Thanh reopen
    Month(2020, 3): 0.85,
    Month(2020, 4): 0.80,  # Tân Thanh open five hours a day
    Month(2020, 5): 0.90,
    Month(2021, 7): 0.80,
    Month(2021, 8): 0.72,  # 16 to 18 August: Tân Thanh halted
    Month(2021, 12): 0.50,  # from 18 December Tân Thanh shut, over 4,500 lorries waiting
}
AT_TAN_THANH: Mapping[Month, float] = {  # in addition
    Month(2020, 2): 0.60,
    Month(2020, 4): 0.70,
    Month(2021, 8): 0.65,
    Month(2021, 12): 0.45,
}
LOCKDOWN: Mapping[Month, float] = {  # eating out, travelling
    Month(2020, 4): 0.55,
    Month(2020, 5): 0.85,
    Month(2021, 6): 0.90,
    Month(2021, 8): 0.85,
}
FRUIT = (0.95, 0.75, 0.95, 1.10, 1.20, 1.20, 1.10, 0.95, 0.90, 0.90, 0.95, 1.05)


@dataclass(frozen=True)
class Assumed:
    """How the months of a KPI are drawn.

    Attributes
    ----------
    totals : of 2015 to 2021
    shape : the national KPI whose seasons and shocks the months follow, '' for none; a
        slug of this family for months that move with another KPI
    season : twelve factors in addition
    shocks : month → factor in addition
    damping : power of the national shape, below 1 where the province moved less
    spread : standard deviation of a month around its shape, relative
    digits : decimals of its figures
    bias, revision : mean and standard deviation of restated ÷ first estimate − 1
    until : sums assumed beside the years': last month of a year to date → level
    """

    totals: Totals
    shape: str = ""
    season: tuple[float, ...] = (1.0,) * 12
    shocks: Mapping[Month, float] = field(default_factory=dict)
    damping: float = 1.0
    spread: float = 0.025
    digits: int = 1
    bias: float = 0.004
    revision: float = 0.015
    until: Mapping[Month, float] = field(default_factory=dict)


ASSUMED: Mapping[str, Assumed] = {
    "turnover": Assumed(
        (None, 4280, 4520, 4700, 4130, 3600, 4172),
        "vietnam/turnover",
        shocks=CLOSURES,
        spread=0.04,
        bias=0.01,
        revision=0.025,
        until={Month(2020, 2): 205.0, Month(2021, 2): 482.0, Month(2021, 6): 2152.0},
    ),
    "exports": Assumed(  # the rest of turnover are imports
        (2090, 2090, 2120, 2080, 1720, 1340, 1308), "turnover", spread=0.03
    ),
    "exports_local": Assumed((80, 88, 95, 104, 112, 119, None), "vietnam/exports"),
    "turnover_customs": Assumed(
        (3980, 4155, 4390, 4560, 4010, 3500, 4040),
        "turnover",
        spread=0.004,
        until={Month(2021, 8): 2640.0, Month(2021, 11): 3822.0},
    ),
    "turnover_tan_thanh": Assumed(
        (980, 1020, 1080, 1100, 960, 800, 900),
        "turnover_customs",
        season=FRUIT,
        shocks=AT_TAN_THANH,
        spread=0.05,
        digits=2,
    ),
    "turnover_chi_ma": Assumed(
        (450, 480, 520, 560, 520, 470, 520), "turnover_customs", spread=0.05
    ),
    "turnover_coc_nam": Assumed(
        (260, 270, 280, 280, 240, 180, 170), "turnover_customs", spread=0.05
    ),
    "turnover_dong_dang": Assumed((62, 71, 82, None, 105, 150, 216), "vietnam/turnover"),
    "customs_revenue": Assumed(
        (4800, 3900, 4700, 5200, 5100, 4000, 7100),
        "turnover_customs",
        spread=0.05,
        revision=0.004,
        bias=0.0,
        until={Month(2021, 2): 905.0, Month(2021, 9): 5730.0},
    ),
    "retail_sales_goods": Assumed(
        (12150, 13830, 15330, 16360, 18050, 18150, 18950),
        "vietnam/retail_sales_goods",
        damping=0.3,
        spread=0.008,
        digits=2,
        revision=0.01,
        until={
            Month(2017, 5): 6470.0,
            Month(2018, 5): 6957.0,
            Month(2018, 9): 12250.0,
            Month(2019, 3): 4622.0,
            Month(2019, 4): 6137.0,
            Month(2019, 9): 13520.0,
        },
    ),
    "retail_sales_and_services": Assumed(
        (None, 15600, 17300, 18500, 20450, None, None),
        "retail_sales_goods",
        spread=0.002,
        digits=2,
        revision=0.01,
    ),
    "hospitality": Assumed(
        (1020, 1130, 1260, 1380, 1510, 1330, 1420),
        "vietnam/retail_sales_and_services",
        shocks=LOCKDOWN,
        damping=0.4,
        spread=0.02,
        digits=2,
    ),
    "industrial_output": Assumed(
        (None, None, 5000, 5700, 6260, 6783, 7330), "vietnam/iip", spread=0.015
    ),
    "electricity_commercial": Assumed(
        (None, 590, 640, 705, 785, None, None),
        "vietnam/electricity",
        spread=0.015,
        digits=2,
        revision=0.005,
    ),
    "electricity_generated": Assumed(
        (None, 690, 725, 735, 745, 735, 762),
        "vietnam/electricity",
        season=(0.9, 0.85, 0.95, 1.0, 1.1, 1.15, 1.1, 1.05, 1.0, 1.0, 0.95, 0.95),
        spread=0.03,
    ),
    "cement": Assumed((None, None, 1010, 1075, 1120, 1095, 1150), "vietnam/cement"),
    "clinker": Assumed((None, 600, 570, 530, 455, None, None), "vietnam/cement", spread=0.03),
    "coal": Assumed((None, 500, 522, 560, 575, 560, 540), "vietnam/coal", spread=0.03, digits=2),
    "stone": Assumed((None, None, 3080, 3280, 3420, 3360, 3500), "vietnam/cement"),
    "brick": Assumed((None, 158, 166, 174, 181, 178, 186), "vietnam/cement", digits=2),
    "tap_water": Assumed((None, None, 8800, 9300, 9850, 10200, 10650), "vietnam/water"),
    "lead_ingot": Assumed((None, None, 5300, 5250, 5100, 4900, 5000), digits=0, spread=0.04),
    "abrasive_powder": Assumed((None, 8300, 8600, 8900, 9150, 9000, 9400), digits=0, spread=0.04),
    "peeled_board": Assumed((None, None, 72, 80, 88, 90, 97), digits=2, spread=0.04),
    "budget_revenue": Assumed(
        (4300, 4500, 4700, 5150, 6500, 5600, 8400),
        "customs_revenue",
        spread=0.03,
        revision=0.003,
        bias=0.0,
        until={Month(2021, 6): 4800.0},
    ),
}
IIP_GROWTH = (16.0, 15.2, 11.8, 7.4, 3.3, 7.9)  # of 2016 to 2021, per cent; mean to 2020: 10.7
REMAINDERS: Mapping[str, tuple[str, ...]] = {  # a total, less its other parts
    "imports": ("turnover", "exports"),
    "imports_customs": ("turnover_customs", "exports_customs"),
    "turnover_huu_nghi": (
        "turnover_customs",
        "turnover_tan_thanh",
        "turnover_chi_ma",
        "turnover_coc_nam",
        "turnover_dong_dang",
    ),
    "other_services": ("retail_sales_and_services", "retail_sales_goods", "hospitality"),
}
