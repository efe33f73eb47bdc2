"""Plays a scenario on an engine: takes its steps one by one and keeps what was answered and what was recorded."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
from pyzeebe.proto import gateway_pb2 as pb

from tests.differential.engines import Engine
from tests.differential.scenario import Scenario, Step
from tests.differential.tracker import Tracker

_SECONDS = 8


@dataclass
class Played:
    """The answer to each step, and all records of the scenario."""

    answers: list[str] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    tracker: Tracker = field(default_factory=Tracker)


class Player:
    def __init__(self, engine: Engine, scenario: Scenario) -> None:
        self._engine = engine
        self._scenario = scenario
        self.played = Played()
        self._take_records(keep=False)

    def play(self) -> Played:
        self.deploy()
        for step in self._scenario.steps:
            self.take(step)
        self.clean_up()
        return self.played

    def deploy(self) -> None:
        resources = [pb.Resource(name=name, content=text.encode()) for name, text in self._scenario.resources.items()]
        self._ask(
            "deploy", lambda: self._engine.stub.DeployResource(pb.DeployResourceRequest(resources=resources), timeout=_SECONDS)
        )

    def take(self, step: Step) -> None:
        self._ask(str(step), lambda: _ACTIONS[step.action](self, step))
        if self._scenario.restarts:
            self._engine.restart()

    def clean_up(self) -> None:
        """Leave nothing behind that a later scenario could wake."""
        for key in list(self.played.tracker.open_instances):
            self._quietly(
                lambda key=key: self._engine.stub.CancelProcessInstance(
                    pb.CancelProcessInstanceRequest(processInstanceKey=key), timeout=_SECONDS
                )
            )
        self._engine.idle()
        self._take_records(keep=False)

    @staticmethod
    def _quietly(call: Callable[[], object]) -> None:
        try:
            call()
        except grpc.RpcError:
            return

    def _ask(self, name: str, call: Callable[[], str | object]) -> None:
        try:
            answer = call()
        except grpc.RpcError as error:
            answer = f"{error.code().name}{_refusal(name, error)}"
        self.played.answers.append(f"{name} -> {answer if isinstance(answer, str) else 'OK'}")
        self._engine.idle()
        self._take_records()

    def _take_records(self, *, keep: bool = True) -> None:
        records = self._engine.new_records()
        if keep:
            self.played.records.extend(records)
            self.played.tracker.feed(records)

    # Actions: each answers with the engine's reply, or a text where the step has nothing to act on.

    def _key(self, keys: dict[str, list[int]], step: Step) -> int:
        known = keys.get(step.element, [])
        if step.nth >= len(known):
            raise _NothingThere
        return known[step.nth]

    def _create(self, step: Step) -> object:
        arguments = step.arguments
        return self._engine.stub.CreateProcessInstance(
            pb.CreateProcessInstanceRequest(
                bpmnProcessId=arguments["process"],
                version=-1,
                variables=json.dumps(arguments.get("variables", {})),
                startInstructions=[
                    pb.ProcessInstanceCreationStartInstruction(elementId=element) for element in arguments.get("start_at", ())
                ],
            ),
            timeout=_SECONDS,
        )

    def _complete(self, step: Step) -> object:
        key = self._key(self.played.tracker.jobs, step)
        variables = json.dumps(step.arguments.get("variables", {}))
        return self._engine.stub.CompleteJob(pb.CompleteJobRequest(jobKey=key, variables=variables), timeout=_SECONDS)

    def _fail(self, step: Step) -> object:
        key = self._key(self.played.tracker.jobs, step)
        request = pb.FailJobRequest(
            jobKey=key,
            retries=step.arguments.get("retries", 0),
            errorMessage="failed",
            variables=json.dumps(step.arguments.get("variables", {})),
        )
        return self._engine.stub.FailJob(request, timeout=_SECONDS)

    def _throw(self, step: Step) -> object:
        key = self._key(self.played.tracker.jobs, step)
        variables = json.dumps(step.arguments.get("variables", {}))
        request = pb.ThrowErrorRequest(jobKey=key, errorCode=step.arguments["code"], errorMessage="thrown", variables=variables)
        return self._engine.stub.ThrowError(request, timeout=_SECONDS)

    def _retries(self, step: Step) -> object:
        key = self._key(self.played.tracker.jobs, step)
        request = pb.UpdateJobRetriesRequest(jobKey=key, retries=step.arguments["retries"])
        return self._engine.stub.UpdateJobRetries(request, timeout=_SECONDS)

    def _activate(self, step: Step) -> object:
        request = pb.ActivateJobsRequest(
            type=step.arguments["type"],
            worker="w",
            timeout=step.arguments.get("timeout", 60_000),
            maxJobsToActivate=step.arguments.get("jobs", 1),
            requestTimeout=-1,
        )
        jobs = [job for answer in self._engine.stub.ActivateJobs(request, timeout=_SECONDS) for job in answer.jobs]
        return ", ".join(f"{job.elementId} {job.retries} {_sorted(job.variables)} {_sorted(job.customHeaders)}" for job in jobs)

    def _publish(self, step: Step) -> object:
        arguments = step.arguments
        request = pb.PublishMessageRequest(
            name=arguments["name"],
            correlationKey=arguments.get("key", ""),
            timeToLive=arguments.get("ttl", 0),
            messageId=arguments.get("id", ""),
            variables=json.dumps(arguments.get("variables", {})),
        )
        return self._engine.stub.PublishMessage(request, timeout=_SECONDS)

    def _broadcast(self, step: Step) -> object:
        variables = json.dumps(step.arguments.get("variables", {}))
        request = pb.BroadcastSignalRequest(signalName=step.arguments["name"], variables=variables)
        return self._engine.stub.BroadcastSignal(request, timeout=_SECONDS)

    def _advance(self, step: Step) -> object:
        self._engine.advance(step.arguments["milliseconds"])
        return "OK"

    def _set_variables(self, step: Step) -> object:
        key = self._key(self.played.tracker.elements, step)
        request = pb.SetVariablesRequest(
            elementInstanceKey=key,
            variables=json.dumps(step.arguments["variables"]),
            local=step.arguments.get("local", False),
        )
        return self._engine.stub.SetVariables(request, timeout=_SECONDS)

    def _resolve(self, step: Step) -> object:
        key = self._key(self.played.tracker.incidents, step)
        return self._engine.stub.ResolveIncident(pb.ResolveIncidentRequest(incidentKey=key), timeout=_SECONDS)

    def _cancel(self, step: Step) -> object:
        key = self._key(self.played.tracker.instances, step)
        request = pb.CancelProcessInstanceRequest(processInstanceKey=key)
        return self._engine.stub.CancelProcessInstance(request, timeout=_SECONDS)

    def _modify(self, step: Step) -> object:
        key = self._key(self.played.tracker.instances, step)
        instructions = pb.ModifyProcessInstanceRequest
        terminate = [
            instructions.TerminateInstruction(elementInstanceKey=self.played.tracker.elements[element][nth])
            for element, nth in step.arguments.get("terminate", ())
            if nth < len(self.played.tracker.elements[element])
        ]
        activate = [instructions.ActivateInstruction(elementId=element) for element in step.arguments.get("activate", ())]
        request = instructions(processInstanceKey=key, activateInstructions=activate, terminateInstructions=terminate)
        return self._engine.stub.ModifyProcessInstance(request, timeout=_SECONDS)


class _NothingThere(grpc.RpcError):
    """The step's job or incident does not exist on this engine."""

    @staticmethod
    def code() -> grpc.StatusCode:
        return grpc.StatusCode.NOT_FOUND


def _refusal(name: str, error: grpc.RpcError) -> str:
    return f" {error.details()}" if name == "deploy" else ""


def _sorted(text: str) -> str:
    return json.dumps(json.loads(text or "{}"), sort_keys=True)


_ACTIONS: dict[str, Callable[[Player, Step], object]] = {
    "create": Player._create,
    "complete": Player._complete,
    "fail": Player._fail,
    "throw": Player._throw,
    "retries": Player._retries,
    "activate": Player._activate,
    "publish": Player._publish,
    "broadcast": Player._broadcast,
    "advance": Player._advance,
    "set_variables": Player._set_variables,
    "resolve": Player._resolve,
    "cancel": Player._cancel,
    "modify": Player._modify,
}
