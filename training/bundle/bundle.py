"""The result of a retraining, as a folder of JSON and arrays.

    bundle.json   format version, family, as_of, parameters per KPI, hash
    arrays.npz    the arrays that the JSON refers to; read with allow_pickle=False

Arrays are named by their content (`codec.content_name`), and the hash is that
of the canonical JSON, so it covers both. Commit, program version and plan are
provenance: stored and shown, but outside the hash.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import UnreadableBundle
from models.kinds import Kind
from models.pipeline import Learned
from training.backtest.scoreboard import Scoreboard
from training.bundle.codec import Arrays, content_name, decode, encode

FORMAT_VERSION = 5  # 4: what plans of earlier years say; 5: surprises of past months
READABLE = (3, 4, 5)  # of older ones the new fields are empty
DOCUMENT, ARRAYS = "bundle.json", "arrays.npz"
_DAMAGED = (  # raised by NumPy and zipfile for a damaged file
    OSError,
    ValueError,
    EOFError,
    TypeError,
    KeyError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, eq=False)
class Bundle:
    """The result of a retraining for all KPIs of a plan family.

    Attributes
    ----------
    family : str
    as_of : date; later publications were not used
    data_hash : str, of all observations known on that day
    kinds, units : by KPI
    learned : by KPI, input of `models.pipeline.project`
    scores : out-of-sample scores of the backtest, for comparing bundles
    settings : of the retraining (paths, candidates, rules), as text
    provenance : commit, program, plan; not part of the content hash
    """

    family: str
    as_of: date
    data_hash: str
    kinds: Mapping[str, Kind]
    units: Mapping[str, str]
    learned: Mapping[str, Learned]
    scores: Scoreboard
    settings: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_hash(self) -> str:
        """SHA-256 of the content, 64 hexadecimal digits."""
        return _hash(_content(self)[0])


def write_bundle(bundle: Bundle, folder: Path) -> Path:
    """Write a bundle into `folder` atomically; return the folder.

    A folder with the same content is not changed; a damaged folder is replaced.
    """
    content, arrays = _content(bundle)
    content_hash = _hash(content)
    if _has_content(folder, content_hash):
        return folder
    document = {
        "format_version": FORMAT_VERSION,
        "content_hash": content_hash,
        "content": content,
        "provenance": dict(bundle.provenance),
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
        (scratch / DOCUMENT).write_text(text + "\n", encoding="utf-8")
        np.savez_compressed(scratch / ARRAYS, allow_pickle=False, **arrays)
        scratch.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        scratch.replace(folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return folder


def read_bundle(folder: Path) -> Bundle:
    """Read a bundle's folder.

    Raises
    ------
    UnreadableBundle
        If a file is missing or damaged, or the format version is not supported.
    """
    document = _document(folder)
    arrays = _arrays(folder)
    whole = all(name == content_name(array) for name, array in arrays.items())
    if not whole or _hash(document["content"]) != document["content_hash"]:
        raise UnreadableBundle(
            "{folder}: the content does not agree with its hash {document}. Retrain, or "
            "restore the folder from a backup.",
            folder=folder,
            document=document["content_hash"][:12],
        )
    for array in arrays.values():
        array.flags.writeable = False
    content = decode(document["content"], _Content, arrays, str(folder / DOCUMENT))
    return Bundle(
        family=content.family,
        as_of=content.as_of,
        data_hash=content.data_hash,
        kinds=content.kinds,
        units=content.units,
        learned=content.learned,
        scores=content.scores,
        settings=content.settings,
        provenance=document.get("provenance", {}),
    )


@dataclass(frozen=True, eq=False)
class _Content:
    """The hashed part of a bundle."""

    family: str
    as_of: date
    data_hash: str
    kinds: Mapping[str, Kind]
    units: Mapping[str, str]
    learned: Mapping[str, Learned]
    scores: Scoreboard
    settings: Mapping[str, str]


def _content(bundle: Bundle) -> tuple[dict[str, Any], Arrays]:
    arrays: Arrays = {}
    content = _Content(
        bundle.family,
        bundle.as_of,
        bundle.data_hash,
        dict(sorted(bundle.kinds.items())),
        dict(sorted(bundle.units.items())),
        dict(sorted(bundle.learned.items())),
        bundle.scores,
        dict(sorted(bundle.settings.items())),
    )
    return encode(content, arrays, "bundle"), arrays


def _hash(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _has_content(folder: Path, content_hash: str) -> bool:
    try:
        return read_bundle(folder).content_hash == content_hash
    except UnreadableBundle:
        return False


def _arrays(folder: Path) -> Arrays:
    path = folder / ARRAYS
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except _DAMAGED as error:
        raise UnreadableBundle(
            "{path}: expected arrays, found: {error}.", path=path, error=error
        ) from error


def _document(folder: Path) -> dict[str, Any]:
    path = folder / DOCUMENT
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableBundle(
            "{path}: expected a bundle, found: {error}.", path=path, error=error
        ) from error
    if not isinstance(document, dict) or "format_version" not in document:
        raise UnreadableBundle("{path}: expected a bundle, found no 'format_version'.", path=path)
    if document["format_version"] not in READABLE:
        raise UnreadableBundle(
            "{path}: expected format version {FORMAT_VERSION}, found {document}. Retrain "
            "with this program, or use the program that wrote it.",
            path=path,
            FORMAT_VERSION=FORMAT_VERSION,
            document=document["format_version"],
        )
    if not {"content", "content_hash"} <= set(document):
        raise UnreadableBundle("{path}: expected 'content' and 'content_hash'.", path=path)
    return document
