"""Pages and REST on a real port before a real Keycloak: one of each for all tests here."""

import asyncio
import html
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from sqlalchemy import Engine

from api.app import create_app
from bootstrap.connections import zeebe_client
from bootstrap.pages import api_services
from bootstrap.silent_sessions import background_tasks
from settings import Settings
from tests.databases import empty_database
from tests.keycloak_server import ADMINISTRATION_SECRET, PASSWORD, WORKER_SECRET, KeycloakServer, keycloak_server
from tests.web_app import NOBODY, write_assets

FORM = re.compile(r'id="kc-form-login"[^>]*action="([^"]+)"')


@dataclass(frozen=True)
class Pages:
    """An installation whose accounts are Keycloak's."""

    url: str
    keycloak: KeycloakServer
    engine: Engine
    # What the background process does every few seconds.
    end_silent: Callable[[], object]

    @contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """Keycloak marks its cookies as for TLS only, which browsers forgive on loopback."""
        with httpx.Client(base_url=self.url, timeout=30) as client:

            def admit(_response: httpx.Response) -> None:
                for cookie in client.cookies.jar:
                    cookie.secure = False

            client.event_hooks = {"response": [admit]}
            yield client

    def at_the_form(self, browser: httpx.Client, username: str, goal: str = "/account") -> httpx.Response:
        """Leave our pages, fill in Keycloak's form, and stop at its answer."""
        leaving = browser.get("/sign-in", params={"next": goal})
        shown = browser.get(leaving.headers["location"])
        action = FORM.search(shown.text)
        assert action is not None, (shown.status_code, shown.text[:500])
        return browser.post(html.unescape(action[1]), data={"username": username, "password": PASSWORD, "credentialId": ""})

    def sign_in(self, browser: httpx.Client, username: str, goal: str = "/account") -> httpx.Response:
        """All the way back to our pages."""
        return browser.get(self.at_the_form(browser, username, goal).headers["location"])

    def program_token(self) -> str:
        """What a program's service account gets for its client's secret."""
        answer = httpx.post(
            f"{self.keycloak.issuer}/protocol/openid-connect/token",
            data={"grant_type": "client_credentials", "client_id": "penstock-worker", "client_secret": WORKER_SECRET},
        )
        return answer.json()["access_token"]


@pytest.fixture(scope="session")
def pages_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="session")
def keycloak(tmp_path_factory: pytest.TempPathFactory, pages_port: int) -> Iterator[KeycloakServer]:
    with keycloak_server(tmp_path_factory.mktemp("keycloak"), pages_port) as server:
        yield server


@pytest.fixture(scope="session")
def pages(keycloak: KeycloakServer, pages_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("pages")
    settings = Settings(
        data_dir=folder,
        web_port=pages_port,
        zeebe_address=NOBODY,
        secret_key=SecretStr("a key of these tests alone"),
        keycloak_issuer=keycloak.issuer,
        keycloak_administration_secret=SecretStr(ADMINISTRATION_SECRET),
    )
    engine = empty_database(settings.sql_url)
    with _served(settings, engine, write_assets(folder / "static")):
        (silent,) = background_tasks(settings)
        yield Pages(settings.pages_url, keycloak, engine, silent.run)
    engine.dispose()


@contextmanager
def _served(settings: Settings, engine: Engine, static: Path) -> Iterator[None]:
    servers: list[uvicorn.Server] = []
    started = threading.Event()

    async def serve() -> None:
        async with zeebe_client(settings, patience_seconds=0) as client:
            services = api_services(settings, engine, client)
            app = create_app(replace(services, values=replace(services.values, static=static)))
            config = uvicorn.Config(app, host="127.0.0.1", port=settings.web_port, log_config=None, ws="none")
            servers.append(uvicorn.Server(config))
            started.set()
            await servers[0].serve()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    started.wait(30)
    while not servers[0].started:
        assert thread.is_alive()
        thread.join(0.05)
    yield
    servers[0].should_exit = True
    thread.join(20)
