"""`penstock gateway`: the embedded gateway alone, for any Zeebe client; `penstock gateway verify` looks at what it keeps."""

import asyncio
import gc
import signal
import time
from collections.abc import Collection
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from cli.logs import configure_logs
from engine.gateway.config import GatewayConfig, Listening
from engine.gateway.directory_lock import DirectoryInUse
from engine.gateway.http_server import PortTaken
from engine.gateway.server import serve
from engine.processing.ports import StoreLost, StoreUnusable
from engine.state.opening import open_reader
from services.discovery import FOLDER, announced
from settings import Settings

app = typer.Typer(invoke_without_command=True)


class Clock(StrEnum):
    SYSTEM = "system"
    CONTROLLED = "controlled"


@app.callback()
def gateway(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Where state and records are kept. [default: PENSTOCK_DATA_DIR]")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on. [default: PENSTOCK_HOST]")] = None,
    grpc_port: Annotated[int | None, typer.Option(help="0 takes any free port. [default: PENSTOCK_GRPC_PORT]")] = None,
    rest_port: Annotated[int | None, typer.Option(help="[default: PENSTOCK_REST_PORT]")] = None,
    management_port: Annotated[int | None, typer.Option(help="[default: PENSTOCK_MANAGEMENT_PORT]")] = None,
    clock: Annotated[
        Clock | None, typer.Option(help="A controlled clock is moved through the management port. [default: PENSTOCK_CLOCK]")
    ] = None,
) -> None:
    """Serve Zeebe 8.5's protocol until SIGTERM; prints one line when ready, with the ports."""
    if context.invoked_subcommand:
        return
    settings = Settings()
    configure_logs(settings)
    config = GatewayConfig(
        data_dir=data or settings.data_dir,
        host=host or settings.host,
        grpc_port=settings.grpc_port if grpc_port is None else grpc_port,
        rest_port=settings.rest_port if rest_port is None else rest_port,
        management_port=settings.management_port if management_port is None else management_port,
        clock=settings.clock if clock is None else clock.value,
        sync=settings.engine_sync,
        store_url=settings.engine_store_url,
        keep_records_seconds=settings.record_retention_seconds,
        max_message_bytes=settings.max_resource_bytes,
        tenants=tuple(settings.zeebe_tenants),
        other_tenants=lambda: _account_tenants(settings),
    )
    try:
        uvloop.run(_serve(config))
    except (DirectoryInUse, PortTaken, StoreUnusable, StoreLost) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@app.command()
def verify(
    directory: Annotated[
        Path | None, typer.Argument(help="The gateway's data. [default: PENSTOCK_ENGINE_URL or PENSTOCK_DATA_DIR]")
    ] = None,
) -> None:
    """Check all that a gateway keeps, whether it runs or not: exit code 0 whole, 1 something is wrong, 2 not readable."""
    from engine.state.verify import verify as verify_state  # noqa: PLC0415 - serving does not need it

    settings = Settings()
    url = None if directory else settings.engine_store_url
    started = time.monotonic()
    try:
        state = open_reader(directory or settings.data_dir, url)
        try:
            result = verify_state(state)
        finally:
            state.close()
    except (StoreUnusable, StoreLost) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    for line in result.lines():
        typer.echo(line)
    typer.echo(", ".join(f"{count:,} {name}" for name, count in sorted(result.counts.items())) or "nothing is kept yet")
    troubles = sum(result.troubles.values())
    typer.echo(f"{'whole' if result.is_whole else f'{troubles:,} findings'}, after {time.monotonic() - started:.1f} s")
    raise typer.Exit(0 if result.is_whole else 1)


def _account_tenants(settings: Settings) -> Collection[str]:
    # Only a gateway that is asked for another tenant needs the tables of accounts.
    from bootstrap.tenants import account_tenants  # noqa: PLC0415

    return account_tenants(settings)


def _spare_the_collector() -> None:
    """What was loaded at the start stays: collecting young garbage need not look at it, nor run for every few calls."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def _serve(config: GatewayConfig) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def ready(listening: Listening) -> None:
        _spare_the_collector()
        typer.echo(
            f"Penstock gateway ready: gRPC {listening.grpc_address}, REST {listening.rest_url}, "
            f"management {listening.management_url}, data {config.data_dir.resolve()}"
        )

        # Prometheus finds the management port as it does those of the other processes.
        told.enter_context(announced(config.data_dir / FOLDER, "gateway", listening.management_url.partition("//")[2]))

    with ExitStack() as told:
        await serve(config, stop, ready)
