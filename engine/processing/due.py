"""What is due: timers fire, jobs time out or may be tried again, messages expire."""

from collections.abc import Callable

from engine.processing import job, message_buffer, timer
from engine.processing.engine import Engine
from engine.processing.entities import Message, Timer


def handle_next(engine: Engine) -> bool:
    """Handle what has been due longest; False when nothing is due by the engine's clock."""
    key = engine.state.dues.pop(engine.now)
    if key is None:
        engine.sweep.end()
        return False
    engine.sweep.begin(engine.now, engine.counters.last_key)
    effect = _effect(engine, key)
    if effect is not None:
        engine.log.begin(engine.now)
        effect()
        engine.run()
        engine.log.end()
    return True


def _effect(engine: Engine, key: int) -> Callable[[], None] | None:
    """What is to happen to an entity that is due; None where the entry is stale, which must leave no trace."""
    beaten = engine.sweep.take(key)
    if beaten is not None:
        return lambda: timer.refuse(engine, beaten)
    process = engine.state.owner(key)
    if process is not None:
        due_job, due_timer = process.jobs.get(key), process.timers.get(key)
        if due_job is not None and job.is_due(engine, due_job):
            return lambda: job.fall_due(engine, process, due_job)
        return None if due_timer is None else _in_turn(engine, due_timer, lambda: timer.fire(engine, process, due_timer))
    entity = engine.state.single(key)
    if isinstance(entity, Timer):
        return _in_turn(engine, entity, lambda: timer.fire_start(engine, entity))
    if isinstance(entity, Message) and entity.deadline <= engine.now:
        return lambda: message_buffer.expire(engine, entity)
    return None


def _in_turn(engine: Engine, due: Timer, fire: Callable[[], None]) -> Callable[[], None] | None:
    """What a timer does, unless some that were refused before are asked again with it: then each comes in its turn."""
    left = engine.sweep.left()
    if not left:
        return fire
    for one in (due, *left):
        engine.state.dues.push(one.due, one.key, one.rank)
    return None
