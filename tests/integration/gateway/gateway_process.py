"""A real gateway process on free ports, for tests that speak to it as any client would."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[3]
READY = re.compile(r"gRPC (\S+), REST (\S+), management (\S+), data")

WAIT_AND_WORK = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions" targetNamespace="http://penstock/tests">
  <bpmn:process id="work_and_check" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="work"/>
    <bpmn:serviceTask id="work">
      <bpmn:extensionElements><zeebe:taskDefinition type="work" retries="3"/></bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="f2" sourceRef="work" targetRef="end"/>
    <bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
  <bpmn:process id="ask" isExecutable="true">
    <bpmn:startEvent id="ask_start"><bpmn:outgoing>a1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a1" sourceRef="ask_start" targetRef="decide"/>
    <bpmn:userTask id="decide">
      <bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements>
      <bpmn:incoming>a1</bpmn:incoming><bpmn:outgoing>a2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="a2" sourceRef="decide" targetRef="pause"/>
    <bpmn:intermediateCatchEvent id="pause">
      <bpmn:incoming>a2</bpmn:incoming><bpmn:outgoing>a3</bpmn:outgoing>
      <bpmn:timerEventDefinition id="timer">
        <bpmn:timeDuration>PT1H</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="a3" sourceRef="pause" targetRef="ask_end"/>
    <bpmn:endEvent id="ask_end"><bpmn:incoming>a3</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


@dataclass
class GatewayProcess:
    """A gateway that can be killed and started again on the same data and ports."""

    data: Path
    clock: str = "system"
    address: str = "127.0.0.1:0"
    rest_url: str = ""
    management_url: str = "http://127.0.0.1:0"
    process: subprocess.Popen[str] | None = None
    # Settings on top of the machine's.
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start it and do not wait."""
        ports = {"grpc": _port(self.address), "rest": _port(self.rest_url), "management": _port(self.management_url)}
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "cli", "gateway", "--data", str(self.data), "--clock", self.clock),
                *(argument for name, port in ports.items() for argument in (f"--{name}-port", str(port))),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env=os.environ | {"PENSTOCK_LOG_LEVEL": "error"} | self.environment,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        ready = READY.search(line)
        assert ready is not None, line
        self.address, self.rest_url, self.management_url = ready.groups()

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Its exit code, when it has ended."""
        assert self.process is not None
        assert self.process.stdout is not None
        code = self.process.wait(20)
        self.process.stdout.close()
        return code

    def idle(self) -> None:
        httpx.post(f"{self.management_url}/actuator/idle", timeout=20).raise_for_status()

    def add_time(self, milliseconds: int) -> None:
        url = f"{self.management_url}/actuator/clock/add"
        httpx.post(url, json={"offsetMilli": milliseconds}, timeout=20).raise_for_status()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a penstock command that finds this gateway as its embedded one."""
        environment = {
            **os.environ,
            "PENSTOCK_GRPC_PORT": str(_port(self.address)),
            "PENSTOCK_REST_PORT": str(_port(self.rest_url)),
            "PENSTOCK_MANAGEMENT_PORT": str(_port(self.management_url)),
            "PENSTOCK_DATA_DIR": str(self.data),
            "COLUMNS": "200",
            **self.environment,
        }
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


def _port(address: str) -> int:
    return int(address.rpartition(":")[2] or 0)


@contextmanager
def running_gateway(data: Path, clock: str = "system", environment: dict[str, str] | None = None) -> Iterator[GatewayProcess]:
    gateway = GatewayProcess(data, clock, environment=environment or {})
    gateway.start()
    try:
        yield gateway
    finally:
        assert gateway.process is not None
        if gateway.process.poll() is None:
            gateway.stop()


def wait_until(true, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)
