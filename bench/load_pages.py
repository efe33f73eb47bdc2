"""200 people at pages and REST: `python -m bench.load_pages [--users 200] [--seconds 60] [--faults] [--keep FOLDER]`.

A house is filled as after a year and started on loopback; each person has a session, cookies and connections of their own and
walks the pages of their role (bench.load_users). Between two pages a person reads: a pause drawn from an exponential
distribution, as in TPC-W, whose mean is 7 s there and 8 s here (`--think`), for our pages are lists and forms to decide on and
not a shop's; what scripts of a page fetch (a form, a diagram) follows the page at once. Every open page listens for changes of
the topics it shows and is asked for anew when it hears of one, once a second at most and less often when it is slow, as
web/shell/live.js does; all 200 pages are visible all the time, which is the worst case. Sent tickets are worked on by the
processes meanwhile, so there is always something that changed.

Printed are the milliseconds per route, the errors, what a request cost the api processes, and what share of the machine this
program itself took. `--faults` does it twice more: while Redis is away for a third of the time, and while the projection is
killed again and again. `--keep` fills the folder once and finds it filled the next time.
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
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Self

import httpx

from api.cookies import SESSION_COOKIE
from api.csrf import HEADER
from bench.load_data import fill, secret_key_of, sign_in
from bench.load_users import Keys, Step, keys_of, walk
from history.database import open_engine
from services.discovery import FOLDER
from services.identity import Role
from tests.house import House, house
from tests.redis_server import RedisServer

GOAL_MS = 300
TOKEN = re.compile(r'name="csrf-token" content="([0-9a-f]+)"')
SEEN = re.compile(r'name="live-token" content="([^"]+)"')
LIVE = re.compile(r'data-live="([A-Z_ ]+)"')
# web/shell/live.js.
PAUSE_S = 1.0
STEPS_OF_A_DAY = 14
PROCESSES = frozenset({"api", "workers", "projection", "background"})
WARM_UP_S = 5.0
RUN = f"{time.time():.0f}"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    """What was seen of each route."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    # Requests before this moment only warm up.
    counted_from: float = 0.0
    # Of one processor, what this program itself took.
    own_share: float = 0.0

    def note(self, step: Step, began: float, problem: str) -> None:
        if began < self.counted_from:
            return
        self.milliseconds[step.route].append((time.perf_counter() - began) * 1000)
        if problem:
            self.errors.append(f"{step.method} {step.path}: {problem}")

    def say(self, title: str, cpu_s: float, seconds: float) -> bool:
        """Print them; whether the goal was reached."""
        every = [each for values in self.milliseconds.values() for each in values]
        live = sum(len(values) for route, values in self.milliseconds.items() if route.endswith("(live)"))
        print(f"\n{title}: {len(every)} requests in {seconds:.0f} s, {live} of them live, {len(self.errors)} errors")
        print(
            f"  api: {cpu_s / len(every) * 1000:.1f} ms of processor a request, {cpu_s / seconds:.0%} of one processor; "
            f"the people themselves {self.own_share:.0%}"
        )
        print(f"  {'route':34}{'number':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'longest':>9}  ms")
        clicks = [each for route, values in self.milliseconds.items() if not route.endswith("(live)") for each in values]
        for route, values in [*sorted(self.milliseconds.items()), ("all that a person asked for", clicks), ("all", every)]:
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
        page: asyncio.Task[None] | None = None
        try:
            # Somewhere in their day: who began at its beginning would ask for the same few pages in a short measurement.
            for step in islice(walk(self.roles, keys, self.dice), self.dice.randrange(STEPS_OF_A_DAY), None):
                if step.method != "GET" and not self.csrf:
                    # Nothing is sent before a page was seen.
                    continue
                text = await self.ask(step, figures)
                if step.is_part_of_page:
                    continue
                # REST is asked beside the open page.
                if not step.path.startswith("/api/"):
                    if page is not None:
                        page.cancel()
                    page = asyncio.create_task(self._look_at(step, text, figures)) if LIVE.search(text) else None
                await asyncio.sleep(self.dice.expovariate(1 / self.think_s))
        finally:
            if page is not None:
                page.cancel()

    async def _look_at(self, step: Step, text: str, figures: Figures) -> None:
        """The open page: it listens until the person leaves it, and comes back to a lost stream as a browser does."""
        topics = sorted({topic for names in LIVE.findall(text) for topic in names.split()})
        found = SEEN.search(text)
        page = OpenPage(self, replace(step, route=f"{step.route} (live)", is_live=True), figures, found[1] if found else "")
        async with asyncio.TaskGroup() as group:
            group.create_task(page.refresh())
            while True:
                with suppress(httpx.TransportError):
                    await page.listen(topics)
                await asyncio.sleep(2)

    async def ask(self, step: Step, figures: Figures) -> str:
        began, problem, text = time.perf_counter(), "", ""
        try:
            answer = await self._request(step)
            text = answer.text
            if answer.status_code >= 400 or answer.url.path == "/login":
                problem = f"{answer.status_code} {text[:200]!r}"
            if found := TOKEN.search(text):
                self.csrf = found[1]
        except httpx.HTTPError as error:
            problem = repr(error)
        figures.note(step, began, problem)
        return text

    async def _request(self, step: Step) -> httpx.Response:
        if step.method == "GET":
            return await self.client.get(step.path, headers={"X-Live": "1"} if step.is_live else {})
        # The dice are the same in each run, and a ticket that was sent before would make no work.
        sent = f"{RUN}-{self.dice.getrandbits(60)}-{time.monotonic_ns()}"
        ticket = {"source": "load", "external_id": sent, "text": "The printer prints stripes"}
        return await self.client.post(step.path, json=ticket, headers={HEADER: self.csrf})


@dataclass
class OpenPage:
    """One page that a person has before them."""

    person: Person
    step: Step
    figures: Figures
    seen: str
    due: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, topics: list[str]) -> None:
        if not self.seen:
            self.due.set()
        asked = {"topics": ",".join(topics), "since": self.seen}
        async with self.person.client.stream("GET", "/events", params=asked, timeout=None) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("id: "):
                    self.seen = line.removeprefix("id: ")
                elif line.startswith("data: ") and "[]" not in line:
                    self.due.set()

    async def refresh(self) -> None:
        while True:
            await self.due.wait()
            self.due.clear()
            began = time.perf_counter()
            await self.person.ask(self.step, self.figures)
            await asyncio.sleep(PAUSE_S + 2 * (time.perf_counter() - began))


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
            tasks.append(group.create_task(person.work(keys, figures)))
        await asyncio.sleep(WARM_UP_S)
        began, cpu, own = time.perf_counter(), cpu_seconds(running), time.process_time()
        if trouble is not None:
            tasks.append(group.create_task(trouble_of(trouble)))
        await asyncio.sleep(options.seconds)
        spent, seconds = cpu_seconds(running) - cpu, time.perf_counter() - began
        figures.own_share = (time.process_time() - own) / seconds
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


def at_work(data: Path) -> set[str]:
    """Which processes tell Prometheus where they are."""
    return {path.stem.rpartition("-")[0] for path in (data / FOLDER).glob("*.json")}


def cpu_seconds(running: House) -> float:
    """What the api processes have had of the processors."""
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
        print(f"up after {running.start(300):.1f} s")
        # The load begins when all are at work that a house has, and not while they start.
        running.wait_until(lambda: at_work(data) >= PROCESSES, 120, "all processes are at work")
        reached = [asyncio.run(load(running, options, None, "all is well"))]
        if options.faults:
            reached.append(asyncio.run(load(running, options, redis_away(redis, options.seconds), "Redis away for a third")))
            reached.append(asyncio.run(load(running, options, projector_killed(running), "projection killed every 10 s")))
    print(f"\np95 under {GOAL_MS} ms and no error: {'yes' if all(reached) else 'NO'}")


if __name__ == "__main__":
    main()
