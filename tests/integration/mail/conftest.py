"""A mail room on a SQLite database of its own, and the mails that come to it."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bootstrap.mail import mail_intake
from services.mail.intake import MailIntake
from settings import Settings
from tests.databases import empty_database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        engine_sync="NORMAL",
        mail_address="desk@company.example",
        mail_name="Desk",
        public_url="https://desk.company.example",
        secret_key="a key of this test alone",
    )


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = empty_database(settings.sql_url)
    yield engine
    engine.dispose()


@pytest.fixture
def intake(settings: Settings, engine: Engine) -> MailIntake:
    return mail_intake(settings, engine)


@pytest.fixture
def mail():
    """Makes a mail of Ann's; `mail(2, In_Reply_To="<1@x>")`."""

    def make(number: int = 1, text: str = "It burns.", **headers: str) -> EmailMessage:
        message = EmailMessage()
        own = {"From": "Ann <ann@customer.example>", "To": "desk@company.example", "Subject": "Printer"}
        for name, value in {**own, "Message-ID": f"<{number}@customer.example>", **headers}.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        return message

    return make
