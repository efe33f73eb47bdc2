"""Mail in, mail and other messages out."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr

from settings.house import Port


class Desk(BaseModel):
    """The desk's mail (docs/how-to/take-tickets-by-mail.md)."""

    mail_address: str = "desk@localhost"
    """The address under which the desk writes; what comes in is taken for it alone (with any `+part`)."""
    mail_name: str = "Service desk"
    """The name under which it writes."""
    mail_addresses: list[str] = []
    """Further addresses whose mail is taken."""
    mail_per_sender_per_hour: int = Field(default=60, gt=0)
    """What one sender may write within an hour; the rest is held."""
    max_mail_bytes: int = Field(default=25 * 1024 * 1024, gt=0)
    """The largest mail taken, in bytes."""
    mail_host: str | None = None
    """Where mail is received by SMTP. Unset: at `PENSTOCK_HOST`."""
    mail_port: Port | None = None
    """The port. Unset: no mail is received by SMTP."""
    mail_tls_certificate: Path | None = None
    """The certificate that offers STARTTLS."""
    mail_tls_key: Path | None = None
    """And its key."""
    imap_host: str | None = None
    """A mailbox read by IMAP. Unset: none."""
    imap_port: int = Field(default=993, ge=1, le=65535)
    """Its port."""
    imap_security: Literal["tls", "none"] = "tls"
    """How it is reached."""
    imap_username: str = ""
    """Who reads it."""
    imap_password: SecretStr = SecretStr("")
    """And the password."""
    imap_ca_file: Path | None = None
    """The authority that signed its certificate. Unset: those this machine trusts."""
    imap_folder: str = "INBOX"
    """The folder that is read."""
    imap_done_folder: str = ""
    """Where mails are moved that were taken in; empty: they stay, marked as read."""
    imap_seconds: float = Field(default=30.0, gt=0)
    """How often it is looked at."""


class Sending(BaseModel):
    """Mails and notifications that go out (docs/how-to/notifications.md)."""

    smtp_host: str | None = None
    """Unset: no notifications are sent by mail, and the desk's mails become files in `data_dir/mail/sent`."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    """Its port."""
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    """`starttls` and `tls` check the certificate."""
    smtp_username: str = ""
    """Who sends; empty: nobody signs in."""
    smtp_password: SecretStr = SecretStr("")
    """And the password."""
    smtp_sender: str = "Penstock <penstock@localhost>"
    """Who writes notifications; the desk writes as `PENSTOCK_MAIL_ADDRESS`."""
    smtp_ca_file: Path | None = None
    """The authority that signed its certificate. Unset: those this machine trusts."""
    telegram_bot_token: SecretStr | None = None
    """The bot that writes to people. Unset: none."""
    telegram_api_url: str = "https://api.telegram.org"
    """Where Telegram is asked."""
    push_contact: str | None = None
    """Whom a browser's push service may write to about us (`mailto:` or `https:`). Unset: no push."""
    notification_attempts: int = Field(default=10, ge=1, le=50)
    """How often a delivery is tried."""
    notification_days: int = Field(default=90, ge=1)
    """How long notifications and their log are kept."""
