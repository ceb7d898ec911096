"""Uploading over HTTP: look, match, commit, undo; what is refused and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from data.db.audit import entries
from data.ingestion.imports import MAX_BYTES

pytestmark = pytest.mark.slow

HEADER = "Chỉ tiêu;Tháng;Giá trị;Trạng thái;Ngày công bố\n"
MAY = HEADER + "coal;2018-05;{value};chính thức;2018-07-10\n"
BASE = "/v1/imports"
QUERY = f"{BASE}?plan=demo-2018"


@pytest.fixture
def client(own_service: Any) -> Any:
    return own_service


def upload(client: Any, text: str, name: str = "may.csv", query: str = "") -> Any:
    return client.post(f"{QUERY}&file={name}{query}", content=text.encode())


def median(client: Any, as_of: str = "2018-07-15") -> Any:
    address = f"/v1/plans/demo-2018/projections/coal?as_of={as_of}"
    return client.get(address).json()["months"][4]["median"]


def test_look_commit_and_undo(client: Any) -> None:
    before = median(client)
    answer = upload(client, MAY.format(value=150))
    assert answer.status_code == 201
    shown = answer.json()
    assert answer.headers["location"] == f"{BASE}/{shown['id']}"
    assert (shown["state"], shown["by"]) == ("preview", "local")
    preview = shown["preview"]
    (figure,) = preview["figures"]
    assert (figure["kpi"], figure["month"], figure["form"]) == ("coal", "2018-05", "month")
    assert (figure["state"], figure["counts"], figure["value"]) == ("revised", True, 150.0)
    assert figure["old"]["value"] == pytest.approx(before)
    assert figure["change"] == pytest.approx(100 * (150 / before - 1))
    assert preview["rows"] == [
        {
            "table": "tidy",
            "row": "coal",
            "quantity": "",
            "occurrence": 1,
            "unit": "",
            "figures": 1,
            "kpi": "coal",
            "how": "plan",
        }
    ]
    assert median(client) == before  # nothing is written yet
    made = client.post(f"{BASE}/{shown['id']}/commit", json={"mark": preview["mark"]})
    assert made.status_code == 200
    assert (made.json()["state"], made.json()["preview"]) == ("committed", None)
    assert median(client) == 150.0
    undone = client.post(f"{BASE}/{shown['id']}/undo", json={"reason": "nhầm"}).json()
    assert (undone["state"], undone["withdrawn"]["by"]) == ("withdrawn", "local")
    assert median(client) == before
    listed = client.get(QUERY).json()["imports"]
    assert listed[0] == undone == client.get(f"{BASE}/{shown['id']}").json()
    assert listed[1]["files"][0]["file"] == "demo.csv"
    again = upload(client, MAY.format(value=150)).json()
    assert client.post(f"{BASE}/{again['id']}/commit").status_code == 200
    assert median(client) == 150.0


def test_a_suspicious_figure_is_explained_in_both_languages(client: Any) -> None:
    figures = upload(client, MAY.format(value=150_000)).json()["preview"]["figures"]
    ((doubt,),) = (one["suspicions"] for one in figures)
    assert doubt["why"] == "magnitude"
    assert doubt["text"]["vi"].startswith("Gấp khoảng ")
    assert doubt["text"]["en"].startswith("About ")
    assert 50 < doubt["against"] < 300


def test_the_notable_figures_come_first_and_the_rest_is_counted(client: Any) -> None:
    text = HEADER + "".join(
        f"steel;2018-{month:02d};{40 + month};;2018-07-{month:02d}\n" for month in range(1, 6)
    )
    text += "coal;2018-06;150000;chính thức;2018-07-10\n"
    answer = upload(client, text, query="&figures=2").json()
    preview = answer["preview"]
    assert [one["kpi"] for one in preview["figures"]] == ["coal", "steel"]
    assert preview["figures_left_out"] == 4
    whole = client.get(f"{BASE}/{answer['id']}?figures=6").json()["preview"]
    assert len(whole["figures"]) == 6
    assert whole["mark"] == preview["mark"]


def test_several_files_of_a_form_go_in_together(client: Any) -> None:
    files = [
        ("file", (r"C:\Số liệu\may.csv", MAY.format(value=150).encode())),
        ("file", ("steel.csv", f"{HEADER}steel;2018-05;60;;2018-07-10\n".encode())),
    ]
    shown = client.post(QUERY, files=files).json()
    assert [one["file"] for one in shown["files"]] == ["may.csv", "steel.csv"]
    made = client.post(f"{BASE}/{shown['id']}/commit").json()
    assert [one["new"] for one in made["files"]] == [1, 1]


def test_the_day_of_publication_may_be_said(client: Any) -> None:
    text = "Chỉ tiêu;Tháng;Giá trị\ncoal;2018-05;150\n"
    (file,) = upload(client, text).json()["preview"]["files"]
    assert "date of publication" in file["problem"]
    (figure,) = upload(client, text, query="&published=2018-07-09").json()["preview"]["figures"]
    assert figure["published"] == "2018-07-09"


def test_a_row_is_matched_by_hand(client: Any) -> None:
    shown = upload(client, HEADER + "Thép cán;2018-05;60;;2018-07-10\n").json()
    (unknown,) = shown["preview"]["unknown"]
    assert unknown["row"] == "Thép cán"
    id = shown["id"]
    refused = client.post(f"{BASE}/{id}/commit")
    assert refused.status_code == 422
    assert "match the unknown rows" in refused.json()["detail"]
    row = {"table": "tidy", "row": "Thép cán", "kpi": "steel"}
    matched = client.post(f"{BASE}/{id}/matches", json=row).json()
    assert matched["preview"]["unknown"] == []
    assert matched["preview"]["rows"][0]["how"] == "match"
    assert client.post(f"{BASE}/{id}/commit").status_code == 200
    store = client.app.state.vedich.store
    assert [one.by for one in entries(store, action="figures.match")] == ["local"]


@pytest.mark.parametrize("kpi", [None, ""])
def test_a_row_may_be_none_of_the_kpis(client: Any, kpi: str | None) -> None:
    text = HEADER + "Gạo;2018-05;60;;2018-07-10\ncoal;2018-05;150;;2018-07-10\n"
    id = upload(client, text).json()["id"]
    row = {"table": "tidy", "row": "Gạo", "kpi": kpi}
    matched = client.post(f"{BASE}/{id}/matches", json=row).json()["preview"]
    assert [(one["row"], one["how"]) for one in matched["rows"]] == [
        ("Gạo", "ignored"),
        ("coal", "plan"),
    ]
    made = client.post(f"{BASE}/{id}/commit").json()
    assert made["files"] == [{"file": "may.csv", "new": 1, "unchanged": 0}]


def test_a_suggestion_names_the_kpi(client: Any) -> None:
    shown = upload(client, HEADER + "Quặng sắt;2018-05;60;;2018-07-10\n").json()
    (unknown,) = shown["preview"]["unknown"]
    assert unknown["suggestions"] == []  # too far from any name
    shown = upload(client, HEADER + "Than đá sạch;2018-05;60;;2018-07-10\n").json()
    ((suggestion,),) = (one["suggestions"] for one in shown["preview"]["unknown"])
    assert (suggestion["kpi"], suggestion["name"]["vi"]) == ("coal", "Than đá")
    assert suggestion["similarity"] == 0.875


def test_a_preview_that_is_not_true_any_more(client: Any) -> None:
    first = upload(client, MAY.format(value=150)).json()
    second = upload(client, MAY.format(value=151), "other.csv").json()
    assert client.post(f"{BASE}/{second['id']}/commit").status_code == 200
    refused = client.post(f"{BASE}/{first['id']}/commit")
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems#import-conflict"
    seen = client.get(f"{BASE}/{first['id']}").json()["preview"]
    assert seen["mark"] != first["preview"]["mark"]
    old = {"mark": first["preview"]["mark"]}
    assert client.post(f"{BASE}/{first['id']}/commit", json=old).status_code == 409
    new = {"mark": seen["mark"]}
    assert client.post(f"{BASE}/{first['id']}/commit", json=new).status_code == 200
    assert client.post(f"{BASE}/{first['id']}/commit").status_code == 409


@pytest.mark.parametrize("path", ["", "/commit", "/undo"])
def test_an_id_that_nobody_has(client: Any, path: str) -> None:
    method = "POST" if path else "GET"
    answer = client.request(method, f"{BASE}/u123{path}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems#unknown-import")


def test_requests_that_are_no_upload(client: Any) -> None:
    assert client.post(f"{BASE}?plan=nowhere-2018&file=a.csv", content=b"x").status_code == 404
    nameless = client.post(QUERY, content=b"x")
    assert nameless.status_code == 422
    assert "expected the name of the file" in nameless.json()["detail"]
    assert client.post(f"{QUERY}&file=..%2F", content=b"x").status_code == 422
    empty = client.post(QUERY)
    assert empty.status_code == 422
    assert "found none" in empty.json()["detail"]
    broken = client.post(
        QUERY, content=b"no form", headers={"Content-Type": "multipart/form-data"}
    )
    assert broken.status_code == 400


def test_too_much_is_refused_while_it_comes_in(client: Any) -> None:
    answer = client.post(f"{QUERY}&file=a.csv", content=b"x" * (MAX_BYTES + 1))
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems#upload-too-large")
    files = [("file", (f"{number}.csv", b"x")) for number in range(30)]
    answer = client.post(QUERY, files=files)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems#upload-too-large")


def test_a_file_that_is_none_is_a_problem_of_the_preview(client: Any) -> None:
    shown = upload(client, "PK\x03\x04 no workbook", "broken.xlsx").json()
    (file,) = shown["preview"]["files"]
    assert "expected an Excel workbook" in file["problem"]
    refused = client.post(f"{BASE}/{shown['id']}/commit")
    assert refused.status_code == 422


def test_the_columns_of_another_offices_table_are_said_once(client: Any) -> None:
    text = "when;what;how much\n2018-05;coal;{value}\n"
    day = "&published=2018-07-10"
    shown = upload(client, text.format(value=150), query=day).json()
    (file,) = shown["preview"]["files"]
    assert "--columns" in file["problem"]
    assert file["sample"][0] == ["1", "when", "what", "how much"]
    said = {"file": "may.csv", "series": "B", "month": "A", "value": "C"}
    wrong = client.post(f"{BASE}/{shown['id']}/layouts", json={**said, "file": "june.csv"})
    assert wrong.status_code == 422
    told = client.post(f"{BASE}/{shown['id']}/layouts", json=said).json()["preview"]
    assert told["files"][0]["columns"] == "series=B month=A value=C form=month header=1"
    assert [(one["kpi"], one["value"]) for one in told["figures"]] == [("coal", 150.0)]
    page = client.get(f"/plans/demo-2018/data?import={shown['id']}&lang=en").text
    assert "Which column is what" in page
    assert f"/v1/imports/{shown['id']}/layouts" in page
    assert client.post(f"{BASE}/{shown['id']}/commit").status_code == 200
    again = upload(client, text.format(value=151), "june.csv", day).json()["preview"]
    assert [(one["kpi"], one["value"]) for one in again["figures"]] == [("coal", 151.0)]


def test_figures_to_a_day_are_shown_apart(client: Any) -> None:
    text = HEADER + "coal;đến 22/02/2018;33,5;ước tính;2018-02-26\n"
    shown = upload(client, text).json()
    (dated,) = shown["preview"]["files"][0]["dated"]
    assert (dated["from_day"], dated["to_day"]) == ("2018-01-01", "2018-02-22")
    assert (dated["kpi"], dated["value"], dated["unit"]) == ("coal", 33.5, "thousand tonnes")
    assert client.post(f"{BASE}/{shown['id']}/commit").status_code == 200
    listed = client.get("/v1/observations?plan=demo-2018&kpi=coal&as_of=2018-07-15").json()
    assert [one["value"] for one in listed["dated"]] == [33.5]
    early = client.get("/v1/observations?plan=demo-2018&kpi=coal&as_of=2018-02-25").json()
    assert early["dated"] == []
    assert "22 February 2018" in client.get("/plans/demo-2018/data?lang=en").text
    client.post(f"{BASE}/{shown['id']}/undo", json={"reason": "typed twice"})
    listed = client.get("/v1/observations?plan=demo-2018&kpi=coal&as_of=2018-07-15").json()
    assert listed["dated"] == []
