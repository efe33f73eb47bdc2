"""How a local broker is set up: Zeebe's own environment variables, for 8.5 and 8.6.

Memory and disk limits are those of a laptop. What the exporter sends is all that the read models need: events and no
commands.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
# Zeebe 8.6 looks every second of its clock for what is due, so after its clock was put back it does not look before the moment
# where that stood. What is due within half of this time it waits for by itself, as 8.5 does with everything.
_CHECK_INTERVAL = "P36500D"


@dataclass(frozen=True, slots=True)
class Ports:
    grpc: int = 26500
    rest: int = 8080
    management: int = 9600
    command: int = 26501
    internal: int = 26502

    @property
    def grpc_address(self) -> str:
        return f"{HOST}:{self.grpc}"

    @property
    def rest_url(self) -> str:
        return f"http://{HOST}:{self.rest}"

    @property
    def management_url(self) -> str:
        return f"http://{HOST}:{self.management}"

    def numbers(self) -> dict[str, int]:
        return {
            "gRPC": self.grpc,
            "REST": self.rest,
            "management": self.management,
            "command": self.command,
            "internal": self.internal,
        }


@dataclass(frozen=True, slots=True)
class Export:
    """Where records go and how soon: after so many records or seconds, whichever comes first."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    bulk_records: int = 1_000
    delay_seconds: int = 1
    # Records of batches of jobs as they were handed out: the read models do not need them.
    job_batches: bool = False


@dataclass(frozen=True, slots=True)
class BrokerOptions:
    data: Path
    ports: Ports = field(default_factory=Ports)
    export: Export | None = None
    partitions: int = 1
    controlled_clock: bool = False
    # How often buffered messages are looked through for those whose time is over.
    message_check_seconds: int = 60
    heap_megabytes: int = 512
    # More of Zeebe's own variables.
    further: Mapping[str, str] = field(default_factory=dict)


def free_ports() -> Ports:
    """Five ports that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(5)]
    try:
        for one in sockets:
            one.bind((HOST, 0))
        return Ports(*(one.getsockname()[1] for one in sockets))
    finally:
        for one in sockets:
            one.close()


def taken_ports(ports: Ports) -> dict[str, int]:
    """Those of the ports that somebody listens on."""
    taken = {}
    for name, number in ports.numbers().items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, number))
            except OSError:
                taken[name] = number
    return taken


def environment(options: BrokerOptions) -> dict[str, str]:
    """The variables that a broker of this kind is started with."""
    ports = options.ports
    return {
        "JAVA_OPTS": f"-Xms256m -Xmx{options.heap_megabytes}m",
        "ZEEBE_BROKER_DATA_DIRECTORY": str(options.data.resolve() / "broker"),
        "ZEEBE_BROKER_CLUSTER_PARTITIONSCOUNT": str(options.partitions),
        "ZEEBE_BROKER_NETWORK_HOST": HOST,
        "ZEEBE_BROKER_NETWORK_COMMANDAPI_PORT": str(ports.command),
        "ZEEBE_BROKER_NETWORK_INTERNALAPI_PORT": str(ports.internal),
        "ZEEBE_BROKER_GATEWAY_NETWORK_HOST": HOST,
        "ZEEBE_BROKER_GATEWAY_NETWORK_PORT": str(ports.grpc),
        "SERVER_ADDRESS": HOST,
        "SERVER_PORT": str(ports.rest),
        "MANAGEMENT_SERVER_PORT": str(ports.management),
        "MANAGEMENT_SERVER_ADDRESS": HOST,
        "ZEEBE_BROKER_EXPERIMENTAL_ROCKSDB_MEMORYLIMIT": "128MB",
        "ZEEBE_BROKER_DATA_LOGSEGMENTSIZE": "32MB",
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_PROCESSING": "1GB",
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_REPLICATION": "500MB",
        "ZEEBE_BROKER_EXPERIMENTAL_ENGINE_MESSAGES_TTLCHECKERINTERVAL": f"{options.message_check_seconds}s",
        **_clock(controlled=options.controlled_clock),
        **(_export(options.export) if options.export else {}),
        **options.further,
    }


def _clock(*, controlled: bool) -> dict[str, str]:
    if not controlled:
        return {"ZEEBE_CLOCK_CONTROLLED": "false"}
    return {"ZEEBE_CLOCK_CONTROLLED": "true", "ZEEBE_BROKER_PROCESSING_SCHEDULEDTASKCHECKINTERVAL": _CHECK_INTERVAL}


def _export(export: Export) -> dict[str, str]:
    name = "ZEEBE_BROKER_EXPORTERS_PENSTOCK_"
    arguments = {
        "URL": export.url,
        "BULK_SIZE": str(export.bulk_records),
        "BULK_DELAY": str(export.delay_seconds),
        "INDEX_CREATETEMPLATE": "false",
        "INDEX_COMMAND": "false",
        "INDEX_REJECTION": "false",
    }
    if export.job_batches:
        arguments["INDEX_JOBBATCH"] = "true"
    if export.username:
        arguments |= {"AUTHENTICATION_USERNAME": export.username, "AUTHENTICATION_PASSWORD": export.password}
    return {
        f"{name}CLASSNAME": "io.camunda.zeebe.exporter.ElasticsearchExporter",
        **{f"{name}ARGS_{argument}": value for argument, value in arguments.items()},
    }
