"""Where an installation lives, listens and writes."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field

HOME = Path(__file__).resolve().parent.parent

Port = Annotated[int, Field(ge=0, le=65535)]


class House(BaseModel):
    """Where it lives. Ports are TCP; 0 takes any free one. Two installations side by side need two sets of ports."""

    home: Path = HOME
    """The checkout: `processes/`, `decisions/`, `templates/` and `static/` live under it."""
    data_dir: Path = Path("data")
    """Everything this installation writes."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    web_port: Port = 8000
    """Pages and REST."""
    grpc_port: Port = 26500
    """Zeebe clients and workers."""
    rest_port: Port = 8080
    """Zeebe's REST: user tasks."""
    management_port: Port = 9600
    """The embedded gateway's readiness, backups and record stream."""
    public_url: str | None = None
    """Where people reach the pages from: links in mails begin with it. Unset: this machine."""
    language: Literal["en", "ru"] = "en"
    """The language of whoever has not chosen one."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is written to `data_dir/logs`."""
    log_format: Literal["console", "json"] = "console"
    """For a person, or one JSON object a line for a collector."""


class Processes(BaseModel):
    """How many processes do the work, and how they end."""

    worker_processes: int = Field(default=1, ge=1, le=64)
    """Processes of job workers that `penstock up` runs; one is enough for tens of tickets a second."""
    api_processes: int = Field(default=0, ge=0, le=64)
    """Processes that share the port of pages and REST. 0: one for each processor, at most four (on Linux)."""
    drain_seconds: float = Field(default=0, ge=0, le=300)
    """How long pages go on answering after they were told to stop, while `/ready` says so: time for a load balancer to see
    it."""
