"""Texts and marks of the fan chart; specifications, not pixels."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest
import typst
from fontTools.ttLib import TTFont

from models.series import FigureStatus, Month, Series
from service.charts import fan_chart as charts
from service.charts.fan import fan_of
from service.projections.shape import as_json
from service.projections.view import ProjectionView
from tests.service.projections.test_tables import projection

pytestmark = pytest.mark.slow

VIETNAMESE = "ăâđêôơưĂÂĐÊÔƠƯáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"


def a_series(kind: str = "flow", months: int = 30) -> Series:
    values = np.arange(1.0, months + 1.0) + 100.0
    restated: tuple[FigureStatus, ...] = ("restated",)
    status = restated * (months - 2) + ("derived", "estimate")
    return Series(
        "vietnam/exports",
        kind,  # type: ignore[arg-type]
        "million USD",
        Month(2019, 1),
        values,
        status,
        date(2021, 6, 30),
        to_date=800.0,
    )


def ahead(month: int, median: float) -> dict[str, Any]:
    """A projected month: bands ±1 and ±2, the cumulative figure 1,000 higher."""
    steps = {"0.025": -2.0, "0.1": -1.0, "0.5": 0.0, "0.9": 1.0, "0.975": 2.0}
    return {
        "month": f"2021-{month:02d}",
        "status": "projected",
        "median": median,
        "quantiles": {level: median + step for level, step in steps.items()},
        "cumulative": {level: median + 1000 + step for level, step in steps.items()},
    }


def one(kind: str = "flow", target: bool = True) -> ProjectionView:
    """June's projection with three projected months."""
    aim = as_json(projection().targets[0]) | {
        "comparator": "between",
        "form": "absolute",
        "lower_value": 900.0,
        "upper_value": 950.0,
        "required": None,
    }
    june = {"month": "2021-06", "status": "estimate", "median": 130.0}
    ends = {"0.025": 850.0, "0.1": 872.0, "0.5": 920.0, "0.9": 968.0, "0.975": 990.0}
    return projection(
        name={"vi": "Xuất khẩu hàng hóa", "en": "Exports of goods"},
        kind=kind,
        actual_to_date=800.0,
        months=[
            {**june, "quantiles": {}, "cumulative": {}},
            *(ahead(month, value) for month, value in ((7, 20.0), (8, 40.0), (9, 60.0))),
        ],
        status="on_track" if target else "no_target",
        projected={"mean": 920.0, "median": 920.0, "quantiles": ends},
        targets=[aim] if target else [],
    )


def drawn(kind: str = "flow", lang: Any = "vi", target: bool = True) -> dict[str, Any]:
    fan = fan_of(one(kind), a_series(kind), lang)
    spec: dict[str, Any] = json.loads(
        charts.to_json(charts.fan_chart(one(kind, target), fan, lang))
    )
    return spec


def test_the_fan_of_a_flow_by_hand() -> None:
    fan = fan_of(one(), a_series(), "vi")
    assert [row["value"] for row in fan.actual][-2:] == [129.0, 130.0]
    assert [row["status"] for row in fan.actual][-2:] == ["derived", "estimate"]
    assert [row["value"] for row in fan.ahead] == [20.0, 40.0, 60.0]
    # the published cumulative figure, not the sum of the months
    assert fan.cumulative_actual[-1]["value"] == 800.0
    assert [row["value"] for row in fan.cumulative_ahead] == [1020.0, 1040.0, 1060.0]
    last = fan.cumulative_ahead[-1]
    assert [last[band] for band in ("low95", "low80", "high80", "high95")] == [
        1058.0,
        1059.0,
        1061.0,
        1062.0,
    ]
    assert [row["month"] for row in fan.last_year][:2] == [
        "2021-01-01T00:00:00",
        "2021-02-01T00:00:00",
    ]
    assert fan.last_year[-1]["value"] == sum(range(113, 125))


def test_growth_is_drawn_as_rates_on_the_year() -> None:
    fan = fan_of(one("growth"), a_series("growth"), "vi")
    assert fan.actual[-1]["value"] == pytest.approx((130 / 118 - 1) * 100)
    assert fan.ahead[0]["value"] == 20.0  # already a rate
    assert not fan.cumulative_actual


def test_a_gap_has_no_row() -> None:
    series = a_series()
    values = np.array(series.values)
    values[-1] = np.nan
    gappy = Series(
        series.key,
        "flow",
        series.unit,
        series.start,
        values,
        (*series.status[:-1], None),
        series.as_of,
    )
    fan = fan_of(one(), gappy, "vi")
    assert fan.actual[-1]["month"] == "2021-05-01T00:00:00"
    assert len(fan.cumulative_actual) == 5


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "vi",
            (
                "Xuất khẩu hàng hóa, năm 2021",
                "Đơn vị: triệu USD",
                "Số liệu công bố đến 30/6/2021",
                "Mã tra cứu: ABCDEFGH2345",
                "Khả năng đạt: 83% (nhiều khả năng đạt)",
                "ước tính",
                "tính toán",
                "dự báo",
                "Lũy kế từ đầu năm, triệu USD",
                "Kế hoạch năm: 900",
                "Kế hoạch năm: 950",
            ),
        ),
        ("en", ("Exports of goods", "million USD", "30 June 2021", "estimate", "derived")),
    ],
)
def test_the_picture_says_unit_vintage_and_status(lang: str, words: tuple[str, ...]) -> None:
    text = json.dumps(drawn(lang=lang), ensure_ascii=False)
    for word in words:
        assert word in text


def test_panels_by_kind_and_target() -> None:
    assert len(drawn()["vconcat"]) == 2
    assert len(drawn("growth")["vconcat"]) == 1
    assert "Kế hoạch năm" not in json.dumps(drawn(target=False), ensure_ascii=False)


def test_numbers_are_written_the_vietnamese_way() -> None:
    assert drawn()["config"]["locale"]["number"]["thousands"] == "."
    assert drawn(lang="en")["config"]["locale"]["number"]["thousands"] == ","


def test_svg_and_png() -> None:
    chart = charts.fan_chart(one(), fan_of(one(), a_series(), "vi"), "vi")
    svg = charts.to_svg(chart)
    assert svg.startswith(b"<svg")
    assert "Xuất khẩu hàng hóa, năm 2021" in svg.decode()
    assert charts.FONT.split(",")[0] in svg.decode()
    assert charts.to_png(chart).startswith(b"\x89PNG\r\n")


def test_the_font_has_every_vietnamese_letter() -> None:
    for face in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        letters = TTFont(charts.font_folder() / face).getBestCmap()
        assert not [letter for letter in VIETNAMESE if ord(letter) not in letters]


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_vietnamese_letters_are_drawn_each_in_its_own_shape(weight: str) -> None:
    asked = (*"oờuữaặeễdđươiị", chr(0x378))  # the last is no letter: the face draws its box
    setting = '#set page(width: 40pt, height: 40pt, margin: 4pt)\n#set text(font: "DejaVu Sans", '
    letters = "\n#pagebreak()\n".join(f'#text("{letter}")' for letter in asked)
    compiled: Any = typst.compile  # its types know one page only
    drawn = compiled(
        f'{setting} fallback: false, size: 24pt, weight: "{weight}")\n{letters}'.encode(),
        font_paths=[str(charts.font_folder())],
        ignore_system_fonts=True,
        format="png",
    )
    assert len({bytes(picture) for picture in drawn}) == len(asked)


def labels(last_year_total: float) -> dict[str, Any]:
    """The mark of the label of the year to date, over a last year of that level."""
    values = np.concatenate([np.full(24, last_year_total / 12), np.full(6, 800.0 / 6)])
    series = Series(
        "vietnam/exports",
        "flow",
        "million USD",
        Month(2019, 1),
        values,
        ("restated",) * 30,
        date(2021, 6, 30),
        to_date=800.0,
    )
    spec = charts.fan_chart(one(), fan_of(one(), series, "vi"), "vi").to_dict()
    texts = [layer for layer in spec["vconcat"][1]["layer"] if layer["mark"]["type"] == "text"]
    rows = [spec["datasets"][layer["data"]["name"]] for layer in texts]
    (place,) = (place for place, (row,) in enumerate(rows) if row["tag"].endswith(": 800"))
    mark: dict[str, Any] = texts[place]["mark"]
    return mark


def test_the_label_of_the_year_to_date_keeps_clear_of_last_year() -> None:
    below, above = labels(600.0), labels(2400.0)
    assert (below["align"], below["dy"] < 0) == ("right", True)  # last year runs below: go above
    assert (above["align"], above["dy"] > 0) == ("left", True)


def test_the_projected_year_says_that_it_is_projected() -> None:
    assert "dự báo: 1.060" in json.dumps(drawn(), ensure_ascii=False)
