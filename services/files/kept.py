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

    def remove(self, sha256: str, *, from_shared: bool) -> bool:
        """Forget a content, also where it lies for several owners if so asked; False where none was there."""
        ...


@dataclass(frozen=True, slots=True)
class FolderFileStore:
    """`FileStore` in a folder of its owner; `shared` holds what was kept for several before they had folders."""

    folder: Path
    shared: Path | None = None

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
        found = next((each for each in self._places(sha256) if each.is_file()), None)
        if found is None:
            raise FileUnknown(f"no file {sha256[:64]!r} is kept in {self.folder}")
        return found

    def remove(self, sha256: str, *, from_shared: bool) -> bool:
        places = [each for each in self._places(sha256) if each.is_file()]
        gone = [each for each in places if from_shared or (self.shared is not None and self.shared not in each.parents)]
        for each in gone:
            each.unlink(missing_ok=True)
        return bool(gone)

    def _places(self, sha256: str) -> list[Path]:
        folders = [self.folder] if self.shared is None else [self.folder, self.shared]
        return [_place(folder, sha256) for folder in folders] if SHA256.fullmatch(sha256) else []

    def _target(self, digest: str) -> Path:
        return _place(self.folder, digest)


def _place(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / digest
