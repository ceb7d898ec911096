"""The tasks of the six-month report.

The report names the subjects of the inspections, the number of communes, the two
hydropower projects and the two dossiers. The steps are illustrative, and so are the
reports about them in `lang-son-2021/reports.yaml`; no deadline is added where the report
gives none.
"""

from __future__ import annotations

from models.targets.task import Step, Task

_INSPECTIONS = (
    Step("chemicals_1", "Hóa chất: cơ sở kinh doanh", "Chemicals: traders"),
    Step("explosives_1", "Vật liệu nổ công nghiệp: mỏ đá", "Industrial explosives: quarries"),
    Step("hydropower", "Thủy điện: an toàn đập mùa mưa", "Hydropower: dams in the rains"),
    Step("tobacco", "Trồng cây thuốc lá", "Tobacco growing"),
    Step("food_1", "An toàn thực phẩm: trước Trung thu", "Food safety: before mid-autumn"),
    Step("chemicals_2", "Hóa chất: cơ sở sản xuất", "Chemicals: producers"),
    Step("explosives_2", "Vật liệu nổ công nghiệp: kho", "Industrial explosives: stores"),
    Step("food_2", "An toàn thực phẩm: trước Tết", "Food safety: before Tết"),
)
_COMMUNES = tuple(  # the report gives their number, not their names
    Step(f"commune_{number}", f"Xã thứ {number}", f"Commune {number}") for number in range(1, 11)
)
_PROJECTS = (
    (
        "ban_nhung",
        Step("site", "Giải phóng mặt bằng", "Land clearance"),
        Step("dam", "Thi công đập, kênh", "Dam and canal"),
        Step("machines", "Lắp đặt tổ máy", "Turbines"),
        Step("grid", "Đấu nối lưới điện", "Connection to the grid"),
    ),
    (
        "ban_lai",
        Step("design", "Thẩm định thiết kế", "Design appraised"),
        Step("site", "Giải phóng mặt bằng", "Land clearance"),
        Step("works", "Thi công nhà máy", "Power house"),
    ),
    (
        "wind_dossier",
        Step("survey", "Đo gió, khảo sát", "Wind measured"),
        Step("opinion", "Lấy ý kiến sở, ngành, huyện", "Opinions of departments, districts"),
        Step("submitted", "UBND tỉnh trình Bộ Công Thương", "Submitted to the Ministry"),
        Step("added", "Được bổ sung quy hoạch", "Added to the power plan"),
    ),
    (
        "waste_to_energy_dossier",
        Step("site", "Thống nhất địa điểm", "Site agreed"),
        Step("opinion", "Lấy ý kiến sở, ngành", "Opinions of departments"),
        Step("submitted", "UBND tỉnh trình Bộ Công Thương", "Submitted to the Ministry"),
    ),
)

TASKS: tuple[tuple[str, Task], ...] = (
    ("specialised_inspections", Task(steps=_INSPECTIONS)),
    ("administrative_inspections", Task()),
    ("units_inspected", Task(of=40)),
    (
        "communes_electricity",
        Task(steps=_COMMUNES, part="tiêu chí số 4 (điện)", recognised_later=True),
    ),
    (
        "communes_trade",
        Task(
            steps=_COMMUNES,
            part="tiêu chí số 7 (cơ sở hạ tầng thương mại nông thôn)",
            recognised_later=True,
        ),
    ),
    *((slug, Task(steps=tuple(steps))) for slug, *steps in _PROJECTS),
)
