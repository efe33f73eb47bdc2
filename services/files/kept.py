"""Where files are kept: a folder, each file under the SHA-256 of its content.

The same content is kept once however often it comes, a file that is there is never changed, and a name from outside never
becomes a path. A file is on the disk before `put` answers, so a row that names it may be committed afterwards.
"""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

SHA256 = re.compile(r"[0-9a-f]{64}")


class FileUnknown(LookupError):
    """No file of this hash is kept (any more)."""


@dataclass(frozen=True, slots=True)
class FileKept:
    sha256: str
    size: int


class FileStore(Protocol):
    """Keeps bytes by their hash."""

    def put(self, content: bytes) -> FileKept:
        """Keep a content; once, however often it comes."""
        ...

    def path(self, sha256: str) -> Path:
        """Where a content is. Raises `FileUnknown`."""
        ...


@dataclass(frozen=True, slots=True)
class FolderFileStore:
    """`FileStore` in a folder of the installation."""

    folder: Path

    def put(self, content: bytes) -> FileKept:
        digest = hashlib.sha256(content).hexdigest()
        target = self._target(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor, part = tempfile.mkstemp(dir=target.parent, prefix="part-")
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(target)
        return FileKept(digest, len(content))

    def path(self, sha256: str) -> Path:
        target = self._target(sha256) if SHA256.fullmatch(sha256) else None
        if target is None or not target.is_file():
            raise FileUnknown(f"no file {sha256[:64]!r} is kept in {self.folder}")
        return target

    def _target(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest
