"""A load that remembers what was acknowledged, for gateways that are killed under it.

Actors send commands at random, each written into a ledger before it is sent and again when its answer is there. A command whose
answer never came may have taken effect or not; one that was answered must have.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bpmn_builder import process
from zeebe.calls import RetryPolicy
from zeebe.client import ZeebeClient
from zeebe.errors import AlreadyExists, NotConnected, NotFound, ZeebeError
from zeebe.job import Job

ACTORS = 12
HOUR = 3_600_000

ORDER = (
    process("order")
    .start()
    .service_task("pack")
    .catch("paid", message="paid", correlation_key="=ticket")
    .catch("cool_down", duration="PT0.2S")
    .service_task("ship")
    .end()
)


@dataclass
class Ledger:
    """What was asked for and what was answered."""

    # Ticket -> instance, for instances whose creation was answered.
    created: dict[str, int] = field(default_factory=dict)
    tickets: list[str] = field(default_factory=list)
    cancelled: set[int] = field(default_factory=set)
    maybe_cancelled: set[int] = field(default_factory=set)
    completed_jobs: set[int] = field(default_factory=set)
    failed_jobs: set[int] = field(default_factory=set)
    resolved: set[int] = field(default_factory=set)
    # Message id -> key and ticket.
    published: dict[str, tuple[int, str]] = field(default_factory=dict)
    message_ids: list[str] = field(default_factory=list)
    # Instance -> names of variables set on it, each by one command.
    notes: dict[int, list[str]] = field(default_factory=dict)
    acknowledged: int = 0


class Load:
    """Actors against one gateway, until it goes away."""

    def __init__(self, ledger: Ledger, choice: random.Random) -> None:
        self._ledger = ledger
        self._random = choice
        self._commands: list[Callable[[ZeebeClient], Awaitable[None]]] = [
            *(self._create, self._create, self._work, self._work, self._work),
            *(self._publish, self._publish, self._note, self._fail_and_resolve, self._cancel),
        ]

    async def run(self, address: str, rest_url: str, until: asyncio.Event) -> None:
        async with client_of(address, rest_url) as client:
            actors = [asyncio.ensure_future(self._act(client, until)) for _ in range(ACTORS)]
            await until.wait()
            for actor in actors:
                actor.cancel()
            ended = await asyncio.gather(*actors, return_exceptions=True)
        for fault in ended:
            assert fault is None or isinstance(fault, asyncio.CancelledError), repr(fault)

    async def _act(self, client: ZeebeClient, until: asyncio.Event) -> None:
        while not until.is_set():
            try:
                await self._random.choice(self._commands)(client)
            except NotFound:
                # Another actor was faster, or did the same without hearing of it.
                continue
            except ZeebeError:
                await asyncio.sleep(0.01)

    async def _create(self, client: ZeebeClient) -> None:
        ticket = f"T-{len(self._ledger.tickets)}"
        self._ledger.tickets.append(ticket)
        instance = await client.create_process_instance("order", {"ticket": ticket})
        self._ledger.created[ticket] = instance.process_instance_key
        self._ledger.acknowledged += 1

    async def _publish(self, client: ZeebeClient) -> None:
        if not self._ledger.created:
            return
        ticket = self._random.choice(list(self._ledger.created))
        message_id = f"M-{len(self._ledger.message_ids)}"
        self._ledger.message_ids.append(message_id)
        key = await client.publish_message("paid", ticket, {"paid_by": message_id}, message_id=message_id, time_to_live_ms=HOUR)
        self._ledger.published[message_id] = (key, ticket)
        self._ledger.acknowledged += 1

    async def _note(self, client: ZeebeClient) -> None:
        if not self._ledger.created:
            return
        instance = self._random.choice(list(self._ledger.created.values()))
        name = f"note_{self._ledger.acknowledged}_{self._random.randrange(1_000_000_000)}"
        await client.set_variables(instance, {name: True})
        self._ledger.notes.setdefault(instance, []).append(name)
        self._ledger.acknowledged += 1

    async def _jobs(self, client: ZeebeClient, count: int) -> list[Job]:
        job_type = self._random.choice(("pack", "ship"))
        return await client.activate_jobs(
            job_type, worker="load", max_jobs=count, timeout_ms=1_000, request_timeout_ms=-1, fetch_variables=["ticket"]
        )

    async def _work(self, client: ZeebeClient) -> None:
        for job in await self._jobs(client, 3):
            await client.complete_job(job.key, {f"done_{job.type}": job.key})
            self._ledger.completed_jobs.add(job.key)
            self._ledger.acknowledged += 1

    async def _fail_and_resolve(self, client: ZeebeClient) -> None:
        for job in await self._jobs(client, 1):
            await client.fail_job(job.key, retries=0, error_message="as asked")
            self._ledger.failed_jobs.add(job.key)
            self._ledger.acknowledged += 1

    async def _cancel(self, client: ZeebeClient) -> None:
        if self._random.random() > 0.2 or not self._ledger.created:
            return
        instance = self._random.choice(list(self._ledger.created.values()))
        self._ledger.maybe_cancelled.add(instance)
        await client.cancel_process_instance(instance)
        self._ledger.cancelled.add(instance)
        self._ledger.acknowledged += 1

    async def resolve(self, client: ZeebeClient, incidents: dict[int, int]) -> None:
        """Give the jobs of open incidents a retry and resolve them: job key -> incident key."""
        for job_key, incident in incidents.items():
            try:
                await client.update_job_retries(job_key, 1)
                await client.resolve_incident(incident)
            except NotFound:
                continue
            self._ledger.resolved.add(incident)
            self._ledger.acknowledged += 1

    async def drain(self, client: ZeebeClient, tickets: dict[str, int]) -> dict[str, dict[str, Any]]:
        """Bring every living instance to its end; the variables its last job saw, by ticket."""
        seen: dict[str, dict[str, Any]] = {}
        for ticket in tickets:
            try:
                await client.publish_message("paid", ticket, {}, message_id=f"last-{ticket}", time_to_live_ms=HOUR)
            except AlreadyExists:
                continue
        quiet = 0
        # Longer than the time-out of jobs that went to a client before a kill.
        while quiet < 10:
            found = False
            for job_type in ("pack", "ship"):
                jobs = await client.activate_jobs(job_type, worker="drain", max_jobs=100, request_timeout_ms=-1)
                found = found or bool(jobs)
                for job in jobs:
                    if job_type == "ship":
                        seen[str(job.variables["ticket"])] = dict(job.variables)
                    await client.complete_job(job.key)
                    self._ledger.completed_jobs.add(job.key)
            quiet = 0 if found else quiet + 1
            if not found:
                await asyncio.sleep(0.15)
        return seen


def client_of(address: str, rest_url: str) -> ZeebeClient:
    """A client that never sends a command a second time: an unknown outcome stays unknown."""
    return ZeebeClient(address, rest_url, retry=RetryPolicy(seconds=0.0))


async def reached(client: ZeebeClient) -> None:
    """Wait until a gateway that is up can be reached: gRPC remembers for a while that nobody answered at its address."""
    async with asyncio.timeout(60):
        while True:
            try:
                await client.topology()
            except NotConnected:
                await asyncio.sleep(0.05)
            else:
                return
