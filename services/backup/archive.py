"""The archive: a tar file, compressed where its name ends in gz. It appears under its name when it is whole, not before.

Reading one trusts nothing in it: names that lead elsewhere, links, unnamed or missing parts and wrong sums are refused.
"""

import errno
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from services.backup.errors import BackupFailed
from services.backup.manifest import LARGEST_BYTES, MANIFEST, Manifest, Part, decode

_BLOCK = 1024 * 1024
_MOST_PARTS = 1_000_000


class ArchiveWriter:
    """Adds files and remembers their sums."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.parts: list[Part] = []

    @classmethod
    @contextmanager
    def create(cls, path: Path) -> Iterator["ArchiveWriter"]:
        """A new archive, readable by its owner only; nothing is left of one that fails.

        Raises:
            BackupFailed: there is a file of that name.
        """
        if path.exists():
            raise BackupFailed(f"{path} is there already: name a file that is not")
        partial = path.with_name(f"{path.name}.partial")
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                with _open_tar(file, compressed=path.suffix in {".gz", ".tgz"}) as tar:
                    yield cls(tar)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(path)
        finally:
            partial.unlink(missing_ok=True)

    def add(self, file: Path, name: str) -> None:
        """Add a file as it is now; one that grows meanwhile is cut at the size it had."""
        with file.open("rb") as source:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = os.fstat(source.fileno()).st_size, int(file.stat().st_mtime), 0o600
            hashing = _Hashing(source)
            self._tar.addfile(entry, hashing)
        self.parts.append(Part(name, entry.size, hashing.digest))

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, after everything else."""
        content = manifest.encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(content), 0o600
        self._tar.addfile(entry, io.BytesIO(content))


def _open_tar(file: IO[bytes], *, compressed: bool) -> tarfile.TarFile:
    if compressed:
        return tarfile.open(fileobj=file, mode="w:gz", compresslevel=1)
    return tarfile.open(fileobj=file, mode="w")


class _Hashing(io.RawIOBase):
    """A file whose sum is known when it was read."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__()
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        content = self._source.read(size)
        self._hash.update(content)
        return content

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def extract(archive: Path, folder: Path) -> Manifest:
    """Unpack an archive into an empty folder and compare all sums.

    Raises:
        BackupFailed: it is no backup, or not the whole of one; the folder's content is not to be used.
    """
    sums: dict[str, Part] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(archive, "r:*") as tar:
            for entry in tar:
                if manifest is not None or len(sums) > _MOST_PARTS or entry.name in sums:
                    raise BackupFailed(f"{archive}: {entry.name!r} has no place in a backup")
                if entry.name == MANIFEST:
                    manifest = decode(_content(tar, entry))
                else:
                    sums[entry.name] = _unpack(tar, entry, folder)
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BackupFailed(f"there is no room in {folder.parent} to unpack {archive}; the archive may be good") from error
        raise BackupFailed(f"{archive} cannot be read as a backup: {_why(archive, error)}") from error
    if manifest is None:
        raise BackupFailed(f"{archive} has no manifest: it was cut off, or it is no backup")
    wanted = {part.path: part for part in manifest.parts}
    wrong = sorted(name for name in wanted.keys() | sums.keys() if wanted.get(name) != sums.get(name))
    if wrong:
        raise BackupFailed(f"{archive} is damaged: {', '.join(wrong[:5])} is not what was backed up. Take another backup")
    return manifest


def _why(archive: Path, error: Exception) -> str:
    """Tarfile tells of each of its ways to open a file, on lines of their own."""
    said = str(error).splitlines()
    if len(said) < 2:
        return str(error)
    return "it is no tar archive" if archive.stat().st_size else "it is empty"


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    source = tar.extractfile(entry)
    if source is None or entry.size > LARGEST_BYTES:
        raise BackupFailed(f"{entry.name} is no file of a fitting size")
    return source.read()


def _unpack(tar: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> Part:
    source = tar.extractfile(entry) if entry.isreg() else None
    path = PurePosixPath(entry.name)
    if source is None or path.is_absolute() or ".." in path.parts or "\\" in entry.name or "\0" in entry.name:
        raise BackupFailed(f"{entry.name!r} in the archive is no file below its folder: this is no backup")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while block := source.read(_BLOCK):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return Part(entry.name, target.stat().st_size, digest.hexdigest())
