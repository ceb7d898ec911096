"""Whether a word is spelt like a Vietnamese syllable.

A syllable is an initial consonant, a vowel or a group of vowels, a final
consonant, and one tone; not every vowel takes every final, and before c, ch, p
and t only two tones occur. That is enough to detect a wrong encoding; it is not a
dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")  # grave, acute, tilde, hook, dot below
_BEFORE_A_STOP = frozenset("\u0301\u0323")

_ONSET = "(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnpqrstvx])?"
_OPEN = (
    "uyu|uya|uôi|ươi|ươu|oai|oay|oao|oeo|uây|iêu|yêu|"
    "ai|ao|au|ay|âu|ây|eo|êu|ia|iu|oa|oe|oi|ôi|ơi|ua|uê|ui|uơ|uy|ưa|ưi|ưu|"
    "[aeêioôơuưy]"
)
_CLOSED = "uyê|iê|yê|oa|oă|oe|uâ|uê|uô|ươ|uy|[aăâeêioôơuưy]"
_SYLLABLE = re.compile(rf"{_ONSET}(?:(?:{_OPEN})|(?:{_CLOSED})(ch|ng|nh|[cmnpt]))")


@lru_cache(maxsize=20_000)
def is_vietnamese(word: str) -> bool:
    """Whether the word could be one Vietnamese syllable, of any case.

    Examples
    --------
    >>> [is_vietnamese(word) for word in ("Lạng", "nghiệp", "L¹ng", "cãc")]
    [True, True, False, False]
    """
    if len(word) > 8:  # 'nghiêng' with its tone is the longest
        return False
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [part for part in parts if part in _TONES]
    if len(tones) > 1:
        return False
    plain = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    match = _SYLLABLE.fullmatch(plain)
    if match is None:
        return False
    stopped = match[1] in ("c", "ch", "p", "t")
    return not stopped or (bool(tones) and tones[0] in _BEFORE_A_STOP)
