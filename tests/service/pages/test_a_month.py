"""A month of the illustrative year on the pages: from its workbook to the issued report."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.pages.conftest import Served, serving

pytestmark = pytest.mark.slow

PROCESS = "tests.service.pages.manage.quick_retraining"
PLAN, MONTH = "/plans/lang-son-2021", "as_of=2021-06"


@pytest.fixture
def office(may_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The service as it stands before June's report came; it retrains quickly."""
    monkeypatch.setattr("service.state.jobs.PROCESS", PROCESS)
    home = tmp_path / "home"
    shutil.copytree(may_home, home)
    with serving(home) as service:
        service.app.state.vedich.jobs.begin()
        yield service


def test_june_from_its_workbook_to_the_issued_report(
    office: Served, chromium: Any, june_workbook: Path
) -> None:
    at = f"{office.address}{PLAN}"
    chromium.open(f"{at}/data?lang=vi")
    chromium.find("#u-file").send_keys(str(june_workbook))
    chromium.press(chromium.find("#upload button"))
    assert "chưa biết là chỉ tiêu nào" not in chromium.text()
    chromium.press(chromium.find("#commit button"))
    assert "Đã ghi:" in chromium.text()

    chromium.open(f"{at}/models?lang=vi")
    chromium.find("form[data-job] button").click()
    shown = "return document.body ? document.body.innerText : ''"  # the page may be changing
    chromium.wait_for(lambda: "Đã xong." in chromium.run(shown), within=120)

    chromium.open(f"{at}/kpis/turnover?{MONTH}&lang=vi")
    assert "số liệu minh họa" in chromium.text("body").lower()
    chromium.find("#e-value").send_keys("4250")
    chromium.find("#e-reason").send_keys("theo tiến độ 6 tháng")
    chromium.press(chromium.find("#enter-estimate button"))
    chromium.press(chromium.find("#check button"))
    assert "dự thảo" in chromium.text("ol.steps [aria-current]")

    chromium.open(f"{at}/reports?{MONTH}&lang=vi")
    assert chromium.all("details.notice li")  # what only people can write, before signing
    month = "[aria-labelledby=itself-2021-06]"
    for state in ("đã kiểm tra", "đã phê duyệt", "phát hành"):
        chromium.open(f"{at}/signing?lang=vi")
        chromium.press(chromium.find(f"{month} button.main"))
        chromium.open(f"{at}/reports?{MONTH}&lang=vi")
        assert state in chromium.text("ol.steps [aria-current]")
    address = f"{office.address}/v1/plans/lang-son-2021/report.docx?{MONTH}&lang=vi"
    links = [str(one.get_attribute("href")) for one in chromium.all(".downloads a")]
    (link,) = (one for one in links if "report.docx?" in one and "part=report" in one)
    assert link.startswith(address.partition("?")[0])
    file = chromium.download(link, "lang-son-2021-2021-06-30-report.docx")
    assert file.startswith(b"PK")
