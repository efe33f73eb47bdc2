import pytest

from engine.gateway.rejections import GRPC_STATUS, HTTP_STATUS, INTENTS, intent_of, sentence
from engine.processing.commands import (
    AssignUserTask,
    Command,
    CommandRejected,
    CompleteJob,
    CreateProcessInstance,
    RejectionType,
)


def test_every_rejection_has_a_status_in_both_protocols() -> None:
    rejections = set(RejectionType)

    assert set(GRPC_STATUS) == set(HTTP_STATUS) == rejections


def test_every_command_has_the_intent_of_its_record() -> None:
    commands = set(Command.__value__.__args__)

    assert set(INTENTS) == commands


def test_intents_that_depend_on_the_command_are_told_apart() -> None:
    assert intent_of(CreateProcessInstance(with_result=True)) == "CREATE_WITH_AWAITING_RESULT"
    assert intent_of(CreateProcessInstance()) == "CREATE"
    assert intent_of(AssignUserTask(1, "ann", allow_override=False)) == "CLAIM"
    assert intent_of(AssignUserTask(1, "ann")) == "ASSIGN"


@pytest.mark.parametrize(
    ("rejection", "told"),
    [
        (RejectionType.NOT_FOUND, "Command 'COMPLETE' rejected with code 'NOT_FOUND': no such job"),
        # These never reached the log: there is no record to name.
        (RejectionType.RESOURCE_EXHAUSTED, "no such job"),
        (RejectionType.UNIMPLEMENTED, "no such job"),
    ],
)
def test_a_refusal_names_the_command_that_the_log_refused(rejection: RejectionType, told: str) -> None:
    rejected = CommandRejected(rejection, "no such job")

    assert sentence(CompleteJob(1), rejected) == told
