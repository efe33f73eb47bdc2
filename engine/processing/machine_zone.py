"""The time zone of the machine, by its name: `now()` is told in it, as Zeebe tells it in that of its broker."""

import os
from datetime import UTC, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ZONES = "zoneinfo/"


@cache
def machine_zone() -> tzinfo:
    """What `TZ` says, else what the machine's files say, else UTC."""
    for name in (os.environ.get("TZ", "").lstrip(":"), _from_timezone_file(), _from_localtime_link()):
        try:
            if name:
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return UTC


def _from_timezone_file() -> str:
    try:
        return Path("/etc/timezone").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _from_localtime_link() -> str:
    try:
        return str(Path("/etc/localtime").resolve()).partition(_ZONES)[2]
    except OSError:
        return ""
