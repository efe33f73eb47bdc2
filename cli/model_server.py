"""`penstock model-server`: the practice model alone, for `penstock up`, for trials and for tests."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, override

import structlog
import typer
import uvicorn

import bootstrap
from cli.logs import configure_logs
from services.practice_model import FaultPlan, InvalidFaults, create_practice_app
from settings import Settings

log = structlog.get_logger(__name__)
app = typer.Typer()


@app.command()
def model_server(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: any free port. Default: the setting.")] = None,
    faults: Annotated[str | None, typer.Option(help='Rates of faults: "all=0.01" or "timeout=0.02,bad_json=0.1".')] = None,
) -> None:
    """Answer `/v1/chat/completions` and `/v1/embeddings` by rules; SIGTERM ends it.

    Set PENSTOCK_LLM_HOSTED_URL to a real endpoint, and `penstock up` does without it. A request fails on demand with the header
    `X-Practice-Fault: timeout`.
    """
    settings = Settings()
    configure_logs(settings)
    try:
        plan = FaultPlan.read(
            settings.practice_faults if faults is None else faults, timeout_seconds=settings.practice_timeout_seconds
        )
    except InvalidFaults as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    asyncio.run(_serve(settings, settings.practice_port if port is None else port, plan))


async def _serve(settings: Settings, port: int, plan: FaultPlan) -> None:
    config = uvicorn.Config(
        create_practice_app(plan),
        host=settings.host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    server = Server(config)
    listening = config.bind_socket()
    address = f"http://{settings.host}:{listening.getsockname()[1]}/v1"
    said = bootstrap.practice_address_file(settings)
    _write(said, address)
    log.info("practice_model_listens", address=address)
    typer.echo(f"The practice model listens at {address}")
    try:
        await server.serve(sockets=[listening])
    finally:
        said.unlink(missing_ok=True)
        listening.close()


class Server(uvicorn.Server):
    """Stops by itself when told to, so that its address file goes with it."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


def _write(path: Path, address: str) -> None:
    """In place at once: a reader sees the old address or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(address, encoding="ascii")
    part.replace(path)
