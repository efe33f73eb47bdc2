"""Variables that look like settings and are none: misspelt, or of another version. They change nothing, which nobody sees."""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values

from settings.invalid import PREFIX

# Compose puts these into its own files (compose/*.yml); they may stand beside settings in a shell or in .env.
OF_COMPOSE = frozenset(
    PREFIX + name
    for name in (
        "ADMINISTRATION_CLIENT_SECRET",
        "BACK_CHANNEL_URL",
        "IMAGE_TAG",
        "POSTGRES_PASSWORD",
        "POSTGRES_PORT",
        "REDIS_PORT",
        "SMTP_FROM",
        "WORKER_CLIENT_SECRET",
    )
)


def unknown(fields: Iterable[str], *, env_file: Path = Path(".env")) -> list[str]:
    """A line for each such variable of the environment and of .env, with the setting that is likely meant."""
    known = {f"{PREFIX}{name.upper()}" for name in fields}
    given = {*os.environ, *(dotenv_values(env_file) if env_file.is_file() else ())}
    strange = {name for name in given if name.startswith(PREFIX) and name.removesuffix("_FILE") not in known}
    return [_line(name, known) for name in sorted(strange - known - OF_COMPOSE)]


def _line(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name.removeprefix(PREFIX), [each.removeprefix(PREFIX) for each in known], n=1, cutoff=0.7)
    return f"{name} is no setting and changes nothing" + (f"; did you mean {PREFIX}{near[0]}?" if near else "")
