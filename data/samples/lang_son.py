"""The KPIs of the sample family `lang-son`, and the published rows of each."""

from __future__ import annotations

from collections.abc import Mapping

from data.plans.kpi import Kpi
from models.kinds import Kind

PROVINCE = "through the province"
CUSTOMS = "customs-declared"
_STATISTICS = "Statistics office and People's Committee of Lạng Sơn, press; see SOURCE.md"


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
    indicator: str | None = None,
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
        source=_STATISTICS,
        price_basis=price_basis,
        scope=scope,
        dimensions=dimensions or {},
        indicator=indicator,
        demonstration=True,
    )


def _trade(
    slug: str,
    name_vi: str,
    name_en: str,
    scope: str,
    indicator: str | None,
    parent: str | None = None,
    gate: str = "",
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
        indicator=indicator,
        dimensions={"gate": gate} if gate else None,
    )


def _product(
    slug: str, name_vi: str, name_en: str, unit: str, indicator: str | None = None
) -> Kpi:
    return _kpi(slug, name_vi, name_en, unit, indicator=indicator, dimensions={"product": name_en})


def _task(slug: str, name_vi: str, name_en: str, unit: str, kind: Kind = "count") -> Kpi:
    return Kpi(slug, name_vi, name_en, unit, kind, source=SIX_MONTH_REPORT)


SIX_MONTH_REPORT = "Six-month report of the Department of Industry and Trade, 2021"

KPIS: tuple[Kpi, ...] = (
    _trade(
        "turnover",
        "Tổng kim ngạch xuất nhập khẩu qua địa bàn",
        "Exports and imports through the province",
        PROVINCE,
        "vietnam/turnover",
    ),
    _trade(
        "exports",
        "Kim ngạch xuất khẩu qua địa bàn",
        "Exports through the province",
        PROVINCE,
        "turnover",
        "turnover",
    ),
    _trade(
        "imports",
        "Kim ngạch nhập khẩu qua địa bàn",
        "Imports through the province",
        PROVINCE,
        "turnover - exports",
        "turnover",
    ),
    _trade(
        "exports_local",
        "Xuất khẩu hàng hóa địa phương",
        "Exports of local goods",
        "local",
        "vietnam/exports",
    ),
    _trade(
        "turnover_customs",
        "Kim ngạch xuất nhập khẩu làm thủ tục tại Cục Hải quan Lạng Sơn",
        "Exports and imports declared at Lạng Sơn customs",
        CUSTOMS,
        "vietnam/turnover",
    ),
    _trade(
        "exports_customs",
        "Xuất khẩu đăng ký tại Cục Hải quan Lạng Sơn",
        "Exports declared at Lạng Sơn customs",
        CUSTOMS,
        None,
        "turnover_customs",
    ),
    _trade(
        "imports_customs",
        "Nhập khẩu đăng ký tại Cục Hải quan Lạng Sơn",
        "Imports declared at Lạng Sơn customs",
        CUSTOMS,
        None,
        "turnover_customs",
    ),
    _trade(
        "turnover_tan_thanh",
        "Kim ngạch xuất nhập khẩu tại Chi cục Hải quan Tân Thanh",
        "Exports and imports declared at Tân Thanh",
        CUSTOMS,
        "turnover_customs",
        "turnover_customs",
        gate="Tân Thanh",
    ),
    _trade(
        "turnover_dong_dang",
        "Kim ngạch xuất nhập khẩu qua ga Đồng Đăng",
        "Exports and imports through Đồng Đăng station",
        CUSTOMS,
        None,
        "turnover_customs",
        gate="Đồng Đăng station",
    ),
    _kpi(
        "customs_revenue",
        "Thu ngân sách của Cục Hải quan Lạng Sơn",
        "State revenue collected by Lạng Sơn customs",
        "billion VND",
        decimals=1,
        scope=CUSTOMS,
        price_basis="current",
        indicator="turnover_customs",
    ),
    _kpi(
        "retail_sales_and_services",
        "Tổng mức bán lẻ hàng hóa và doanh thu dịch vụ tiêu dùng",
        "Retail sales of goods and consumer services",
        "billion VND",
        decimals=1,
        price_basis="current",
        indicator="vietnam/retail_sales_and_services",
    ),
    _kpi(
        "retail_sales_goods",
        "Tổng mức bán lẻ hàng hóa",
        "Retail sales of goods",
        "billion VND",
        decimals=1,
        parent="retail_sales_and_services",
        price_basis="current",
        indicator="vietnam/retail_sales_goods",
    ),
    _kpi(
        "hospitality",
        "Doanh thu dịch vụ lưu trú, ăn uống",
        "Accommodation and catering",
        "billion VND",
        decimals=1,
        parent="retail_sales_and_services",
        price_basis="current",
        indicator="vietnam/retail_sales_and_services",
    ),
    _kpi(
        "iip",
        "Chỉ số sản xuất công nghiệp",
        "Industrial production index",
        "%",
        kind="growth",
        decimals=1,
        price_basis="constant",
        indicator="vietnam/iip",
    ),
    _kpi(
        "industrial_output",
        "Giá trị sản xuất công nghiệp",
        "Industrial output",
        "billion VND",
        decimals=1,
        price_basis="constant 2010",
        indicator="vietnam/iip",
    ),
    _product(
        "electricity_commercial",
        "Điện thương phẩm",
        "Electricity sold",
        "million kWh",
        "vietnam/electricity",
    ),
    _product(
        "electricity_generated",
        "Điện sản xuất",
        "Electricity generated",
        "million kWh",
        "vietnam/electricity",
    ),
    _product("cement", "Xi măng", "Cement", "thousand tonnes", "vietnam/cement"),
    _product("clinker", "Clinker", "Clinker", "thousand tonnes", "vietnam/cement"),
    _product("coal", "Than", "Coal", "thousand tonnes", "vietnam/coal"),
    _product("stone", "Đá các loại", "Stone", "thousand m3"),
    _product("brick", "Gạch các loại", "Bricks", "million bricks"),
    _product("tap_water", "Nước máy", "Tap water", "thousand m3", "vietnam/water"),
    _product("lead_ingot", "Chì thỏi", "Lead ingots", "tonnes"),
    _product("abrasive_powder", "Bột đá mài", "Abrasive powder", "tonnes"),
    _product("peeled_board", "Ván bóc và sản phẩm gỗ", "Peeled board and wood", "thousand m3"),
    _kpi(
        "budget_revenue",
        "Thu ngân sách nhà nước trên địa bàn",
        "State budget revenue in the province",
        "billion VND",
        decimals=1,
        price_basis="current",
    ),
    _kpi(
        "grdp",
        "Tăng trưởng GRDP",
        "Growth of the gross regional product",
        "%",
        kind="growth",
        decimals=2,
        price_basis="constant",
    ),
    _task(
        "specialised_inspections",
        "Cuộc kiểm tra chuyên ngành",
        "Specialised inspections",
        "inspections",
    ),
    _task(
        "administrative_inspections",
        "Cuộc thanh tra hành chính",
        "Administrative inspections",
        "inspections",
    ),
    _task("units_inspected", "Đơn vị được thanh tra, kiểm tra", "Units inspected", "units"),
    _task(
        "new_rural_communes",
        "Xã phấn đấu đạt chuẩn nông thôn mới",
        "Communes towards the new-rural standard",
        "communes",
    ),
    _task(
        "hydropower",
        "Dự án thủy điện Bản Nhùng, Bản Lải",
        "Hydropower projects Bản Nhùng and Bản Lải",
        "steps",
        "milestone",
    ),
    _task(
        "power_plan_dossiers",
        "Hồ sơ bổ sung quy hoạch điện: điện gió, điện rác",
        "Dossiers for the power plan: wind, waste-to-energy",
        "steps",
        "milestone",
    ),
    _task(
        "price_stability",
        "Bình ổn giá, cung ứng hàng hóa thiết yếu",
        "Price stability and supply of essential goods",
        "",
        "log",
    ),
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
    "grdp_growth": "grdp",
}
