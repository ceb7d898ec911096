"""The KPIs of the sample family `vietnam`, with their rows in the monthly annex.

Row names are accent-folded, one per spelling used since 2013; the English names are
from the only English annex (September 2020).
"""

from __future__ import annotations

from data.plans.kpi import Kpi, RowSelector
from data.readers.spreadsheet.cells import fold

_OFFICE = "Tổng cục Thống kê, biểu số liệu hằng tháng"
_TRADE = {"exports": "xuất khẩu hàng hóa", "imports": "nhập khẩu hàng hóa"}


def _rows(table: str, quantity: str, names: tuple[str, ...]) -> tuple[RowSelector, ...]:
    return (RowSelector(table, tuple(fold(name) for name in names), quantity),)


def _trade(
    slug: str,
    name_vi: str,
    name_en: str,
    table: str,
    *names: str,
    ownership: str = "",
    printed_parts: tuple[str, ...] = (),
) -> Kpi:
    return Kpi(
        slug=slug,
        name_vi=name_vi,
        name_en=name_en,
        unit="million USD",
        parent=table if ownership else "turnover",
        source=f"{_OFFICE}: {_TRADE[table]}",
        price_basis="current",
        scope="national",
        dimensions={"ownership": ownership} if ownership else {},
        rows=_rows(table, "value", names),
        printed_parts=(printed_parts,) if printed_parts else (),
    )


def _retail(slug: str, name_vi: str, name_en: str, parent: str | None, *names: str) -> Kpi:
    return Kpi(
        slug=slug,
        name_vi=name_vi,
        name_en=name_en,
        unit="billion VND",
        parent=parent,
        source=f"{_OFFICE}: tổng mức bán lẻ",
        price_basis="current",
        scope="national",
        rows=_rows("retail", "", names),
    )


def _index(slug: str, name_vi: str, name_en: str, sector: str, *names: str) -> Kpi:
    return Kpi(
        slug=slug,
        name_vi=name_vi,
        name_en=name_en,
        unit="%",
        kind="growth",
        decimals=1,
        parent=None if slug == "iip" else "iip",
        source=f"{_OFFICE}: chỉ số sản xuất công nghiệp",
        price_basis="constant",
        scope="national",
        dimensions={"sector": sector},
        rows=_rows("iip", "", names),
    )


def _product(
    slug: str, name_vi: str, name_en: str, unit: str, *names: str, decimals: int = 0
) -> Kpi:
    return Kpi(
        slug=slug,
        name_vi=name_vi,
        name_en=name_en,
        unit=unit,
        decimals=decimals,
        source=f"{_OFFICE}: sản phẩm công nghiệp chủ yếu",
        scope="national",
        dimensions={"product": name_en},
        rows=_rows("products", "", (name_vi, *names)),
    )


_INVESTMENT_VI = "Vốn đầu tư thực hiện từ nguồn ngân sách nhà nước"


def _investment(slug: str, body_vi: str, body_en: str, scope: str, *names: str) -> Kpi:
    return Kpi(
        slug=f"investment_{slug}",
        name_vi=" của ".join(filter(None, (_INVESTMENT_VI, body_vi))),
        name_en=f"State-budget investment: {body_en}",
        unit="billion VND",
        decimals=1,
        parent=None if slug == "total" else "investment_total",
        source=f"{_OFFICE}: vốn đầu tư từ ngân sách nhà nước",
        price_basis="current",
        scope=scope,
        rows=_rows("investment", "", names),
    )


_THOUSAND_TONNES = "thousand tonnes"

KPIS: tuple[Kpi, ...] = (
    _trade(
        "exports",
        "Xuất khẩu hàng hóa",
        "Exports of goods",
        "exports",
        "Tổng trị giá",
        "Tổng trị giá(*)",
        "Tổng trị giá (*)",
        "Total",
        "Total value",
        printed_parts=("exports_domestic", "exports_foreign_invested"),
    ),
    _trade(
        "exports_domestic",
        "Xuất khẩu của khu vực kinh tế trong nước",
        "Exports of the domestic sector",
        "exports",
        "Khu vực kinh tế trong nước",
        "Domestic economic sector",
        ownership="domestic",
    ),
    _trade(
        "exports_foreign_invested",
        "Xuất khẩu của khu vực có vốn đầu tư nước ngoài",
        "Exports of the foreign-invested sector",
        "exports",
        "Khu vực có vốn đầu tư NN",
        "Khu vực có vốn đầu tư nước ngoài",
        "FDI sector",
        ownership="foreign-invested",
    ),
    _trade(
        "imports",
        "Nhập khẩu hàng hóa",
        "Imports of goods",
        "imports",
        "Tổng trị giá",
        "Tổng trị giá(*)",
        "Tổng trị giá (*)",
        "Total",
        "Total value",
    ),
    Kpi(
        slug="turnover",
        name_vi="Tổng kim ngạch xuất nhập khẩu",
        name_en="Exports and imports of goods",
        unit="million USD",
        source=f"{_OFFICE}: xuất khẩu, nhập khẩu hàng hóa",
        price_basis="current",
        scope="national",
        parts=("exports", "imports"),
    ),
    _retail(
        "retail_sales_and_services",
        "Tổng mức bán lẻ hàng hóa và doanh thu dịch vụ tiêu dùng",
        "Retail sales of goods and consumer services",
        None,
        "Tổng số",
        "Total",
    ),
    _retail(
        "retail_sales_goods",
        "Bán lẻ hàng hóa",
        "Retail sales of goods",
        "retail_sales_and_services",
        "Bán lẻ hàng hóa",
        "Thương nghiệp",  # until April 2014
        "Retail sale",
    ),
    _index(
        "iip",
        "Chỉ số sản xuất công nghiệp",
        "Industrial production index",
        "whole industry",
        "Toàn ngành công nghiệp",
        "Toàn quốc",  # January and February 2013
        "Whole industry",
    ),
    _index(
        "iip_manufacturing",
        "Chỉ số sản xuất công nghiệp chế biến, chế tạo",
        "Industrial production index of manufacturing",
        "manufacturing",
        "Công nghiệp chế biến, chế tạo",
        "Công nghiệp chế biến , chế tạo",
        "Manufacturing",
    ),
    _index(
        "iip_mining",
        "Chỉ số sản xuất công nghiệp khai khoáng",
        "Industrial production index of mining",
        "mining and quarrying",
        "Khai khoáng",
        "Mining and quarying",
    ),
    _product("coal", "Than đá (than sạch)", "Coal", _THOUSAND_TONNES, "Coal (pure)"),
    _product(
        "crude_oil",
        "Dầu mỏ thô khai thác",
        "Crude oil",
        _THOUSAND_TONNES,
        "Dầu mỏ thô khai thác trong nước",
        "Extracted crude oil",
    ),
    _product(
        "natural_gas",
        "Khí đốt thiên nhiên dạng khí",
        "Natural gas",
        "million m3",
        "Natural gas (in the form of air)",
    ),
    _product(
        "lpg",
        "Khí hóa lỏng (LPG)",
        "Liquefied petroleum gas",
        _THOUSAND_TONNES,
        "Liquidized gas (LPG)",
        decimals=1,
    ),
    _product(
        "electricity",
        "Điện sản xuất",
        "Electricity generated",
        "billion kWh",
        "Generated electricity",
        decimals=2,
    ),
    _product("water", "Nước máy thương phẩm", "Tap water", "million m3", "Running water"),
    _product("cement", "Xi măng", "Cement", "million tonnes", "Cement", decimals=2),
    _product(
        "steel_crude",
        "Sắt, thép thô",
        "Crude iron and steel",
        _THOUSAND_TONNES,
        "Crude steel, iron",
    ),
    _product("steel_rolled", "Thép cán", "Rolled steel", _THOUSAND_TONNES, "Laminated steel"),
    _product(
        "steel_bars",
        "Thép thanh, thép góc",
        "Steel bars and angles",
        _THOUSAND_TONNES,
        "Steel bars and corners",
    ),
    _product(
        "fertiliser_urea",
        "Phân U rê",
        "Urea fertiliser",
        _THOUSAND_TONNES,
        "Phân Urê",
        "Urea fertilizer",
        decimals=1,
    ),
    _product(
        "fertiliser_npk",
        "Phân hỗn hợp N.P.K",
        "NPK fertiliser",
        _THOUSAND_TONNES,
        "Phân hỗn hợp (N, P, K)",
        "N.P.K mixed fertilizer",
        decimals=1,
    ),
    _product("milk_fresh", "Sữa tươi", "Fresh milk", "million litres", "Fresh milk", decimals=1),
    _product("milk_powder", "Sữa bột", "Milk powder", _THOUSAND_TONNES, "Powder milk", decimals=1),
    _product("beer", "Bia", "Beer", "million litres", "Bia các loại", "Beer", decimals=1),
    _product(
        "garments", "Quần áo mặc thường", "Garments", "million pieces", "Clothes", decimals=1
    ),
    _product(
        "footwear",
        "Giày, dép da",
        "Leather footwear",
        "million pairs",
        "Giày, dép, ủng bằng da giả cho người lớn",  # until August 2014
        "Leather footgear",
        decimals=1,
    ),
    _product(
        "phones",
        "Điện thoại di động",
        "Mobile phones",
        "million pieces",
        "Mobile phone",
        decimals=1,
    ),
    _product(
        "televisions",
        "Ti vi",
        "Televisions",
        "thousand pieces",
        "Tivi",
        "Tivi các loại",
        "Ti vi các loại",
        "Television",
    ),
    _product("cars", "Ô tô", "Cars", "thousand pieces", "Automobile", decimals=1),
    _product("motorcycles", "Xe máy", "Motorcycles", "thousand pieces", "Motorbike", decimals=1),
    _investment("total", "", "total", "national", "Tổng số", "Total"),
    _investment(
        "moit",
        "Bộ Công Thương",
        "Ministry of Industry and Trade",
        "Ministry of Industry and Trade",
        "Bộ Công Thương",
        "Ministry of Industry & Trade",
    ),
    _investment("ha_noi", "Hà Nội", "Hà Nội", "Hà Nội", "Hà Nội"),
    _investment(
        "ho_chi_minh_city",
        "TP. Hồ Chí Minh",
        "Hồ Chí Minh City",
        "Hồ Chí Minh City",
        "TP. Hồ Chí Minh",
        "Ho Chi Minh city",
    ),
    _investment("quang_ninh", "Quảng Ninh", "Quảng Ninh", "Quảng Ninh", "Quảng Ninh"),
    _investment("thanh_hoa", "Thanh Hóa", "Thanh Hóa", "Thanh Hóa", "Thanh Hóa"),
    _investment("nghe_an", "Nghệ An", "Nghệ An", "Nghệ An", "Nghệ An"),
)
