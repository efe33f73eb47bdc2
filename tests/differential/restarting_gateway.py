"""`python -m tests.differential.restarting_gateway DATA GRPC REST MANAGEMENT`: a gateway that is killed and begun anew.

That takes milliseconds. Most of a gateway's start is the reading of its modules: here they are read once, by a process that
serves nothing and opens no store, no loop and no thread, but forks. What it forks is one life of the gateway, which serves the
data directory and is ended by SIGKILL, so that nothing is written that was not yet; the next is forked from the same clean
process. Two lives share nothing but the modules as they were imported: caches that fill up while a gateway serves (files read,
patterns compiled, the machine's zone, the XML schemas) die with their life.

A line on the standard input ends a life and begins the next; `READY` is answered when it serves. The end of the input ends all.
"""

import asyncio
import gc
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import uvloop

from engine.gateway.config import GatewayConfig, Listening
from engine.gateway.server import serve

_LOOKS_EVERY_SECONDS = 2


def main() -> None:
    data, *ports = sys.argv[1:]
    grpc_port, rest_port, management_port = map(int, ports)
    config = GatewayConfig(
        data_dir=Path(data),
        grpc_port=grpc_port,
        rest_port=rest_port,
        management_port=management_port,
        clock="controlled",
        # A killed process loses nothing that it has written; what survives a power loss is tested elsewhere.
        sync="NORMAL",
    )
    # What was imported is neither collected nor, in a life, copied for its sake.
    gc.collect()
    gc.freeze()
    life = _begin_life(config)
    print("READY", flush=True)
    for _line in sys.stdin:
        _end(life)
        life = _begin_life(config)
        print("READY", flush=True)
    _end(life)


def _begin_life(config: GatewayConfig) -> int:
    """Fork a gateway and wait until it serves: its process."""
    ready, tell = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(ready)
        _live(config, tell)
    os.close(tell)
    with os.fdopen(ready) as words:
        if not words.readline():
            raise SystemExit("the gateway ended at its start: what it said stands before this line")
    return process


def _end(life: int) -> None:
    os.kill(life, signal.SIGKILL)
    os.waitpid(life, 0)


def _live(config: GatewayConfig, tell: int) -> NoReturn:
    """Serve until killed; never return to what the forking process was about to do."""
    # What it logs is not for who waits for the word.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        uvloop.run(_serve(config, tell))
    except BaseException as error:  # noqa: BLE001 - told to who reads the log, and then this process is over
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    os._exit(1)


async def _serve(config: GatewayConfig, tell: int) -> None:
    def ready(_listening: Listening) -> None:
        os.write(tell, b"ready\n")

    stop = asyncio.Event()
    watching = asyncio.create_task(_when_left_alone(os.getppid(), stop))
    await serve(config, stop, ready)
    watching.cancel()


async def _when_left_alone(parent: int, stop: asyncio.Event) -> None:
    """Whoever forked this process was killed: nobody is left to end it."""
    while os.getppid() == parent:  # noqa: ASYNC110 - the kernel tells nobody
        await asyncio.sleep(_LOOKS_EVERY_SECONDS)
    stop.set()


if __name__ == "__main__":
    main()
