"""What becomes of a message: sent once, put off, held, given up, put back; by a channel that a test makes fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications import (
    Backoff,
    ChannelName,
    DeliveryNotFound,
    DeliveryState,
    Event,
    InvalidChoice,
    LogFilter,
    Mode,
    Profile,
    person,
)
from services.notifications.channels import (
    AddressGone,
    ChannelDown,
    Destination,
    Message,
    NotSent,
    Send,
    TryLater,
    Undeliverable,
)
from tests.notification_rig import ANN, CLARA, START, Rig, wording


@dataclass
class ListChannel:
    """Keeps what is sent; `troubles` are raised one after the other before anything goes out."""

    name: ChannelName = ChannelName.EMAIL
    sent: list[tuple[str, Message]] = field(default_factory=list)
    troubles: list[NotSent] = field(default_factory=list)

    @contextmanager
    def session(self) -> Iterator[Send]:
        def send(destination: Destination, message: Message) -> str:
            if self.troubles:
                raise self.troubles.pop(0)
            self.sent.append((destination.address, message))
            return f"provider-{len(self.sent)}"

        yield send

    @property
    def titles(self) -> list[str]:
        return [item.title for _address, message in self.sent for item in message.items]


@pytest.fixture
def mail(rig: Rig) -> ListChannel:
    channel = ListChannel()
    rig.channels.append(channel)
    return channel


def log_of(rig: Rig):
    return rig.log.page(LogFilter())


def test_each_is_told_in_their_own_language(rig: Rig, mail: ListChannel) -> None:
    rig.breach("ann", "boris")

    assert rig.send_due() == 2

    texts = {address: (message.items[0].title, message.items[0].text, message.items[0].url) for address, message in mail.sent}
    assert texts == {
        "ann@example.com": (
            "T-1: the reply is overdue",
            "It was due 20 Nov, 12:00. The printer burns",
            "https://penstock.test/tickets/T-1",
        ),
        "boris@example.com": (
            "T-1: срок ответа нарушен",
            "Срок был 20 нояб., 12:00. The printer burns",
            "https://penstock.test/tickets/T-1",
        ),
    }


def test_names_out_of_models_are_told_in_the_readers_language() -> None:
    values = '{"task": "Explain deviations", "process": "Month close"}'
    words, zone = wording(), ZoneInfo("UTC")

    russian = words.told(Event.TASK_ASSIGNED, "task:7", values, "ru", zone)
    english = words.told(Event.TASK_ASSIGNED, "task:7", values, "en", zone)

    assert russian.title == "Задача для вас: Объяснить отклонения"
    assert "Закрытие месяца" in russian.text
    assert english.title == "Task for you: Explain deviations"


def test_a_moment_is_told_in_the_zone_of_its_reader(rig: Rig, mail: ListChannel) -> None:
    rig.wishes.set_profile(ANN.account_id, Profile("Asia/Tokyo"))
    rig.breach("ann")

    rig.send_due()

    assert mail.sent[0][1].items[0].text.startswith("It was due 20 Nov, 21:00.")


def test_what_was_sent_is_not_sent_again(rig: Rig, mail: ListChannel) -> None:
    rig.breach("ann")

    counts = [rig.send_due(), rig.send_due()]

    [entry] = log_of(rig)
    assert counts == [1, 0]
    assert (entry.state, entry.attempts, entry.provider_id) == (DeliveryState.SENT, 1, "provider-1")


def test_trouble_is_tried_again_later_and_later_with_the_same_id(rig: Rig, mail: ListChannel) -> None:
    mail.troubles = [TryLater("busy"), TryLater("busy"), TryLater("busy")]
    rig.breach("ann")

    pauses = []
    while not mail.sent:
        rig.send_due()
        [entry] = log_of(rig)
        if entry.state is DeliveryState.WAITING:
            pauses.append((entry.due_at - rig.now).total_seconds())
            assert entry.last_error == "busy"
            rig.now = entry.due_at

    assert pauses == [30, 60, 120]
    assert (entry.state, entry.attempts, entry.last_error) == (DeliveryState.SENT, 4, "")


def test_the_other_sides_wish_to_wait_is_kept(rig: Rig, mail: ListChannel) -> None:
    mail.troubles = [TryLater("too often", after_seconds=600)]
    rig.breach("ann")

    rig.send_due()

    assert log_of(rig)[0].due_at == rig.now + timedelta(seconds=600)


def test_it_is_given_up_after_the_last_attempt_and_an_operator_puts_it_back(rig: Rig, mail: ListChannel) -> None:
    rig.backoff = Backoff(attempts=3)
    mail.troubles = [TryLater("busy")] * 3
    rig.breach("ann")
    for _attempt in range(4):
        rig.send_due()
        rig.pass_time(hours=2)
    [dead] = log_of(rig)

    rig.log.requeue(dead.delivery_id)
    rig.send_due()

    assert (dead.state, dead.last_error) == (DeliveryState.DEAD, "busy (given up after 3 attempts)")
    assert log_of(rig)[0].state is DeliveryState.SENT
    with pytest.raises(DeliveryNotFound):
        rig.log.requeue(dead.delivery_id)


def test_what_can_never_go_out_is_given_up_at_once(rig: Rig, mail: ListChannel) -> None:
    mail.troubles = [Undeliverable("the mail server answered 552")]
    rig.breach("ann")

    rig.send_due()

    assert [(each.state, each.attempts) for each in log_of(rig)] == [(DeliveryState.DEAD, 1)]
    assert rig.log.requeue_all() == 1


def test_a_channel_that_is_down_leaves_the_rest_untouched(rig: Rig, mail: ListChannel) -> None:
    for number in range(5):
        rig.breach("ann", request_id=str(number))
    mail.troubles = [ChannelDown("no answer")]

    assert rig.send_due() == 0

    assert sorted(each.attempts for each in log_of(rig)) == [0, 0, 0, 0, 1]
    assert {each.state for each in log_of(rig)} == {DeliveryState.WAITING}


def test_a_slow_receiver_holds_up_only_itself(rig: Rig) -> None:
    hooks = ListChannel(ChannelName.WEBHOOK)
    rig.channels.append(hooks)
    for where in ("https://a.test/", "https://b.test/"):
        rig.add_address(ANN, ChannelName.WEBHOOK, where)
    for number in range(3):
        rig.breach("ann", request_id=str(number))
    hooks.troubles = [TryLater("took too long")]

    rig.send_due()

    assert len({address for address, _message in hooks.sent}) == 1
    assert len(hooks.sent) == 3


def test_an_address_that_is_gone_hears_nothing_more(rig: Rig) -> None:
    hooks = ListChannel(ChannelName.WEBHOOK, troubles=[AddressGone("nobody is there any more")])
    rig.channels.append(hooks)
    rig.add_address(ANN, ChannelName.WEBHOOK, "https://gone.test/")
    rig.breach("ann", request_id="1")
    rig.breach("ann", request_id="2")

    rig.send_due()
    rig.breach("ann", request_id="3")

    assert hooks.sent == []
    assert [state for channel, state, _attempts in rig.states() if channel == "webhook"] == ["dead", "dead"]
    assert rig.addresses.of_account(ANN.account_id)[0].broken == "nobody is there any more"


def test_a_sender_that_was_killed_is_followed_by_one_that_sends_the_same_message(rig: Rig, mail: ListChannel) -> None:
    rig.breach("ann")
    [killed] = rig.outbox.claim(ChannelName.EMAIL, 10)

    too_early = rig.send_due()
    rig.pass_time(minutes=11)
    rig.send_due()

    assert too_early == 0
    assert [message.message_id for _address, message in mail.sent] == [killed.batch_id]


def test_a_late_mark_of_a_killed_sender_changes_nothing(rig: Rig, mail: ListChannel) -> None:
    rig.breach("ann")
    [late] = rig.outbox.claim(ChannelName.EMAIL, 10)
    rig.pass_time(minutes=11)
    rig.send_due()

    rig.outbox.put_off(late, rig.now, "late")

    assert log_of(rig)[0].state is DeliveryState.SENT


def test_a_message_that_ends_its_sender_each_time_is_given_up(rig: Rig, mail: ListChannel) -> None:
    rig.backoff = Backoff(attempts=3)
    rig.breach("ann")
    for _kill in range(3):
        rig.outbox.claim(ChannelName.EMAIL, 10)
        rig.pass_time(minutes=11)

    rig.send_due()

    assert log_of(rig)[0].last_error == "its sender ended at each of 3 attempts"


def test_quiet_hours_hold_what_can_wait_and_let_the_urgent_pass(rig: Rig, mail: ListChannel) -> None:
    rig.wishes.set_profile(ANN.account_id, Profile("UTC", time(22), time(7)))
    rig.now = datetime(2026, 11, 20, 23, tzinfo=UTC)
    rig.assign("ann", request_id="1")
    rig.breach("ann", request_id="2")

    rig.send_due()
    at_night = list(mail.titles)
    held = [each for each in log_of(rig) if each.held]
    rig.now = datetime(2026, 11, 21, 7, tzinfo=UTC)
    rig.send_due()

    assert at_night == ["T-1: the reply is overdue"]
    assert [(each.held, each.due_at) for each in held] == [("quiet", datetime(2026, 11, 21, 7, tzinfo=UTC))]
    assert mail.titles[1:] == ["Task for you: Check"]


def test_quiet_hours_that_began_while_it_waited_hold_it_too(rig: Rig, mail: ListChannel) -> None:
    rig.wishes.set_profile(ANN.account_id, Profile("UTC", time(22), time(7)))
    rig.now = datetime(2026, 11, 20, 21, 59, tzinfo=UTC)
    rig.assign("ann")
    rig.pass_time(minutes=5)

    rig.send_due()

    [entry] = log_of(rig)
    assert mail.sent == []
    assert (entry.held, entry.attempts, entry.due_at) == ("quiet", 0, datetime(2026, 11, 21, 7, tzinfo=UTC))


def test_a_digest_gathers_a_day_in_one_mail(rig: Rig, mail: ListChannel) -> None:
    rig.wishes.choose(ANN.account_id, {(Event.TASK_ASSIGNED, ChannelName.EMAIL): Mode.DIGEST})
    for number in range(3):
        rig.assign("ann", task=f"Task {number}", request_id=str(number))
        rig.pass_time(hours=1)
    before = rig.send_due()
    rig.now = START + timedelta(hours=20)

    rig.send_due()

    [(_address, digest)] = mail.sent
    assert before == 0
    assert digest.is_digest
    assert [item.title for item in digest.items] == ["Task for you: Task 0", "Task for you: Task 1", "Task for you: Task 2"]


def test_what_is_switched_off_is_only_at_the_bell(rig: Rig, mail: ListChannel) -> None:
    rig.wishes.choose(ANN.account_id, {(Event.TASK_ASSIGNED, ChannelName.EMAIL): Mode.OFF})

    rig.assign("ann")

    assert rig.send_due() == 0
    assert rig.inbox.unread(ANN.account_id) == 1


def test_a_digest_is_for_mail_alone(rig: Rig) -> None:
    with pytest.raises(InvalidChoice, match="telegram"):
        rig.wishes.choose(ANN.account_id, {(Event.TASK_ASSIGNED, ChannelName.TELEGRAM): Mode.DIGEST})


def test_wishes_come_back_as_they_were_chosen(rig: Rig) -> None:
    chosen = {(Event.SLA_BREACHED, ChannelName.EMAIL): Mode.OFF, (Event.ESCALATED, ChannelName.PUSH): Mode.OFF}
    profile = Profile("Europe/Berlin", time(21, 30), time(6))
    rig.wishes.choose(ANN.account_id, chosen)
    rig.wishes.set_profile(ANN.account_id, profile)

    mine, others = rig.wishes.wishes(ANN.account_id), rig.wishes.wishes(CLARA.account_id)

    assert (dict(mine.choices), mine.profile) == (chosen, profile)
    assert others.mode(Event.SLA_BREACHED, ChannelName.EMAIL) is Mode.NOW


def test_ones_own_mail_address_takes_the_place_of_the_directorys(rig: Rig, mail: ListChannel) -> None:
    rig.add_address(ANN, ChannelName.EMAIL, "home@example.com")

    rig.breach("ann")
    rig.send_due()

    assert [address for address, _message in mail.sent] == ["home@example.com"]


def test_an_account_that_was_closed_hears_nothing(rig: Rig, mail: ListChannel) -> None:
    rig.breach("ann")
    rig.people = (CLARA,)

    rig.send_due()

    assert mail.sent == []
    assert log_of(rig)[0].last_error == "the account is closed"


def test_webhooks_of_the_installation_hear_what_they_asked_for(rig: Rig) -> None:
    hooks = ListChannel(ChannelName.WEBHOOK)
    rig.channels.append(hooks)
    rig.add_address(None, ChannelName.WEBHOOK, "https://all.test/")
    rig.add_address(None, ChannelName.WEBHOOK, "https://some.test/", events={"task_assigned"})

    rig.breach("ann", "boris", "clara")
    rig.send_due()

    assert [address for address, _message in hooks.sent] == ["https://all.test/"]


def test_the_values_of_an_earlier_release_are_given_up_and_hold_up_nothing(rig: Rig, mail: ListChannel) -> None:
    rig.breach("ann", request_id="1")
    with rig.engine.begin() as connection:
        connection.exec_driver_sql("""UPDATE notification SET "values" = '{"old": 1}'""")
    rig.breach("ann", request_id="2")

    assert rig.send_due() == 1

    assert sorted(each.state for each in log_of(rig)) == [DeliveryState.DEAD, DeliveryState.SENT]


def test_the_log_holds_no_address_and_nothing_of_what_was_said(rig: Rig, mail: ListChannel) -> None:
    rig.breach("ann")
    rig.send_due()

    written = repr(log_of(rig)) + repr(rig.rows("SELECT * FROM notification_delivery"))

    assert "example.com" not in written
    assert "printer" not in written


def test_every_event_has_words_in_every_language(rig: Rig, mail: ListChannel) -> None:
    samples = {
        Event.TASK_ASSIGNED: {"task": "Check", "process": "Triage"},
        Event.SLA_REMINDER: {"target": "resolution", "percent": 75, "due_at": START},
        Event.SLA_BREACHED: {"target": "resolution", "due_at": START},
        Event.ESCALATED: {"level": 2, "reason": "late"},
        Event.TICKET_REPLY_NEEDED: {"summary": "Again"},
        Event.CHANGE_SET_WAITING: {"summary": "Five fields", "items": 5, "author": "model"},
        Event.REPORT_READY: {"report": "Tickets", "format": "pdf"},
        Event.MONTH_LOCKED: {"month": "2026-10", "locked_by": "dora"},
        Event.UNLOCK_ASKED: {"month": "2026-10", "asked_by": "dora", "reason": "An invoice came late."},
        Event.INCIDENT_RAISED: {"process": "Orders", "element": "Reserve", "error_type": "JOB_NO_RETRIES"},
        Event.BACKGROUND_FAILED: {"task": "reports.make", "reason": "disk full"},
    }
    for event, values in samples.items():
        rig.notifications.notify(event, [person("ann"), person("boris")], "ticket:T-1", values, event.value)
    rig.pass_time(days=2)

    rig.send_due()

    by_language: dict[str, set[str]] = {"en": set(), "ru": set()}
    for _address, message in mail.sent:
        by_language[message.language] |= {item.title for item in message.items}
    assert len(by_language["en"]) == len(by_language["ru"]) == len(samples)
    assert by_language["en"].isdisjoint(by_language["ru"])
    assert set(samples) | {Event.ADDRESS_CHECK, Event.ADDRESS_TEST} == set(Event)


def test_a_text_of_many_lines_becomes_one_line(rig: Rig, mail: ListChannel) -> None:
    rig.assign("ann", task="Check\r\nBcc: everybody@example.com\n" + "x" * 1000)

    rig.send_due()

    title = mail.titles[0]
    assert "\n" not in title
    assert "\r" not in title
    assert len(title) < 330
