"""Every setting, read from the environment (`PENSTOCK_*`) or a `.env` file. No other module reads the environment."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, override

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

# A larger machine says by itself how many it wants: each costs some 100 MB.
MOST_WEB_PROCESSES = 4
HOME = Path(__file__).resolve().parent


class UnreadableSecret(ValueError):
    """A file that should hold a setting cannot be read."""


class FilesOfSecrets(PydanticBaseSettingsSource):
    """`PENSTOCK_<SETTING>_FILE` names a file that holds the setting: how Docker, Kubernetes and systemd hand out secrets."""

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        variable = f"PENSTOCK_{field_name}_FILE".upper()
        # A setting that ends in _file itself has this name already.
        path = os.environ.get(variable)
        if not path or variable.removeprefix("PENSTOCK_").lower() in self.settings_cls.model_fields:
            return None, field_name, False
        try:
            # Editors and `echo` end a file with a line break, which is no part of a secret.
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableSecret(f"{variable} names {path}, which cannot be read: {type(error).__name__}") from error

    @override
    def __call__(self) -> dict[str, Any]:
        return _decoded(self)


class SecretsOfVault(PydanticBaseSettingsSource):
    """`PENSTOCK_VAULT_URL` names a Vault whose secret holds settings by their names in lower case, as `secret_key`.

    It is asked once a process. Where Vault is and who asks says the environment alone: that much has to be known before.
    """

    _read: ClassVar[dict[tuple[tuple[str, str], ...], dict[str, str]]] = {}

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        return self._secrets().get(field_name), field_name, False

    @override
    def __call__(self) -> dict[str, Any]:
        return _decoded(self)

    def _secrets(self) -> dict[str, str]:
        known = {name: _plain(self.current_state.get(name)) for name in sorted(VAULT_SETTINGS)}
        given = {name.removeprefix("vault_"): value for name, value in known.items() if value}
        if "url" not in given:
            return {}
        place = tuple(given.items())
        if place not in self._read:
            # The small commands need no HTTP client.
            from services.vault import Vault, read_secrets  # noqa: PLC0415

            vault = Vault(
                given["url"],
                given.get("path", "secret/penstock"),
                token=given.get("token", ""),
                role=given.get("role", ""),
                namespace=given.get("namespace", ""),
                ca_file=Path(given["ca_file"]) if "ca_file" in given else None,
            )
            self._read[place] = read_secrets(vault)
        return {name: value for name, value in self._read[place].items() if name not in VAULT_SETTINGS}


def _decoded(source: PydanticBaseSettingsSource) -> dict[str, Any]:
    """What a source of texts holds; lists and mappings are JSON there, as in the environment."""
    found = {}
    for name, field in source.settings_cls.model_fields.items():
        text, _, is_complex = source.get_field_value(field, name)
        if text is not None:
            found[name] = source.prepare_field_value(name, field, text, is_complex)
    return found


VAULT_SETTINGS = frozenset(f"vault_{name}" for name in ("url", "path", "token", "role", "namespace", "ca_file"))


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")


class Settings(BaseSettings):
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

    # The checkout: processes/, decisions/, templates/ and static/ live under it.
    home: Path = HOME
    # Everything this installation writes.
    data_dir: Path = Path("data")

    host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=0, le=65535)
    grpc_port: int = Field(default=26500, ge=0, le=65535)
    rest_port: int = Field(default=8080, ge=0, le=65535)
    management_port: int = Field(default=9600, ge=0, le=65535)

    # Where the embedded gateway is reached when it runs on another machine or in another container. Unset: at `host`.
    gateway_host: str | None = None

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
    # Where `penstock zeebe up` keeps what it fetched. Unset: the user's cache folder.
    zeebe_cache: Path | None = None
    # The Java that runs it. Unset: the first that is new enough.
    java_home: str | None = None

    clock: Literal["system", "controlled"] = "system"
    # FULL survives power loss, NORMAL a killed process only.
    engine_sync: Literal["FULL", "NORMAL"] = "FULL"
    # The embedded gateway's state and records. Unset: engine.db in data_dir; else a PostgreSQL URL.
    engine_url: SecretStr | None = None
    # Records that every reader (the read models first) has had are dropped after so many hours; 0 at once, -1 never.
    record_retention_hours: float = Field(default=720, ge=-1)
    max_resource_bytes: int = Field(default=4 * 1024 * 1024, gt=0)

    # Unset: SQLite in data_dir.
    database_url: str | None = None
    # PostgreSQL's role that owns the tables and upgrades them; the role of PENSTOCK_DATABASE_URL then owns none and is held
    # by row-level security. Unset: one role for both.
    database_owner_url: SecretStr | None = None
    # Processes of job workers that `penstock up` runs; one is enough for tens of tickets a second.
    worker_processes: int = Field(default=1, ge=1, le=64)
    # Processes that share the port of pages and REST. 0: one for each processor, at most four (on Linux).
    api_processes: int = Field(default=0, ge=0, le=64)
    # Connections to PostgreSQL per process: kept open, at most, and the wait for one.
    database_pool_kept: int = Field(default=5, ge=1)
    database_pool_most: int = Field(default=20, ge=1)
    database_pool_wait_seconds: float = Field(default=10.0, gt=0)
    # Unset: Celery uses folders in data_dir as its broker.
    redis_url: str | None = None

    # Signs sessions. Unset: a random key, made once and kept in data_dir.
    secret_key: SecretStr | None = None
    # Keys that were `secret_key` before: what they sealed is still read, and sealed anew by `penstock crm reseal`.
    earlier_secret_keys: list[SecretStr] = []
    session_hours: int = Field(default=12, gt=0)
    language: Literal["en", "ru"] = "en"

    # Keycloak 26 (docs/how-to/sign-in-with-keycloak.md); the issuer ends in /realms/penstock. Unset: our own.
    # Accounts of Keycloak 26 (docs/how-to/sign-in-with-keycloak.md); the issuer ends in /realms/penstock. Unset: our own.
    # Accounts of Keycloak 26 (docs/how-to/sign-in-with-keycloak.md). Unset issuer (https://…/realms/penstock): our own ones.
    keycloak_issuer: str | None = None
    # Our API's name in access tokens, the client of our pages, and other clients whose tokens the API takes.
    keycloak_audience: str = "penstock-api"
    keycloak_web_client: str = "penstock-web"
    # Unset: a public client, which PKCE alone protects.
    keycloak_web_secret: SecretStr | None = None
    keycloak_clients: list[str] = ["penstock-worker"]
    # The client that invites and changes accounts; without its secret that is done in Keycloak's own console.
    keycloak_administration_client: str = "penstock-administration"
    keycloak_administration_secret: SecretStr | None = None
    # Keeps the door open for local passwords, for the day when Keycloak is away.
    keycloak_local_sign_in: bool = False

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

    # Sending mails by SMTP. Unset host: no notifications are sent, and the desk's mails become files in data_dir/mail/sent.
    # `starttls` and `tls` check the certificate, by `smtp_ca_file` where it is given.
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    # Who writes notifications; the desk writes as mail_address.
    smtp_sender: str = "Penstock <penstock@localhost>"
    smtp_ca_file: Path | None = None
    # Telegram. Unset token: none.
    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    # Whom a browser's push service may write to about us (mailto: or https:). Unset: no push.
    push_contact: str | None = None
    # Networks that requests to foreign servers may reach beside public addresses, parted by commas: 10.1.0.0/16.
    outgoing_allowed_networks: str = ""
    notification_attempts: int = Field(default=10, ge=1, le=50)
    # How long notifications and their log are kept.
    notification_days: int = Field(default=90, ge=1)
    # Systems with a plain JSON interface whose records change sets may change: name -> base URL, and name -> bearer token.
    change_http_targets: dict[str, str] = Field(default_factory=dict)
    change_http_tokens: dict[str, SecretStr] = Field(default_factory=dict)
    # Connected CRMs are read this often, and for at most so long at a time before others have their turn.
    crm_sync_seconds: float = Field(default=300.0, gt=0)
    crm_slice_seconds: float = Field(default=20.0, gt=0)
    # Language models, by OpenAI's protocol (base URLs end in /v1). `decisions/model_policy.dmn` says which is asked for what.
    # Prices are per million tokens. Where no endpoint is set, `penstock up` runs a practice model that answers by rules.
    llm_hosted_url: str | None = None
    llm_hosted_key: SecretStr | None = None
    llm_hosted_model: str = "gpt-4o-mini"
    llm_hosted_input_price: float = Field(default=0.0, ge=0)
    llm_hosted_output_price: float = Field(default=0.0, ge=0)
    llm_local_url: str | None = None
    llm_local_model: str = "local"
    # What an endpoint understands of the shape its answer must have.
    llm_structure: Literal["json_schema", "json_object", "none"] = "json_schema"
    llm_streaming: bool = False
    # The longest that all tries of one question to one endpoint may take.
    llm_seconds: float = Field(default=60.0, gt=0)
    # The share of questions that may be asked a second time because their answer is overdue; 0: none.
    llm_asked_twice_share: float = Field(default=0.05, ge=0, le=1)
    llm_tokens_per_month: int | None = Field(default=20_000_000, ge=0)
    llm_tokens_by_tenant: dict[str, int] = Field(default_factory=dict)
    llm_practice: bool = True
    # 0: any free port. Faults such as "all=0.01" or "timeout=0.02,bad_json=0.1", for trials.
    practice_port: int = Field(default=0, ge=0, le=65535)
    practice_faults: str = ""
    practice_timeout_seconds: float = Field(default=60.0, gt=0)
    # Vectors beside words in the search; unset: words alone.
    embedding_url: str | None = None
    embedding_model: str | None = None
    embedding_key: SecretStr | None = None
    # Answers that were sent become knowledge, without personal data.
    learn_from_replies: bool = True

    # Plan and fact. Days are working days from Monday to Friday less holidays, in the zone.
    finance_currency: str = Field(default="RUB", pattern="^[A-Z]{3}$")
    # An accounting system whose periods follow the close: Tryton, by JSON-RPC.
    tryton_url: str | None = None
    tryton_database: str = ""
    tryton_username: str = ""
    tryton_password: SecretStr = SecretStr("")
    # How many requests an account, and all accounts of a tenant, may make within a minute; 0 is no limit. Counted in Redis
    # where there is one, else by each web process for itself.
    requests_per_minute: int = Field(default=6_000, ge=0)
    tenant_requests_per_minute: int = Field(default=60_000, ge=0)

    # How long pages go on answering after they were told to stop, while /ready says so: time for a load balancer to notice.
    drain_seconds: float = Field(default=0, ge=0, le=300)

    # /health, /ready and /metrics of each process: where it listens (unset: `host`), and on which port; one that is not named
    # takes any free one and says it in data_dir/monitoring/, where Prometheus finds it (file_sd_configs).
    monitoring_host: str | None = None
    monitoring_ports: dict[str, Annotated[int, Field(ge=0, le=65535)]] = Field(default_factory=dict)
    # Where the background process makes backups, how often (0: never), and how many stay. Unset: it makes none; looked for in
    # data_dir/backups are those of `penstock backup`.
    backup_dir: Path | None = None
    backup_hours: float = Field(default=24.0, ge=0)
    backup_keep: int = Field(default=14, ge=1)
    # Every so many days the newest is restored into a scratch place and compared; 0: never. With PostgreSQL this needs a role
    # that may create databases.
    backup_rehearsal_days: float = Field(default=7.0, ge=0)
    backup_rehearsal_url: SecretStr | None = None

    # Secrets in Vault (docs/how-to/secrets-in-vault.md): KV version 2, by a token or a pod's account. Unset url: none.
    vault_url: str | None = None
    vault_path: str = "secret/penstock"
    vault_token: SecretStr | None = None
    vault_role: str | None = None
    vault_namespace: str | None = None
    vault_ca_file: Path | None = None

    # Traces (docs/how-to/follow-one-ticket.md): the base URL of a receiver of OTLP over HTTP (http://127.0.0.1:4318). Unset:
    # none.
    otlp_url: str | None = None
    otlp_headers: dict[str, SecretStr] = Field(default_factory=dict)
    # The share of traces that is recorded.
    trace_ratio: float = Field(default=1.0, ge=0, le=1)

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"

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
        return (self.public_url or f"http://{self.host}:{self.web_port}").rstrip("/")

    @property
    def backups(self) -> Path:
        """The folder of backups."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def _gateway_host(self) -> str:
        return self.gateway_host or self.host

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
