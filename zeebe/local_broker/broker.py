"""One Zeebe broker as a child process: small, on loopback, its records sent to a sink by the exporter that ships with it."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import httpx

from zeebe.local_broker.distribution import Tell
from zeebe.local_broker.options import BrokerOptions, environment

_LOOK_SECONDS = 0.25
_STOP_SECONDS = 30


class BrokerFailed(Exception):
    """The broker ended or did not come up; the text holds the end of its log."""


@dataclass
class RunningBroker:
    """A broker that answers; `stop` and `start` keep its data."""

    home: Path
    java: Path
    options: BrokerOptions
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log_file(self) -> Path:
        return self.options.data / "broker.log"

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, *, seconds: float = 120, tell: Tell = lambda _line: None) -> None:
        """Start it and wait until it takes commands.

        Raises:
            BrokerFailed: it did not come up.
        """
        started = time.monotonic()
        with self._opened_log() as output:
            self.process = subprocess.Popen(  # noqa: S603 -- the script of the archive that was checked
                [self.home / "bin" / "broker"],
                cwd=self.options.data,
                env={**os.environ, **environment(self.options), **self._java_environment()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        tell(f"Zeebe starts (about 20 s); its log is {self.log_file}")
        while not self._is_ready():
            if not self.is_alive or time.monotonic() - started > seconds:
                self.kill()
                raise BrokerFailed(f"Zeebe did not come up; the end of {self.log_file}:\n{self._end_of_log()}")
            time.sleep(_LOOK_SECONDS)
        tell(f"Zeebe is up after {time.monotonic() - started:.0f} s.")

    async def start_beside(self, *, tell: Tell = lambda _line: None) -> None:
        """Start it while the event loop goes on: its exporter may want to be answered."""
        await asyncio.to_thread(self.start, tell=tell)

    def stop(self) -> None:
        """Ask it to end; after some patience, make it."""
        if self.process is None or not self.is_alive:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        if self.process is not None and self.is_alive:
            self.process.kill()
            self.process.wait()

    def _is_ready(self) -> bool:
        try:
            return httpx.get(
                f"{self.options.ports.management_url}/ready", timeout=2, trust_env=False, follow_redirects=True
            ).is_success
        except httpx.HTTPError:
            return False

    def _java_environment(self) -> dict[str, str]:
        # The start script ends in `exec`: a signal to the child reaches Java itself.
        return {"JAVA_HOME": str(self.java), "JAVACMD": str(self.java / "bin" / "java")}

    def _opened_log(self) -> BinaryIO:
        try:
            self.options.data.mkdir(parents=True, exist_ok=True)
            return self.log_file.open("ab")
        except OSError as error:
            said = f"{self.options.data} cannot be written to ({error.strerror}); PENSTOCK_DATA_DIR names another folder"
            raise BrokerFailed(said) from error

    def _end_of_log(self) -> str:
        return self.log_file.read_text(errors="replace")[-2000:]


@contextmanager
def running_broker(home: Path, java: Path, options: BrokerOptions) -> Iterator[RunningBroker]:
    """A broker that is stopped at the end, whatever happened."""
    broker = RunningBroker(home, java, options)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()
