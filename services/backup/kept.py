"""The folder of backups that the clock makes: how they are called, which are kept, and what the last rehearsal said.

Only files of our own naming are ever deleted; whatever else lies in the folder is somebody's.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

_NAME = re.compile(r"penstock-(\d{4}-\d{2}-\d{2}T\d{6}Z)\.tar\.gz", re.ASCII)
_STAMP = "%Y-%m-%dT%H%M%SZ"
_UNFINISHED = (".tar.gz.partial", ".tar.gz-")
_REHEARSAL = "rehearsal.json"
# A backup that was not finished by then was given up: its process was killed.
_GIVEN_UP = timedelta(days=1)


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """What became of restoring an archive into a scratch place; `problem` is empty when all was well."""

    archive: str
    at: datetime
    seconds: float
    problem: str = ""
    # The last time that all was well, this one included.
    succeeded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptBackups:
    """`keep` archives stay, the newest."""

    folder: Path
    keep: int

    def new_archive(self, now: datetime) -> Path:
        return self.folder / f"penstock-{now.astimezone(UTC).strftime(_STAMP)}.tar.gz"

    def archives(self) -> list[Path]:
        """Those that the clock made, the oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if _NAME.fullmatch(path.name) and path.is_file())

    def newest(self) -> Path | None:
        return next(iter(reversed(self.archives())), None)

    def newest_at(self) -> float | None:
        """When the newest backup of any name was made: somebody's own clock may call them otherwise."""
        if not self.folder.is_dir():
            return None
        return max((path.stat().st_mtime for path in self.folder.iterdir() if _is_backup(path)), default=None)

    def drop_old(self, now: datetime) -> list[Path]:
        """Delete what is beyond the number to keep, and what a killed backup left; returns the archives that went."""
        for path in self.folder.glob("*penstock-*"):
            if any(part in path.name for part in _UNFINISHED) and path.is_file() and _age(path, now) > _GIVEN_UP:
                path.unlink(missing_ok=True)
        old = self.archives()[: -self.keep]
        for path in old:
            path.unlink(missing_ok=True)
        return old

    def rehearsal(self) -> Rehearsal | None:
        """The last one; None where there was none, or what it left cannot be read."""
        try:
            return msgspec.json.decode((self.folder / _REHEARSAL).read_bytes(), type=Rehearsal)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    def note(self, rehearsal: Rehearsal) -> None:
        path = self.folder / _REHEARSAL
        partial = path.with_suffix(".json.new")
        partial.write_bytes(msgspec.json.encode(rehearsal))
        partial.replace(path)


def _is_backup(path: Path) -> bool:
    """Neither our note of the rehearsal, which is written just when backups fail, nor what is not finished."""
    return path.is_file() and not path.name.startswith((".", _REHEARSAL)) and not path.name.endswith(".partial")


def _age(path: Path, now: datetime) -> timedelta:
    return now - datetime.fromtimestamp(path.stat().st_mtime, UTC)
