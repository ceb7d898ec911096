"""The blank plan document as YAML, with an example in comments."""

from models.kinds import TRAITS

_TEMPLATE = """\
# Kế hoạch năm / annual plan. Điền vào, rồi: vedich plan import FILE.yaml
# Dòng bắt đầu bằng # là giải thích. Lines that start with # explain.

plan:            # mã kế hoạch, kết thúc bằng năm / slug ending in the year: lang-son-2021
body:            # cơ quan giao kế hoạch / the body whose plan it is
name:
  vi:            # tên kế hoạch
  en:            # may be left out

kpis: []
# kpis:
#   - slug: exports                 # chữ thường không dấu / lower case, no accents
#     name: {vi: Xuất khẩu qua địa bàn, en: Exports through the province}
#     unit: million USD
#     kind: flow                    # {kinds}
#     scope: through the province   # phạm vi (may be left out)
#   - slug: imports
#     name: {vi: Nhập khẩu qua địa bàn, en: Imports through the province}
#     unit: million USD
#   - slug: turnover
#     name: {vi: Tổng kim ngạch, en: Turnover}
#     unit: million USD
#     parts: [exports, imports]     # là tổng của / the sum of; has no figures of its own
#   # printed_parts: [a, b]         # gồm a và b, đều có số liệu / the sum of a and b, all printed
#   # printed_parts: [a + b, x + y] # nhiều cách chia / several breakdowns: a + b, and also x + y
#   # contains: [exports_customs]   # không nhỏ hơn / never below, such as a wider scope
#   # contains: [x + y]             # x, y không trùng nhau / disjoint: never below their sum
#   - slug: inspections
#     name: {vi: Cuộc kiểm tra, en: Inspections}
#     unit: inspections
#     kind: count                   # việc đếm được / what is counted
#   - slug: hydropower
#     name: {vi: Dự án thủy điện, en: Hydropower project}
#     unit: steps
#     kind: milestone               # việc làm theo bước / a checklist

versions: []
# versions:
#   - number: 1
#     adopted: 2021-01-15           # ngày ban hành / date of adoption
#     document: số, ngày, cơ quan ban hành / number, date, issuing body
#     targets:                      # đủ mọi mục tiêu có hiệu lực / all targets then in force
#       - kpi: exports
#         comparator: at_least      # at_least, at_most, between, about
#         lower: 5.5                # số thập phân dùng dấu chấm / decimal point
#         form: growth              # absolute (mặc định / default), growth (% so với năm trước)
#         level: assigned           # assigned (giao), stretch (phấn đấu), indicative (tham khảo)
#         source: mục tiêu được công bố ở đâu / where the target was published
#       - kpi: inspections
#         comparator: at_least
#         lower: 8
#         period: remaining half      # year, Q1…Q4, H1, H2, 9M, 2021-09-30, 2021-07-15..2021-12-31
#         owner: đơn vị chủ trì / who leads
#         role: lead                  # lead (chủ trì), coordinate (phối hợp)
#       - kpi: hydropower             # không ghi mức: mọi bước / no bound: all steps
#         role: coordinate
#     tasks:                          # chỉ ghi điều văn bản có / only what a document says
#       - kpi: inspections
#         starts: 2021-07-01
#         obstacle: vướng mắc / what stands in the way
#       - kpi: hydropower
#         steps:
#           - {step: appraisal, name: {vi: Thẩm định thiết kế}, due: 2021-09-30}
#           - {step: permit, name: {vi: Cấp phép}, judgement: 0.7}
"""

YAML_TEMPLATE = _TEMPLATE.replace("{kinds}", ", ".join(TRAITS))
