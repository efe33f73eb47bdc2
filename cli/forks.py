"""Copies of this process that do the same work side by side, and one that keeps them at it.

Python runs one thread at a time, so a web process fills one processor. A fork after all is imported starts in no time, sharing
the memory of what was imported. What must not be copied is made after it: threads, connections, event loops.

The first process works on nothing itself: it starts another copy where one ended unasked, hands SIGTERM and SIGINT on, and ends
when all copies have. Should it be killed, the kernel ends them.
"""

import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from cli.supervisor import end_with_parent

log = structlog.get_logger(__name__)
# One that ends sooner is not started again at once.
HEALTHY_SECONDS = 10.0
PAUSE_SECONDS = 1.0
_STOPPING = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Forks:
    """So many copies, each of which calls `work` with its number, from 1 on, and ends with it."""

    count: int
    work: Callable[[int], None]
    _numbers: dict[int, int] = field(default_factory=dict, init=False)
    _began: dict[int, float] = field(default_factory=dict, init=False)
    _is_stopping: bool = field(default=False, init=False)

    def run(self) -> None:
        """Start them all and return when all have ended."""
        for each in _STOPPING:
            signal.signal(each, self._hand_on)
        # What is there by now stays: a collector that looks at it would only tear the shared memory apart.
        gc.collect()
        gc.freeze()
        for number in range(1, self.count + 1):
            self._start(number)
        while self._numbers:
            pid, status = os.wait()
            self._ended(pid, os.waitstatus_to_exitcode(status))

    def _ended(self, pid: int, code: int) -> None:
        number, lived = self._numbers.pop(pid), time.monotonic() - self._began.pop(pid)
        if self._is_stopping:
            return
        log.warning("process_ended", number=number, code=code, lived_seconds=round(lived, 1))
        if lived < HEALTHY_SECONDS:
            time.sleep(PAUSE_SECONDS)
        self._start(number)

    def _start(self, number: int) -> None:
        # A signal between the fork and its being known here would be lost, or kill what has no handler yet.
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        try:
            if self._is_stopping:
                return
            pid = os.fork()
            if pid == 0:
                self._be(number)
            self._numbers[pid], self._began[pid] = number, time.monotonic()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)

    def _be(self, number: int) -> None:
        """What a copy does from its first moment to its last."""
        code = 1
        try:
            end_with_parent()
            # Ctrl-C reaches the first process, which hands it on: once is enough.
            os.setpgid(0, 0)
            for each in _STOPPING:
                signal.signal(each, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
            self.work(number)
            code = 0
        except BaseException:  # noqa: BLE001 - nothing of a copy may run on into the first process's own code
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _hand_on(self, number: int, _frame: object) -> None:
        self._is_stopping = True
        for pid in self._numbers:
            os.kill(pid, number)
