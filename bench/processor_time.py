"""What an instance of the five nodes costs the gateway in processor time, thread by thread.

On a machine that does other things as well, instances a second say more about those than about the gateway; the time its
threads had the processor says what a change is worth. Another checkout may be measured in turn with this one.

    python -m bench.processor_time [--in-flight 16] [--seconds 6] [--rounds 2] [--beside CHECKOUT] [--data FOLDER] [--echo]

A folder for data on a memory file system (/dev/shm) leaves the disk out of it. Linux only.
"""

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import quantiles

import grpc
import uvloop

from bench import five_nodes

TICKS = os.sysconf("SC_CLK_TCK")
# Threads that had less than this of an instance's time are left out of the list.
SMALL_MILLISECONDS = 0.02


def thread_seconds(pid: int) -> dict[str, float]:
    """Seconds of processor that each thread of a process has had, by the name and number of the thread."""
    seconds: dict[str, float] = {}
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        name, _, rest = stat.read_text(encoding="utf-8").partition(" (")[2].rpartition(") ")
        fields = rest.split()
        seconds[f"{name} {stat.parent.name}"] = (int(fields[11]) + int(fields[12])) / TICKS
    return seconds


async def measure(address: str, pid: int, in_flight: int, seconds: float) -> None:
    """Drive a gateway and tell what an instance cost it."""
    async with grpc.aio.insecure_channel(address) as channel:
        load = five_nodes.Load(channel)
        await load.prepare()
        await load.run(in_flight, 1)
        before, client, started = thread_seconds(pid), time.process_time(), time.perf_counter()
        took = await load.run(in_flight, seconds)
        elapsed, client = time.perf_counter() - started, time.process_time() - client
        after = thread_seconds(pid)
    per_instance = 1000 / len(took)
    spent = {name: (seconds - before.get(name, 0)) * per_instance for name, seconds in after.items()}
    cuts = quantiles(took, n=100)
    print(
        f"gateway {sum(spent.values()):.3f} ms, client {client * per_instance:.3f} ms an instance; "
        f"{len(took) / elapsed:.0f} instances/s, p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms"
    )
    threads = sorted((item for item in spent.items() if item[1] > SMALL_MILLISECONDS), key=lambda item: -item[1])
    print("    " + ", ".join(f"{name} {milliseconds:.3f}" for name, milliseconds in threads))


def run(given: argparse.Namespace, checkout: Path, name: str) -> None:
    """Start a gateway of a checkout in an empty folder and measure it."""
    with tempfile.TemporaryDirectory(dir=given.data, prefix=".bench-") as data:
        _, address, command = next(each for each in five_nodes.gateways(f"{data}/state", "uvloop", None) if each[0] == name)
        gateway = subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL)
        try:
            print(f"{name:9} of {checkout}: ", end="", flush=True)
            uvloop.run(measure(address, gateway.pid, given.in_flight, given.seconds))
        finally:
            gateway.terminate()
            gateway.wait(20)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--in-flight", type=int, default=16)
    options.add_argument("--seconds", type=float, default=6)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--beside", type=Path, help="another checkout, measured in turn with this one")
    options.add_argument("--data", type=Path, default=five_nodes.ROOT, help="where the state is kept meanwhile")
    options.add_argument("--echo", action="store_true", help="measure the echo gateway as well")
    given = options.parse_args()
    for _ in range(given.rounds):
        if given.echo:
            run(given, five_nodes.ROOT, "echo")
        for checkout in (five_nodes.ROOT, given.beside):
            if checkout is not None:
                run(given, checkout, "penstock")


if __name__ == "__main__":
    main()
