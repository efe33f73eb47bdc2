"""Whatever is done by a job worker: service and send tasks, business rule and script tasks with a job type, message throw
and end events.
"""

from engine.processing import execution_listener, job
from engine.processing.engine import Engine
from engine.processing.entities import State
from engine.processing.events import give_variables
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed
from engine.processing.mappings import apply_inputs
from engine.processing.records import to_json
from engine.processing.subscriptions import close, open_boundary
from engine.processing.termination import Terminates
from engine.processing.user_task_expressions import user_task_headers


class JobWorkerTask(Terminates):
    """Hands out a job and is done when the job is."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        apply_inputs(engine, instance)
        if not execution_listener.hand_out(engine, instance):
            self.after_listeners(engine, instance)

    def after_listeners(self, engine: Engine, instance: ElementInstance) -> None:
        if instance.state == State.COMPLETING:
            completed(engine, instance)
        else:
            self._begin(engine, instance)

    @staticmethod
    def _begin(engine: Engine, instance: ElementInstance) -> None:
        definition = instance.element.job
        assert definition is not None, "the deployment demands a job type"
        job_type, retries = job.prepare(engine, instance, definition)
        headers = {**definition.headers, **user_task_headers(engine, instance, definition.user_task)}
        open_boundary(engine, instance)
        job.create(engine, instance, job_type, retries, to_json(headers))
        activated(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        give_variables(engine, instance)
        close(engine, instance)
        if not execution_listener.hand_out(engine, instance):
            self.after_listeners(engine, instance)
