"""Where processes run: the embedded gateway, or a Zeebe cluster."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr

from settings.house import Port


class Engine(BaseModel):
    """The embedded gateway."""

    gateway_host: str | None = None
    """Where it is reached when it runs on another machine or in another container. Unset: at `PENSTOCK_HOST`."""
    engine_sync: Literal["FULL", "NORMAL"] = "FULL"
    """`FULL` survives power loss, `NORMAL` a killed process only."""
    engine_url: SecretStr | None = None
    """PostgreSQL for its state and records. Unset: `engine.db` in `data_dir`."""
    record_retention_hours: float = Field(default=720, ge=-1)
    """Records that every reader (the read models first) has had are dropped after so many hours; 0 at once, -1 never."""
    max_resource_bytes: int = Field(default=4 * 1024 * 1024, gt=0)
    """The largest message it takes: a model that is deployed with all that comes with it."""
    clock: Literal["system", "controlled"] = "system"
    """`controlled` moves only when the management port is told so: for tests."""


class Cluster(BaseModel):
    """A Zeebe cluster (docs/how-to/run-on-zeebe.md)."""

    zeebe_address: str | None = None
    """A cluster's gateway, `host:port`. Unset: the embedded one."""
    zeebe_rest_url: str | None = None
    """The base URL of its REST. Unset: `PENSTOCK_HOST` at `PENSTOCK_REST_PORT`."""
    zeebe_management_url: str | None = None
    """The base URL of its management server. Unset: `PENSTOCK_HOST` at `PENSTOCK_MANAGEMENT_PORT`."""
    zeebe_tenants: list[str] = Field(default_factory=list)
    """Tenants beside the default one, where the cluster's multi-tenancy is on: workers fetch their jobs. Named for the embedded
    gateway, it serves these alone and, like such a cluster, refuses requests that name none. Unset: it serves every tenant that
    has an account."""
    sink_host: str = "127.0.0.1"
    """Where its Elasticsearch exporter sends records. Elsewhere than on loopback a password is required."""
    sink_port: Port = 9250
    """The sink's port."""
    sink_username: str = "penstock"
    """Who the exporter says it is."""
    sink_password: SecretStr | None = None
    """And its password."""
    sink_max_bytes: int = Field(default=64 * 1024 * 1024, gt=0)
    """The largest bulk request taken."""
    zeebe_cache: Path | None = None
    """Where `penstock zeebe up` keeps what it fetched. Unset: the user's cache folder."""
    java_home: str | None = None
    """The Java that runs it. Unset: the first that is new enough."""
