"""One thing of every kind that has a key, made for one tenant through the adapters its own pages use."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine

from api.services import ApiServices
from bootstrap.notifications import sql_notifications
from bootstrap.reports import report_maker
from services.background_work import SqlTaskBook
from services.classification.tables import classifier_versions
from services.crm.connectors.ports import Credentials
from services.directories.entries import Origin
from services.directories.fields import WHOLE
from services.finance import Article, ArticleKind, Month, NewPosting
from services.finance.versions import VersionKind
from services.identity import Account
from services.notifications import Event, person
from services.notifications.log import LogFilter
from services.reports import Pace, Period, ReportFormat, ReportMaker, Wanted
from services.sla.asking import TargetsAsked
from settings import Settings

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def make_things(
    services: ApiServices, engine: Engine, settings: Settings, tenant_id: str, owner: Account, words: str
) -> Mapping[str, str]:
    """Their keys, by the names that addresses give them; `words` stand in each thing's text."""
    rooms: tuple[Callable[[], Mapping[str, str]], ...] = (
        lambda: _finance(services, words),
        lambda: _reports(services, report_maker(settings, engine, tenant_id), owner),
        lambda: _notifications(services, sql_notifications(settings, engine, tenant_id), owner, words),
        lambda: _directories(services, f"E-{owner.account_id[:8]}", words),
        lambda: _clock(services, words),
        lambda: _dead_letter(SqlTaskBook(engine, tenant_id=tenant_id), words),
        lambda: _connection(services),
        lambda: _classifier(engine, tenant_id, words),
    )
    return {name: key for room in rooms for name, key in room().items()}


def _finance(services: ApiServices, words: str) -> Mapping[str, str]:
    desk, month = services.finance.desk, Month.of(NOW.date())
    desk.ledger.keep_article(Article("sales", words, ArticleKind.INCOME, 1))
    posting = NewPosting("weir", "sales", NOW.date(), Decimal(100), desk.base, text=words)
    return {
        "posting_id": desk.ledger.post(posting, "ann").posting_id,
        "note_id": desk.notes.add(("weir", "sales", month), words, "ann", "a.txt", words.encode()),
        "version_id": desk.versions.create(words, VersionKind.PLAN, "ann", "for the year").version_id,
        "import_id": desk.imports.preview("a.csv", f"Date;Project;Article;Amount\n;{words};;\n".encode(), "ann").import_id,
    }


def _reports(services: ApiServices, maker: ReportMaker, owner: Account) -> Mapping[str, str]:
    desk, whose = services.reports, {"account_id": owner.account_id, "requested_by": owner.username}
    day = date(2026, 3, 2)
    wanted = Wanted("tickets", ReportFormat.CSV, "en", Pace.DAILY, hour=6, is_mailed=False)
    run = desk.request("tickets", ReportFormat.CSV, Period(day, day), language="en", **whose)
    maker.make(run.run_id)
    return {
        "run_id": run.run_id,
        "schedule_id": desk.schedules.add(wanted, **whose).schedule_id,
    }


def _notifications(services: ApiServices, house, owner: Account, words: str) -> Mapping[str, str]:
    desk = services.notifications
    desk.addresses.add_email(owner.account_id, "owner@example.org")
    house.notify(Event.TASK_ASSIGNED, [person(owner.username)], "task:1", {"task": words}, "task:1")
    return {
        "address_id": desk.addresses.of(owner.account_id)[0].address_id,
        "delivery_id": desk.log.page(LogFilter())[0].delivery_id,
        "notification_id": desk.inbox.page(owner.account_id)[0].notification_id,
    }


def _directories(services: ApiServices, entry_id: str, words: str) -> Mapping[str, str]:
    whole = {"kind": "track", "name": words}
    services.directories.write(entry_id, WHOLE, before=None, after=whole, key="k-1", origin=Origin.HAND, changed_by="ann")
    return {"entry_id": entry_id}


def _clock(services: ApiServices, words: str) -> Mapping[str, str]:
    hour = timedelta(hours=1)
    asked = TargetsAsked("S-theirs", "ticket", words, "support", "", "high", "Aqua", 17, hour, 8 * hour, NOW, NOW)
    return {"subject_id": services.sla.desk.compute(asked).clock.subject_id}


def _dead_letter(book: SqlTaskBook, words: str) -> Mapping[str, str]:
    task_id = book.add("reports.make", words)
    claimed = book.claim(task_id, "w")
    assert claimed is not None
    assert book.failed(claimed, "OSError: away", again_in_seconds=None)
    return {"task_id": task_id}


def _connection(services: ApiServices) -> Mapping[str, str]:
    credentials = Credentials(client_id="c", client_secret="s")
    connection, _address = services.connections.add("only-theirs", "chatwoot", "https://crm.example.org", credentials)
    return {"connection_id": connection.connection_id, "connection": connection.name}


def _classifier(engine: Engine, tenant_id: str, words: str) -> Mapping[str, str]:
    row = {"name": words, "state": "refused", "origin": "learned", "card": "{}", "comparison": "", "corrections_to": 0}
    with engine.begin() as connection:
        made = connection.execute(classifier_versions.insert().values(tenant_id=tenant_id, made_by="ann", made_at=1, **row))
    assert made.inserted_primary_key is not None
    return {"classifier": str(made.inserted_primary_key[0])}
