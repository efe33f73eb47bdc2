"""The two engines a scenario is played on: the real one in memory, and our embedded gateway as a process.

Both are spoken to alike: commands through gRPC, time, idleness and records through the management port.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import grpc
import httpx
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from tests.differential.launcher import EngineMissing, launch_command
from tests.differential.management_port import ManagementPort, NotAnsweredError
from tests.house import free_ports

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# 2040-01-02T10:00:10Z. Each scenario begins some hours later than the one before, at the same moment on both engines, so that
# cron means the same to both and a slow machine does not decide which timer is due.
_START_OF_TIME = 2_209_111_210_000
_HOURS = 3 * 3_600_000
_TURNS_OF_A_WEEK = 56
# How long a command may take to reach the log of an engine on a busy machine, in seconds.
_REACHES_THE_LOG = 10


def under_test() -> str:
    """The project whose gateway is played: this one, or the one that `PENSTOCK_UNDER_TEST` names."""
    return os.environ.get("PENSTOCK_UNDER_TEST", str(ROOT))


class EngineStuck(Exception):
    """The engine turns in a circle or has stopped: what it did cannot be compared."""


class Engine:
    """A running engine: its gRPC stub, its clock and its record stream."""

    def __init__(self, name: str, grpc_port: int, management_port: int) -> None:
        self.name = name
        self.grpc_address = f"127.0.0.1:{grpc_port}"
        self.management_url = f"http://127.0.0.1:{management_port}"
        self._connect()
        self._port = ManagementPort(management_port)
        self._position = -1
        self._scenarios = 0

    def _connect(self) -> None:
        # Without connections in common with other channels: what became of a gateway before says nothing about this one.
        options = [("grpc.max_receive_message_length", 1 << 26), ("grpc.use_local_subchannel_pool", 1)]
        self.channel = grpc.insecure_channel(self.grpc_address, options=options)
        self.stub = GatewayStub(self.channel)

    def idle(self) -> None:
        self._manage("/actuator/idle")

    def advance(self, milliseconds: int) -> None:
        self._manage("/actuator/clock/add", {"offsetMilli": milliseconds})
        self.idle()

    def _manage(self, path: str, body: dict[str, Any] | None = None) -> None:
        try:
            self._port.post(path, body)
        except NotAnsweredError as error:
            raise EngineStuck(f"{self.name} does not come to rest: {error}") from error

    def command_user_task(self, request: dict[str, Any]) -> None:
        """A native user task's command; whether it was refused stands in the records."""
        self._port.post("/actuator/user-tasks", request)

    def fail_job(self, request: pb.FailJobRequest) -> None:
        """Fail a job with variables; whether that was refused stands in the records."""
        fields = {field.name: getattr(request, field.name) for field in request.DESCRIPTOR.fields}
        self._port.post("/actuator/jobs/failure", fields)

    def new_records(self) -> list[dict[str, Any]]:
        """The records since the last call, commands and rejections included."""
        try:
            records = self._records_after(self._position)
        except NotAnsweredError as error:
            raise EngineStuck(f"{self.name} does not tell its records: {error}") from error
        if records:
            self._position = records[-1]["position"]
        return records

    def _records_after(self, position: int) -> list[dict[str, Any]]:
        lines = self._port.get(f"/actuator/records?from={position}").split("\n")
        return [json.loads(line) for line in lines if line]

    def begin_scenario(self, turn: int = 0) -> int:
        """Go to the hour of the next scenario, or of the one whose turn it is. The turn it became.

        Time does not go back: where that hour is over it becomes the same hour of the same weekday later on, so that cron means
        the same.
        """
        now = json.loads(self._port.get("/actuator/clock"))["epochMilli"]
        following = max(self._scenarios + 1, turn, -((_START_OF_TIME - now) // _HOURS))
        self._scenarios = following + (turn - following) % _TURNS_OF_A_WEEK if turn else following
        self.advance(_START_OF_TIME + self._scenarios * _HOURS - now)
        return self._scenarios

    @property
    def position(self) -> int:
        """How far the records have been read."""
        return self._position

    def await_record_after(self, position: int, call: Any) -> list[dict[str, Any]]:
        """Wait until a call that may not be answered has reached the log, or is answered: the records it left there."""
        deadline = time.monotonic() + _REACHES_THE_LOG
        while time.monotonic() < deadline and not call.done():
            self.idle()
            records = self._records_after(position)
            if any(record["recordType"] != "COMMAND" for record in records):
                return records
        return []

    @staticmethod
    def is_answered(call: Any, patience: float = 0.05) -> bool:
        """Whether a call that waits for its instance has its answer, some moments after the engine came to rest."""
        deadline = time.monotonic() + patience
        while not call.done() and time.monotonic() < deadline:
            time.sleep(0.005)
        return bool(call.done())

    def restart(self) -> bool:
        """Stop and start again with the same data, where there is any; whether it did, so that calls that waited are lost."""
        return False

    def close(self) -> None:
        self._port.close()
        self.channel.close()


@contextmanager
def real_engine() -> Iterator[Engine]:
    """Zeebe's own engine in memory; raises `EngineMissing` where it cannot run."""
    with tempfile.TemporaryDirectory(prefix="penstock-launcher-") as folder:
        command = launch_command(Path(folder))
        with _process(command) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("READY"):
                    ports = dict(part.split("=") for part in line.split()[1:])
                    engine = Engine("zeebe", int(ports["grpc"]), int(ports["management"]))
                    _drain(process)
                    yield engine
                    engine.close()
                    return
    raise EngineMissing(f"the real engine did not start: {command[0]} … {command[-1]}")


class EmbeddedEngine(Engine):
    """`penstock gateway` with a controlled clock and a data directory of its own."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._ports = free_ports(3)
        self._start()
        super().__init__("penstock", self._ports[0], self._ports[2])
        self._now = _START_OF_TIME
        self._pin()

    def _pin(self) -> None:
        """Let time stand still between its steps; a restarted gateway is told again what time it is."""
        self._port.post("/actuator/clock/pin", {"epochMilli": self._now})

    def advance(self, milliseconds: int) -> None:
        self._now += milliseconds
        super().advance(milliseconds)

    def command_user_task(self, request: dict[str, Any]) -> None:
        """Through the REST door that Zeebe 8.5 has for this."""
        rest = dict(request)
        key, intent = rest.pop("userTaskKey"), rest.pop("intent")
        address = f"http://127.0.0.1:{self._ports[1]}/v1/user-tasks/{key}"
        if intent == "UPDATE":
            httpx.patch(address, json=rest, trust_env=False)
        elif intent == "ASSIGN" and not rest["assignee"]:
            httpx.delete(f"{address}/assignee", trust_env=False)
        elif intent == "COMPLETE":
            httpx.post(f"{address}/completion", json=rest, trust_env=False)
        else:
            httpx.post(f"{address}/assignment", json=rest | {"allowOverride": intent == "ASSIGN"}, trust_env=False)

    def fail_job(self, request: pb.FailJobRequest) -> None:
        with suppress(grpc.RpcError):
            self.stub.FailJob(request)

    def _start(self) -> None:
        grpc_port, rest_port, management_port = map(str, self._ports)
        command = [sys.executable, "-m", "cli", "gateway", "--data", str(self._data), "--clock", "controlled"]
        command += ["--grpc-port", grpc_port, "--rest-port", rest_port, "--management-port", management_port]
        self._output = (self._data.parent / f"{self._data.name}.log").open("ab")
        # What survives a power loss is tested elsewhere: here the disk need not be waited for.
        environment = os.environ | {"PENSTOCK_ENGINE_SYNC": "NORMAL"}
        self._process = subprocess.Popen(
            command, cwd=under_test(), env=environment, stdout=self._output, stderr=subprocess.STDOUT
        )
        with httpx.Client(trust_env=False) as http:
            for _ in range(300):
                if self._process.poll() is not None:
                    raise AssertionError(self._ended_at_its_start())
                try:
                    if http.get(f"http://127.0.0.1:{management_port}/ready", timeout=1).is_success:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        raise AssertionError("the gateway was not ready within 30 s")

    def _ended_at_its_start(self) -> str:
        return f"the gateway ended at its start: {Path(self._output.name).read_text(encoding='utf-8')[-2000:]}"

    def restart(self) -> bool:
        self.channel.close()
        self._begin_anew()
        self._connect()
        self._pin()
        return True

    def _begin_anew(self) -> None:
        self._stop()
        self._start()

    def _stop(self) -> None:
        self._process.terminate()
        self._see_it_end()

    def _see_it_end(self) -> None:
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()

    def close(self) -> None:
        super().close()
        self._stop()


@contextmanager
def embedded_engine(kind: type[EmbeddedEngine] = EmbeddedEngine) -> Iterator[EmbeddedEngine]:
    with tempfile.TemporaryDirectory(prefix="penstock-differential-") as directory:
        engine = kind(Path(directory) / "data")
        try:
            yield engine
        finally:
            engine.close()


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _drain(process: subprocess.Popen[str]) -> None:
    """Keep reading what the engine logs, or it would stop when the pipe is full."""

    def read() -> None:
        try:
            for _ in process.stdout or ():
                pass
        except ValueError:
            return

    threading.Thread(target=read, daemon=True).start()
