"""The broker of folders: nobody reads a message that is not wholly there, and a damaged one ends nobody."""

from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from workers.background_broker import FolderChannel, folder_broker


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[FolderChannel]:
    settings = folder_broker(tmp_path)
    with Connection(
        "filesystem://", transport=settings["broker_transport"], transport_options=settings["broker_transport_options"]
    ) as connection:
        yield connection.default_channel


class Watching:
    """Part of a message that looks, while it is written down, for what a reader would find."""

    def __init__(self, channel: FolderChannel) -> None:
        self.channel = channel
        self.found: list[object] = []

    def __json__(self) -> str:
        try:
            self.found.append(self.channel._get("celery"))
        except Empty:
            self.found.append("nothing")
        return "watched"


def test_a_message_is_there_when_it_is_whole(channel: FolderChannel) -> None:
    watching = Watching(channel)

    channel._put("celery", {"task": watching})

    assert watching.found == ["nothing"]
    assert channel._get("celery") == {"task": "watched"}


def test_what_is_being_written_is_no_message(channel: FolderChannel, tmp_path: Path) -> None:
    channel._put("celery", {"task": "a"})
    (message,) = (tmp_path / "queue").iterdir()

    message.rename(message.with_suffix("").with_suffix(".begun"))

    with pytest.raises(Empty):
        channel._get("celery")


@pytest.mark.parametrize("content", [b"", b'{"task": "a', b"\xff\xfe"], ids=["empty", "cut off", "no text"])
def test_a_damaged_message_is_passed_over_and_the_next_is_read(channel: FolderChannel, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "queue" / "0_damaged.celery.msg").write_bytes(content)
    channel._put("celery", {"task": "a"})

    with pytest.raises(Empty):
        channel._get("celery")

    assert channel._get("celery") == {"task": "a"}


def test_who_sends_while_a_worker_starts_for_the_first_time_finds_no_queue_yet(channel: FolderChannel, tmp_path: Path) -> None:
    (tmp_path / "control" / "celery.exchange").write_bytes(b"")

    assert channel.get_table("celery") == []
