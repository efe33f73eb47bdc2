from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from history.projector import Projector
from tests.integration.gateway.gateway_process import GatewayProcess, running_gateway
from tests.web_app import WebApp, running_web_app
from zeebe.client import ZeebeClient
from zeebe.publisher import ZeebeMessagePublisher
from zeebe.records import decode_lines


@dataclass
class Program:
    """A program that uses REST of a web application with a real gateway behind it."""

    web_app: WebApp
    gateway: GatewayProcess
    client: httpx.AsyncClient
    projector: Projector
    started_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    async def ask(self, method: str, path: str, *roles: str, **options) -> httpx.Response:
        """One request in a role, an operator's unless named; then the read models catch up."""
        username = "-".join(roles or ("operator",))
        headers = self._bearer(username, roles or ("operator",))
        response = await self.client.request(method, f"/api/v1{path}", headers=headers, **options)
        if method != "GET":
            await self.catch_up()
        return response

    async def deploy(self, *files: tuple[str, bytes]) -> httpx.Response:
        return await self.ask("POST", "/deployments", "designer", files=[("resources", file) for file in files])

    async def catch_up(self) -> None:
        await self.web_app.services.intake.announced()
        self.gateway.idle()
        position = self.web_app.services.queries.position()
        url = f"{self.gateway.management_url}/actuator/records?from={position}"
        async with httpx.AsyncClient(timeout=20) as client:
            self.projector.apply(decode_lines((await client.get(url)).content))

    def _bearer(self, username: str, roles: tuple[str, ...]) -> dict[str, str]:
        known = {account.username: account for account in self.web_app.identities.accounts()}
        account = known.get(username) or self.web_app.account(*roles, username=username)
        return self.web_app.bearer(account)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with running_gateway(tmp_path_factory.mktemp("gateway"), clock="controlled") as process:
        yield process


@pytest.fixture
async def program(tmp_path: Path, gateway: GatewayProcess) -> AsyncIterator[Program]:
    async with ZeebeClient(gateway.address, gateway.rest_url) as zeebe, running_web_app(tmp_path, zeebe=zeebe) as web_app:
        web_app.services.intake.publisher = ZeebeMessagePublisher(zeebe)
        transport = httpx.ASGITransport(web_app.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://penstock.test") as client:
            program = Program(web_app, gateway, client, Projector(web_app.engine))
            await program.catch_up()
            yield program
