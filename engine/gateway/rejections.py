"""How a refused command is answered: gRPC status, HTTP status and Zeebe's own sentence.

Recorded from Zeebe 8.5.8: `Command 'COMPLETE' rejected with code 'NOT_FOUND': Expected to complete job with key '5', but …`.
"""

from http import HTTPStatus

import grpc

from engine.processing import commands as c
from engine.processing.commands import Command, CommandRejected, RejectionType


class RequestInvalid(Exception):
    """A request the gateway refuses before the engine sees it: INVALID_ARGUMENT, or 400."""

    status = grpc.StatusCode.INVALID_ARGUMENT


class NotAuthorized(RequestInvalid):
    """It asks for what is not its client's."""

    status = grpc.StatusCode.PERMISSION_DENIED


INTENTS: dict[type, str] = {
    c.DeployResource: "CREATE",
    c.DeleteResource: "DELETE",
    c.CreateProcessInstance: "CREATE",
    c.CancelProcessInstance: "CANCEL",
    c.ModifyProcessInstance: "MODIFY",
    c.MigrateProcessInstance: "MIGRATE",
    c.PublishMessage: "PUBLISH",
    c.BroadcastSignal: "BROADCAST",
    c.ActivateJobs: "ACTIVATE",
    c.CompleteJob: "COMPLETE",
    c.FailJob: "FAIL",
    c.ThrowError: "THROW_ERROR",
    c.UpdateJobRetries: "UPDATE_RETRIES",
    c.UpdateJobTimeout: "UPDATE_TIMEOUT",
    c.SetVariables: "UPDATE",
    c.ResolveIncident: "RESOLVE",
    c.EvaluateDecision: "EVALUATE",
    c.CompleteUserTask: "COMPLETE",
    c.AssignUserTask: "ASSIGN",
    c.UpdateUserTask: "UPDATE",
}

GRPC_STATUS: dict[RejectionType, grpc.StatusCode] = {
    RejectionType.INVALID_ARGUMENT: grpc.StatusCode.INVALID_ARGUMENT,
    RejectionType.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    RejectionType.ALREADY_EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    RejectionType.INVALID_STATE: grpc.StatusCode.FAILED_PRECONDITION,
    RejectionType.PROCESSING_ERROR: grpc.StatusCode.INTERNAL,
    RejectionType.EXCEEDED_BATCH_RECORD_SIZE: grpc.StatusCode.UNKNOWN,
    RejectionType.RESOURCE_EXHAUSTED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    RejectionType.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    RejectionType.UNIMPLEMENTED: grpc.StatusCode.UNIMPLEMENTED,
}

HTTP_STATUS: dict[RejectionType, HTTPStatus] = {
    RejectionType.INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
    RejectionType.NOT_FOUND: HTTPStatus.NOT_FOUND,
    RejectionType.ALREADY_EXISTS: HTTPStatus.CONFLICT,
    RejectionType.INVALID_STATE: HTTPStatus.CONFLICT,
    RejectionType.PROCESSING_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
    RejectionType.EXCEEDED_BATCH_RECORD_SIZE: HTTPStatus.INTERNAL_SERVER_ERROR,
    RejectionType.RESOURCE_EXHAUSTED: HTTPStatus.TOO_MANY_REQUESTS,
    RejectionType.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    RejectionType.UNIMPLEMENTED: HTTPStatus.NOT_IMPLEMENTED,
}

# These are no answers of the log: the command never reached it.
_NOT_PROCESSED = frozenset({RejectionType.RESOURCE_EXHAUSTED, RejectionType.UNAVAILABLE, RejectionType.UNIMPLEMENTED})


def intent_of(command: Command) -> str:
    """The intent of the record that a command would have become."""
    match command:
        case c.CreateProcessInstance(with_result=True):
            return "CREATE_WITH_AWAITING_RESULT"
        case c.AssignUserTask(allow_override=False):
            return "CLAIM"
        case _:
            return INTENTS[type(command)]


def sentence(command: Command, rejected: CommandRejected) -> str:
    """What the client reads."""
    if rejected.rejection_type in _NOT_PROCESSED:
        return rejected.reason
    return f"Command '{intent_of(command)}' rejected with code '{rejected.rejection_type}': {rejected.reason}"
