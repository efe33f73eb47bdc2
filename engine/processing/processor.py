"""The single writer: one command after the other becomes records and state, and nothing else changes either.

Source: Zeebe 8.5 documentation, "Internal processing".
"""

from collections.abc import Callable
from typing import Any

from engine.processing import commands as c
from engine.processing import (
    decision,
    deletion,
    due,
    execution_listener,
    incident,
    job,
    job_activation,
    lifecycle,
    message,
    message_refusal,
    message_subscription,
    migration,
    modification,
    multi_instance,
    process_instance,
    rejections,
    signal,
    termination,
    user_task_commands,
    variable_document,
)
from engine.processing.behaviours import behaviour_of
from engine.processing.deployment import deploy
from engine.processing.engine import Engine
from engine.processing.instances import ResultRequest
from engine.processing.ports import Batch, Store

_FOLLOW_UPS: dict[str, Callable[..., None]] = {
    "activate": lifecycle.activate,
    "refuse_activation": lifecycle.refuse_activation,
    "complete": lifecycle.complete,
    "complete_listener": execution_listener.complete,
    "terminate": termination.terminate,
    "terminate_children": termination.terminate_next_child,
    "activate_inner": multi_instance.activate_next,
    "activate_inner_instance": multi_instance.activate_inner,
    "broadcast_signal": signal.broadcast_thrown,
    "open_message_subscription": message_subscription.open_message_side,
    "confirm_message_subscription": message_subscription.confirm,
    "correlate_message": message_subscription.correlate,
    "reject_correlation": message_refusal.reject_correlation,
    "finish_correlation": message_subscription.finish_correlation,
    "close_message_subscription": message_subscription.close_message_side,
    "confirm_closed_subscription": message_subscription.confirm_closed,
}

_COMMANDS: dict[type, Callable[[Engine, Any], Any]] = {
    c.DeployResource: deploy,
    c.DeleteResource: deletion.delete,
    c.CancelProcessInstance: process_instance.cancel,
    c.ModifyProcessInstance: modification.modify,
    c.MigrateProcessInstance: migration.migrate,
    c.PublishMessage: message.publish,
    c.BroadcastSignal: signal.broadcast,
    c.ActivateJobs: job_activation.activate,
    c.CompleteJob: job.complete,
    c.FailJob: job.fail,
    c.ThrowError: job.throw_error,
    c.UpdateJobRetries: job.update_retries,
    c.UpdateJobTimeout: job.update_timeout,
    c.SetVariables: variable_document.update,
    c.ResolveIncident: incident.resolve,
    c.EvaluateDecision: decision.handle,
    c.CompleteUserTask: user_task_commands.complete,
    c.AssignUserTask: user_task_commands.assign,
    c.UpdateUserTask: user_task_commands.update,
}


def _refuse(_engine: Engine, command: c.Command) -> c.Answer:
    raise c.CommandRejected(c.RejectionType.UNIMPLEMENTED, f"{type(command).__name__} is not supported by this gateway")


class Processor:
    """Commands in, answers out; records and changed rows are fetched for each commit."""

    def __init__(self, store: Store) -> None:
        self.engine = Engine(store, behaviour_of, _FOLLOW_UPS)

    def process(self, command: c.Command, now: int, request_id: int = 0) -> c.Answer:
        """Process a command and what follows from it, up to a limit; the rest waits for `work`.

        Raises:
            CommandRejected: the command was refused; nothing of it took effect.
        """
        engine = self.engine
        # A clock that steps back must not make the past due again.
        engine.now = max(engine.now, now)
        engine.log.begin(engine.now)
        try:
            if type(command) is c.CreateProcessInstance:
                answer: c.Answer = process_instance.create(engine, command, request_id)
            else:
                answer = _COMMANDS.get(type(command), _refuse)(engine, command)
        except c.CommandRejected as rejected:
            rejections.write(engine, command, rejected)
            engine.log.end()
            raise
        engine.run()
        engine.log.end()
        return answer

    def work(self, now: int) -> bool:
        """Do some of what is left or due by now; whether there may be more."""
        engine = self.engine
        engine.now = max(engine.now, now)
        if engine.backlog:
            engine.log.timestamp = engine.now
            engine.run_next()
            return True
        return due.handle_next(engine)

    def await_result(self, process_instance_key: int, request_id: int, fetch_variables: tuple[str, ...]) -> None:
        """Answer a request when a process instance ends, as its creation had asked for."""
        process = self.engine.state.process(process_instance_key)
        if process is not None:
            process.result_request = ResultRequest(request_id, fetch_variables)

    def forget_result(self, process_instance_key: int, request_id: int) -> None:
        """Nobody waits for the end of a process instance any more; it need not be kept in memory for that."""
        process = self.engine.state.processes.get(process_instance_key)
        if process is not None and process.result_request is not None and process.result_request.id == request_id:
            process.result_request = None

    @property
    def has_work(self) -> bool:
        """Whether follow-up commands are left."""
        return bool(self.engine.backlog)

    @property
    def next_due(self) -> int | None:
        """When something is due next, in milliseconds since 1970."""
        return self.engine.state.dues.next_due

    def begin_commit(self) -> Batch:
        """All that is new since the last call; `end_commit` follows when it is durable."""
        engine = self.engine
        engine.keep_queue()
        upserts, deletes = engine.state.begin_commit()
        first_position, records = engine.log.take()
        return Batch(engine.counters, upserts, deletes, records, first_position)

    def end_commit(self) -> None:
        """The last batch is durable."""
        self.engine.state.end_commit()
