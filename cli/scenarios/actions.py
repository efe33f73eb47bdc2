"""The instructions that do something: each is one command of a Zeebe client, or moves the clock."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from cli.scenarios import instructions as asked
from cli.scenarios.mocks import mocked_decision, mocked_process
from cli.scenarios.models import Models
from cli.scenarios.observed import SeenThing
from cli.scenarios.selecting import StepFailed, incident, job, open_user_task, process_instance, scope
from cli.scenarios.stage import Stage
from engine.feel import DaysTimeDuration
from engine.feel.temporal import parse_duration

# Seven thousand years.
_LONGEST_NANOSECONDS = 7_000 * 365 * 86_400 * 1_000_000_000


async def act(action: asked.Action, stage: Stage, models: Models) -> None:
    """Do it.

    Raises:
        StepFailed: there is nothing it could be done to.
        ZeebeError: the engine refused.
    """
    await _ACTIONS[type(action)](action, stage, models)


def result(job_or_task: SeenThing, action: Any, models: Models) -> Mapping[str, Any]:  # noqa: ANN401 - one of four kinds
    """What a job or task is completed with."""
    if not action.use_example_data:
        variables: Mapping[str, Any] = action.variables
        return variables
    place = (job_or_task.value["bpmnProcessId"], job_or_task.value["elementId"])
    if place not in models.examples:
        raise StepFailed(f"the element {place[1]!r} has no example data (camundaModeler:exampleOutputJson)")
    return models.examples[place]


async def _create(action: asked.CreateProcessInstance, stage: Stage, _models: Models) -> None:
    await stage.client.create_process_instance(
        action.process_definition_selector.process_definition_id,
        action.variables,
        start_element_ids=[one.element_id for one in action.start_instructions],
    )


async def _publish(action: asked.PublishMessage, stage: Stage, _models: Models) -> None:
    await stage.client.publish_message(
        action.name,
        action.correlation_key,
        action.variables,
        time_to_live_ms=action.time_to_live,
        message_id=action.message_id,
    )


async def _correlate(action: asked.CorrelateMessage, stage: Stage, _models: Models) -> None:
    """A message that does not wait: somebody takes it now, or nobody does."""
    key = await stage.client.publish_message(action.name, action.correlation_key, action.variables, time_to_live_ms=0)
    await stage.rest()
    if key not in stage.seen.correlated:
        raise StepFailed(f"nobody waits for the message {action.name!r} with correlation key {action.correlation_key!r}")


async def _broadcast(action: asked.BroadcastSignal, stage: Stage, _models: Models) -> None:
    await stage.client.broadcast_signal(action.signal_name, action.variables)


async def _complete_job(action: asked.CompleteJob, stage: Stage, models: Models) -> None:
    found = job(stage.seen, action.job_selector)
    await stage.client.complete_job(found.key, result(found, action, models))


async def _throw_error(action: asked.ThrowBpmnErrorFromJob, stage: Stage, _models: Models) -> None:
    found = job(stage.seen, action.job_selector)
    await stage.client.throw_error(found.key, action.error_code, action.error_message, action.variables)


async def _complete_user_task(action: asked.CompleteUserTask, stage: Stage, models: Models) -> None:
    found = open_user_task(stage.seen, models, action.user_task_selector)
    await stage.client.complete_user_task(found.key, result(found, action, models))


async def _evaluate(action: asked.EvaluateDecision, stage: Stage, _models: Models) -> None:
    decision_id = action.decision_definition_selector.decision_definition_id
    evaluation = await stage.client.evaluate_decision(decision_id, action.variables)
    if evaluation.failure_message:
        raise StepFailed(evaluation.failure_message)


async def _increase_time(action: asked.IncreaseTime, stage: Stage, _models: Models) -> None:
    duration = parse_duration(action.duration)
    if not isinstance(duration, DaysTimeDuration) or duration.nanoseconds < 0:
        raise StepFailed(f"{action.duration!r} is no duration of days, hours, minutes and seconds, as PT1H or P2D are")
    if duration.nanoseconds > _LONGEST_NANOSECONDS:
        raise StepFailed(f"{action.duration!r} is longer than the calendar, which ends with the year 9999")
    await stage.add_time(duration.nanoseconds // 1_000_000)


async def _set_time(action: asked.SetTime, stage: Stage, _models: Models) -> None:
    try:
        moment = datetime.fromisoformat(action.time)
    except ValueError as error:
        raise StepFailed(f"{action.time!r} is no moment, as 2026-01-19T13:00:00Z is") from error
    if moment.tzinfo is None:
        raise StepFailed(f"{action.time!r} needs a time zone, as 2026-01-19T13:00:00Z has")
    await stage.pin_time(int(moment.timestamp() * 1000))


async def _resolve_incident(action: asked.ResolveIncident, stage: Stage, _models: Models) -> None:
    found = incident(stage.seen, action.incident_selector)
    job_key = found.value["jobKey"]
    # As the buttons of an operator do it: a job without retries gets one more before its incident is resolved.
    if found.value["errorType"] == "JOB_NO_RETRIES" and job_key > 0:
        await stage.client.update_job_retries(job_key, 1)
    await stage.client.resolve_incident(found.key)


async def _update_variables(action: asked.UpdateVariables, stage: Stage, models: Models) -> None:
    instance = process_instance(stage.seen, action.process_instance_selector)
    target = scope(stage.seen, models, instance, action.element_selector)
    await stage.client.set_variables(target.key, action.variables, local=action.element_selector is not None)


async def _mock_child(action: asked.MockChildProcess, stage: Stage, _models: Models) -> None:
    await stage.client.deploy_resources([mocked_process(action.process_definition_id, action.variables)])


async def _mock_decision(action: asked.MockDmnDecision, stage: Stage, _models: Models) -> None:
    await stage.client.deploy_resources([mocked_decision(action.decision_definition_id, action.variables)])


_ACTIONS: dict[type, Callable[[Any, Stage, Models], Awaitable[None]]] = {
    asked.CreateProcessInstance: _create,
    asked.PublishMessage: _publish,
    asked.CorrelateMessage: _correlate,
    asked.BroadcastSignal: _broadcast,
    asked.CompleteJob: _complete_job,
    asked.ThrowBpmnErrorFromJob: _throw_error,
    asked.CompleteUserTask: _complete_user_task,
    asked.EvaluateDecision: _evaluate,
    asked.IncreaseTime: _increase_time,
    asked.SetTime: _set_time,
    asked.ResolveIncident: _resolve_incident,
    asked.UpdateVariables: _update_variables,
    asked.MockChildProcess: _mock_child,
    asked.MockDmnDecision: _mock_decision,
}
