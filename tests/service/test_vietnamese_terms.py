"""One Vietnamese word for one thing, and no programmer's word where a planner reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from service.wording import person

# What no text says: the word that stands for it is in the second column.
FORBIDDEN = {
    r"(?<!\{)\bslug\b": "mã, tên",
    r"champion|challenger": "đang sử dụng, dự tuyển",
    r"(?<!')\blocal\b": "người dùng tại máy này",
    r"\bos:": "quản trị máy chủ",
    r"mục tiêu": "kế hoạch năm",
    r"ước của Sở": "ước thực hiện",
    r"xác suất": "khả năng đạt",
    r"khoảng (80|95) ?%": "khoảng dự báo 80%",
    r"kịch bản (mô phỏng|quý|thấp|cơ sở|cao)": "lần mô phỏng, mức cần đạt, phương án",
    r"vừa đủ đạt": "mức cần đạt",
    r"tái lập": "khôi phục",
    r"suy ra": "tính toán",
    r"tình trạng": "đánh giá, trạng thái",
    r"cách tính": "phương pháp",
    r"điểm %": "điểm phần trăm",
    r"\bSTT\b": "TT",
    r"số giữa": "trung vị",
    r"không gửi ra ngoài": "lưu hành nội bộ",
    r"(?<!kịch )\bbản (số|kế hoạch) \d|các bản kế hoạch": "phiên bản",
    r"giả định (mẫu|này|số|đã)": "kịch bản",
    r"(?<!phê )(?<!trình )duyệt\b": "phê duyệt",
    r"báo xong|đã nói ra|mình chủ trì|điều không như ý|đăng kí": "xem bảng thuật ngữ",
    r"phải đạt": "cần đạt",
    r"chi tiêu kế hoạch": "chỉ tiêu kế hoạch",
}
CATALOGUES = ("vi.po", "errors.vi.po", "commands.vi.po")


def texts(catalogue: str) -> Iterator[tuple[str, str]]:
    with files("service").joinpath(f"locale/{catalogue}").open("rb") as file:
        for message in read_po(file, abort_invalid=True):
            if message.id:
                one = message.string
                for text in (one,) if isinstance(one, str) else one or ():
                    yield str(message.id), str(text)


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_no_text_uses_a_word_that_was_given_up(catalogue: str) -> None:
    found = [
        f"{key}: {text!r} says '{word}'; say: {better}"
        for key, text in texts(catalogue)
        for word, better in FORBIDDEN.items()
        if re.search(word, text, re.IGNORECASE)
    ]
    assert found == []


@pytest.mark.parametrize("guide", ["README.vi.md", "docs/guide.vi.md"])
def test_the_guides_use_the_words_of_the_pages(guide: str) -> None:
    text = (Path(__file__).resolve().parents[2] / guide).read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    found = [(line, word) for line in prose.splitlines() for word in FORBIDDEN]
    assert [pair for pair in found if re.search(pair[1], pair[0], re.IGNORECASE)] == []


def test_the_check_finds_what_is_wrong() -> None:
    assert re.search(next(iter(FORBIDDEN)), "nhập slug của chỉ tiêu")
    assert not re.search(next(iter(FORBIDDEN)), "Không có kế hoạch '{slug}'")
    signed = r"(?<!phê )(?<!trình )duyệt\b"
    assert re.search(signed, "ký duyệt")
    assert not re.search(signed, "đã phê duyệt")


def test_who_did_something_is_said_in_words() -> None:
    assert person("local", "vi") == "người dùng tại máy này"
    assert person("os:root", "vi") == "quản trị máy chủ (root)"
    assert person("key:bao-cao", "en") == "the program bao-cao"
    assert person("lan", "vi") == "lan"
    assert person("osman", "en") == "osman"
