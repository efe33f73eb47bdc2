"""A worker that is killed between acting and completing its job does nothing twice."""

from pathlib import Path

from services.crm import NewTicket, SqlTicketDesk
from tests.integration.killed_workers import HOUR_MS, watched
from zeebe.publisher import ZeebeMessagePublisher

DEADLY = ("report_missed_resolution", "reassign_work", "escalate_to_lead")
CLASSIFIED = {"category": "Storage", "priority": "normal", "confidence": 0.99, "threshold": 0.5}


async def test_a_killed_worker_notifies_once_and_passes_the_work_on_once(tmp_path: Path) -> None:
    async with watched(tmp_path) as here:
        here.command = ("tests.integration.dying_sla_workers", *here.addresses, str(here.engine.url), str(tmp_path), *DEADLY)
        desk = SqlTicketDesk(here.engine)
        desk.intake([NewTicket("mail", "1", "The array is full", subject="Storage")])
        await desk.publish_pending(ZeebeMessagePublisher(here.client))
        await here.complete("mask-personal-data", {"subject": "Storage", "masked_text": "x", "language": "en"})
        await here.complete("classify-ticket", CLASSIFIED)
        await here.complete("assign-ticket", {})
        await here.until_active("suggest_reply")
        await here.complete("suggest-reply", {})
        await here.until_active("wait_for_next")

        await here.add_time(25 * HOUR_MS)
        await here.until_active("acknowledge_as_lead")

        assert here.deaths == len(DEADLY)
        assert desk.notes("T-1") == [
            "target missed, escalated to infrastructure, infrastructure-leads",
            "target missed, escalated to infrastructure",
            "target missed, escalated to infrastructure-leads",
        ]
        steps = here.lines("SELECT kind, promise, share, count(*) FROM sla_step GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
        assert steps == [
            ("ESCALATED", "resolution", 100, 1),
            ("MISSED", "reply", 100, 1),
            ("MISSED", "resolution", 100, 1),
            ("REASSIGNED", "resolution", 100, 1),
            ("REMINDED", "reply", 50, 1),
        ]
        assigned = [record for record in here.records if record.value_type == "USER_TASK" and record.intent == "ASSIGNED"]
        assert {record.value["assignee"] for record in assigned} == {"boris"}
        assert len(assigned) == 1
