"""Results kept by the content hash of what they were computed from, as files.

Losing them costs time and nothing else: a file is written under another name and renamed,
one that is damaged is computed again, and the folder may be deleted at any moment.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zlib
from pathlib import Path
from typing import Any

_HEAD = 64  # letters of the digest in front of a file's content


class Kept:
    """A folder of results.

    Parameters
    ----------
    folder : made when first needed
    limit : bytes; `tidy` deletes what was not used for longest above it
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self.found = self.missed = 0
        self._grown = False

    def get(self, key: str) -> Any:
        """What was kept under a key; None if nothing is, or it is damaged."""
        file = self._file(key)
        try:
            content = file.read_bytes()
            head, packed = content[:_HEAD], content[_HEAD:]
            if hashlib.sha256(packed).hexdigest().encode() != head:
                raise ValueError("damaged")
            value = json.loads(zlib.decompress(packed))
            os.utime(file)  # used now
        except (OSError, ValueError, zlib.error):
            self.missed += 1
            return None
        self.found += 1
        return value

    def put(self, key: str, value: Any) -> None:
        """Keep a value that JSON has; a full disk or a folder that is not ours keeps nothing."""
        packed = zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 6)
        file = self._file(key)
        with contextlib.suppress(OSError):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=file.parent)
            try:
                with os.fdopen(handle, "wb") as part:
                    part.write(hashlib.sha256(packed).hexdigest().encode() + packed)
                Path(name).replace(file)
                self._grown = True
            except OSError:
                Path(name).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Delete what was not used for longest, until the folder is within its limit.

        It looks at every file, of all families: only if this one has put any.
        """
        if not self._grown:
            return
        files = []
        for file in self._folder.glob("*/*"):
            with contextlib.suppress(OSError):
                known = file.stat()
                files.append((known.st_mtime, known.st_size, file))
        size = sum(one[1] for one in files)
        for _, own, file in sorted(files):
            if size <= self._limit:
                return
            with contextlib.suppress(OSError):
                file.unlink()
            size -= own

    def _file(self, key: str) -> Path:
        return self._folder / key[:2] / key[2:]
