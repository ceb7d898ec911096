"""The stamp (mã tra cứu) of a published figure: a short hash of the projection and its inputs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.projections.shape import as_json, significant
from service.projections.view import StampInputs, Unstamped

LENGTH = 12  # characters of base 32: 60 bits
_STAMP = re.compile(rf"[A-Z2-7]{{{LENGTH}}}")


def rounded(value: Any) -> Any:
    """The JSON with every number to ten significant digits, see `significant`."""
    if isinstance(value, Mapping):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return significant(value)


def stamp_of(body: Unstamped, inputs: StampInputs) -> str:
    """Twelve characters that identify a projection and its inputs.

    Returns
    -------
    str, the first 60 bits of SHA-256 over canonical JSON, in base 32
    """
    content = {"projection": as_json(body), "inputs": as_json(inputs)}
    text = json.dumps(
        content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    digest = hashlib.sha256(text.encode()).digest()
    return base64.b32encode(digest)[:LENGTH].decode()


def tidy_stamp(text: str) -> str:
    """Normalise a typed stamp: upper case, no spaces or hyphens."""
    return re.sub(r"[\s-]", "", text).upper()


def is_stamp(text: str) -> bool:
    return bool(_STAMP.fullmatch(text))


def differences(recorded: Any, found: Any, path: str = "") -> Iterator[str]:
    """Differences of two JSON documents: 'projected.median: recorded 1.0, now 2.0'."""
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
