"""Every setting, read from the environment (`PENSTOCK_*`) or a `.env` file. No other module reads the environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

HOME = Path(__file__).resolve().parent


class Settings(BaseSettings):
    """What an installation may change. Ports are TCP; sizes are bytes; durations are seconds."""

    model_config = SettingsConfigDict(env_prefix="PENSTOCK_", env_file=".env", extra="ignore", frozen=True)

    # The checkout: processes/, decisions/, templates/ and static/ live under it.
    home: Path = HOME
    # Everything this installation writes.
    data_dir: Path = Path("data")

    host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=0, le=65535)
    grpc_port: int = Field(default=26500, ge=0, le=65535)
    rest_port: int = Field(default=8080, ge=0, le=65535)
    management_port: int = Field(default=9600, ge=0, le=65535)

    # Unset: the embedded gateway on this machine. Set (host:port): a Zeebe cluster's gateway.
    zeebe_address: str | None = None
    zeebe_rest_url: str | None = None
    zeebe_management_url: str | None = None

    clock: Literal["system", "controlled"] = "system"
    # FULL survives power loss, NORMAL a killed process only.
    engine_sync: Literal["FULL", "NORMAL"] = "FULL"
    max_resource_bytes: int = Field(default=4 * 1024 * 1024, gt=0)

    # Unset: SQLite in data_dir.
    database_url: str | None = None
    # Unset: Celery uses folders in data_dir as its broker.
    redis_url: str | None = None

    # Signs sessions. Unset: a random key, made once and kept in data_dir.
    secret_key: SecretStr | None = None
    session_hours: int = Field(default=12, gt=0)
    language: Literal["en", "ru"] = "en"

    # Where people reach the pages from: links in mails begin with it. Unset: this machine.
    public_url: str | None = None

    # The desk's mail. Address and name under which it writes; what comes in is taken for that address (with any +part) alone,
    # unless mail_addresses names more.
    mail_address: str = "desk@localhost"
    mail_name: str = "Service desk"
    mail_addresses: list[str] = []
    mail_per_sender_per_hour: int = Field(default=60, gt=0)
    # Receiving by SMTP; unset: not at all. The certificate offers STARTTLS.
    mail_host: str | None = None
    mail_port: int | None = Field(default=None, ge=0, le=65535)
    mail_tls_certificate: Path | None = None
    mail_tls_key: Path | None = None
    max_mail_bytes: int = Field(default=25 * 1024 * 1024, gt=0)
    # Reading a mailbox by IMAP; unset: not at all.
    imap_host: str | None = None
    imap_port: int = Field(default=993, ge=1, le=65535)
    imap_security: Literal["tls", "none"] = "tls"
    imap_username: str = ""
    imap_password: SecretStr = SecretStr("")
    imap_ca_file: Path | None = None
    imap_folder: str = "INBOX"
    # Where mails are moved that were taken in; empty: they stay, marked as read.
    imap_done_folder: str = ""
    imap_seconds: float = Field(default=30.0, gt=0)
    # Sending by SMTP; unset: the desk's mails become files in data_dir/mail/sent. `starttls` and `tls` check the certificate,
    # by `smtp_ca_file` where it is given.
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_ca_file: Path | None = None

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"

    @property
    def sql_url(self) -> str:
        """The SQLAlchemy URL of read models and business tables."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'penstock.db'}"

    @property
    def pages_url(self) -> str:
        """Where people reach the pages from."""
        return (self.public_url or f"http://{self.host}:{self.web_port}").rstrip("/")

    @property
    def gateway_address(self) -> str:
        """host:port of the Zeebe gateway, embedded or not."""
        return self.zeebe_address or f"{self.host}:{self.grpc_port}"

    @property
    def gateway_rest_url(self) -> str:
        """Base URL of Zeebe's user-task REST calls."""
        return self.zeebe_rest_url or f"http://{self.host}:{self.rest_port}"

    @property
    def gateway_management_url(self) -> str:
        """Base URL of Zeebe's management port."""
        return self.zeebe_management_url or f"http://{self.host}:{self.management_port}"

    @property
    def is_embedded(self) -> bool:
        return self.zeebe_address is None
