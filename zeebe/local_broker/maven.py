"""One Maven at a time: its folder of fetched files (~/.m2) is not made for two that fetch the same."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def maven_alone() -> Iterator[None]:
    """Wait until no other process of this user runs Maven for us."""
    path = Path(tempfile.gettempdir()) / f"penstock-maven-{os.getuid()}.lock"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
