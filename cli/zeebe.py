"""`penstock zeebe`: a real Zeebe broker on this machine, for those without Docker."""

import signal
import threading
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from bootstrap.cluster import zeebe_cache
from settings import Settings
from zeebe.local_broker import (
    BrokerFailed,
    BrokerMissing,
    BrokerOptions,
    Export,
    Ports,
    RunningBroker,
    fetched_distribution,
    find_java,
    taken_ports,
)
from zeebe.local_broker.distribution import DEFAULT_VERSION

_HIGHEST_PORT = 65_535
_CHOSEN_BY = {
    "gRPC": "PENSTOCK_GRPC_PORT",
    "REST": "PENSTOCK_REST_PORT",
    "management": "PENSTOCK_MANAGEMENT_PORT",
    "command": "PENSTOCK_GRPC_PORT",
    "internal": "PENSTOCK_GRPC_PORT",
}

app = typer.Typer(help="Run a real Zeebe broker here, without Docker.", no_args_is_help=True)
console = Console()
complaints = Console(stderr=True)


@app.callback()
def zeebe() -> None: ...


@app.command()
def up(
    version: Annotated[str, typer.Option(help="The version of Zeebe: 8.5.8 or 8.6.0.")] = DEFAULT_VERSION,
    partitions: Annotated[int, typer.Option(min=1, max=32, help="Of a new broker; an old one keeps its own.")] = 1,
) -> None:
    """Fetch Zeebe with Maven where it is not there yet, check it, and run one broker until Ctrl-C.

    It listens on loopback, keeps its data in PENSTOCK_DATA_DIR/zeebe, and sends its records to the sink of `penstock up`.
    """
    settings = Settings()
    try:
        home = fetched_distribution(version, zeebe_cache(settings), tell=_tell)
        java = find_java(settings.java_home)
        options = _options(settings, partitions)
        _run(RunningBroker(home, java, options), settings)
    except (BrokerMissing, BrokerFailed) as error:
        complaints.print(f"[red]{escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error


def _ports(settings: Settings) -> Ports:
    """What brokers say to each other goes through the two ports beside the gateway's, so one setting moves all three."""
    grpc = settings.grpc_port
    command = grpc + 1 if grpc + 2 <= _HIGHEST_PORT else grpc - 2
    return Ports(grpc=grpc, rest=settings.rest_port, management=settings.management_port, command=command, internal=command + 1)


def _options(settings: Settings, partitions: int) -> BrokerOptions:
    ports = _ports(settings)
    if taken := taken_ports(ports):
        named = ", ".join(f"{number} ({name}; {_CHOSEN_BY[name]})" for name, number in taken.items())
        raise BrokerMissing(f"taken already: port {named}. Is another gateway running? These settings choose other ports")
    password = settings.sink_password.get_secret_value() if settings.sink_password else ""
    export = Export(
        f"http://{settings.sink_host}:{settings.sink_port}",
        username=settings.sink_username if password else "",
        password=password,
    )
    return BrokerOptions(
        data=settings.data_dir / "zeebe",
        ports=ports,
        export=export,
        partitions=partitions,
        controlled_clock=settings.clock == "controlled",
    )


def _run(broker: RunningBroker, settings: Settings) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        broker.start(tell=_tell)
        _say_where(broker, settings)
        while broker.is_alive and not stop.wait(0.5):
            pass
        if not stop.is_set():
            raise BrokerFailed(f"Zeebe ended by itself; see {broker.log_file}")
    finally:
        _tell("Stopping …")
        broker.stop()
        _tell("Stopped.")


def _say_where(broker: RunningBroker, settings: Settings) -> None:
    ports = broker.options.ports
    _tell(f"  gRPC        {ports.grpc_address}")
    _tell(f"  REST        {ports.rest_url}")
    _tell(f"  Management  {ports.management_url}")
    _tell(f"  Records to  http://{settings.sink_host}:{settings.sink_port}")
    _tell(f"\nNow, in another terminal:  PENSTOCK_ZEEBE_ADDRESS={ports.grpc_address} penstock up\nCtrl-C stops the broker.")


def _tell(line: str) -> None:
    console.print(escape(line), highlight=False, soft_wrap=True)
