"""The web application of tests: real accounts and read models in a SQLite file of their own, reached without a network."""

import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import Engine, create_engine, event

from api.app import create_app
from api.assistant_desk import AssistantDesk
from api.background_desk import BackgroundDesk, QueueState
from api.change_room import ChangeRoom
from api.connection_room import ConnectionRoom
from api.finance_room import FinanceRoom
from api.i18n import load_languages
from api.intake import TicketIntake
from api.notification_desk import NotificationDesk
from api.report_desk import ReportDesk
from api.services import ApiServices, ApiValues
from api.sla_board import SlaBoard
from bootstrap.assistant_desk import originals_of
from bootstrap.importing import EngineImporter
from bootstrap.learning import LearningDesk
from bootstrap.linting import EngineLinter
from bootstrap.mail import ticket_room
from bootstrap.privacy import privacy_desk
from bootstrap.related import related_room
from history.queries import Queries
from migrations.targets import TARGETS
from services.assistant import SqlDrafts
from services.background_work import SqlSchedule, SqlTaskBook
from services.changes import ChangeDesk, ChangeTargets, InMemoryTarget, SqlChangeLedger
from services.crm import SqlTicketDesk
from services.crm.connectors.built_in import BuiltInCrm
from services.crm.connectors.factory import CrmFactory
from services.crm.connectors.sealing import Seal
from services.crm.own_book import OwnBook
from services.crm.sync import ConnectionBook
from services.directories import SqlDirectories
from services.finance import FinanceDesk, InMemoryProjects, NoAccounting, Project, finance_desk
from services.identity import Account, AccountDraft, Role
from services.identity.local import LocalIdentities
from services.identity.passwords import Passwords
from services.knowledge import KnowledgeReader, KnowledgeSearch, SqlLibrary
from services.knowledge.reading.shipped import read_in_place
from services.llm import Budget, SqlCalls
from services.modelling import SqlDrafts as SqlModelDrafts
from services.notifications import (
    InMemoryDirectory,
    SqlAddressBook,
    SqlDeliveryLog,
    SqlNotificationInbox,
    SqlNotifications,
    SqlWishBook,
    Wording,
)
from services.notifications.own_addresses import OwnAddresses
from services.outgoing import OutgoingPolicy, outgoing_client
from services.reports import SqlReportRuns, SqlReportSchedules
from services.sla import SlaDesk, SqlCalendars, SqlClockBook, SqlSkillBook
from settings import Settings
from zeebe.calls import RetryPolicy
from zeebe.client import ZeebeClient
from zeebe.publisher import ZeebeMessagePublisher

HOME = Path(__file__).parents[1]


def customers() -> ChangeTargets:
    """A CRM with two customers, new for each installation."""
    return ChangeTargets(
        {"crm": InMemoryTarget({"C-1": {"phone": "1", "owner": "anna", "city": "Riga"}, "C-2": {"phone": "2"}})}
    )


# Nobody listens at port 1.
NOBODY = "127.0.0.1:1"
PASSWORD = "correct horse battery"
TOKEN = re.compile(r'name="csrf-token" content="([0-9a-f]+)"')
# The cheapest argon2id: tests are not about its cost.
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def open_database(path: Path) -> Engine:
    """A new database with every table."""
    path.write_bytes(_empty_tables())
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _prepare)
    return engine


@cache
def _empty_tables() -> bytes:
    """A database file, made once a run."""
    engine = create_engine("sqlite://")
    for metadata in TARGETS:
        metadata.create_all(engine)
    with engine.connect() as connection:
        driver_connection = connection.connection.driver_connection
        assert isinstance(driver_connection, sqlite3.Connection)
        return driver_connection.serialize()


def _prepare(connection, _record) -> None:
    for pragma in ("foreign_keys=ON", "synchronous=OFF", "journal_mode=MEMORY"):
        connection.execute(f"PRAGMA {pragma}").close()


def write_assets(folder: Path) -> Path:
    """What `make web` leaves behind, without needing node."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("main-1.js", "style-1.css"):
        (folder / name).write_text("/* built */")
    manifest = {"main": {"js": "main-1.js"}, "style": {"css": "style-1.css"}, "islands": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@dataclass(frozen=True)
class WebApp:
    """One installation: its application and what stands behind it."""

    app: FastAPI
    services: ApiServices
    identities: LocalIdentities
    engine: Engine

    def account(self, *roles: str, username: str = "", groups: frozenset[str] = frozenset()) -> Account:
        """A new account that has chosen its password."""
        draft = AccountDraft(username or "-".join(roles), "", frozenset(Role(role) for role in roles), groups)
        return self.identities.create_account(draft, PASSWORD)[0]

    def bearer(self, account: Account) -> dict[str, str]:
        _token, secret = self.identities.create_token(account.account_id, "test")
        return {"Authorization": f"Bearer {secret}"}

    @asynccontextmanager
    async def browser(self) -> AsyncIterator["Browser"]:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://penstock.test") as client:
            yield Browser(client)

    @asynccontextmanager
    async def signed_in(self, *roles: str) -> AsyncIterator["Browser"]:
        account = self.account(*roles)
        async with self.browser() as browser:
            await browser.sign_in(account.username)
            yield browser


@dataclass
class Browser:
    """Keeps cookies and sends the CSRF token of the last page, as a browser with our pages does."""

    client: httpx.AsyncClient
    csrf_token: str = ""

    async def get(self, address: str, **options) -> httpx.Response:
        response = await self.client.get(address, **options)
        if found := TOKEN.search(response.text):
            self.csrf_token = found[1]
        return response

    async def post(self, address: str, form: dict[str, object] | None = None, **options) -> httpx.Response:
        if form is not None:
            options["data"] = {"csrf_token": self.csrf_token, **form}
        return await self.client.post(address, **options)

    async def sign_in(self, username: str, password: str = PASSWORD) -> httpx.Response:
        await self.get("/login")
        response = await self.post("/login", {"username": username, "password": password})
        await self.get("/account")
        return response


def make_connections(engine: Engine) -> ConnectionRoom:
    """Connections to loopback only; nothing runs in the background."""
    client = outgoing_client(OutgoingPolicy.of(["127.0.0.0/8"]), step_seconds=2)
    factory = CrmFactory(engine, client, Seal.of(["a key of this test alone"]))
    asked: list[str] = []
    return ConnectionRoom(
        ConnectionBook(engine),
        factory,
        lambda connection: asked.append(connection.connection_id),
        "http://penstock.test",
        "a key",
    )


def make_services(folder: Path) -> tuple[ApiServices, LocalIdentities, Engine]:
    engine = open_database(folder / "penstock.db")
    identities = LocalIdentities(engine, passwords=QUICK)
    values = ApiValues(
        secret_key="a key of this test alone",
        templates=HOME / "templates",
        static=write_assets(folder / "static"),
        translations=HOME / "translations",
        events_interval_s=0.01,
    )
    sent_reports: list[str] = []
    client = ZeebeClient(NOBODY, f"http://{NOBODY}", retry=RetryPolicy(seconds=0))
    services = ApiServices(
        values=values,
        identities=identities,
        queries=Queries(engine),
        zeebe=client,
        drafts=SqlModelDrafts(engine),
        linter=EngineLinter(values.max_resource_bytes),
        importer=EngineImporter(values.max_resource_bytes),
        intake=TicketIntake(SqlTicketDesk(engine), ZeebeMessagePublisher(client)),
        related=related_room(engine),
        reports=ReportDesk(
            SqlReportRuns(engine), folder / "reports", sent_reports.append, SqlReportSchedules(engine, SqlReportRuns(engine))
        ),
        changes=ChangeRoom(ChangeDesk(SqlChangeLedger(engine), customers()), ZeebeMessagePublisher(client)),
        directories=SqlDirectories(engine),
        connections=make_connections(engine),
        own_crm=OwnBook(BuiltInCrm(engine)),
        assistant=make_assistant(engine, folder),
        background=BackgroundDesk(
            SqlTaskBook(engine), SqlSchedule(engine), lambda: QueueState("folders", 0), {"mail.send": 5.0}
        ),
        finance=FinanceRoom(make_finance(engine), ZeebeMessagePublisher(client), NoAccounting()),
        classifier=LearningDesk(Settings(home=HOME, data_dir=folder), engine, sent_reports.append),
        notifications=make_notification_desk(engine),
        privacy=privacy_desk(Settings(home=HOME, data_dir=folder), engine),
        sla=SlaBoard(SlaDesk(SqlClockBook(engine), SqlCalendars(engine)), SqlSkillBook(engine), ZeebeMessagePublisher(client)),
        tickets=ticket_room(
            Settings(home=HOME, data_dir=folder, public_url="http://penstock.test", secret_key="a key"), engine
        ),
    )
    return services, identities, engine


def make_notification_desk(engine: Engine) -> NotificationDesk:
    """The pages' side; whoever tells somebody in a test brings a directory."""
    languages = load_languages(HOME / "translations", "en").by_code
    words = Wording(
        HOME / "templates", {code: each.translations for code, each in languages.items()}, "en", "http://penstock.test"
    )
    own = OwnAddresses(engine, SqlAddressBook(engine), SqlNotifications(engine, InMemoryDirectory()))
    inbox, log = SqlNotificationInbox(engine), SqlDeliveryLog(engine)
    return NotificationDesk(inbox, SqlWishBook(engine), own, log, words, push_key="BKey")


def make_finance(engine: Engine) -> FinanceDesk:
    """Two projects: one that a person of the tests owns, one that is nobody's."""
    return finance_desk(
        engine, "RUB", InMemoryProjects([Project("P-1", "Pump house", "Aqua", "staff"), Project("P-2", "Weir")])
    )


def make_assistant(engine: Engine, folder: Path) -> AssistantDesk:
    """Documents are read at once, in this process."""
    reader = KnowledgeReader(SqlLibrary(engine), folder / "knowledge", read_in_place)
    search = KnowledgeSearch(reader.library)
    return AssistantDesk(
        drafts=SqlDrafts(engine),
        calls=SqlCalls(engine),
        reader=reader,
        search=lambda question, language, limit: search.search(question, language=language, limit=limit),
        send=reader.make,
        originals=lambda ticket_id: originals_of(SqlTicketDesk(engine), ticket_id),
        budget=lambda used: Budget(1_000).state("<default>", used),
    )


@asynccontextmanager
async def running_web_app(folder: Path, **changes) -> AsyncIterator[WebApp]:
    """An installation whose gateway is away, unless `changes` bring a client of one."""
    services, identities, engine = make_services(folder)
    changed = replace(services, **changes)
    yield WebApp(create_app(changed), changed, identities, engine)
    await changed.intake.announced()
    await services.zeebe.close()
    engine.dispose()
