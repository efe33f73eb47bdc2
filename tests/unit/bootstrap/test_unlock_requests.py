"""A request to unlock a month reaches those who may agree, and nobody else."""

from datetime import UTC, datetime

from bootstrap.finance import ToldAbout
from services.finance import Lock, Month
from services.notifications import Event, InMemoryDirectory, InMemoryNotifications, Person

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
PEOPLE = (
    Person("1", "anna", roles=frozenset({"manager"})),
    Person("2", "zoe", roles=frozenset({"manager"})),
    Person("3", "max", groups=frozenset({"close-approvers"})),
    Person("4", "staff", roles=frozenset({"staff"})),
)


def asked_by(name: str) -> Lock:
    return Lock(
        "9fb9", Month(2026, 2), "c", "anna", "zoe", NINE, "d",
        unlock_reason="An invoice came late.", unlock_requested_by=name, unlock_requested_at=NINE,
    )  # fmt: skip


def test_whoever_may_agree_hears_of_it_once_and_the_asker_does_not() -> None:
    notifications = InMemoryNotifications(InMemoryDirectory(PEOPLE))
    told_about = ToldAbout(notifications)

    told_about.unlock_asked(asked_by("anna"))
    told_about.unlock_asked(asked_by("anna"))

    assert [(told.event, told.username, told.subject_key) for told in notifications.told] == [
        (Event.UNLOCK_ASKED, "zoe", "month:2026-02"),
        (Event.UNLOCK_ASKED, "max", "month:2026-02"),
    ]
    assert notifications.told[0].values["reason"] == "An invoice came late."
