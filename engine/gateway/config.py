"""What a gateway is started with, and where it then listens."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

# Announced to clients: the protocol and semantics are those of this line of Zeebe.
BROKER_VERSION = "8.5.25"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """Ports of 0 mean any free one."""

    data_dir: Path
    host: str = "127.0.0.1"
    grpc_port: int = 26500
    rest_port: int = 8080
    management_port: int = 9600
    clock: Literal["system", "controlled"] = "system"
    sync: Literal["FULL", "NORMAL"] = "FULL"
    # A PostgreSQL database for state and records; None keeps them in a file of `data_dir`.
    store_url: str | None = field(default=None, repr=False)
    # How long records are kept that every reader has had; None for ever.
    keep_records_seconds: float | None = None
    # The largest request, and so the largest resource.
    max_message_bytes: int = 4 * 1024 * 1024
    # Those beside the default one whose requests are served, as with Zeebe's multi-tenancy.
    tenants: tuple[str, ...] = ()
    # Where none are named: who is asked, on a thread, for a tenant that is not known yet.
    other_tenants: Callable[[], Collection[str]] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a running gateway is reached."""

    host: str
    grpc_port: int
    rest_port: int
    management_port: int

    @property
    def grpc_address(self) -> str:
        return f"{self.host}:{self.grpc_port}"

    @property
    def rest_url(self) -> str:
        return f"http://{self.host}:{self.rest_port}"

    @property
    def management_url(self) -> str:
        return f"http://{self.host}:{self.management_port}"
