"""User tasks: a person's work, handed out as a USER_TASK of its own or, as once, as a job that task lists know.

Source: Zeebe 8.5 documentation, "User tasks" and "Zeebe API (REST)".
"""

from engine.processing import user_task_expressions
from engine.processing.engine import Engine
from engine.processing.entities import UserTask
from engine.processing.events import give_variables
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed
from engine.processing.mappings import apply_inputs
from engine.processing.subscriptions import close, open_boundary
from engine.processing.termination import Terminates
from engine.processing.user_task_state import write


class NativeUserTask(Terminates):
    """Hands out a user task and is done when the task is."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        definition = instance.element.user_task
        assert definition is not None, "a native user task has a definition"
        apply_inputs(engine, instance)
        task = user_task_expressions.evaluate_task(engine, instance, definition)
        open_boundary(engine, instance)
        _create(engine, instance, task)
        activated(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        give_variables(engine, instance)
        close(engine, instance)
        completed(engine, instance)


def _create(engine: Engine, instance: ElementInstance, task: UserTask) -> None:
    process = instance.process
    task.key = engine.next_key()
    task.creation_timestamp = engine.now
    instance.user_task_key = task.key
    engine.state.add(task, process)
    write(engine, "CREATING", process, task)
    write(engine, "CREATED", process, task)
