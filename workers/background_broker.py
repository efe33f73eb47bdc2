"""The brokers that carry background tasks: a pair of folders, or Redis."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any, override

import structlog
from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)

# With kombu's default of one second a task would wait that long.
FOLDER_POLLING_SECONDS = 0.1
# A worker that is told to stop looks whether it is between two waits, and waits once more: celery's two seconds would be four.
FOLDER_WAIT_SECONDS = 0.3
# Longer than any task's claim: a message Redis gives out again finds its task claimed or done.
VISIBILITY_SECONDS = 600
# How long one command may wait for a Redis that is away.
REDIS_SECONDS = 5


class FolderChannel(filesystem.Channel):
    """kombu writes a message under the name that readers look for: one that looks meanwhile finds nothing in it, and ends."""

    @override
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # kombu has two names for it
        name, content = f"{monotonic_ns() // 1_000_000}_{uuid.uuid4()}", dumps(payload)  # type: ignore[no-untyped-call]
        whole = Path(self.data_folder_out) / f"{name}.{queue}.msg"
        begun = whole.with_name(f"{name}.begun")
        try:
            begun.write_text(content, encoding="utf-8")
            begun.replace(whole)
        except OSError as error:
            begun.unlink(missing_ok=True)
            raise ChannelError(f"{whole} cannot be written: {error.strerror}") from error

    @override
    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)  # type: ignore[no-untyped-call]
        except ValueError as error:
            # Cut off by a full disk or a loss of power. It is taken out; its task stands in the book and is sent again.
            log.warning("message_unreadable", queue=queue, reason=type(error).__name__)
            raise Empty from error

    @override
    def get_table(self, exchange: str) -> Any:
        try:
            return super().get_table(exchange)  # type: ignore[no-untyped-call]
        except ValueError:
            # A worker that starts for the first time is writing it: nobody listens yet.
            return []


class FolderTransport(filesystem.Transport):
    """kombu's broker of files, which lets its worker look up more often."""

    Channel = FolderChannel

    @override
    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        soon = min(timeout or FOLDER_WAIT_SECONDS, FOLDER_WAIT_SECONDS)
        return super().drain_events(connection, timeout=soon, **kwargs)  # type: ignore[no-untyped-call]


def redis_broker(url: str) -> Mapping[str, Any]:
    """Celery's settings for a Redis."""
    options = {
        "visibility_timeout": VISIBILITY_SECONDS,
        "socket_timeout": REDIS_SECONDS,
        "socket_connect_timeout": REDIS_SECONDS,
        "socket_keepalive": True,
        "health_check_interval": REDIS_SECONDS,
        # Who sends does not stand waiting for a Redis that is away: the task is written down.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    }
    return {"broker_url": url, "broker_transport_options": options}


def folder_broker(folder: Path) -> Mapping[str, Any]:
    """Celery's settings for folders on this machine; they are made where they are missing."""
    queue, control = folder / "queue", folder / "control"
    for place in (queue, control):
        place.mkdir(parents=True, exist_ok=True)
    return {
        "broker_url": "filesystem://",
        "broker_transport": f"{__name__}:{FolderTransport.__name__}",
        "broker_transport_options": {
            "data_folder_in": str(queue),
            "data_folder_out": str(queue),
            "control_folder": str(control),
            "polling_interval": FOLDER_POLLING_SECONDS,
        },
    }
