"""What stands in the embedded gateway's place when the engine is a Zeebe cluster."""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bootstrap.connections import open_database
from history.projector import Projector
from settings import Settings
from workers.background import BackgroundTask
from zeebe.exporter_sink import Credentials, SqlRecordLog, serving

FORGET_SECONDS = 3600


class SinkUnprotected(Exception):
    """Records would be taken from anybody in the network."""


def sink_credentials(settings: Settings) -> Credentials | None:
    """Who may send records.

    Raises:
        SinkUnprotected: the sink listens beyond loopback and has no password.
    """
    if settings.sink_password is not None:
        return Credentials(settings.sink_username, settings.sink_password.get_secret_value())
    if not _is_loopback(settings.sink_host):
        raise SinkUnprotected(
            f"the sink would take records from anybody who reaches {settings.sink_host}: set PENSTOCK_SINK_PASSWORD, "
            "and the exporter's authentication.username and .password to match"
        )
    return None


@asynccontextmanager
async def record_sink(settings: Settings) -> AsyncIterator[str]:
    """Take a cluster's records while the block runs; yields where."""
    # The exporter forgets what was answered: each commit is on the disk before.
    with open_database(settings.model_copy(update={"engine_sync": "FULL"})) as engine:
        async with serving(
            SqlRecordLog(engine),
            host=settings.sink_host,
            port=settings.sink_port,
            credentials=sink_credentials(settings),
            max_bytes=settings.sink_max_bytes,
        ) as url:
            yield url


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    def forget_records() -> int:
        kept = settings.record_retention_seconds
        if settings.is_embedded or kept is None:
            return 0
        before = datetime.now(UTC) - timedelta(seconds=kept)
        with open_database(settings.model_copy(update={"engine_sync": "FULL"})) as engine:
            # In one database with what was made of them: a commit that drops records takes that to the disk with it.
            projected = Projector(engine).positions()
            return SqlRecordLog(engine).forget(projected, received_before=int(before.timestamp() * 1000))

    return [BackgroundTask("records.forget", forget_records, every_seconds=FORGET_SECONDS)]


def zeebe_cache(settings: Settings) -> Path:
    """Where the broker's archive is unpacked; one folder serves every checkout."""
    return settings.zeebe_cache or Path.home() / ".cache" / "penstock"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
