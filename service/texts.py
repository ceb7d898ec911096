"""What people read, in Vietnamese and English: words, numbers, dates, units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from models.target import Target

Lang = Literal["vi", "en"]

STATUS: Mapping[Lang, Mapping[str, str]] = {
    "vi": {
        "achieved": "đã đạt",
        "on_track": "nhiều khả năng đạt",
        "at_risk": "có nguy cơ không đạt",
        "off_track": "khó đạt",
        "missed": "không đạt",
        "no_target": "không có mục tiêu",
        "no_basis": "chưa đủ căn cứ",
    },
    "en": {
        "achieved": "achieved",
        "on_track": "on track",
        "at_risk": "at risk",
        "off_track": "off track",
        "missed": "missed",
        "no_target": "no target",
        "no_basis": "no basis",
    },
}

FIGURE: Mapping[Lang, Mapping[str, str]] = {
    "vi": {
        "final": "chính thức",
        "restated": "đã điều chỉnh",
        "estimate": "ước tính",
        "derived": "suy ra",
        "reconstructed": "tái lập",
        "projected": "dự báo",
    },
    "en": {
        "final": "final",
        "restated": "restated",
        "estimate": "estimate",
        "derived": "derived",
        "reconstructed": "reconstructed",
        "projected": "projected",
    },
}

ROLE: Mapping[Lang, Mapping[str, str]] = {
    "vi": {"lead": "mình chủ trì", "coordinate": "mình phối hợp", "": ""},
    "en": {"lead": "we lead", "coordinate": "we coordinate", "": ""},
}

LEVEL: Mapping[Lang, Mapping[str, str]] = {
    "vi": {"assigned": "được giao", "stretch": "phấn đấu", "indicative": "tham khảo"},
    "en": {"assigned": "assigned", "stretch": "stretch", "indicative": "indicative"},
}

PERIOD: Mapping[Lang, Mapping[str, str]] = {
    "vi": {
        "year": "cả năm",
        "Q1": "quý I",
        "Q2": "quý II",
        "Q3": "quý III",
        "Q4": "quý IV",
        "H1": "6 tháng đầu năm",
        "H2": "6 tháng cuối năm",
        "9M": "9 tháng",
        "remaining half": "6 tháng còn lại",
    },
    "en": {
        "year": "the year",
        "Q1": "first quarter",
        "Q2": "second quarter",
        "Q3": "third quarter",
        "Q4": "fourth quarter",
        "H1": "first half",
        "H2": "second half",
        "9M": "nine months",
        "remaining half": "remaining half",
    },
}

_COMPARATOR: Mapping[Lang, Mapping[str, str]] = {
    "vi": {"at_least": "từ {} trở lên", "at_most": "không quá {}", "about": "khoảng {}"},
    "en": {"at_least": "at least {}", "at_most": "at most {}", "about": "about {}"},
}

_UNITS_VI: Mapping[str, str] = {
    "inspections": "cuộc",
    "units": "đơn vị",
    "communes": "xã",
    "steps": "bước",
    "million usd": "triệu USD",
    "thousand usd": "nghìn USD",
    "billion usd": "tỷ USD",
    "billion vnd": "tỷ đồng",
    "million vnd": "triệu đồng",
    "million tonnes": "triệu tấn",
    "thousand tonnes": "nghìn tấn",
    "tonnes": "tấn",
    "billion kwh": "tỷ kWh",
    "million kwh": "triệu kWh",
    "million litres": "triệu lít",
    "million m3": "triệu m³",
    "million m2": "triệu m²",
    "million pairs": "triệu đôi",
    "million pieces": "triệu cái",
    "thousand pieces": "nghìn cái",
}

TEXT: Mapping[Lang, Mapping[str, str]] = {
    "vi": {
        "assumptions": "Căn cứ tính",
        "actual_to_date": "Lũy kế đến nay",
        "all_figures": "Số liệu",
        "as_of": "Số liệu công bố đến",
        "answer": "Câu trả lời",
        "band_80": "khoảng 80 %",
        "band_95": "khoảng 95 %",
        "chart": "Biểu đồ",
        "deadline": "Hạn",
        "done": "Đã làm",
        "cumulative": "Lũy kế từ đầu năm",
        "growth": "So với năm trước",
        "growth_monthly": "Tăng so với cùng kỳ",
        "kpi": "Chỉ tiêu",
        "last_year": "năm trước",
        "lead": "Chủ trì",
        "legend_bands": "Dải đậm: khoảng 80 %; dải nhạt: khoảng 95 %",
        "missing": "Còn thiếu",
        "model": "mô hình",
        "month": "tháng",
        "monthly": "Từng tháng",
        "newer": "Đã có số liệu mới hơn:",
        "language": "Ngôn ngữ",
        "no_answer": "Chưa có dự báo.",
        "no_change": "Không có thay đổi.",
        "obstacle": "Vướng mắc",
        "overdue": "quá hạn",
        "no_plan": "Chưa có kế hoạch nào. Nạp kế hoạch mẫu:",
        "pace": "Cần mỗi tháng còn lại",
        "pace_on_year": "{} so với cùng kỳ",
        "plan": "Kế hoạch",
        "probability": "Khả năng đạt",
        "remaining": "Còn lại",
        "reported": "báo cáo đến {}",
        "projected": "Dự báo",
        "projected_year": "Dự báo cả năm",
        "show": "Xem",
        "stamp": "Mã tra cứu",
        "status": "Tình trạng",
        "table_legend": (
            "Cả năm, tăng trưởng và khả năng đạt là dự báo; lũy kế ghi rõ là ước tính hay"
            " chính thức."
        ),
        "step": "Bước",
        "target": "Mục tiêu",
        "task": "Nhiệm vụ",
        "to": "đến",
        "unit": "Đơn vị",
        "version": "bản",
        "year": "năm",
        "year_projected": "cả năm (dự báo)",
    },
    "en": {
        "assumptions": "Rests on",
        "actual_to_date": "Year to date",
        "all_figures": "Figures",
        "as_of": "Published up to",
        "answer": "The answer",
        "band_80": "80 % interval",
        "band_95": "95 % interval",
        "chart": "Chart",
        "deadline": "Deadline",
        "done": "Done",
        "cumulative": "Cumulative since January",
        "growth": "On last year",
        "growth_monthly": "Growth on the same month of last year",
        "kpi": "KPI",
        "last_year": "last year",
        "lead": "Who leads",
        "missing": "Missing",
        "legend_bands": "Dark band: 80 % interval; light band: 95 % interval",
        "model": "model",
        "month": "month",
        "monthly": "Month by month",
        "newer": "Newer figures have been published:",
        "language": "Language",
        "no_answer": "There is no projection yet.",
        "no_change": "Nothing changed.",
        "obstacle": "Obstacle",
        "overdue": "overdue",
        "no_plan": "There is no plan yet. Load a sample:",
        "pace": "Needed per remaining month",
        "pace_on_year": "{} on the same months of last year",
        "plan": "Plan",
        "probability": "Probability",
        "remaining": "Remaining",
        "reported": "reported up to {}",
        "projected": "Projected",
        "projected_year": "Projected year",
        "show": "Show",
        "stamp": "Code",
        "status": "Status",
        "table_legend": (
            "Year, growth and probability are projected; the year to date says whether it is"
            " an estimate."
        ),
        "step": "Step",
        "target": "Target",
        "task": "Task",
        "to": "to",
        "unit": "Unit",
        "version": "version",
        "year": "year",
        "year_projected": "full year (projected)",
    },
}


def unit_name(unit: str, lang: Lang) -> str:
    """A unit as people of the language write it; unknown units stay as they are."""
    return _UNITS_VI.get(unit.lower(), unit) if lang == "vi" else unit


def number(value: float | None, lang: Lang, decimals: int = 0) -> str:
    """1234.5 → '1.234,5' (vi) or '1,234.5' (en); '–' for None."""
    if value is None:
        return "–"
    text = f"{value:,.{decimals}f}"
    if lang == "vi":
        text = text.translate(str.maketrans(",.", ".,"))
    return text.replace("-", "−")


def chance(probability: float | None, status: str) -> str:
    """0.8312 → '83 %'; '> 99 %' and '< 1 %' unless the status says it is settled."""
    if probability is None:
        return "–"
    settled = status in ("achieved", "missed")
    if not settled and probability < 0.01:
        return "< 1 %"
    if not settled and probability > 0.99:
        return "> 99 %"
    return f"{probability * 100:.0f} %"


def signed_percent(per_cent: float | None, lang: Lang, decimals: int = 1) -> str:
    """4.25 (per cent) → '+4,3 %'."""
    if per_cent is None:
        return "–"
    sign = "+" if per_cent > 0 else ""
    return f"{sign}{number(per_cent, lang, decimals)} %"


def day_of(iso: str, lang: Lang) -> str:
    """'2021-06-30' → '30/6/2021' (vi), '30 June 2021' (en)."""
    day = date.fromisoformat(iso)
    if lang == "vi":
        return f"{day.day}/{day.month}/{day.year}"
    return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"


def month_name(month: str, lang: Lang) -> str:
    """'2021-06' → 'tháng 6/2021' (vi), 'June 2021' (en)."""
    year, number_ = int(month[:4]), int(month[5:7])
    return f"tháng {number_}/{year}" if lang == "vi" else f"{_MONTHS_EN[number_ - 1]} {year}"


def bounds(target: Mapping[str, Any], lang: Lang, decimals: int = 0) -> str:
    """A target's bounds in the KPI's unit, in words: 'từ 300.000 trở lên'."""
    lower, upper = target["lower_value"], target["upper_value"]
    if lower is not None and upper is not None:
        ends = (number(lower, lang, decimals), number(upper, lang, decimals))
        return f"{ends[0]} – {ends[1]}"
    value = lower if lower is not None else upper
    pattern = _COMPARATOR[lang].get(target["comparator"], "{}")
    return pattern.format(number(value, lang, decimals))


def plain_bounds(target: Target, unit: str, lang: Lang, decimals: int = 0) -> str:
    """A target's bounds as the plan has them: 'từ 300.000 triệu USD trở lên', '+4 – +5 %'."""
    growth = target.form == "growth"
    ends = [
        signed_percent(bound, lang) if growth else number(bound, lang, decimals)
        for bound in (target.lower, target.upper)
        if bound is not None
    ]
    shown = " – ".join(ends) + ("" if growth else f" {unit_name(unit, lang)}")
    return (
        _COMPARATOR[lang].get(target.comparator, "{}").format(shown) if len(ends) == 1 else shown
    )


_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def assigned(projection: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The target that the outer probability speaks of; None without one."""
    target = leading(projection)
    return target if target is not None and target["level"] == "assigned" else None


def leading(projection: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The assigned target of the year; of a task the one its done and remaining speak of."""
    task = projection.get("task")
    wanted = (task["level"], task["period"]) if task else ("assigned", "year")
    targets: Sequence[Mapping[str, Any]] = projection["targets"]
    for target in targets:
        if (target["level"], target["period"]) == wanted:
            return target
    return None
