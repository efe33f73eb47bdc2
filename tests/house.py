"""Starts the whole house on free ports, as `make run` would, and asks it questions."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]
PORTS = ("WEB", "GRPC", "REST", "MANAGEMENT")


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class House:
    """A running `penstock up` with its own data and ports."""

    data: Path
    ports: dict[str, int]
    process: subprocess.Popen[bytes] | None = None
    password: str = ""
    # Further settings, by the names of their environment variables.
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        """What the supervisor says."""
        return self.data.with_suffix(".out")

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "PENSTOCK_DATA_DIR": str(self.data),
            **{f"PENSTOCK_{name}_PORT": str(port) for name, port in self.ports.items()},
            "COLUMNS": "200",
            **self.settings,
        }

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.ports['WEB']}"

    def start(self, seconds: float = 180) -> float:
        """Start and wait until it says that it is up; returns how many seconds it said."""
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up"], cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )
        self.wait_until(lambda: "Ctrl-C stops" in self.output.read_text(), seconds, "the house is up")
        said = self.output.read_text()
        if found := re.search(r"with password (\S+)", said):
            self.password = found[1]
        up = re.search(r"is up after ([\d.]+) s", said)
        assert up is not None, said
        return float(up[1])

    def stop(self) -> int:
        """Ctrl-C."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a penstock command against this house."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def kill(self, name: str) -> None:
        """kill -9 one of the supervised processes, its own children too."""
        for pid in self._processes(name):
            os.kill(pid, signal.SIGKILL)

    def sql(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Ask the read models and business tables."""
        with sqlite3.connect(f"file:{self.data / 'penstock.db'}?mode=ro", uri=True, timeout=30) as connection:
            return connection.execute(query, arguments).fetchall()

    def records(self) -> Iterator[dict[str, Any]]:
        """The engine's record log, as the management port gives it."""
        url = f"http://127.0.0.1:{self.ports['MANAGEMENT']}/actuator/records?from=-1"
        with httpx.stream("GET", url, timeout=120) as answer:
            for line in answer.iter_lines():
                yield json.loads(line)

    def wait_until(self, true: Callable[[], object], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"the house ended with {self.process.returncode}: {self.output.read_text()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s: {what}\n{self.output.read_text()}\n{self.logs()}")
            time.sleep(0.1)

    def logs(self) -> str:
        """The ends of the log files."""
        files = sorted((self.data / "logs").glob("*.log"))
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-3000:]}" for file in files)

    def _processes(self, name: str) -> list[int]:
        """Process ids by command line; only those whose environment names this house's data."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if words[1:4] == [b"-m", b"cli", name.encode()] and str(self.data).encode() in environment:
                found.append(int(entry.name))
        return found


@contextmanager
def house(data: Path, **settings: object) -> Iterator[House]:
    """A house that is stopped at the end, whatever happened; `house(data, mail_port=2525)` sets more."""
    further = {f"PENSTOCK_{name.upper()}": str(value) for name, value in settings.items()}
    one = House(data, dict(zip(PORTS, free_ports(4), strict=True)), settings=further)
    try:
        yield one
    finally:
        if one.process is not None and one.process.poll() is None:
            one.stop()
