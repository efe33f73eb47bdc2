"""What whoever is on call needs."""

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from settings.house import Port


class Watching(BaseModel):
    """`/health`, `/ready` and `/metrics` of each process (docs/how-to/watch-and-audit.md), and traces
    (docs/how-to/follow-one-ticket.md).
    """

    monitoring_host: str | None = None
    """Where they listen. Unset: at `PENSTOCK_HOST`."""
    monitoring_ports: dict[str, Port] = Field(default_factory=dict)
    """On which port by process, as `{"api": 9101}`; one that is not named takes any free one and says it in
    `data_dir/monitoring/`, where Prometheus finds it (`file_sd_configs`)."""
    otlp_url: str | None = None
    """The base URL of a receiver of OTLP over HTTP, as `http://127.0.0.1:4318`. Unset: no traces."""
    otlp_headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Headers sent with them."""
    trace_ratio: float = Field(default=1.0, ge=0, le=1)
    """The share of traces that is recorded."""


class Vault(BaseModel):
    """Secrets in Vault, KV version 2, by a token or a pod's account (docs/how-to/secrets-in-vault.md)."""

    vault_url: str | None = None
    """Unset: no Vault."""
    vault_path: str = "secret/penstock"
    """The secret that holds settings by their names in lower case."""
    vault_token: SecretStr | None = None
    """Who asks, by a token."""
    vault_role: str | None = None
    """Who asks, by a pod's account."""
    vault_namespace: str | None = None
    """Vault Enterprise's namespace."""
    vault_ca_file: Path | None = None
    """The authority that signed its certificate. Unset: those this machine trusts."""
