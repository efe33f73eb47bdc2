"""The house's own workers, killed between calling out and completing: what went out went out once."""

from pathlib import Path

from sqlalchemy import Engine

import bootstrap
from services.crm import NewTicket, SqlTicketDesk
from services.identity import AccountDraft, Role
from settings import Settings
from tests.integration.killed_workers import HOUR_MS, Watched, watched
from tests.practice_server import practice_server
from zeebe.publisher import ZeebeMessagePublisher

# A note in the CRM, a draft by a model, a notification to people, and the reply to the customer.
DEADLY = ("assign_ticket", "suggest_reply", "remind_at_half", "close_ticket")
TEXT = "The battery of my laptop is swollen and the case does not close any more."


def settings_of(here: Watched, folder: Path, model: str) -> Settings:
    ports = [int(address.rpartition(":")[2]) for address in here.addresses]
    here.environment = {
        "PENSTOCK_DATA_DIR": str(folder),
        "PENSTOCK_GRPC_PORT": str(ports[0]),
        "PENSTOCK_REST_PORT": str(ports[1]),
        "PENSTOCK_LLM_LOCAL_URL": model,
    }
    here.command = ("tests.integration.dying_house_workers", *DEADLY)
    return Settings(data_dir=folder, llm_local_url=model)


def add_team(settings: Settings, engine: Engine, team: str) -> None:
    """Somebody of the team who hears of it."""
    draft = AccountDraft("hans@example.com", "Hans", frozenset({Role.STAFF}), frozenset({team}))
    bootstrap.identities(settings, engine).create_account(draft, "a long enough password")


async def test_a_ticket_whose_workers_die_leaves_one_of_everything(tmp_path: Path) -> None:
    async with watched(tmp_path) as here:
        with practice_server() as model:
            settings = settings_of(here, tmp_path, model)
            bootstrap.add_shipped_articles(settings)
            add_team(settings, here.engine, "workplace")
            desk = SqlTicketDesk(here.engine)
            desk.intake([NewTicket("mail", "1", TEXT, subject="Battery swollen", customer_email="tom@example.com")])
            await desk.publish_pending(ZeebeMessagePublisher(here.client))
            await here.until_active("wait_for_next")
            await here.add_time(HOUR_MS)
            await here.until_active("remind_at_half")
            await here.until_completed("remind_at_half")
            [task] = here.lines("SELECT key FROM user_task WHERE state = 'CREATED'")
            await here.client.complete_user_task(
                int(str(task[0])), {"outcome": "resolved", "reply": "A new one is on its way."}
            )
            await here.until_completed("ticket_closed")

        assert here.deaths == len(DEADLY)
        assert desk.notes("T-1") == ["assigned to workplace", "closed as resolved: A new one is on its way."]
        assert here.lines("SELECT count(*) FROM assistant_draft") == [(1,)]
        assert here.lines("SELECT task, outcome FROM llm_call") == [("suggest_reply", "answered")]
        assert here.lines("SELECT event, count(*) FROM notification GROUP BY 1") == [("sla_reminder", 1)]
        assert here.lines("SELECT channel, count(*) FROM notification_delivery GROUP BY 1") == [("email", 1)]
        assert here.lines("SELECT kind, text FROM ticket_message") == [("reply", "A new one is on its way.")]
