"""Keep a handful of processes alive, and end them in order.

A child that ends is started again, later each time it ends soon. The children have their own sessions, so that Ctrl-C reaches
the supervisor alone: it asks all children to stop that use others, and those others once they are gone. Should the supervisor
itself be killed, the kernel ends them.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

HOUSE = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 20.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
# A child that lived this long starts again at once.
HEALTHY_SECONDS = 10.0
PR_SET_PDEATHSIG = 1
# A page is made before a report: Linux gives a process of this niceness a third of what another gets.
POLITENESS = 5


def penstock(*arguments: str) -> list[str]:
    """The command line of a `penstock` command, installed or not.

    A child stays in the folder of who starts it, where relative paths and `.env` are the same for both. Modules that happen to
    lie there are none of ours (-P).
    """
    return [sys.executable, "-P", "-m", "cli", *arguments]


def _with_the_house() -> str:
    """Where Python finds our modules from any folder, before what the environment names."""
    return os.pathsep.join(filter(None, (str(HOUSE), os.environ.get("PYTHONPATH"))))


@dataclass
class Child:
    """One supervised process; its output goes to a log file."""

    name: str
    command: Sequence[str]
    log_file: Path
    patience: float = PATIENCE_SECONDS
    # Others bring it their last words while they stop, so it stops after them.
    is_used_by_others: bool = False
    # Nobody waits for it: it leaves the processors to those that somebody waits for, wholly until `start_the_rest`, and after
    # that wherever there are too few of them.
    can_wait: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    start_again_at: float = 0.0

    def start(self) -> None:
        with self.log_file.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 -- our own command line
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=self._begin if sys.platform == "linux" else None,  # noqa: PLW1509 -- no threads yet
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": _with_the_house()},
            )
        self.started_at = time.monotonic()

    def _begin(self) -> None:
        """What the child does before it becomes its command."""
        end_with_parent()
        if self.can_wait:
            os.nice(POLITENESS)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for a child that was asked to stop; once its patience is over, make it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(until - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            log.warning("child_killed", name=self.name, waited_seconds=self.patience)
            self.process.kill()
            self.process.wait()


@dataclass
class Supervisor:
    """Runs children until it is told to stop; `children` start in order."""

    children: Sequence[Child]
    _stopping: bool = field(default=False, init=False)

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping

    def start(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        for child in self.children:
            child.log_file.parent.mkdir(parents=True, exist_ok=True)
            if not child.can_wait:
                child.start()

    def start_the_rest(self) -> None:
        for child in self.children:
            if child.can_wait and not self._stopping:
                child.start()

    def wait_for(self, ready: Callable[[], bool], *, seconds: float) -> bool:
        """Look until `ready`, keeping the children alive; False after so many seconds or when told to stop."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self._stopping:
            if ready():
                return True
            self._revive()
            time.sleep(0.05)
        return False

    def run(self) -> None:
        """Keep the children alive until told to stop, then stop them."""
        try:
            while not self._stopping:
                self._revive()
                time.sleep(0.1)
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop all that use others at once, then the others."""
        self._stopping = True
        for wave in (False, True):
            asked_at = time.monotonic()
            stopping = [child for child in self.children if child.is_used_by_others is wave]
            for child in stopping:
                child.ask_to_stop()
            for child in stopping:
                child.wait(asked_at + child.patience)

    def _revive(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            if not child.start_again_at:
                healthy = now - child.started_at > HEALTHY_SECONDS
                child.pause = FIRST_PAUSE_SECONDS if healthy else min(child.pause * 2, LONGEST_PAUSE_SECONDS)
                child.start_again_at = now + child.pause
                code = child.process.returncode
                log.warning("child_ended", name=child.name, code=code, again_in_seconds=child.pause, log=str(child.log_file))
            elif now >= child.start_again_at:
                child.start_again_at = 0.0
                child.start()

    def _on_signal(self, number: int, _frame: object) -> None:
        if self._stopping and number == signal.SIGINT:
            # A second Ctrl-C: the person does not want to wait.
            for child in self.children:
                if child.process is not None and child.process.poll() is None:
                    child.process.kill()
        self._stopping = True


def end_with_parent() -> None:
    """From now on the kernel ends this process with the one that started it, where it can (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
