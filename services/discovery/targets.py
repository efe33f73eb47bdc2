"""Where each process of a machine can be scraped: one small file a process, in the form of Prometheus' `file_sd_configs`.

So ports may be any free ones, and a second api or worker process is found without a line of configuration.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Inside the data directory.
FOLDER = "monitoring"


@contextmanager
def announced(folder: Path, process: str, address: str) -> Iterator[Path]:
    """The file stands while the block runs. One that a killed process left behind is removed by the next of its name."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{process}-*.json"):
        if not _lives(left.stem.rpartition("-")[2]):
            left.unlink(missing_ok=True)
    path = folder / f"{process}-{os.getpid()}.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps([{"targets": [address], "labels": {"process": process}}]), encoding="utf-8")
    new.replace(path)
    try:
        yield path
    finally:
        with suppress(OSError):
            path.unlink()


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
