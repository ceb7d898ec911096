"""The fields of a plan document, in both languages.

The same list defines the XLSX sheets (headings, widths, drop-down lists) and the YAML
keys, for writing and reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.words import (
    COMPARATORS,
    DIRECTIONS,
    FLAGS,
    KINDS,
    LEVELS,
    ROLES,
    TARGET_FORMS,
    Vocabulary,
)


@dataclass(frozen=True)
class Field:
    """One field: its name in YAML, its headings, and what it accepts.

    `words` are offered as a drop-down list; `width` is that of the column in
    characters; `help_vi` explains it on the guide sheet.
    """

    name: str
    vi: str
    en: str
    help_vi: str = ""
    width: int = 16
    words: Vocabulary | None = None
    required: bool = False

    @property
    def heading(self) -> str:
        return f"{self.vi} ({self.en})"

    def is_named(self, text: str) -> bool:
        """Whether a heading, in either language or both, means this field."""
        wanted = {fold(word) for word in (self.heading, self.vi, self.en, self.name)}
        return fold(text) in wanted


PLAN_FIELDS = (
    Field("plan", "Mã kế hoạch", "Plan", "kết thúc bằng năm: lang-son-2021", required=True),
    Field("body", "Cơ quan", "Body", "cơ quan giao kế hoạch", required=True),
    Field("name_vi", "Tên tiếng Việt", "Vietnamese name", required=True),
    Field("name_en", "Tên tiếng Anh", "English name"),
    Field("label", "Nhãn", "Label", "hiện ở mọi nơi có kế hoạch, ví dụ: khôi phục"),
    Field("note", "Ghi chú", "Note"),
    Field("on_track", "Nhiều khả năng đạt từ", "On track from", "khả năng đạt; mặc định 0,8"),
    Field("at_risk", "Có nguy cơ từ", "At risk from", "thấp hơn là khó đạt; mặc định 0,4"),
    Field("behind", "Chậm tiến độ từ", "Behind from", "điểm phần trăm; mặc định 5"),
)

KPI_FIELDS = (
    Field("slug", "Mã chỉ tiêu", "KPI", "chữ thường không dấu: exports", 24, required=True),
    Field("name_vi", "Tên tiếng Việt", "Vietnamese name", "", 36, required=True),
    Field("name_en", "Tên tiếng Anh", "English name", "", 36),
    Field("unit", "Đơn vị", "Unit", "million USD, tỷ đồng…; nhật ký: để trống", 18, required=True),
    Field("kind", "Cách tính năm", "Kind", "năm được tính từ các tháng thế nào", 22, KINDS),
    Field("direction", "Chiều", "Direction", "cao hay thấp là tốt", 22, DIRECTIONS),
    Field("decimals", "Số lẻ", "Decimals", "số chữ số thập phân khi in", 10),
    Field("parent", "Chỉ tiêu cha", "Parent", "mã chỉ tiêu", 18),
    Field("parts", "Là tổng của", "Parts", "mỗi mã một dòng; không có số liệu riêng", 20),
    Field(
        "printed_parts",
        "Gồm các phần",
        "Printed parts",
        "mỗi mã một dòng; cộng lại đúng bằng chỉ tiêu, cả hai đều có số liệu riêng. Nhiều cách "
        "chia: mỗi cách một dòng, ví dụ xuat_khau + nhap_khau",
        20,
    ),
    Field(
        "contains",
        "Bao trùm",
        "Contains",
        "mỗi mã một dòng; chỉ tiêu không bao giờ nhỏ hơn chúng, ví dụ phạm vi rộng hơn. Các phần "
        "không trùng nhau, chưa đủ: một dòng, ví dụ cua_khau_a + cua_khau_b",
        20,
    ),
    Field("numerator", "Tử số", "Numerator", "cho tỷ số: mã chỉ tiêu", 18),
    Field("denominator", "Mẫu số", "Denominator", "cho tỷ số: mã chỉ tiêu", 18),
    Field("index", "Chỉ số kèm theo", "Index", "cho nhật ký (không có đơn vị): mã chỉ tiêu", 18),
    Field("price_basis", "Giá", "Price basis", "hiện hành (current), so sánh 2010…", 16),
    Field("scope", "Phạm vi", "Scope", "cả nước, qua địa bàn tỉnh…", 18),
    Field("dimensions", "Phân tổ", "Dimensions", "mỗi dòng một cái, ví dụ product: xi măng", 24),
    Field("source", "Nguồn số liệu", "Source", "", 30),
    Field("indicator", "Chỉ tiêu tham chiếu", "Indicator", "biến động giống chỉ tiêu này", 24),
)

OBSOLETE = (  # of documents written before; read without effect
    "demonstration",
    "minh hoa",
    "minh hoa (demonstration)",
)

VERSION_FIELDS = (
    Field("number", "Phiên bản", "Version", "1, 2, 3…", 12, required=True),
    Field("adopted", "Ngày ban hành", "Adopted", "29/06/2021", 18, required=True),
    Field("document", "Văn bản", "Document", "số, ngày, cơ quan ban hành", 50, required=True),
    Field("note", "Ghi chú", "Note", "", 50),
)

TARGET_FIELDS = (
    Field("version", "Phiên bản", "Version", "phiên bản chứa mục tiêu", 12, required=True),
    Field("kpi", "Mã chỉ tiêu", "KPI", "", 24, required=True),
    Field("comparator", "So sánh", "Comparator", "", 24, COMPARATORS, required=True),
    Field("lower", "Cận dưới", "Lower", "mức tối thiểu, theo đơn vị của chỉ tiêu hoặc %", 14),
    Field("upper", "Cận trên", "Upper", "mức tối đa", 14),
    Field("form", "Dạng", "Form", "mức tuyệt đối, hoặc % tăng so với năm trước", 24, TARGET_FORMS),
    Field("level", "Mức giao", "Level", "", 22, LEVELS),
    Field("period", "Kỳ", "Period", "để trống: cả năm; quý I, 6 tháng đầu năm, 30/9/2021…", 20),
    Field("owner", "Đơn vị phụ trách", "Owner", "", 28),
    Field("role", "Vai trò", "Role", "", 22, ROLES),
    Field("basis", "Căn cứ tính", "Basis", "mức này được tính ra thế nào", 40),
    Field("source", "Nguồn", "Source", "mục tiêu được công bố ở đâu", 40),
)

TASK_FIELDS = (
    Field("version", "Phiên bản", "Version", "phiên bản có nhiệm vụ này", 12, required=True),
    Field("kpi", "Mã chỉ tiêu", "KPI", "loại đếm hoặc mốc việc", 24, required=True),
    Field("starts", "Tính từ ngày", "Starts", "để trống: đầu kỳ của mục tiêu", 16),
    Field("due", "Hạn", "Due", "chỉ ghi khi văn bản có; để trống: cuối kỳ", 16),
    Field("of", "Trong số", "Of", "danh sách đóng có bao nhiêu, nếu có", 12),
    Field("part", "Phần việc của mình", "Part", "khi đơn vị khác chủ trì", 36),
    Field("obstacle", "Vướng mắc", "Obstacle", "", 36),
    Field("judgement", "Tự đánh giá khả năng", "Judgement", "giữa 0 và 1, ví dụ 0,7", 14),
    Field(
        "recognised_later",
        "Công nhận sau kỳ",
        "Recognised later",
        "có: kết quả có thể được công nhận sau khi hết kỳ",
        16,
        FLAGS,
    ),
)

STEP_FIELDS = (
    Field("version", "Phiên bản", "Version", "", 12, required=True),
    Field("kpi", "Mã chỉ tiêu", "KPI", "nhiệm vụ có bước này", 24, required=True),
    Field("step", "Mã bước", "Step", "chữ thường không dấu: tham_dinh", 20, required=True),
    Field("name_vi", "Tên tiếng Việt", "Vietnamese name", "", 44, required=True),
    Field("name_en", "Tên tiếng Anh", "English name", "", 44),
    Field("due", "Hạn", "Due", "chỉ ghi khi văn bản có", 16),
    Field("judgement", "Tự đánh giá khả năng", "Judgement", "giữa 0 và 1, xong đúng hạn", 14),
)

ROW_FIELDS = (
    Field("kpi", "Mã chỉ tiêu", "KPI", "", 24, required=True),
    Field("table", "Bảng", "Table", "", 14, required=True),
    Field("names", "Tên dòng", "Row names", "mỗi cách viết một dòng", 40, required=True),
    Field("quantity", "Trị giá hay lượng", "Quantity", "value, qty; để trống nếu chỉ có một", 20),
    Field("occurrence", "Lần xuất hiện", "Occurrence", "1 nếu tên chỉ có một lần", 14),
)


@dataclass(frozen=True)
class Sheet:
    """One sheet of the XLSX document and the list it holds."""

    name: str
    vi: str
    en: str
    fields: tuple[Field, ...]

    @property
    def title(self) -> str:
        return f"{self.vi} ({self.en})"

    def is_titled(self, text: str) -> bool:
        return fold(text) in {fold(word) for word in (self.title, self.vi, self.en)}


SHEETS: Mapping[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet("plan", "Kế hoạch", "Plan", PLAN_FIELDS),
        Sheet("kpis", "Chỉ tiêu", "KPIs", KPI_FIELDS),
        Sheet("versions", "Phiên bản", "Versions", VERSION_FIELDS),
        Sheet("targets", "Mục tiêu", "Targets", TARGET_FIELDS),
        Sheet("tasks", "Nhiệm vụ", "Tasks", TASK_FIELDS),
        Sheet("steps", "Các bước", "Steps", STEP_FIELDS),
        Sheet("rows", "Dòng nguồn", "Source rows", ROW_FIELDS),
    )
}
GUIDE_TITLE = "Hướng dẫn (Guide)"

PERIODS: Vocabulary = {
    "year": ("cả năm", "năm", "full year"),
    "Q1": ("quý I", "quý 1", "first quarter"),
    "Q2": ("quý II", "quý 2", "second quarter"),
    "Q3": ("quý III", "quý 3", "third quarter"),
    "Q4": ("quý IV", "quý 4", "fourth quarter"),
    "H1": ("6 tháng đầu năm", "6 tháng", "nửa đầu năm", "6M", "half-year", "six months"),
    "H2": ("6 tháng cuối năm", "nửa cuối năm", "second half"),
    "9M": ("9 tháng", "9 tháng đầu năm", "nine months"),
    "remaining half": ("6 tháng còn lại", "nửa năm còn lại"),
}
TABLES = ("exports", "imports", "products", "retail", "iip", "investment")
