"""Messages that come too late: the instance that waited for them has closed its subscription in the meantime.

Its side refuses what the message's side still asks of it; a message that was on its way goes to another instance that waits.
"""

import msgspec

from engine.processing.commands import DEFAULT_TENANT
from engine.processing.engine import Engine
from engine.processing.entities import Message
from engine.processing.records import quote, quote_tenant
from engine.processing.waiting_for_message import waiting


def open_in_vain(
    engine: Engine,
    process_key: int,
    key: int,
    message_side_key: int,
    element_instance_key: int,
    message_name: str,
    correlation_key: str,
    is_interrupting: bool,  # noqa: FBT001 - a plain value of a follow-up
    bpmn_process_id: str,
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """Who waits has closed its subscription in the command that made it: the message's side still opens, and will close."""
    value = (
        f'{{"messageKey":-1,"messageName":{quote(message_name)},"interrupting":{str(is_interrupting).lower()},'
        f'"processInstanceKey":{process_key},"correlationKey":{quote(correlation_key)},'
        f'"elementInstanceKey":{element_instance_key},"tenantId":{quote_tenant(tenant_id)},"bpmnProcessId":{quote(bpmn_process_id)},'
        f'"variables":{{}}}}'
    )
    engine.log.append("MESSAGE_SUBSCRIPTION", "CREATED", message_side_key, value)
    engine.follow_up("confirm_message_subscription", process_key, key, element_instance_key, message_name, tenant_id)


def refuse_creation(engine: Engine, process_key: int, element_instance_key: int, message_name: str, tenant_id: str) -> None:
    """The instance's side does not want to hear that its subscription is open."""
    value = (
        f'{{"messageName":{quote(message_name)},"processInstanceKey":{process_key},'
        f'"elementInstanceKey":{element_instance_key},"tenantId":{quote_tenant(tenant_id)}}}'
    )
    _refuse(engine, "CREATE", _closing("create", element_instance_key, message_name), value)


def refuse_correlation(
    engine: Engine,
    process_key: int,
    element_instance_key: int,
    message_name: str,
    correlation_key: str,
    message_key: int,
    bpmn_process_id: str,
    tenant_id: str = DEFAULT_TENANT,
    *,
    is_closing: bool = True,
) -> None:
    """The instance's side does not take the message; the message's side will look for another that does."""
    value = (
        f'{{"processInstanceKey":{process_key},"elementInstanceKey":{element_instance_key},'
        f'"messageName":{quote(message_name)},"messageKey":{message_key},"correlationKey":{quote(correlation_key)},'
        f'"bpmnProcessId":{quote(bpmn_process_id)},"interrupting":false,"variables":{{}},"tenantId":{quote_tenant(tenant_id)}}}'
    )
    reason = (
        _closing("correlate", element_instance_key, message_name)
        if is_closing
        else f"Expected to correlate a process message subscription with element key '{element_instance_key}' "
        f"and message name '{message_name}', but the subscription is not active anymore"
    )
    _refuse(engine, "CORRELATE", reason, value)
    engine.follow_up("reject_correlation", message_name, correlation_key, message_key, bpmn_process_id, value, tenant_id)


def reject_correlation(
    engine: Engine,
    message_name: str,
    correlation_key: str,
    message_key: int,
    bpmn_process_id: str,
    value: str,
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """The message's side takes the message back, and gives it to the next instance of the process that waits for it."""
    # They need each other: that side begins correlations, this one takes them back.
    from engine.processing.message_subscription import begin_correlation  # noqa: PLC0415

    engine.log.append("MESSAGE_SUBSCRIPTION", "REJECTED", -1, value)
    message = engine.state.single(message_key)
    if not isinstance(message, Message) or bpmn_process_id not in message.correlated:
        return
    message.correlated.remove(bpmn_process_id)
    engine.state.update(message)
    for process, subscription in waiting(engine, message_name, correlation_key, tenant_id):
        if process.definition.bpmn_process_id == bpmn_process_id:
            begin_correlation(engine, process, subscription, message)
            return


def refuse_deletion(engine: Engine, value: str) -> None:
    """The message's side has let go before it was asked to; `value` is the record of the subscription it had."""
    had = msgspec.json.decode(value)
    reason = (
        f"Expected to close message subscription for element with key '{had['elementInstanceKey']}' "
        f"and message name '{had['messageName']}', but no such message subscription exists"
    )
    engine.log.reject("MESSAGE_SUBSCRIPTION", "DELETE", -1, value, "NOT_FOUND", reason)


def _closing(verb: str, element_instance_key: int, message_name: str) -> str:
    return (
        f"Expected to {verb} process message subscription with element key '{element_instance_key}' "
        f"and message name '{message_name}', but it is already closing"
    )


def _refuse(engine: Engine, intent: str, reason: str, value: str) -> None:
    engine.log.reject("PROCESS_MESSAGE_SUBSCRIPTION", intent, -1, value, "INVALID_STATE", reason)
