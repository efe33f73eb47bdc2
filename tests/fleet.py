"""Several api processes behind a load balancer, as in a fleet: requests go in turns to those that say they are ready."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx

LOOK_EVERY_S = 0.1


@dataclass
class Part:
    """A process of one version of the code."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str = ""

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def start(name: str, code: Path, logs: Path, environment: dict[str, str], url: str = "") -> Part:
    """A `penstock` command of the code in that folder."""
    logs.mkdir(exist_ok=True)
    log = logs / f"{name}-{len(list(logs.iterdir()))}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", name],
            cwd=code,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PENSTOCK_HOME": str(code), **environment},
            stdout=output,
            stderr=output,
        )
    return Part(process, log, url)


async def until_ready(part: Part, path: str = "/ready", seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    async with httpx.AsyncClient(timeout=5) as client:
        while True:
            try:
                if (await client.get(part.url + path)).is_success:
                    return
            except httpx.TransportError:
                pass
            assert part.process.poll() is None, f"it ended: {part.said()}"
            assert time.monotonic() < deadline, f"not ready within {seconds} s: {part.said()}"
            await asyncio.sleep(LOOK_EVERY_S)


@dataclass
class Balancer:
    """Sends each request to the next process that is ready; who refuses the connection is passed over."""

    parts: list[Part]
    cookies: dict[str, str]
    served: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    in_flight: Counter[str] = field(default_factory=Counter)
    _turn: itertools.count = field(default_factory=itertools.count)

    async def ask(self, method: str, path: str, **options) -> None:
        # Each request has a connection of its own, as nginx does it by default.
        async with httpx.AsyncClient(timeout=60, cookies=self.cookies) as client:
            turn = next(self._turn)
            for part in [self.parts[(turn + each) % len(self.parts)] for each in range(len(self.parts))]:
                self.in_flight[part.url] += 1
                try:
                    answer = await client.request(method, part.url + path, **options)
                except httpx.ConnectError:
                    continue
                except httpx.TransportError as error:
                    self.failures.append(f"{method} {path} at {part.url}: {error!r}")
                    return
                finally:
                    self.in_flight[part.url] -= 1
                self.served[part.url] += 1
                if not answer.is_success:
                    self.failures.append(f"{method} {path} at {part.url}: {answer.status_code} {answer.text[:300]}")
                return
            self.failures.append(f"{method} {path}: nobody took it")

    async def let_go(self, part: Part) -> None:
        """Send it no more, and wait for what it is about: what PENSTOCK_DRAIN_SECONDS gives a load balancer time for."""
        self.parts.remove(part)
        while self.in_flight[part.url]:  # noqa: ASYNC110  # a test may look now and then
            await asyncio.sleep(LOOK_EVERY_S)
