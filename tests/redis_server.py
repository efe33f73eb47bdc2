"""A real Redis for tests, from the machine's own binary; tests skip by name where there is none."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import redis

from tests.house import free_ports

MISSING = "Redis is not installed (Debian: apt-get install redis-server)"


class RedisServer:
    """A server that keeps nothing on disk: killed, it has forgotten everything."""

    def __init__(self) -> None:
        self._binary = shutil.which("redis-server") or ""
        if not self._binary:
            pytest.skip(MISSING)
        self.port = free_ports(1)[0]
        self._folder = tempfile.mkdtemp(prefix="penstock-redis-")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [self._binary, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while True:
            try:
                with redis.Redis(port=self.port) as client:
                    client.ping()
            except redis.ConnectionError:
                assert time.monotonic() < deadline, "Redis did not start"
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """As the machine would: what it held is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None

    def close(self) -> None:
        self.kill()
        shutil.rmtree(Path(self._folder), ignore_errors=True)
