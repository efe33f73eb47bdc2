import pytest

from bootstrap.sla_notices import HouseNotices
from services.crm import InMemoryTicketDesk, NewTicket
from services.notifications import InMemoryDirectory, InMemoryNotifications, Person
from workers.sla_escalation.desk_notes import DeskNotes
from workers.sla_escalation.ports import Audience, Recipient

VALUES = {"subject": "Late parcel", "promise": "resolution", "share": 100, "due_at": "2027-03-01T10:00:00.000Z", "level": 2}
TEAM = [Recipient(Audience.PERSON, "anna"), Recipient(Audience.GROUP, "logistics")]


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("sla_reminder", "sla_reminder"),
        ("sla_breached", "sla_breached"),
        ("sla_escalated", "escalated"),
        ("sla_reassigned", "task_assigned"),
    ],
)
async def test_every_notice_reaches_people_once_and_each_person_once(event: str, told: str) -> None:
    people = [Person("1", "anna", groups=frozenset({"logistics"})), Person("2", "boris", groups=frozenset({"logistics"}))]
    notifications = InMemoryNotifications(InMemoryDirectory(people))
    desk = InMemoryTicketDesk()
    desk.intake([NewTicket("mail", "1", "Where is it?")])
    notices = HouseNotices(notifications, DeskNotes(desk))

    for _ in range(2):
        await notices.notify(event, TEAM, "ticket:T-1", VALUES, "T-1:1:resolution:100")

    assert sorted((one.event.value, one.username) for one in notifications.told) == [(told, "anna"), (told, "boris")]
    assert len(desk.notes("T-1")) == (event in {"sla_breached", "sla_escalated"})


async def test_a_notice_nobody_knows_is_a_mistake_of_ours() -> None:
    notices = HouseNotices(InMemoryNotifications(InMemoryDirectory([])), DeskNotes(InMemoryTicketDesk()))

    with pytest.raises(LookupError, match="sla_whispered"):
        await notices.notify("sla_whispered", TEAM, "ticket:T-1", VALUES, "1")
