"""SDMX-CSV, SDMX-ML and JSON-stat come in as tidy tables: names, months, forms, refusals."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any

import pytest

from data.ingestion.reading import Claims, FileRead, read_file
from data.plans.kpi import Kpi
from data.readers.sdmx.messages import read_message
from data.readers.spreadsheet.intake import kind_of
from models.errors import MissingExtra, UnreadableFile
from models.series import Month

IIP = Kpi(slug="iip", name_vi="Chỉ số sản xuất công nghiệp", name_en="IIP", unit="%")
EXPORTS = Kpi(slug="exports", name_vi="Xuất khẩu", name_en="Exports", unit="million USD")
RETAIL = Kpi(slug="retail", name_vi="Bán lẻ", name_en="Retail", unit="billion VND")
FAMILY = (IIP, EXPORTS, RETAIL)
V21 = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"

# The shape of the statistics office's national summary data page: one DSD for all tables
HEADER = """<message:Header><message:ID>t</message:ID><message:Test>false</message:Test>
<message:Prepared>2021-07-01T08:00:00</message:Prepared><message:Sender id="GSO"/>
<message:Structure structureID="S1" dimensionAtObservation="TIME_PERIOD" {namespace}>
<common:Structure><Ref agencyID="IMF" id="ECOFIN_DSD" version="1.0" xmlns=""/></common:Structure>
</message:Structure></message:Header>"""
GENERIC = f"""<?xml version="1.0" encoding="UTF-8"?>
<message:GenericData xmlns:message="{V21}/message" xmlns:generic="{V21}/data/generic"
 xmlns:common="{V21}/common">{HEADER.format(namespace="")}
<message:DataSet structureRef="S1" action="Replace">
<generic:Series><generic:SeriesKey><generic:Value id="DATA_DOMAIN" value="TRD"/>
<generic:Value id="REF_AREA" value="VN"/><generic:Value id="INDICATOR" value="exports"/>
<generic:Value id="FREQ" value="M"/></generic:SeriesKey>
<generic:Obs><generic:ObsDimension value="2021-05"/><generic:ObsValue value="26.2"/></generic:Obs>
<generic:Obs><generic:ObsDimension value="2021-06"/><generic:ObsValue value="27.5"/></generic:Obs>
</generic:Series>
<generic:Series><generic:SeriesKey><generic:Value id="DATA_DOMAIN" value="TRD"/>
<generic:Value id="REF_AREA" value="VN"/><generic:Value id="INDICATOR" value="retail"/>
<generic:Value id="FREQ" value="Q"/></generic:SeriesKey>
<generic:Obs><generic:ObsDimension value="2021-Q2"/><generic:ObsValue value="1240"/></generic:Obs>
</generic:Series></message:DataSet></message:GenericData>"""
DSD = "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=IMF:ECOFIN_DSD(1.0)"
SPECIFIC = f"""<?xml version="1.0" encoding="UTF-8"?>
<message:StructureSpecificData xmlns:ss="{V21}/data/structurespecific"
 xmlns:message="{V21}/message" xmlns:ns1="{DSD}:ObsLevelDim:TIME_PERIOD"
 xmlns:common="{V21}/common" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
{HEADER.format(namespace=f'namespace="{DSD}"')}
<message:DataSet ss:structureRef="S1" xsi:type="ns1:DataSetType" ss:dataScope="DataStructure"
 action="Replace">
<Series DATA_DOMAIN="TRD" REF_AREA="VN" INDICATOR="exports" FREQ="M" UNIT_MULT="6"
 UNIT_MEASURE="USD"><Obs TIME_PERIOD="2021-05" OBS_VALUE="26.2" OBS_STATUS="A"/>
<Obs TIME_PERIOD="2021-06" OBS_VALUE="27.5" OBS_STATUS="P"/></Series>
<Series DATA_DOMAIN="TRD" REF_AREA="VN" INDICATOR="retail" FREQ="M" UNIT_MULT="9"
 UNIT_MEASURE="VND"><Obs TIME_PERIOD="2021-06" OBS_VALUE="410"/></Series>
</message:DataSet></message:StructureSpecificData>"""
CSV = """DATAFLOW,FREQ,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE,OBS_STATUS
GSO:TRADE(1.0),M,VN,exports,2021-05,26.2,A
GSO:TRADE(1.0),M,VN,exports,2021-06,27.5,E
GSO:TRADE(1.0),M,VN,retail,2021-06,,
"""


def jsonstat(**change: Any) -> bytes:
    """A dataset in the shape of a statistics office's table query (PX-Web)."""
    document = {
        "version": "2.0",
        "class": "dataset",
        "updated": "2021-06-29T08:00:00Z",
        "id": ["Chỉ tiêu", "Tháng"],
        "size": [2, 2],
        "role": {"time": ["Tháng"]},
        "dimension": {
            "Chỉ tiêu": {
                "category": {
                    "index": {"0": 0, "1": 1},
                    "label": {"0": "Xuất khẩu", "1": "Bán lẻ"},
                }
            },
            "Tháng": {"category": {"index": ["2021M05", "2021M06"]}},
        },
        "value": [26.2, 27.5, None, 410],
    }
    return json.dumps({**document, **change}).encode()


def read(content: bytes | str, file: str, published: date | None = None) -> FileRead:
    content = content.encode() if isinstance(content, str) else content
    return read_file(content, file, Claims.of(FAMILY, {}), published)


def figures(found: FileRead) -> dict[tuple[str, str, str], float]:
    assert found.problem is None
    return {(one.kpi, str(one.month), one.form): one.value for one in found.observations}


@pytest.mark.parametrize(
    ("content", "file", "also"),
    [
        (GENERIC, "a.xml", {("retail", "2021-06", "quarter"): 1240.0}),
        (SPECIFIC, "a.xml", {("retail", "2021-06", "month"): 410.0}),
        (jsonstat(), "a.json", {("retail", "2021-06", "month"): 410.0}),
    ],
)
def test_the_series_of_a_message_are_named_by_what_differs(
    content: bytes | str, file: str, also: dict[tuple[str, str, str], float]
) -> None:
    own = {("exports", "2021-05", "month"): 26.2, ("exports", "2021-06", "month"): 27.5}
    found = read(content, file)
    assert figures(found) == own | also
    day = date(2021, 6, 29) if file.endswith("json") else date(2021, 7, 1)
    assert {one.published for one in found.observations} == {day}


def test_statuses_are_those_of_the_code_list() -> None:
    found = read(CSV, "a.csv", date(2021, 6, 29))
    assert [(one.month, one.status) for one in found.observations] == [
        (Month(2021, 5), "final"),
        (Month(2021, 6), "estimate"),
    ]


def test_a_day_that_a_person_gives_comes_before_that_of_the_message() -> None:
    found = read(SPECIFIC, "a.xml", date(2021, 7, 9))
    assert {one.published for one in found.observations} == {date(2021, 7, 9)}


def test_headings_may_carry_labels() -> None:
    labelled = CSV.replace("REF_AREA", "REF_AREA: Reference area")
    assert read(labelled, "a.csv", date(2021, 6, 29)).problem is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("GSO:TRADE(1.0),M,VN,retail", "GSO:OTHER(1.0),M,VN,retail"), "several data sets"),
        (("26.2", "26,2"), "8 cells where the heading has 7"),
    ],
)
def test_sdmx_csv_that_cannot_be_read(change: tuple[str, str], says: str) -> None:
    found = read(CSV.replace(*change), "a.csv", date(2021, 6, 29))
    assert found.observations == ()
    assert says in str(found.problem)


def test_an_unknown_series_waits_to_be_matched() -> None:
    found = read(CSV.replace("exports", "EXP_G"), "a.csv", date(2021, 6, 29))
    assert [one.label for one in found.unknown] == ["EXP_G"]
    assert found.blocked is not None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (SPECIFIC.replace('2021-06"', '2021-06-17"'), "such as 2021-06"),
        (SPECIFIC.replace('"P"', '"F"'), "OBS_STATUS 'F'"),
        (SPECIFIC.replace('"27.5"', '"27,5"'), "'27,5'"),
        (SPECIFIC.replace("</Series>", "", 1), "SDMX"),
        (
            SPECIFIC.replace(
                '<?xml version="1.0" encoding="UTF-8"?>', '<!DOCTYPE a [<!ENTITY b "c">]>'
            ),
            "with a DTD",
        ),
        (
            SPECIFIC.replace('UNIT_MULT="9"', 'UNIT_MULT="6"').replace('"VND"', '"USD"'),
            "billion VND",
        ),
        (jsonstat(size=[2, 3]), "2 categories where 'size' says 3"),
        (jsonstat(role={}, id=["Chỉ tiêu", "Nhóm"]), "the role 'time'"),
        (jsonstat(size=[2, 10**9]), "more than"),
        (b'{"a": 1}', "JSON-stat"),
        (b"{" * 100_000, "JSON-stat"),
    ],
)
def test_a_message_that_cannot_be_read_says_what_was_expected(
    content: bytes | str, says: str
) -> None:
    found = read(content, "a.file", date(2021, 7, 9))
    assert found.observations == ()
    assert says in str(found.problem or found.blocked)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysdmx.io", None)
    with pytest.raises(MissingExtra, match=r"vedich\[sdmx\]"):
        read_message(SPECIFIC.encode(), "a.xml")


def test_a_web_page_is_still_refused() -> None:
    assert "a web page" in str(read(b"<html><table></table></html>", "a.xls").problem)
    with pytest.raises(UnreadableFile, match="an XML document"):
        kind_of(b"<?xml version='1.0'?><a/>", "a.xml")
