"""One gateway at a time on a data directory: two writers would tear it.

The operating system holds the lock as long as the process lives, so a killed gateway leaves none behind. The file tells who
holds it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_FILE = "gateway.lock"


class DirectoryInUse(Exception):
    """Another gateway serves this data directory."""

    def __init__(self, directory: Path, holder: str) -> None:
        super().__init__(
            f"{directory} is served by another gateway ({holder or 'unknown process'}): stop that one, or name another "
            "directory with --data"
        )
        self.directory = directory
        self.holder = holder


@contextmanager
def locked(directory: Path, file: str = LOCK_FILE) -> Iterator[None]:
    """Hold the directory, which is made when it is missing.

    Raises:
        DirectoryInUse: another process holds it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(directory / file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DirectoryInUse(directory, os.pread(descriptor, 200, 0).decode(errors="replace").strip()) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
