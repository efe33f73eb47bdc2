"""Which behaviour runs which element."""

from engine.bpmn.model import Element, ElementType, EventType
from engine.processing.behaviour import Behaviour
from engine.processing.boundary_event import BoundaryEvent
from engine.processing.business_rule_task import BusinessRuleTask
from engine.processing.call_activity import CallActivity
from engine.processing.catch_event import CatchEvent
from engine.processing.compensation_event import CompensationThrowEvent
from engine.processing.end_event import EndEvent, TerminateEndEvent
from engine.processing.error_event import ErrorEndEvent
from engine.processing.escalation_event import EscalationThrowEvent
from engine.processing.event_based_gateway import EventBasedGateway
from engine.processing.event_subprocess import EventSubprocess
from engine.processing.exclusive_gateway import ExclusiveGateway
from engine.processing.inclusive_gateway import InclusiveGateway
from engine.processing.manual_task import ManualTask
from engine.processing.multi_instance import MultiInstanceBody
from engine.processing.parallel_gateway import ParallelGateway
from engine.processing.process import Process
from engine.processing.script_task import ScriptTask
from engine.processing.service_task import JobWorkerTask
from engine.processing.signal_throw import SignalThrowEvent
from engine.processing.start_event import StartEvent
from engine.processing.sub_process import SubProcess
from engine.processing.throw_event import LinkThrowEvent, NoneThrowEvent
from engine.processing.user_task import NativeUserTask

_BODY = MultiInstanceBody()
_JOB_WORKER_TASK = JobWorkerTask()

_BY_TYPE: dict[ElementType, Behaviour] = {
    ElementType.PROCESS: Process(),
    ElementType.SUB_PROCESS: SubProcess(),
    ElementType.EVENT_SUB_PROCESS: EventSubprocess(),
    ElementType.START_EVENT: StartEvent(),
    ElementType.INTERMEDIATE_CATCH_EVENT: CatchEvent(),
    ElementType.RECEIVE_TASK: CatchEvent(),
    ElementType.BOUNDARY_EVENT: BoundaryEvent(),
    ElementType.USER_TASK: NativeUserTask(),
    ElementType.MANUAL_TASK: ManualTask(),
    ElementType.TASK: ManualTask(),
    ElementType.BUSINESS_RULE_TASK: BusinessRuleTask(),
    ElementType.SCRIPT_TASK: ScriptTask(),
    ElementType.CALL_ACTIVITY: CallActivity(),
    ElementType.EXCLUSIVE_GATEWAY: ExclusiveGateway(),
    ElementType.INCLUSIVE_GATEWAY: InclusiveGateway(),
    ElementType.PARALLEL_GATEWAY: ParallelGateway(),
    ElementType.EVENT_BASED_GATEWAY: EventBasedGateway(),
}

_BY_EVENT: dict[tuple[ElementType, EventType], Behaviour] = {
    (ElementType.END_EVENT, EventType.NONE): EndEvent(),
    (ElementType.END_EVENT, EventType.TERMINATE): TerminateEndEvent(),
    (ElementType.END_EVENT, EventType.ERROR): ErrorEndEvent(),
    (ElementType.END_EVENT, EventType.ESCALATION): EscalationThrowEvent(),
    (ElementType.END_EVENT, EventType.COMPENSATION): CompensationThrowEvent(),
    (ElementType.INTERMEDIATE_THROW_EVENT, EventType.ESCALATION): EscalationThrowEvent(),
    (ElementType.INTERMEDIATE_THROW_EVENT, EventType.COMPENSATION): CompensationThrowEvent(),
    (ElementType.END_EVENT, EventType.SIGNAL): SignalThrowEvent(),
    (ElementType.INTERMEDIATE_THROW_EVENT, EventType.NONE): NoneThrowEvent(),
    (ElementType.INTERMEDIATE_THROW_EVENT, EventType.SIGNAL): SignalThrowEvent(),
    (ElementType.INTERMEDIATE_THROW_EVENT, EventType.LINK): LinkThrowEvent(),
}


def behaviour_of(element: Element, *, is_body: bool = False) -> Behaviour:
    """The behaviour of an element, or of the multi-instance body around it."""
    if is_body:
        return _BODY
    if element.job is not None:
        return _JOB_WORKER_TASK
    behaviour = _BY_TYPE.get(element.type)
    return _BY_EVENT[element.type, element.event_type] if behaviour is None else behaviour
