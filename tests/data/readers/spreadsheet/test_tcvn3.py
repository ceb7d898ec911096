"""TCVN3 as Unicode, and Unicode left alone."""

from __future__ import annotations

import unicodedata

import pytest

from data.readers.spreadsheet.syllables import is_vietnamese
from data.readers.spreadsheet.tables import decode
from data.readers.spreadsheet.tcvn3 import TCVN3, Script, converted, decode_tcvn3

# What `iconv -f TCVN -t UTF-8` of glibc 2.36 makes of the bytes A1 to FE that VN3 assigns.
ALPHABET = (
    "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
)


def test_every_letter_of_the_table() -> None:
    assert "".join(TCVN3[sign] for sign in ALPHABET[0]) == ALPHABET[1]
    assert len(TCVN3) == len(ALPHABET[0]) == 74


def test_every_small_letter_of_the_alphabet_has_a_code() -> None:
    tones = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    letters = {
        unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in tones
    } | {"đ"}
    assert {letter for letter in letters if not letter.isascii()} <= set(TCVN3.values())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("L¹ng S¬n", "Lạng Sơn"),
        ("Tæng gi¸ trÞ s¶n xuÊt c«ng nghiÖp", "Tổng giá trị sản xuất công nghiệp"),
        ("¦íc thùc hiÖn th¸ng 6", "Ước thực hiện tháng 6"),
        ("§iÖn th­¬ng phÈm (triÖu kWh)", "Điện thương phẩm (triệu kWh)"),
        ("TæNG CéNG", "TỔNG CỘNG"),
        ("Lòy kÕ – céng dån", "Lũy kế – cộng dồn"),
    ],
)
def test_tcvn3_becomes_unicode(written: str, meant: str) -> None:
    assert decode_tcvn3(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("© Cà phê", "«Tân Thanh»", "10 µm", "1.000 m²", "Thái Lan", "café", "5 £", "±0,5 °C"),
        *("Kế hoạch năm", "Sản lượng ®", "Ke hoach nam", "", "½ năm", "Nhà máy", "Xuân Mãn"),
        unicodedata.normalize("NFD", "Sản xuất công nghiệp"),
    ],
)
def test_real_text_stays(text: str) -> None:
    assert decode_tcvn3(text) == text


def test_words_that_read_both_ways_follow_the_file() -> None:
    old, new = ["Sè", "L¹ng S¬n"], ["bé", "Kế hoạch", "Lạng Sơn"]
    assert Script.of(old).read("Sè") == "Số"
    assert Script.of(new).read("bé") == "bé"
    assert Script.of([*old, *new]).read("Sè") == "Sè"


def test_a_file_of_both_scripts_is_read_in_both() -> None:
    texts = ["Kế hoạch năm", "Tæng gi¸ trÞ s¶n xuÊt", "L¹ng S¬n"]
    assert [Script.of(texts).read(text) for text in texts] == [
        *("Kế hoạch năm", "Tổng giá trị sản xuất", "Lạng Sơn"),
    ]


def test_one_odd_word_in_a_unicode_file_is_no_tcvn3() -> None:
    assert Script.of(["Kế hoạch năm", "m×n"]).read("m×n") == "m×n"


def _as_windows_writes(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    tone = "".join(part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323")
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in tone)) + tone


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_bytes_of_other_encodings_are_not_taken_for_tcvn3(encoding: str) -> None:
    text = "Chỉ tiêu;Tháng;Giá trị\nXuất khẩu;2021-06;20\n"
    written = text
    if encoding == "cp1258":  # tones are letters of their own there
        written = "".join(map(_as_windows_writes, text))
    read = unicodedata.normalize("NFC", decode(written.encode(encoding), "file.csv"))
    assert read == text


def test_bytes_of_tcvn3_are_recognised() -> None:
    back = {letter: sign for sign, letter in TCVN3.items()}
    text = "Chỉ tiêu;Tháng;Giá trị\nXuất khẩu;2021-06;20\nSố bộ;2021-06;1\n"
    content = "".join(back.get(letter, letter) for letter in text).encode("latin-1")
    assert decode(content, "file.csv") == text


def test_capitals() -> None:
    assert converted("KÕ HO¹CH N¡M") == "KẾ HOẠCH NĂM"
    assert converted("TæNG sè") == "TỔNG số"


@pytest.mark.parametrize(
    "word",
    [
        "nghiêng",
        "quyền",
        "khuya",
        "thuở",
        "giếng",
        "xoáy",
        "rượu",
        "huyện",
        "yến",
        "gì",
        "thủy",
        "thuỷ",
        "lũy",
        "uỷ",
        "Đồng",
    ],
)
def test_syllables(word: str) -> None:
    assert is_vietnamese(word)


@pytest.mark.parametrize("word", ["L¹ng", "cãc", "bcd", "hoàác", "strong", "nghieengj", ""])
def test_no_syllables(word: str) -> None:
    assert not is_vietnamese(word)
