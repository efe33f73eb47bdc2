"""`penstock up`: everything under one supervisor."""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import typer
from rich.console import Console
from rich.markup import escape

import bootstrap
from bootstrap.cluster import SinkUnprotected, sink_credentials
from cli.deploy import tell_left_behind
from cli.logs import configure_logs
from cli.supervisor import PATIENCE_SECONDS, Child, Supervisor, penstock
from engine.gateway.directory_lock import DirectoryInUse, locked
from settings import Settings
from settings.unknown import unknown
from zeebe.errors import ZeebeError

app = typer.Typer()
console = Console()

READY_SECONDS = 60
# Held as long as the supervisor lives.
LOCK = "up.lock"
# Workers finish their jobs at the gateway, and with the model, while they stop.
USED_BY_OTHERS = frozenset({"gateway", "sink", "model-server"})
# A person waits for the pages, the pages' models for the gateway, and whoever sends a mail to be let in; the others start a
# moment later.
WAITED_FOR = frozenset({"gateway", "sink", "api", "mail"})


@app.command()
def up() -> None:
    """Create what is missing, start gateway or sink, api, workers and background, deploy all models, say where to look."""
    settings = Settings()
    configure_logs(settings)
    started = time.monotonic()
    for said in unknown(Settings.model_fields):
        console.print(f"[yellow]{escape(said)}", highlight=False, soft_wrap=True)
    _refuse_taken_ports(settings)
    with _alone(settings):
        _run(settings, started)


def _run(settings: Settings, started: float) -> None:
    bootstrap.upgrade_database(settings)
    password = bootstrap.ensure_administrator(settings)
    supervisor = Supervisor(_children(settings))
    supervisor.start()
    try:
        bootstrap.add_shipped_articles(settings)
        if supervisor.wait_for(lambda: _answers(f"{settings.gateway_management_url}/ready"), seconds=READY_SECONDS):
            _deploy(settings)
        answers = supervisor.wait_for(lambda: _answers(f"{settings.local_pages_url}/health"), seconds=READY_SECONDS)
        supervisor.start_the_rest()
        if answers:
            _say_where(settings, password, time.monotonic() - started)
        elif not supervisor.is_stopping:
            console.print(f"[red]The pages did not come up; see {settings.data_dir / 'logs'}.")
        supervisor.run()
    finally:
        console.print("Stopping …")
        supervisor.stop()
        console.print("Stopped.")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """A second one would take the files of the first one's processes with it when it stops."""
    try:
        with locked(settings.data_dir, LOCK):
            yield
    except DirectoryInUse as error:
        console.print(
            f"[red]{escape(str(settings.data_dir.resolve()))} is in use by another `penstock up` ({escape(error.holder)}). "
            "Stop that one, or name another folder: PENSTOCK_DATA_DIR=… make run",
            highlight=False,
            soft_wrap=True,
        )
        raise typer.Exit(1) from error


def _children(settings: Settings) -> list[Child]:
    names = ["api", "workers", "background"]
    names.insert(0, "gateway" if settings.is_embedded else "sink")
    if settings.mail_port is not None:
        names.append("mail")
    if bootstrap.needs_practice_model(settings):
        names.insert(0, "model-server")
    commands = {name: penstock(name) for name in names}
    commands["api"] = penstock("api", "--prepared")
    for number in range(2, settings.worker_processes + 1):
        commands[f"workers-{number}"] = penstock("workers", "--number", str(number))
    patience = {"api": PATIENCE_SECONDS + settings.drain_seconds}
    logs = settings.data_dir / "logs"
    return [
        Child(
            name,
            command,
            logs / f"{name}.log",
            patience.get(name, PATIENCE_SECONDS),
            is_used_by_others=name in USED_BY_OTHERS,
            can_wait=name not in WAITED_FOR,
        )
        for name, command in commands.items()
    ]


def _refuse_taken_ports(settings: Settings) -> None:
    """A port in use is the commonest trouble of a first start: name it before anything runs."""
    ports = {"PENSTOCK_WEB_PORT": settings.web_port}
    if settings.mail_port is not None:
        ports["PENSTOCK_MAIL_PORT"] = settings.mail_port
    if settings.is_embedded:
        ports |= {
            "PENSTOCK_GRPC_PORT": settings.grpc_port,
            "PENSTOCK_REST_PORT": settings.rest_port,
            "PENSTOCK_MANAGEMENT_PORT": settings.management_port,
        }
    else:
        _refuse_an_open_sink(settings)
        ports["PENSTOCK_SINK_PORT"] = settings.sink_port
    for name, port in ports.items():
        whose = "PENSTOCK_SINK_HOST" if name == "PENSTOCK_SINK_PORT" else "PENSTOCK_HOST"
        host = settings.sink_host if name == "PENSTOCK_SINK_PORT" else settings.host
        reason = why_not_listen(host, port, whose, name)
        if reason is not None:
            console.print(f"[red]{escape(reason)}", highlight=False, soft_wrap=True)
            raise typer.Exit(1)


def why_not_listen(host: str, port: int, host_setting: str, port_setting: str) -> str | None:
    """Why nothing could listen there, and which setting to change; None where something could."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        another = f"({error.strerror}). Choose another: {port_setting}=… make run"
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} on {host} is taken {another}"
        if error.errno == errno.EACCES:
            return f"Port {port} on {host} is the system's {another}"
        return f"{host} is no address of this machine ({error.strerror}). Name one, as 127.0.0.1: {host_setting}=… make run"
    return None


def _refuse_an_open_sink(settings: Settings) -> None:
    try:
        sink_credentials(settings)
    except SinkUnprotected as error:
        console.print(f"[red]{error}")
        raise typer.Exit(1) from error


def _answers(url: str) -> bool:
    try:
        # Zeebe redirects from /ready to Spring's own name of it.
        return httpx.get(url, timeout=1, trust_env=False, follow_redirects=True).is_success
    except httpx.HTTPError:
        return False


def _deploy(settings: Settings) -> None:
    try:
        behind = bootstrap.deploy_shipped_models(settings)
    except ZeebeError as error:
        console.print(f"[red]The shipped models were not deployed: {error}")
        return
    tell_left_behind(console, behind)


def _say_where(settings: Settings, password: str | None, seconds: float) -> None:
    console.print(f"\n[bold]Penstock is up[/bold] after {seconds:.1f} s.\n")
    console.print(f"  Pages    {settings.local_pages_url}")
    console.print(f"  gRPC     {settings.gateway_address}   (Zeebe clients and workers)")
    if not settings.is_embedded:
        console.print(
            f"  Sink     http://{settings.sink_host}:{settings.sink_port}   (the cluster's Elasticsearch exporter sends here)"
        )
    console.print(f"  REST     {settings.local_pages_url}/api/v1/openapi.json")
    console.print(f"  Logs     {settings.data_dir / 'logs'}")
    if password:
        console.print(f"\n  Sign in as [bold]admin[/bold] with password [bold]{password}[/bold] (shown only now)")
    console.print("\nCtrl-C stops everything.")
