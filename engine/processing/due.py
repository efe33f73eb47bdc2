"""What is due: timers fire, jobs time out or may be tried again, messages expire."""

from engine.processing import job, message_buffer, timer
from engine.processing.engine import FOLLOW_UPS_AT_ONCE, Engine
from engine.processing.entities import Message, Timer


def handle_next(engine: Engine) -> bool:
    """Handle what has been due longest; False when nothing is due by the engine's clock."""
    key = engine.state.dues.pop(engine.now)
    if key is None:
        return False
    engine.log.begin(engine.now)
    _handle(engine, key)
    engine.run(FOLLOW_UPS_AT_ONCE)
    return True


def _handle(engine: Engine, key: int) -> None:
    """An entry may be stale: the entity decides whether anything happens."""
    process = engine.state.owner(key)
    if process is not None:
        due_job, due_timer = process.jobs.get(key), process.timers.get(key)
        if due_job is not None:
            job.fall_due(engine, process, due_job)
        elif due_timer is not None:
            timer.fire(engine, process, due_timer)
        return
    entity = engine.state.single(key)
    if isinstance(entity, Timer):
        timer.fire_start(engine, entity)
    elif isinstance(entity, Message):
        message_buffer.expire(engine, entity)
