"""Every setting, read from the environment (`PENSTOCK_*`), files of secrets, Vault or `.env`.

No other room reads the environment. Each section has a module; docs/reference/settings.md is written from them.
"""

import os
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import override

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from settings.correspondence import Desk, Sending
from settings.engine import Cluster, Engine
from settings.house import HOME, House, Processes
from settings.operations import Vault, Watching
from settings.people import Accounts, Keycloak
from settings.sources import FilesOfSecrets, SecretsOfVault, UnreadableSecret
from settings.storage import Backups, Storage
from settings.systems import LanguageModels, Systems

__all__ = ["HOME", "Settings", "UnreadableSecret"]

# A larger machine says by itself how many it wants: each costs some 100 MB.
MOST_WEB_PROCESSES = 4


class Settings(
    House,
    Processes,
    Engine,
    Cluster,
    Storage,
    Backups,
    Accounts,
    Keycloak,
    Desk,
    Sending,
    Systems,
    LanguageModels,
    Watching,
    Vault,
    BaseSettings,
):
    """What an installation may change. Ports are TCP; sizes are bytes; durations are seconds."""

    model_config = SettingsConfigDict(env_prefix="PENSTOCK_", env_file=".env", extra="ignore", frozen=True)

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`PENSTOCK_X` wins over the file that `PENSTOCK_X_FILE` names, that over Vault, and that over .env."""
        files, vault = FilesOfSecrets(settings_cls), SecretsOfVault(settings_cls)
        return init_settings, env_settings, files, vault, dotenv_settings, file_secret_settings

    @property
    def sql_url(self) -> str:
        """The SQLAlchemy URL of read models and business tables."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'penstock.db'}"

    @property
    def web_processes(self) -> int:
        """How many processes share the web port."""
        # Elsewhere a process cannot be copied (Windows), or not safely (macOS); who asks for more there says so.
        by_itself = min(os.cpu_count() or 1, MOST_WEB_PROCESSES) if sys.platform == "linux" else 1
        return self.api_processes or by_itself

    @property
    def pages_url(self) -> str:
        """Where people reach the pages from."""
        return (self.public_url or self.local_pages_url).rstrip("/")

    @property
    def local_pages_url(self) -> str:
        """Where this machine reaches the pages."""
        return f"http://{_called(self.host)}:{self.web_port}"

    @property
    def backups(self) -> Path:
        """The folder of backups."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def _gateway_host(self) -> str:
        return self.gateway_host or _called(self.host)

    @property
    def gateway_address(self) -> str:
        """host:port of the Zeebe gateway, embedded or not."""
        return self.zeebe_address or f"{self._gateway_host}:{self.grpc_port}"

    @property
    def gateway_rest_url(self) -> str:
        """Base URL of Zeebe's user-task REST calls."""
        return self.zeebe_rest_url or f"http://{self._gateway_host}:{self.rest_port}"

    @property
    def gateway_management_url(self) -> str:
        """Base URL of Zeebe's management port."""
        return self.zeebe_management_url or f"http://{self._gateway_host}:{self.management_port}"

    @property
    def engine_store_url(self) -> str | None:
        """The PostgreSQL URL of the embedded gateway's state, None for the file."""
        return None if self.engine_url is None else self.engine_url.get_secret_value()

    @property
    def record_retention_seconds(self) -> float | None:
        """How long records are kept that every reader has had; None for ever."""
        return None if self.record_retention_hours < 0 else self.record_retention_hours * 3600

    @property
    def is_embedded(self) -> bool:
        return self.zeebe_address is None


def _called(host: str) -> str:
    """Who listens on every address is called by this machine's own: the unspecified one leads nowhere in a link."""
    try:
        is_everywhere = ip_address(host).is_unspecified
    except ValueError:
        is_everywhere = False
    return "127.0.0.1" if is_everywhere else host
