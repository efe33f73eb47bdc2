"""Secret keys that an installation makes for itself, once, and keeps in a file that nobody else may read."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path


def kept_key(path: Path, make: Callable[[], bytes]) -> bytes:
    """The key in the file; where there is none, what `make` gives is put there.

    Several processes start at once, and all get the same. A file that is empty holds no key: an empty one would be one that
    everybody knows.
    """
    return _read(path) or _made(path, make)


def _read(path: Path) -> bytes:
    """Empty where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _made(path: Path, make: Callable[[], bytes]) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not (key := _read(path)):
            key = make()
            # Whole or not at all.
            beside = path.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        return key
    finally:
        os.close(folder)
