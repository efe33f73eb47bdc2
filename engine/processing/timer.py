"""Timers: made when something starts to wait, fired when the clock has reached them, repeated where they are cycles."""

from dataclasses import dataclass
from datetime import datetime

from engine import feel
from engine.bpmn.model import TimerDefinition, TimerKind
from engine.bpmn.timers import cycle_fault
from engine.processing import events, instantiation
from engine.processing.engine import Engine
from engine.processing.entities import Kind, Timer
from engine.processing.errors import extract_value_error
from engine.processing.expressions import evaluate_typed
from engine.processing.instances import Definition, ElementInstance, ProcessInstance
from engine.processing.records import quote, quote_tenant
from engine.processing.schedule import Cycle, Interval, InvalidSchedule, parse_cycle, parse_date, parse_duration


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a timer is due, how often, and the text of its cycle."""

    due: int
    repetitions: int = 1
    cycle: str = ""


# A cycle whose turns lie in the past, such as R/PT-10S, is held up so long between two of them, in milliseconds: it must not
# keep the others from their turn.
_BREATH = 100


def evaluate(engine: Engine, instance: ElementInstance, definition: TimerDefinition) -> Schedule:
    """When a timer of an element instance is due.

    Raises:
        StepFailed: its expression gives no duration, date or cycle.
    """
    expression = definition.expression
    value = evaluate_typed(engine, instance, expression, _VALUES[definition.kind])
    try:
        return schedule(definition.kind, value, engine.now)
    except InvalidSchedule as error:
        if definition.kind == TimerKind.CYCLE:
            raise extract_value_error(str(error)) from error
        what = "duration" if definition.kind == TimerKind.DURATION else "date-time"
        raise extract_value_error(f"Invalid {what} format '{value}' for expression '{expression.quoted}'.") from error


# What a timer's expression may give, with the names of the types in Zeebe's messages.
_VALUES: dict[TimerKind, dict[type, str]] = {
    TimerKind.DURATION: {feel.DaysTimeDuration: "DURATION", feel.YearsMonthsDuration: "PERIOD", str: "STRING"},
    TimerKind.DATE: {datetime: "DATE_TIME", str: "STRING"},
    TimerKind.CYCLE: {str: "STRING"},
}


def schedule(kind: TimerKind, value: object, now: int) -> Schedule:
    """When a timer with a value is due, counted from now.

    Raises:
        InvalidSchedule: the value is no duration, date or cycle.
    """
    if kind == TimerKind.DURATION:
        return Schedule(_interval(value).after(now))
    if kind == TimerKind.DATE:
        return Schedule(_moment(value))
    if not isinstance(value, str):
        raise InvalidSchedule("a cycle is text, such as 'R3/PT10S'")
    if fault := cycle_fault(value):
        raise InvalidSchedule(fault)
    cycle = parse_cycle(value)
    due = cycle.first(now)
    # What never comes, such as the 30th of February, comes once and now, as in Zeebe.
    return Schedule(now, 0, value) if due is None else Schedule(due, cycle.repetitions, value)


def _interval(value: object) -> Interval:
    match value:
        case str():
            return parse_duration(value)
        case feel.DaysTimeDuration():
            return Interval(0, value.nanoseconds // 1_000_000)
        case feel.YearsMonthsDuration():
            return Interval(value.months, 0)
        case _:
            raise InvalidSchedule("a duration is ISO 8601 text, such as 'PT10S', or a FEEL duration")


def _moment(value: object) -> int:
    match value:
        case str():
            return parse_date(value)
        case datetime() if value.tzinfo is not None:
            return int(value.timestamp() * 1000)
        case _:
            raise InvalidSchedule("a date is ISO 8601 text or a FEEL date and time, with a time zone")


def create(
    engine: Engine, instance: ElementInstance, target_id: str, when: Schedule, earliest: int = 0, definition_key: int = -1
) -> None:
    """Wait for a moment on behalf of an element instance; it does not happen before the earliest one.

    The next turn of a cycle goes on naming the definition it began with, whatever its instance has migrated to.
    """
    process = instance.process
    timer = Timer(
        engine.next_key(),
        process.key,
        instance.key,
        target_id,
        when.due,
        when.repetitions,
        process.definition.key if definition_key < 0 else definition_key,
        process.key,
        when.cycle,
        process.definition.tenant_id,
    )
    engine.state.add(timer, process)
    engine.state.dues.push(max(timer.due, earliest), timer.key, timer.rank)
    write(engine, "CREATED", timer)


def create_for_start(
    engine: Engine, definition: Definition, target_id: str, when: Schedule, process_key: int = -1, earliest: int = 0
) -> None:
    """Wait for a moment that starts a process; a cycle's next turn names the instance that its last one started."""
    timer = Timer(
        engine.next_key(),
        -Kind.TIMER,
        -1,
        target_id,
        when.due,
        when.repetitions,
        definition.key,
        process_key,
        when.cycle,
        definition.tenant_id,
    )
    engine.state.add(timer)
    engine.state.dues.push(max(timer.due, earliest), timer.key, timer.rank)
    write(engine, "CREATED", timer)


def cancel(engine: Engine, timer: Timer) -> None:
    """Nobody waits for this moment any more."""
    write(engine, "CANCELED", timer)
    engine.state.remove(timer)
    engine.sweep.note(timer)


def fire(engine: Engine, process: ProcessInstance, timer: Timer) -> None:
    """A timer of an element instance is due."""
    if timer.target_element_id not in process.definition.model.elements:
        _refuse_unknown(engine, process, timer)
        return
    instance = process.elements[timer.element_instance_key]
    if not events.can_occur(instance, timer.target_element_id):
        _refuse_inactive(engine, timer)
        return
    engine.state.remove(timer)
    write(engine, "TRIGGERED", timer)
    events.occur(engine, instance, timer.target_element_id, "{}")
    again = _next(timer, engine.now)
    if again is not None:
        create(engine, instance, timer.target_element_id, again, engine.now + _BREATH, timer.definition_key)


def fire_start(engine: Engine, timer: Timer) -> None:
    """A timer that starts a process is due."""
    engine.state.remove(timer)
    process_key = timer.process_instance_key = engine.next_key()
    write(engine, "TRIGGERED", timer)
    definition = engine.catalog.process(timer.definition_key)
    instantiation.start_by_event(engine, definition, timer.target_element_id, "{}", process_key)
    again = _next(timer, engine.now)
    if again is not None:
        create_for_start(engine, definition, timer.target_element_id, again, process_key, earliest=engine.now + _BREATH)


def _refuse_unknown(engine: Engine, process: ProcessInstance, timer: Timer) -> None:
    """Its instance has migrated since to a definition without the event: it waits until its scope ends."""
    reason = (
        f"Expected to find a flow element with id '{timer.target_element_id}' in process with key '{process.definition.key}' "
        "but not found."
    )
    engine.log.reject("TIMER", "TRIGGER", timer.key, _value(timer), "PROCESSING_ERROR", reason)


def _refuse_inactive(engine: Engine, timer: Timer) -> None:
    """Its element instance is done and waits at an incident: it stays, and is asked again whenever another timer is due."""
    reason = f"Expected to trigger a timer with key '{timer.key}', but the timer is not active anymore"
    engine.log.reject("TIMER", "TRIGGER", timer.key, _value(timer), "INVALID_STATE", reason)
    engine.sweep.leave(timer)


def refuse(engine: Engine, timer: Timer) -> None:
    """A timer that was due as well was cancelled by what another one did: Zeebe had its command written by then."""
    reason = f"Expected to trigger timer with key '{timer.key}', but no such timer was found"
    engine.log.reject("TIMER", "TRIGGER", timer.key, _value(timer), "NOT_FOUND", reason)


def _next(timer: Timer, now: int) -> Schedule | None:
    """The next turn of a cycle, counted from when this one was due, or from now where that has passed as well."""
    if not timer.cycle or not (timer.repetitions == -1 or timer.repetitions > 1):
        return None
    cycle: Cycle = parse_cycle(timer.cycle)
    due = cycle.due(timer.due)
    if due is not None and due <= now:
        due = cycle.due(now)
    if due is None:
        return None
    return Schedule(due, timer.repetitions - 1 if timer.repetitions > 0 else timer.repetitions, timer.cycle)


def write(engine: Engine, intent: str, timer: Timer) -> None:
    engine.log.append("TIMER", intent, timer.key, _value(timer))


def _value(timer: Timer) -> str:
    return (
        f'{{"targetElementId":{quote(timer.target_element_id)},"dueDate":{timer.due},"repetitions":{timer.repetitions},'
        f'"processDefinitionKey":{timer.definition_key},"processInstanceKey":{timer.process_instance_key},'
        f'"elementInstanceKey":{timer.element_instance_key},"tenantId":{quote_tenant(timer.tenant_id)}}}'
    )
