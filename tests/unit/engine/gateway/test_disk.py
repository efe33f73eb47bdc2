import threading
import time

from engine.gateway.disk import SLOW_SECONDS, TRY_AGAIN_AFTER, Disk
from engine.processing.ports import Batch, Counters
from engine.state.memory import MemoryStore


class Noting(MemoryStore):
    """Notes on which thread each commit was made, and takes its time over it."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.threads: list[int] = []

    def commit(self, batch: Batch) -> None:
        self.threads.append(threading.get_ident())
        time.sleep(self.seconds)
        super().commit(batch)


def batch(position: int) -> Batch:
    return Batch(Counters(position, position, 0), records=['{"position":1}'], first_position=position)


async def test_a_quick_disk_is_waited_for_where_the_commit_is_made() -> None:
    store = Noting(0)
    disk = Disk(store)

    for position in range(1, 6):
        await disk.make_durable(batch(position))

    assert set(store.threads) == {threading.get_ident()}
    disk.close()


async def test_a_slow_disk_holds_nobody_up_but_its_own_thread() -> None:
    store = Noting(SLOW_SECONDS * 12)
    disk = Disk(store)

    for position in range(1, 6):
        await disk.make_durable(batch(position))

    assert store.threads[0] == threading.get_ident()
    assert threading.get_ident() not in store.threads[1:]
    disk.close()


async def test_a_disk_that_has_become_quick_is_trusted_again() -> None:
    store = Noting(SLOW_SECONDS * 12)
    disk = Disk(store)
    await disk.make_durable(batch(1))

    store.seconds = 0
    for position in range(2, TRY_AGAIN_AFTER * 8):
        await disk.make_durable(batch(position))

    assert disk.is_quick
    assert store.threads[-1] == threading.get_ident()
    disk.close()
