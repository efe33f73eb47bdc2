"""What a disk holds at the moment of an answer: a file system is mounted, and its device copied while the gateway's core runs.

What the kernel had not yet written is missing in the copy, as it is after a power loss.
"""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.gateway.partition import DurablePartition
from engine.processing import commands as c
from engine.state.flush import FileFlush
from engine.state.opening import open_reader
from engine.state.verify import verify
from tests.bpmn_builder import process

MODEL = c.Resource("p.bpmn", process("p").start().service_task("work").end().xml())
AT_ONCE = 12
LOSSES = 4


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mount = subprocess.run(["mount", "-o", "loop", str(image), str(folder)], capture_output=True, check=False)
    if mount.returncode:
        pytest.skip("no disk image can be mounted (needs root and loop devices)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def made_image(path: Path) -> Path:
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 is missing")
    with path.open("wb") as file:
        file.truncate(32 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", str(path)], check=True)
    return path


def no_flush(_journal: Path) -> FileFlush:
    raise OSError("this machine knows none")


@pytest.mark.parametrize("apart", [True, False])
async def test_what_was_answered_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, apart: bool) -> None:
    if not apart:
        monkeypatch.setattr("engine.gateway.disk.FileFlush", no_flush)
    image = made_image(tmp_path / "disk.img")
    answered: list[set[int]] = []
    copies: list[Path] = []
    with mounted(image, tmp_path / "disk") as disk:
        partition = DurablePartition.open(disk / "data")
        await partition.start()
        await partition.submit(c.DeployResource((MODEL,)))
        known: set[int] = set()
        for loss in range(LOSSES):
            created = await asyncio.gather(
                *(partition.submit(c.CreateProcessInstance("p", variables={"n": n})) for n in range(AT_ONCE))
            )
            copies.append(Path(shutil.copy(image, tmp_path / f"copy{loss}.img")))
            known |= {answer.process_instance_key for answer in created if isinstance(answer, c.ProcessInstanceCreated)}
            answered.append(set(known))
        flushes_apart = partition.flushes_apart
        await partition.stop()
    if apart and not flushes_apart:
        pytest.skip("this machine knows no asynchronous flush")

    for loss, copy in enumerate(copies):
        with mounted(copy, tmp_path / f"after{loss}") as disk:
            reader = open_reader(disk / "data")
            kept = {row.owner for row in reader.rows()}
            faults = list(verify(reader).lines())
            reader.close()
        assert answered[loss] <= kept
        assert faults == []
    assert len(answered[-1]) == AT_ONCE * LOSSES
    assert flushes_apart is apart
