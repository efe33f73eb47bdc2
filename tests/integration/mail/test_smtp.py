"""Receiving and sending over real SMTP connections."""

import asyncio
import os
import signal
import smtplib
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import text

from bootstrap.mail import hand_over, outbox, transport
from services.crm import SqlCorrespondence
from services.mail.parsing import MailLimits
from services.mail.sending import Sending
from services.mail.smtp_server import serve_smtp
from tests.house import free_ports

ROOT = Path(__file__).parents[3]
DESK = frozenset({"desk@company.example"})


@asynccontextmanager
async def receiving(intake):
    ports: asyncio.Queue[int] = asyncio.Queue()
    server = asyncio.create_task(serve_smtp(intake, "127.0.0.1", 0, addresses=DESK, started=ports.put_nowait))
    try:
        yield await ports.get()
    finally:
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)


def deliver(port: int, raw: bytes, sender: str = "ann@customer.example", to: str = "Desk+x@Company.example") -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.sendmail(sender, [to], raw)


async def test_a_mail_is_answered_after_its_commit(intake, engine, mail) -> None:
    async with receiving(intake) as port:
        await asyncio.to_thread(deliver, port, mail().as_bytes(policy=SMTP))

    assert SqlCorrespondence(engine).thread("T-1")[0].text == "It burns."


async def test_nobody_else_s_mail_is_relayed(intake, mail) -> None:
    async with receiving(intake) as port:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await asyncio.to_thread(deliver, port, mail().as_bytes(policy=SMTP), to="bob@elsewhere.example")

    assert refused.value.recipients["bob@elsewhere.example"][0] == 550


@dataclass
class DeskAway:
    """A database that is away."""

    def take_in(self, mail, ticket_id, *, acknowledge):
        raise ConnectionError


async def test_while_the_desk_is_away_the_sender_keeps_the_mail(intake, mail) -> None:
    async with receiving(replace(intake, desk=DeskAway())) as port:
        with pytest.raises(smtplib.SMTPDataError) as later:
            await asyncio.to_thread(deliver, port, mail().as_bytes(policy=SMTP))
    async with receiving(intake) as port:
        await asyncio.to_thread(deliver, port, mail().as_bytes(policy=SMTP))

    assert later.value.smtp_code == 451
    assert intake.log.find("<1@customer.example>").ticket_id == "T-1"


async def test_a_mail_beyond_the_limits_is_refused_for_good(intake, mail) -> None:
    strict = replace(intake, limits=MailLimits(parts=3))
    message = mail()
    for number in range(5):
        message.add_attachment(b"x", maintype="a", subtype="b", filename=str(number))

    async with receiving(strict) as port:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await asyncio.to_thread(deliver, port, message.as_bytes(policy=SMTP))

    assert refused.value.smtp_code == 554
    assert b"more than 3 parts" in refused.value.smtp_error


async def test_an_empty_return_path_is_remembered(intake, mail) -> None:
    async with receiving(intake) as port:
        await asyncio.to_thread(deliver, port, mail().as_bytes(policy=SMTP), sender="")

    assert intake.log.find("<1@customer.example>").verdict == "auto_reply"


@dataclass
class CompanyServer:
    """The company's mail server: takes mails, or answers as it is told to."""

    taken: list[bytes] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    kills: list[int] = field(default_factory=list)

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802  # aiosmtpd's name
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            self.taken.append(envelope.content)
        for pid in self.kills:
            os.kill(pid, signal.SIGKILL)
        return answer

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802  # the same
        if address.startswith("gone@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def company() -> Iterator[tuple[CompanyServer, int]]:
    server = CompanyServer()
    [port] = free_ports(1)
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield server, port
    controller.stop()


@pytest.fixture
def sending(settings, engine, company):
    _server, port = company
    changed = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"})
    return Sending(outbox(changed, engine), transport(changed))


def later(engine) -> None:
    """Time passes: what was put off or held is due."""
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE mail_outgoing SET next_attempt_at = '2020-01-01', held_until = NULL WHERE state = 'waiting'")
        )


def delivery(sending, subject="T-1"):
    [only] = sending.outbox.deliveries(subject).values()
    return only


def test_a_mail_is_sent_once(intake, engine, settings, company, sending, mail) -> None:
    intake.receive(mail().as_bytes(policy=SMTP))
    hand_over(settings, engine)

    counts = [sending.send_due(), sending.send_due()]

    assert counts == [1, 0]
    [taken] = company[0].taken
    assert message_from_bytes(taken)["Message-ID"] == delivery(sending).message_id
    assert delivery(sending).state == "sent"


def test_a_mail_put_off_is_tried_again_later(intake, engine, settings, company, sending, mail) -> None:
    intake.receive(mail().as_bytes(policy=SMTP))
    hand_over(settings, engine)
    company[0].answers[:] = ["451 4.3.0 busy", "421 closing"]

    first = sending.send_due()
    at_once = sending.send_due()
    waiting = delivery(sending)
    later(engine)
    sending.send_due()
    later(engine)
    last = sending.send_due()

    assert (first, at_once, last) == (0, 0, 1)
    assert (waiting.state, waiting.attempts, waiting.problem) == ("waiting", 1, "451 4.3.0 busy")
    assert (delivery(sending).state, delivery(sending).attempts) == ("sent", 3)


def test_a_recipient_refused_for_good_is_not_tried_again_unless_asked(intake, engine, settings, company, sending, mail) -> None:
    intake.receive(mail(From="gone@customer.example").as_bytes(policy=SMTP))
    hand_over(settings, engine)

    sending.send_due()
    later(engine)
    again = sending.send_due()
    failed = delivery(sending)
    sending.outbox.try_again(failed.request_id)

    assert again == 0
    assert (failed.state, failed.attempts, failed.problem) == ("failed", 1, "550 5.1.1 no such user")
    assert delivery(sending).state == "waiting"


def test_without_a_server_every_mail_waits(intake, engine, settings, mail) -> None:
    for number in range(3):
        intake.receive(mail(number).as_bytes(policy=SMTP))
    hand_over(settings, engine)
    nobody = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "none"})
    sending = Sending(outbox(settings, engine), transport(nobody))

    assert sending.send_due() == 0

    states = [delivery(sending, f"T-{number}") for number in (1, 2, 3)]
    assert [(each.state, each.attempts) for each in states] == [("waiting", 1)] * 3


def test_two_senders_never_have_the_same_mail(intake, engine, settings, mail) -> None:
    for number in range(4):
        intake.receive(mail(number).as_bytes(policy=SMTP))
    hand_over(settings, engine)
    first, second = outbox(settings, engine), outbox(settings, engine)

    taken = [mail.number for mail in first.take_due(3)] + [mail.number for mail in second.take_due(3)]

    assert sorted(taken) == [1, 2, 3, 4]


def test_a_sender_killed_before_it_could_mark_sends_the_same_mail_again(
    intake, engine, settings, company, sending, mail
) -> None:
    """The server has it, the row does not say so: it goes out again as the same mail, and the state was never untrue."""
    server, port = company
    intake.receive(mail().as_bytes(policy=SMTP))
    hand_over(settings, engine)
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        from bootstrap.connections import sql_engine
        from bootstrap.mail import outbox, transport
        from services.mail.sending import Sending
        from settings import Settings
        settings = Settings(_env_file=None, data_dir=Path(sys.argv[1]), smtp_host="127.0.0.1", smtp_port=int(sys.argv[2]),
                            smtp_security="none", mail_address="desk@company.example", secret_key="a key of this test alone")
        sys.stdin.readline()
        Sending(outbox(settings, sql_engine(settings)), transport(settings)).send_due()
    """)
    command = [sys.executable, "-c", program, str(settings.data_dir), str(port)]
    sender = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)
    server.kills.append(sender.pid)
    sender.communicate(b"\n", timeout=60)
    server.kills.clear()
    between = delivery(sending)

    held_back = sending.send_due()
    later(engine)
    sent = sending.send_due()

    assert sender.returncode == -signal.SIGKILL
    assert (between.state, held_back, sent) == ("waiting", 0, 1)
    assert len(server.taken) == 2
    assert server.taken[0] == server.taken[1]
    assert {message_from_bytes(each)["Message-ID"] for each in server.taken} == {delivery(sending).message_id}
    assert delivery(sending).state == "sent"
