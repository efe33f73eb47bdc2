"""Jobs and background tasks are done in the tenant they belong to."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine, select

from bootstrap import related, report_tasks
from bootstrap.crm import connection_room
from bootstrap.finance import accounting, close_notifier, close_reports, finance
from bootstrap.job_workers import classifier_path
from bootstrap.learning import classifier_desk
from bootstrap.reports import build_report, report_desk
from bootstrap.tenants import for_every_tenant, in_each, tenants
from history.database import for_tenant
from services.background_work import SqlSchedule, SqlTaskBook
from services.classification import SqlCorrections
from services.crm import NewTicket, SqlTicketDesk
from services.crm.connectors.ports import Credentials
from services.crm.sync import ConnectionBook
from services.finance import Month
from services.finance.versions import VersionKind
from services.identity import Account, AccountDraft, Role
from services.identity.local import LocalIdentities
from services.reports import Pace, Period, ReportFormat, RunState, Wanted
from services.reports.runs import ReportRun
from services.reports.tables import report_run
from settings import Settings
from tests.report_seeds import TENANTS, Seeds, seeded_clocks, seeded_drafts, seeded_tasks, seeded_tickets
from tests.web_app import PASSWORD, QUICK, open_database
from workers.background import BackgroundTask
from workers.background_running import TaskRunner
from workers.main import close_workers
from zeebe.job import Job

HERE, ACME = "<default>", "acme"
# Whoever begins before midnight may end after it.
TODAY = Period(datetime.now(UTC).date(), datetime.now(UTC).date() + timedelta(days=1))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(tmp_path / "penstock.db")
    yield made
    made.dispose()


@pytest.fixture
def settings(engine: Engine, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, sql_url=f"sqlite:///{tmp_path / 'penstock.db'}")


def manager(engine: Engine, tenant_id: str) -> Account:
    draft = AccountDraft(f"manager.{tenant_id.strip('<>')}", "", frozenset({Role.MANAGER}), tenant_id=tenant_id)
    return LocalIdentities(engine, passwords=QUICK).create_account(draft, PASSWORD)[0]


def job(job_type: str, tenant_id: str, **variables: object) -> Job:
    return Job(1, job_type, 17, "month_close", 1, 2, "task", 3, "w", 3, 0, variables, tenant_id=tenant_id)


def task(tasks: list[BackgroundTask], name: str) -> Callable[..., object]:
    return next(each.run for each in tasks if each.name == name)


def test_tenants_are_those_of_the_accounts_and_the_default_one_comes_first(engine: Engine) -> None:
    before = tenants(engine)
    manager(engine, ACME)

    assert before == [HERE]
    assert tenants(engine) == [HERE, ACME]


def test_a_tenant_whose_work_fails_keeps_no_other_waiting(settings: Settings, engine: Engine) -> None:
    manager(engine, "acme")
    manager(engine, "globex")
    served = []

    def work(_engine: Engine, tenant_id: str) -> int:
        served.append(tenant_id)
        if tenant_id == "acme":
            raise OSError("the server of acme is away")
        return 1

    with pytest.raises(OSError, match="the server of acme is away"):
        in_each(settings, work)

    assert served == [HERE, "acme", "globex"]


def test_the_failures_of_several_tenants_are_told_together(settings: Settings, engine: Engine) -> None:
    manager(engine, ACME)

    def work(_engine: Engine, tenant_id: str) -> None:
        raise OSError(tenant_id)

    with pytest.RaisesGroup(OSError, OSError):
        in_each(settings, work)


async def test_a_month_is_closed_in_the_tenant_of_its_instance(settings: Settings, engine: Engine) -> None:
    def of_tenant(tenant_id: str):
        return close_workers(
            finance(settings, engine, tenant_id),
            accounting(settings, tenant_id),
            close_notifier(settings, engine, tenant_id),
            close_reports(settings, engine, tenant_id),
        )

    workers = {each.job_type: each for each in for_every_tenant(of_tenant)}
    finance(settings, engine, ACME).versions.create("Budget", VersionKind.PLAN, "ann", "for the year")

    await workers["open-month-close"](job("open-month-close", ACME, month="2026-03", requested_by="ann"))

    months = {each: finance(settings, engine, each).closes.latest(Month.parse("2026-03")) for each in (HERE, ACME)}
    assert months[HERE] is None
    assert months[ACME] is not None
    assert months[ACME].process_instance_key == 17


def test_the_accounting_system_of_the_settings_is_the_default_tenants(settings: Settings) -> None:
    connected = settings.model_copy(update={"tryton_url": "http://127.0.0.1:1"})

    mine, theirs = accounting(connected), accounting(connected, ACME)

    assert type(mine).__name__ == "TrytonPeriods"
    assert type(theirs).__name__ == "NoAccounting"


def test_a_report_is_made_for_the_tenant_that_asked_and_of_its_rows_alone(settings: Settings, engine: Engine) -> None:
    for tenant_id in (HERE, ACME):
        words = f"only-{tenant_id.strip('<>')}"
        SqlTicketDesk(engine, tenant_id=tenant_id).intake([NewTicket("shop", "1", text=words, subject=words)])
    desk, account = report_desk(settings, engine, ACME), manager(engine, ACME)
    run = asked(desk.request, account)
    book = SqlTaskBook(engine, tenant_id=None)
    [waiting] = book.unfinished()
    runner = TaskRunner(book, SqlSchedule(engine), around=for_tenant)

    [make] = [each for each in report_tasks.background_tasks(settings) if each.name == "reports.make"]
    runner.run(make, waiting.task_id)

    assert (waiting.tenant_id, waiting.subject_id) == (ACME, run.run_id)
    made = desk.runs.run(run.run_id, account.account_id)
    content = desk.file(made).read_text()
    assert made.state is RunState.DONE
    assert "only-acme" in content
    assert "only-default" not in content


def test_what_the_message_missed_the_clock_makes_in_every_tenant(settings: Settings, engine: Engine) -> None:
    for tenant_id in (HERE, ACME):
        asked(report_desk(settings, engine, tenant_id).runs.request, manager(engine, tenant_id))

    task(report_tasks.background_tasks(settings), "reports.make_due")()

    with engine.connect() as connection:
        assert set(connection.execute(select(report_run.c.tenant_id, report_run.c.state))) == {(HERE, "done"), (ACME, "done")}


def test_a_schedule_asks_for_its_tenants_report(settings: Settings, engine: Engine) -> None:
    account = manager(engine, ACME)
    schedules = report_desk(settings, engine, ACME).schedules
    wanted = Wanted("tickets", ReportFormat.CSV, "en", Pace.DAILY, hour=0, is_mailed=False)
    schedules.add(wanted, account_id=account.account_id, requested_by=account.username)
    later = type(schedules)(engine, schedules.runs, ACME, clock=lambda: datetime(2999, 1, 1, tzinfo=UTC))

    runs = later.ask_due()

    assert [run.account_id for run in runs] == [account.account_id]
    assert report_desk(settings, engine, HERE).schedules.of(account.account_id) == []


@pytest.mark.parametrize("name", ["tickets", "performers", "sla", "assistant"])
def test_every_report_reads_one_tenants_rows(settings: Settings, engine: Engine, name: str) -> None:
    seeds = Seeds.of(1)
    for fill in (seeded_tickets, seeded_tasks, seeded_clocks, seeded_drafts):
        fill(engine, seeds)

    here, there = (list(build_report(engine, name, seeds.scope, settings, each).rows.rows) for each in (HERE, TENANTS[-1]))

    assert here
    assert there
    assert [row for row in there if row in here] == []


def test_like_tickets_are_looked_for_among_the_own_ones(settings: Settings, engine: Engine) -> None:
    manager(engine, ACME)
    ids = {}
    for tenant_id in (HERE, ACME):
        desk = SqlTicketDesk(engine, tenant_id=tenant_id)
        for number in (1, 2):
            text = "The printer on the second floor prints every page twice and then it stops"
            desk.intake([NewTicket("shop", str(number), text=text, subject="Printer")])
        ids[tenant_id] = f"T-{3 if tenant_id == ACME else 1}"

    task(related.background_tasks(settings), "related.fill")()

    found = {each: related.related_room(engine, each).related.of(ids[each]) for each in (HERE, ACME)}
    assert {each: [like.ticket.ticket_id for like in found[each]] for each in found} == {HERE: ["T-2"], ACME: ["T-4"]}


def test_a_webhook_reaches_the_connection_of_whichever_tenant(settings: Settings, engine: Engine) -> None:
    credentials = Credentials(client_id="c", client_secret="s", webhook_secret="hook secret")
    room = connection_room(settings, engine, ACME)
    connection, address = room.add("sales", "bitrix24", "https://acme.bitrix24.example", credentials)
    event = {"event": "ONCRMDEALUPDATE", "data[FIELDS][ID]": "7", "auth[application_token]": "hook secret"}
    headers = {"content-type": "application/x-www-form-urlencoded"}

    # Who calls is nobody's account, so the room of the default tenant takes it.
    told = connection_room(settings, engine).hook(
        connection.connection_id, address.rsplit("/", 1)[1], headers, urlencode(event).encode()
    )

    [task] = SqlTaskBook(engine, tenant_id=None).unfinished()
    assert told == 1
    assert (task.name, task.subject_id, task.tenant_id) == ("crm.sync_one", connection.connection_id, ACME)
    assert ConnectionBook(engine, HERE).all() == []


def test_a_tenant_teaches_its_own_classifier_alone(settings: Settings, engine: Engine) -> None:
    ticket = SqlTicketDesk(engine, tenant_id=ACME).intake([NewTicket("shop", "1", text="the roof", subject="Roof")])[0]

    classifier_desk(settings, engine, ACME).correct(ticket.ticket_id, "Facilities", made_by="ann", request_id="r-1")

    assert [each.label for each in SqlCorrections(engine, ACME).recent(5)] == ["Facilities"]
    assert SqlCorrections(engine, HERE).last_number() == 0
    assert classifier_path(settings, ACME).parent == settings.data_dir / "tenants" / "of-acme"


def asked(request: Callable[..., ReportRun], account: Account) -> ReportRun:
    return request(
        "tickets", ReportFormat.CSV, TODAY, language="en", account_id=account.account_id, requested_by=account.username
    )
