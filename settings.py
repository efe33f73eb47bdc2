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

    # Where a cluster's Elasticsearch exporter sends its records. Elsewhere than on loopback a password is required.
    sink_host: str = "127.0.0.1"
    sink_port: int = Field(default=9250, ge=0, le=65535)
    sink_username: str = "penstock"
    sink_password: SecretStr | None = None
    sink_max_bytes: int = Field(default=64 * 1024 * 1024, gt=0)
    # After so many days records that are projected are forgotten; unset, they are kept and read models can be rebuilt.
    record_days: int | None = Field(default=None, gt=0)
    # Where `penstock zeebe up` keeps what it fetched. Unset: the user's cache folder.
    zeebe_cache: Path | None = None
    # The Java that runs it. Unset: the first that is new enough.
    java_home: str | None = None

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

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"

    @property
    def sql_url(self) -> str:
        """The SQLAlchemy URL of read models and business tables."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'penstock.db'}"

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
