"""The archive of a house: a ZIP file with a manifest that names every file and its hash."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from models.errors import InputError, UnreadableFile

MANIFEST = "manifest.json"
FORMAT = 1
_CHUNK = 2**20


class Writer:
    """Adds files to an archive and remembers their hashes."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, content: Iterable[bytes]) -> None:
        """Add a file, piece by piece."""
        digest, size = hashlib.sha256(), 0
        with self._package.open(name, "w", force_zip64=True) as member:
            for piece in content:
                digest.update(piece)
                size += len(piece)
                member.write(piece)
        self.files[name] = {"size": size, "sha256": digest.hexdigest()}

    def add_file(self, name: str, path: Path) -> None:
        """Add a file of the disk."""
        with path.open("rb") as file:
            self.add(name, pieces(file))


@contextmanager
def written(file: Path, manifest: dict[str, Any]) -> Iterator[Writer]:
    """A new archive, complete or not there at all; only its owner may read it.

    Parameters
    ----------
    file : must not exist
    manifest : written last, with the files; may be filled until then

    Raises
    ------
    InputError
        If the file exists.
    """
    if file.exists():
        raise InputError(
            "{file}: expected a new file, found one. Choose another name.",
            file=file,
        )
    part = file.with_name(f"{file.name}.part")
    try:
        with (
            os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as raw,
            zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package,
        ):
            writer = Writer(package)
            yield writer
            whole = {"format": FORMAT, **manifest, "files": writer.files}
            text = json.dumps(whole, indent=2, ensure_ascii=False, sort_keys=True)
            package.writestr(MANIFEST, text + "\n")
        with part.open("rb") as complete:
            os.fsync(complete.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def unpacked(file: Path, folder: Path, kind: str) -> dict[str, Any]:
    """Unpack an archive into a folder, compare every hash, and return the manifest.

    Parameters
    ----------
    kind : that the manifest must name, 'backup' or 'export'

    Raises
    ------
    UnreadableFile
        If it is no such archive, or a file in it is missing, changed or too many.
    """
    try:
        with zipfile.ZipFile(file) as package:
            manifest: dict[str, Any] = json.loads(package.read(MANIFEST))
            check_manifest(file.name, manifest, kind)
            names = set(package.namelist()) - {MANIFEST}
            for name in sorted(names | manifest["files"].keys()):
                if name not in names or name not in manifest["files"]:
                    raise UnreadableFile(
                        file.name,
                        path=name,
                        expected="the files that its manifest names",
                        found="one that is missing" if name not in names else "another one",
                    )
                target = folder / inside(file.name, name)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with package.open(name) as member, target.open("xb") as copy:
                    found = _copied(member, copy)
                check_hash(file.name, name, manifest["files"][name], found)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, RuntimeError) as problem:
        raise UnreadableFile(
            file.name, expected=f"a {kind} of Vedich, whole", found=str(problem) or "another file"
        ) from problem
    return manifest


def check_manifest(name: str, manifest: dict[str, Any], kind: str) -> None:
    """Raise `UnreadableFile` unless this program reads such an archive."""
    found = (manifest.get("kind"), manifest.get("format"))
    if found != (kind, FORMAT):
        raise UnreadableFile(
            name,
            expected=f"a {kind} of format {FORMAT}",
            found=f"kind '{found[0]}', format {found[1]}",
            advice="A newer version of the program may read it.",
        )


def check_hash(name: str, path: str, expected: dict[str, Any], found: dict[str, Any]) -> None:
    """Raise `UnreadableFile` if a file is not what the manifest says."""
    if expected != found:
        raise UnreadableFile(
            name,
            path=path,
            expected=f"{expected['size']} bytes with SHA-256 {expected['sha256'][:16]}…",
            found=f"{found['size']} bytes with {found['sha256'][:16]}…",
            advice="It was damaged or changed; use another copy.",
        )


def hash_of(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        for piece in pieces(file):
            digest.update(piece)
            size += len(piece)
    return {"size": size, "sha256": digest.hexdigest()}


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The content of an open file, piece by piece."""
    while piece := file.read(_CHUNK):
        yield piece


def _copied(member: IO[bytes], copy: IO[bytes]) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces(member):
        digest.update(piece)
        size += len(piece)
        copy.write(piece)
    return {"size": size, "sha256": digest.hexdigest()}


def inside(archive: str, name: str) -> PurePosixPath:
    """A path of an archive; raise `UnreadableFile` if it leads out of it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise UnreadableFile(archive, path=name, expected="a path inside the archive", found=name)
    return path
