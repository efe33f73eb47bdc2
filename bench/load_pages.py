"""200 people at pages and REST: `python -m bench.load_pages [--users 200] [--seconds 60] [--faults] [--keep FOLDER]`.

A house is filled as after a year and started on loopback; each person thinks, asks for the next page, thinks again, and keeps
the stream of changes open as a browser does. Printed are the milliseconds per route, the errors, and what a request cost the
api process. `--faults` does it twice more: while Redis is away for a third of the time, and while the projection is killed
again and again. `--keep` fills the folder once and finds it filled the next time. `--think 8` is the mean pause in seconds.
"""

import argparse
import asyncio
import os
import random
import re
import signal
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

from api.cookies import SESSION_COOKIE
from api.csrf import HEADER
from bench.load_data import fill, secret_key_of, sign_in
from bench.load_users import Keys, Step, keys_of, walk
from history.database import open_engine
from services.identity import Role
from tests.house import House, house
from tests.redis_server import RedisServer

GOAL_MS = 300
TOKEN = re.compile(r'name="csrf-token" content="([0-9a-f]+)"')
WARM_UP_S = 5.0
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    """What was seen of each route."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    # Requests before this moment only warm up.
    counted_from: float = 0.0

    def note(self, step: Step, began: float, problem: str) -> None:
        if began < self.counted_from:
            return
        self.milliseconds[step.route].append((time.perf_counter() - began) * 1000)
        if problem:
            self.errors.append(f"{step.method} {step.path}: {problem}")

    def say(self, title: str, cpu_s: float, seconds: float) -> bool:
        """Print them; whether the goal was reached."""
        every = [each for values in self.milliseconds.values() for each in values]
        print(f"\n{title}: {len(every)} requests in {seconds:.0f} s, {len(self.errors)} errors")
        print(
            f"  api process: {cpu_s / len(every) * 1000:.1f} ms of processor a request, {cpu_s / seconds:.0%} of one processor"
        )
        print(f"  {'route':34}{'number':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'longest':>9}  ms")
        for route, values in [*sorted(self.milliseconds.items()), ("all", every)]:
            p50, p95, p99 = (quantile(values, share) for share in (0.5, 0.95, 0.99))
            print(f"  {route:34}{len(values):>8}{p50:>8.0f}{p95:>8.0f}{p99:>8.0f}{max(values):>9.0f}")
        for error in self.errors[:10]:
            print(f"  error: {error}")
        return not self.errors and quantile(every, 0.95) < GOAL_MS


def quantile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1] if len(values) > 1 else values[0]


@dataclass
class Person:
    """Walks pages with a browser's cookies and connections."""

    client: httpx.AsyncClient
    roles: frozenset[Role]
    dice: random.Random
    think_s: float
    csrf: str = ""

    async def work(self, keys: Keys, figures: Figures) -> None:
        await asyncio.sleep(self.dice.random() * self.think_s)
        for step in walk(self.roles, keys, self.dice):
            await self._ask(step, figures)
            await asyncio.sleep(self.dice.expovariate(1 / self.think_s))

    async def listen(self) -> None:
        """The stream of changes that each page opens; it comes back as a browser's does."""
        while True:
            try:
                async with self.client.stream("GET", "/events", timeout=None) as answer:
                    async for _line in answer.aiter_lines():
                        pass
            except httpx.TransportError:
                pass
            await asyncio.sleep(2)

    async def _ask(self, step: Step, figures: Figures) -> None:
        began, problem = time.perf_counter(), ""
        try:
            answer = await self._request(step)
            if answer.status_code >= 400 or answer.url.path == "/login":
                problem = f"{answer.status_code} {answer.text[:200]!r}"
            if found := TOKEN.search(answer.text):
                self.csrf = found[1]
        except httpx.HTTPError as error:
            problem = repr(error)
        figures.note(step, began, problem)

    async def _request(self, step: Step) -> httpx.Response:
        if step.method == "GET":
            return await self.client.get(step.path)
        ticket = {"source": "load", "external_id": str(self.dice.getrandbits(60)), "text": "The printer prints stripes"}
        return await self.client.post(step.path, json=ticket, headers={HEADER: self.csrf})


async def load(running: House, options: argparse.Namespace, trouble: Callable[[], Awaitable[None]] | None, title: str) -> bool:
    """Everybody works for a while, with some trouble meanwhile; whether the goal was reached."""
    engine = open_engine(f"sqlite:///{running.data / 'penstock.db'}")
    people, keys = sign_in(engine, options.users, secret_key_of(running.data)), keys_of(engine)
    engine.dispose()
    figures = Figures(counted_from=time.perf_counter() + WARM_UP_S)
    async with asyncio.TaskGroup() as group, AsyncClients(running.web) as clients:
        tasks = []
        for number, (roles, cookie) in enumerate(people):
            person = Person(clients.new(cookie), roles, random.Random(number), options.think)
            tasks += [group.create_task(person.work(keys, figures)), group.create_task(person.listen())]
        await asyncio.sleep(WARM_UP_S)
        began, cpu = time.perf_counter(), cpu_seconds(running)
        if trouble is not None:
            tasks.append(group.create_task(trouble_of(trouble)))
        await asyncio.sleep(options.seconds)
        spent, seconds = cpu_seconds(running) - cpu, time.perf_counter() - began
        for task in tasks:
            task.cancel()
    return figures.say(title, spent, seconds)


async def trouble_of(trouble: Callable[[], Awaitable[None]]) -> None:
    await trouble()


class AsyncClients:
    """One client a person, closed together."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._clients: list[httpx.AsyncClient] = []

    def new(self, cookie: str) -> httpx.AsyncClient:
        cookies = {SESSION_COOKIE: cookie}
        client = httpx.AsyncClient(
            base_url=self._base_url,
            cookies=cookies,
            timeout=60,
            follow_redirects=True,
            trust_env=False,
            # Loopback has no TLS, and a context of certificates each would cost more than the load.
            verify=False,
        )
        self._clients.append(client)
        return client

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        for client in self._clients:
            await client.aclose()


def cpu_seconds(running: House) -> float:
    """What the api process has had of the processors."""
    total = 0.0
    for pid in running._processes("api"):  # noqa: SLF001  # the bench and the tests share it
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += (int(words[11]) + int(words[12])) / CLOCK_TICKS
    return total


def redis_away(server: RedisServer, seconds: float) -> Callable[[], Awaitable[None]]:
    async def trouble() -> None:
        await asyncio.sleep(seconds / 3)
        server.kill()
        await asyncio.sleep(seconds / 3)
        server.start()

    return trouble


def projector_killed(running: House) -> Callable[[], Awaitable[None]]:
    async def trouble() -> None:
        while True:
            await asyncio.sleep(10)
            for pid in processes_with(running, b"projection"):
                os.kill(pid, signal.SIGKILL)

    return trouble


def processes_with(running: House, word: bytes) -> list[int]:
    """The house's processes with a word in their command line."""
    return [pid for pid in running._processes("background") if word in Path(f"/proc/{pid}/cmdline").read_bytes()]  # noqa: SLF001


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=8)
    parser.add_argument("--instances", type=int, default=20_000)
    parser.add_argument("--tickets", type=int, default=50_000)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with ExitStack() as stack:
        data = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        if not (data / "penstock.db").exists():
            data.mkdir(parents=True, exist_ok=True)
            fill(f"sqlite:///{data / 'penstock.db'}", options.instances, options.tickets)
        redis = RedisServer()
        stack.callback(redis.close)
        redis.start()
        os.environ["PENSTOCK_REDIS_URL"] = redis.url
        running = stack.enter_context(house(data))
        running.start(300)
        reached = [asyncio.run(load(running, options, None, "all is well"))]
        if options.faults:
            reached.append(asyncio.run(load(running, options, redis_away(redis, options.seconds), "Redis away for a third")))
            reached.append(asyncio.run(load(running, options, projector_killed(running), "projection killed every 10 s")))
    print(f"\np95 under {GOAL_MS} ms and no error: {'yes' if all(reached) else 'NO'}")


if __name__ == "__main__":
    main()
