"""A ticket that a connected CRM holds: read by the clock, once, and brought through triage to its person."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bootstrap
from services.crm.connectors.ports import Credentials
from services.crm.sync import ConnectionBook, Standing
from services.identity import AccountDraft, Role
from settings import Settings
from tests.integration.killed_workers import Watched, watched
from tests.servers.chatwoot import ChatwootServer
from tests.servers.http import serving
from zeebe.worker import JobWorkerLoop

OPEN_TASKS = "SELECT element_id, count(*) FROM user_task WHERE state = 'CREATED' GROUP BY 1"
TOLD = 'SELECT event, "values" FROM notification'
TICKETS = "SELECT source, external_id, subject, customer_email, team FROM ticket ORDER BY number"


@dataclass
class Forgetful(ChatwootServer):
    """Counts conversations that its list does not show."""

    hidden: int = 0

    def listed(self, name: str, table: dict[int, dict[str, Any]], page: int) -> tuple[int, Any]:
        status, answer = super().listed(name, table, page)
        if name == "conversations":
            answer["data"]["meta"]["all_count"] += self.hidden
        return status, answer


@dataclass
class Desk:
    """The house's own tasks and workers over a gateway and a CRM of tests."""

    here: Watched
    settings: Settings
    book: ConnectionBook

    async def by_the_clock(self, name: str) -> None:
        [run] = [task.run for task in bootstrap.background_tasks(self.settings) if task.name == name]
        await asyncio.to_thread(run)

    async def read(self) -> Standing:
        await self.by_the_clock("crm.sync")
        [standing] = [each for each in self.book.named("support").standings if each.kind == "ticket"]
        return standing

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not true():
                await self.by_the_clock("tickets.announce")
                await asyncio.sleep(0.2)
                await self.here.look()


@asynccontextmanager
async def desk_of(here: Watched, folder: Path, url: str) -> AsyncIterator[Desk]:
    grpc, rest = (int(address.rpartition(":")[2]) for address in here.addresses)
    settings = Settings(
        data_dir=folder,
        grpc_port=grpc,
        rest_port=rest,
        outgoing_allowed_networks="127.0.0.0/8",
        # Read at every look, as if the time between two had passed.
        crm_sync_seconds=0.001,
        llm_practice=False,
    )
    book = ConnectionBook(here.engine)
    connection, _secret = book.add("support", "chatwoot", url)
    tokens = bootstrap.crm_factory(settings, here.engine).tokens(connection.connection_id, "chatwoot", connection.base_url)
    tokens.store(Credentials(access_token="access-1"))
    loop = JobWorkerLoop(here.client, bootstrap.workers(settings, here.engine, here.client))
    working = asyncio.create_task(loop.run())
    yield Desk(here, settings, book)
    await loop.stop()
    await working


async def test_a_synchronised_ticket_reaches_its_person_once(tmp_path: Path) -> None:
    server = Forgetful()
    for number in (7, 8):
        text = f"The battery of laptop {number} is swollen and the case does not close any more."
        server.put("ticket", number, {"subject": f"Battery {number}", "text": text, "customer_email": f"c{number}@example.com"})
    async with watched(tmp_path) as here:
        with serving(server):
            async with desk_of(here, tmp_path, server.base_url) as desk:
                first = await desk.read()
                again = await desk.read()
                await desk.until(lambda: here.lines(OPEN_TASKS) == [("resolve_ticket", 2)])

                server.put("ticket", 9, {"subject": "Battery 9", "text": "The battery of my printer is swollen."})
                later = await desk.read()
                await desk.until(lambda: here.lines(OPEN_TASKS) == [("resolve_ticket", 3)])
        tickets = here.lines(TICKETS)

    assert (first.ours, first.theirs, again.ours, later.ours, later.theirs) == (2, 2, 2, 3, 3)
    assert [ticket[:4] for ticket in tickets] == [
        ("chatwoot:support", "7", "Battery 7", "c7@example.com"),
        ("chatwoot:support", "8", "Battery 8", "c8@example.com"),
        ("chatwoot:support", "9", "Battery 9", ""),
    ]
    assert {ticket[4] for ticket in tickets} == {"workplace"}


async def test_an_operator_is_told_once_of_tickets_that_the_list_does_not_show(tmp_path: Path) -> None:
    server = Forgetful(hidden=1)
    server.put("ticket", 7, {"subject": "Battery", "text": "The battery is swollen.", "customer_email": "c@example.com"})
    async with watched(tmp_path) as here:
        operator = AccountDraft("olga@example.com", "Olga", frozenset({Role.OPERATOR}))
        with serving(server):
            async with desk_of(here, tmp_path, server.base_url) as desk:
                bootstrap.identities(desk.settings, here.engine).create_account(operator, "a long enough password")
                first = await desk.read()
                told_early = here.lines(TOLD)
                later = [await desk.read() for _pass in range(3)]

        told = here.lines(TOLD)

    assert (first.ours, first.theirs, told_early) == (1, 2, [])
    assert [(each.ours, each.theirs) for each in later] == [(1, 2)] * 3
    [(event, values)] = told
    assert event == "background_failed"
    assert "support: 1 of 2 (ticket)" in str(values)
