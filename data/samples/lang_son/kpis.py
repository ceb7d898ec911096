"""The KPIs of the sample family `lang-son`, and the published rows of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from data.plans.kpi import Kpi
from models.kinds import Kind
from models.reconciliation.relations import Breakdown

PROVINCE = "through the province"
CUSTOMS = "customs-declared"
SIX_MONTH_REPORT = (
    "Báo cáo 6 tháng đầu năm 2021 của Sở Công Thương, "
    "khuyencongonline.gov.vn/tin-tuc/lang-son-nhieu-nhiem-vu-trong-tam-trong-nua-cuoi-nam-2021-"
    "f9882f77_842"
)
_DEPARTMENT = "Sở Công Thương tỉnh Lạng Sơn; Cục Thống kê, Cục Hải quan"


def _kpi(
    slug: str,
    name_vi: str,
    name_en: str,
    unit: str,
    *,
    kind: Kind = "flow",
    decimals: int = 0,
    parent: str | None = None,
    scope: str | None = None,
    price_basis: str | None = None,
    dimensions: Mapping[str, str] | None = None,
) -> Kpi:
    return Kpi(
        slug=slug,
        name_vi=name_vi,
        name_en=name_en,
        unit=unit,
        kind=kind,
        decimals=decimals,
        parent=parent,
        source=_DEPARTMENT,
        price_basis=price_basis,
        scope=scope,
        dimensions=dimensions or {},
    )


def _trade(
    slug: str, name_vi: str, name_en: str, scope: str, parent: str | None = None, **of: str
) -> Kpi:
    return _kpi(
        slug,
        name_vi,
        name_en,
        "million USD",
        decimals=1,
        parent=parent,
        scope=scope,
        price_basis="current",
        dimensions=of,
    )


def _gate(slug: str, name_vi: str, name_en: str) -> Kpi:
    return _trade(
        f"turnover_{slug}",
        f"Kim ngạch xuất nhập khẩu qua {name_vi}",
        f"Exports and imports declared at {name_en}",
        CUSTOMS,
        "turnover_customs",
        gate=name_en,
    )


def _money(
    slug: str,
    name_vi: str,
    name_en: str,
    parent: str | None = None,
    price_basis: str = "current",
    scope: str | None = None,
) -> Kpi:
    return _kpi(
        slug,
        name_vi,
        name_en,
        "billion VND",
        decimals=1,
        parent=parent,
        price_basis=price_basis,
        scope=scope,
    )


def _product(slug: str, name_vi: str, name_en: str, unit: str, decimals: int = 1) -> Kpi:
    of = {"product": name_en}
    return _kpi(slug, name_vi, name_en, unit, decimals=decimals, dimensions=of)


def _task(slug: str, name_vi: str, name_en: str, unit: str, kind: Kind = "count") -> Kpi:
    return Kpi(slug, name_vi, name_en, unit, kind, source=SIX_MONTH_REPORT)


def _checklist(slug: str, name_vi: str, name_en: str, unit: str = "steps") -> Kpi:
    return _task(slug, name_vi, name_en, unit, "milestone")


_KPIS: tuple[Kpi, ...] = (
    _trade(
        "turnover",
        "Tổng kim ngạch xuất nhập khẩu qua địa bàn",
        "Exports and imports through the province",
        PROVINCE,
    ),
    _trade(
        "exports",
        "Kim ngạch xuất khẩu qua địa bàn",
        "Exports through the province",
        PROVINCE,
        "turnover",
        direction="exports",
    ),
    _trade(
        "imports",
        "Kim ngạch nhập khẩu qua địa bàn",
        "Imports through the province",
        PROVINCE,
        "turnover",
        direction="imports",
    ),
    _trade("exports_local", "Xuất khẩu hàng hóa địa phương", "Exports of local goods", "local"),
    _trade(
        "turnover_customs",
        "Kim ngạch xuất nhập khẩu làm thủ tục tại Cục Hải quan Lạng Sơn",
        "Exports and imports declared at Lạng Sơn customs",
        CUSTOMS,
    ),
    _trade(
        "exports_customs",
        "Xuất khẩu đăng ký tại Cục Hải quan Lạng Sơn",
        "Exports declared at Lạng Sơn customs",
        CUSTOMS,
        "turnover_customs",
        direction="exports",
    ),
    _trade(
        "imports_customs",
        "Nhập khẩu đăng ký tại Cục Hải quan Lạng Sơn",
        "Imports declared at Lạng Sơn customs",
        CUSTOMS,
        "turnover_customs",
        direction="imports",
    ),
    _gate("huu_nghi", "cửa khẩu Hữu Nghị và nơi khác", "Hữu Nghị and elsewhere"),
    _gate("tan_thanh", "cửa khẩu Tân Thanh", "Tân Thanh"),
    _gate("chi_ma", "cửa khẩu Chi Ma", "Chi Ma"),
    _gate("coc_nam", "cửa khẩu Cốc Nam", "Cốc Nam"),
    _gate("dong_dang", "ga Đồng Đăng", "Đồng Đăng station"),
    _money(
        "customs_revenue",
        "Thu ngân sách của Cục Hải quan Lạng Sơn",
        "State revenue collected by Lạng Sơn customs",
        scope=CUSTOMS,
    ),
    _money(
        "retail_sales_and_services",
        "Tổng mức bán lẻ hàng hóa và doanh thu dịch vụ tiêu dùng",
        "Retail sales of goods and consumer services",
    ),
    _money(
        "retail_sales_goods",
        "Doanh thu bán lẻ hàng hóa",
        "Retail sales of goods",
        "retail_sales_and_services",
    ),
    _money(
        "hospitality",
        "Doanh thu dịch vụ lưu trú, ăn uống",
        "Accommodation and catering",
        "retail_sales_and_services",
    ),
    _money(
        "other_services",
        "Doanh thu du lịch lữ hành và dịch vụ tiêu dùng khác",
        "Travel and other consumer services",
        "retail_sales_and_services",
    ),
    _kpi(
        "iip",
        "Chỉ số sản xuất công nghiệp",
        "Industrial production index",
        "%",
        kind="growth",
        decimals=1,
        price_basis="constant",
    ),
    _money(
        "industrial_output",
        "Giá trị sản xuất công nghiệp",
        "Industrial output",
        price_basis="constant 2010",
    ),
    _product("electricity_commercial", "Điện thương phẩm", "Electricity sold", "million kWh"),
    _product("electricity_generated", "Điện sản xuất", "Electricity generated", "million kWh"),
    _product("cement", "Xi măng", "Cement", "thousand tonnes"),
    _product("clinker", "Clinker", "Clinker", "thousand tonnes"),
    _product("coal", "Than", "Coal", "thousand tonnes"),
    _product("stone", "Đá các loại", "Stone", "thousand m3"),
    _product("brick", "Gạch các loại", "Bricks", "million bricks", 2),
    _product("tap_water", "Nước máy", "Tap water", "thousand m3"),
    _product("lead_ingot", "Chì thỏi", "Lead ingots", "tonnes", 0),
    _product("abrasive_powder", "Bột đá mài", "Abrasive powder", "tonnes", 0),
    _product("peeled_board", "Ván bóc và sản phẩm gỗ", "Peeled board and wood", "thousand m3", 2),
    _money(
        "budget_revenue",
        "Thu ngân sách nhà nước trên địa bàn",
        "State budget revenue in the province",
    ),
    _money(  # nobody counts it month by month: the plan has a target without a basis
        "online_retail",
        "Doanh thu bán lẻ hàng hóa qua thương mại điện tử",
        "Retail sales of goods online",
    ),
    _checklist(
        "specialised_inspections",
        "Số cuộc kiểm tra chuyên ngành",
        "Specialised inspections",
        "inspections",
    ),
    _task(
        "administrative_inspections",
        "Số cuộc thanh tra hành chính",
        "Administrative inspections",
        "inspections",
    ),
    _task("units_inspected", "Số đơn vị được thanh tra, kiểm tra", "Units inspected", "units"),
    _checklist(
        "communes_electricity",
        "Số xã đạt tiêu chí số 4 (điện) trong 10 xã phấn đấu đạt chuẩn nông thôn mới",
        "Communes with criterion 4 (electricity), of ten towards the new-rural standard",
        "communes",
    ),
    _checklist(
        "communes_trade",
        "Số xã đạt tiêu chí số 7 (cơ sở hạ tầng thương mại nông thôn) trong 10 xã phấn đấu",
        "Communes with criterion 7 (rural trade infrastructure), of the same ten",
        "communes",
    ),
    _checklist("ban_nhung", "Dự án thủy điện Bản Nhùng", "Hydropower project Bản Nhùng"),
    _checklist("ban_lai", "Dự án thủy điện Bản Lải", "Hydropower project Bản Lải"),
    _checklist(
        "wind_dossier",
        "Hồ sơ bổ sung quy hoạch điện gió",
        "Dossier to add wind power to the power plan",
    ),
    _checklist(
        "waste_to_energy_dossier",
        "Hồ sơ bổ sung quy hoạch điện rác",
        "Dossier to add waste-to-energy power to the power plan",
    ),
    replace(
        _task("difficulties", "Khó khăn của doanh nghiệp", "Difficulties of firms", "", "log"),
        dimensions={"field": "proposals"},
    ),
    _task(
        "price_stability",
        "Bình ổn giá, cung ứng hàng hóa thiết yếu",
        "Price stability and supply of essential goods",
        "",
        "log",
    ),
)

_GATES = tuple(kpi.slug for kpi in _KPIS if "gate" in kpi.dimensions)
_PRINTED_PARTS: Mapping[str, tuple[Breakdown, ...]] = {
    "turnover": (("exports", "imports"),),
    "turnover_customs": (("exports_customs", "imports_customs"), _GATES),
    "retail_sales_and_services": (("retail_sales_goods", "hospitality", "other_services"),),
}
_CONTAINS: Mapping[str, tuple[Breakdown, ...]] = {  # through the province ⊇ customs-declared
    "turnover": (("turnover_customs",),),
    "exports": (("exports_customs",),),
    "imports": (("imports_customs",),),
}
KPIS: tuple[Kpi, ...] = tuple(
    replace(
        kpi,
        printed_parts=_PRINTED_PARTS.get(kpi.slug, ()),
        contains=_CONTAINS.get(kpi.slug, ()),
    )
    for kpi in _KPIS
)

ROWS: dict[str, str] = {  # the table of published figures → KPI
    "xnk_total": "turnover",
    "xnk_total_growth": "turnover",
    "export_total": "exports",
    "export_total_growth": "exports",
    "import_total": "imports",
    "export_local": "exports_local",
    "xnk_total_customs": "turnover_customs",
    "export_customs": "exports_customs",
    "import_customs": "imports_customs",
    "xnk_tanthanh_customs": "turnover_tan_thanh",
    "xnk_dongdang_station": "turnover_dong_dang",
    "customs_revenue": "customs_revenue",
    "retail_total": "retail_sales_and_services",
    "retail_goods": "retail_sales_goods",
    "hospitality_revenue": "hospitality",
    "iip_growth": "iip",
    "industrial_output_2010p": "industrial_output",
    "electricity_commercial": "electricity_commercial",
    "electricity_generated": "electricity_generated",
    "cement": "cement",
    "clinker": "clinker",
    "coal": "coal",
    "stone": "stone",
    "brick": "brick",
    "tap_water": "tap_water",
    "lead_ingot": "lead_ingot",
    "abrasive_powder": "abrasive_powder",
    "peeled_board": "peeled_board",
    "budget_revenue_total": "budget_revenue",
}
