"""The stamp (mã tra cứu) of a published figure: a short hash of all that made it."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LENGTH = 12  # characters of base 32: 60 bits
DIGITS = 10  # significant digits of every published number
_STAMP = re.compile(rf"[A-Z2-7]{{{LENGTH}}}")


def rounded(value: Any) -> Any:
    """The same JSON with every number to `DIGITS` significant digits.

    What lies beyond depends on the processor; what is published must not.
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return float(f"{value:.{DIGITS}g}") + 0.0  # no negative zero
    if isinstance(value, Mapping):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value


def stamp_of(projection: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    """Twelve characters that name a projection and what it was made from.

    Parameters
    ----------
    projection : the API's JSON without its stamp, numbers rounded
    inputs : plan version, hashes of data and bundle, seed

    Returns
    -------
    str, the first 60 bits of SHA-256 over canonical JSON, in base 32
    """
    content = {"projection": projection, "inputs": inputs}
    text = json.dumps(
        content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    digest = hashlib.sha256(text.encode()).digest()
    return base64.b32encode(digest)[:LENGTH].decode()


def tidy_stamp(text: str) -> str:
    """A stamp as a person types it, with small letters, spaces or hyphens, as it is kept."""
    return re.sub(r"[\s-]", "", text).upper()


def is_stamp(text: str) -> bool:
    return bool(_STAMP.fullmatch(text))


def differences(recorded: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where two JSON documents differ: 'projected.median: recorded 1.0, now 2.0'."""
    if isinstance(recorded, Mapping) and isinstance(found, Mapping):
        for key in sorted(recorded.keys() | found.keys()):
            place = f"{path}.{key}" if path else str(key)
            yield from differences(recorded.get(key), found.get(key), place)
    elif (
        isinstance(recorded, Sequence)
        and isinstance(found, Sequence)
        and not isinstance(recorded, str)
        and not isinstance(found, str)
        and len(recorded) == len(found)
    ):
        for number, (one, other) in enumerate(zip(recorded, found, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif recorded != found:
        yield f"{path}: recorded {recorded}, now {found}"
