"""What a projection's remarks say, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from models.target import Remark
from service.texts import Lang, chance, day_of, number

SENTENCES: Mapping[str, Mapping[Lang, str]] = {
    # what a task's probability rests on
    "pace": {
        "vi": "Nhịp làm: {done} từ {start} đến {reported}, tức {days} trên {of_days} ngày; số của "
        "kế hoạch ({plan}) nặng bằng {worth} đầu việc.",
        "en": "Pace: {done} from {start} to {reported}, {days} of {of_days} days; the plan's own "
        "number ({plan}) weighs as much as {worth} items.",
    },
    "rush": {
        "vi": "Công việc có thể dồn về cuối kỳ: nửa đầu thời gian làm được từ một phần tư đến "
        "một nửa; các lần báo cáo cho biết mức nào hợp hơn.",
        "en": "Work may bunch before the deadline: the first half of the time brings between a "
        "quarter and a half of it; the dated reports say which fits better.",
    },
    "judgement": {
        "vi": "Xuất phát từ đánh giá {probability} ({by}, {day}), nặng bằng {worth} đầu việc; từ "
        "đó đã làm thêm {since}.",
        "en": "Starts from the judgement of {probability} ({by}, {day}), which weighs as much as "
        "{worth} items; {since} done since.",
    },
    "list": {
        "vi": "Danh sách có {of}, còn {open}; mỗi mục còn lại có cùng khả năng đạt.",
        "en": "{open} of {of} on the list are open; each makes it with the same chance.",
    },
    "record": {
        "vi": "Các kỳ trước ({periods} kỳ): đạt {made} trên {planned}.",
        "en": "Earlier periods ({periods}): {made} of {planned} made it.",
    },
    "steps_judged": {
        "vi": "Số bước còn lại: {steps}. Mỗi bước theo tự đánh giá, với điều kiện các bước trước "
        "đã xong; các khả năng nhân với nhau.",
        "en": "Steps left: {steps}. Each by the planner's own judgement, the steps before it "
        "being done; the probabilities multiply.",
    },
    "judgement_shared": {
        "vi": "Đánh giá chung {probability} ({by}, {day}) chia đều cho {steps} bước còn lại khi "
        "đó; các bước độc lập với nhau.",
        "en": "The judgement of the whole, {probability} ({by}, {day}), is shared equally over "
        "the {steps} steps then open; steps are independent.",
    },
    "unreported": {
        "vi": "Sau {reported} chưa có báo cáo; phần làm thêm từ đó được ước lượng.",
        "en": "Nothing was reported after {reported}; what was done since is estimated.",
    },
    "recognised_later": {
        "vi": "Khả năng này tính đến {deadline}; kết quả có thể được công nhận sau đó.",
        "en": "The probability is for {deadline}; recognition can follow later.",
    },
    # what is missing for a probability
    "progress_missing": {
        "vi": "Chưa có báo cáo nào từ {start}: cần số đã làm, hoặc tự đánh giá khả năng.",
        "en": "Nothing was reported since {start}: report what is done, or give a judgement.",
    },
    "too_early": {
        "vi": "Mới báo cáo {days} trên {of_days} ngày: cần ít nhất một phần mười thời gian, hoặc "
        "tự đánh giá khả năng.",
        "en": "Reports cover {days} of {of_days} days: a pace needs a tenth of the time; or give "
        "a judgement.",
    },
    "count_missing": {
        "vi": "Cần số đã làm đến đúng {deadline}: báo cáo trước và sau ngày đó cho kết quả khác "
        "nhau.",
        "en": "The count of {deadline} itself is needed: the reports before and after it tell "
        "different outcomes.",
    },
    "final_missing": {
        "vi": "Đã đến hạn {deadline} nhưng còn có thể được công nhận: cần báo cáo số cuối cùng.",
        "en": "The deadline, {deadline}, is reached but recognition can follow: report the final "
        "number.",
    },
    "judgement_missing": {
        "vi": "Chưa có tự đánh giá khả năng của bước: {steps_vi}.",
        "en": "No judgement was given for: {steps_en}.",
    },
    "overdue": {
        "vi": "Quá hạn mà chưa báo xong, cần đánh giá lại: {steps_vi}.",
        "en": "Overdue and not reported done, a new judgement is needed: {steps_en}.",
    },
    "period_not_counted": {
        "vi": "Kỳ '{period}' không có ngày nào tính cho nhiệm vụ này.",
        "en": "The period '{period}' has no day that counts for this task.",
    },
    # why a target of a series has no probability
    "period_not_months": {
        "vi": "Kỳ '{period}' không gồm trọn tháng; số liệu tháng không trả lời được.",
        "en": "The period '{period}' is not whole months; monthly figures cannot tell.",
    },
    "base_unknown": {
        "vi": "Chưa biết số năm {year} để so sánh.",
        "en": "The figures of {year} to compare with are not known.",
    },
    "no_forecast": {
        "vi": "Chưa có dự báo của chỉ tiêu này.",
        "en": "There is no projection of this KPI.",
    },
}


def worded(remark: Remark) -> dict[str, str]:
    """A remark as JSON: its code, and the sentence in both languages."""
    languages: tuple[Lang, ...] = ("vi", "en")
    return {"code": remark.code, **{lang: _sentence(remark, lang) for lang in languages}}


def _sentence(remark: Remark, lang: Lang) -> str:
    values = {name: _shown(name, value, lang) for name, value in remark.values.items()}
    return SENTENCES[remark.code][lang].format(**values)


def _shown(name: str, value: str | float | date, lang: Lang) -> str:
    if isinstance(value, date):
        return day_of(value.isoformat(), lang)
    if isinstance(value, str):
        return value
    return chance(value, "on_track") if name == "probability" else number(value, lang)
