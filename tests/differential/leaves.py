"""The blocks of a random process that hold no other block: tasks and single events."""

from tests.bpmn_builder import ANY, ProcessBuilder
from tests.differential.parts import Parts


class Leaves(Parts):
    """Each method adds one element, with its boundary events, at the cursor."""

    def __init__(self, seed: int, only: tuple[str, ...], variant: int) -> None:
        super().__init__(seed, only)
        self.variant = variant
        self.decides = False
        self.asks = False
        self._compensable: list[str] = []

    def _boundaries(self, host: str, depth: int, *, escalations: bool, at_least: int = 0) -> None:
        raise NotImplementedError

    def _job(self, task: str) -> dict[str, object]:
        """Type, retries and headers of a job; a second version of the process names other types."""
        job: dict[str, object] = {"type": f"{self.name}_{task}"}
        roll = self.random.random()
        if roll < 0.06:
            job["type"] = f'= "{self.name}_" + text'
        elif roll < 0.08:
            job["type"] = "= missing"
        roll = self.random.random()
        if roll < 0.2:
            job["retries"] = self.random.choice(("1", "= n", "= missing", "= text", "0", "-1", "= 2 + 1"))
        if self._chance(0.15):
            job["headers"] = {"kind": "h", "text": "= n"}
        if self.variant == 2 and roll > 0.5:
            job["type"] = f"{self.name}_{task}_new"
        return job

    def _service(self, depth: int) -> None:
        self._builder.service_task(task := self._id("job"), **self._job(task), **self._mappings(), **self._loop())
        self._boundaries(task, depth, escalations=False)

    def _other_job(self, depth: int) -> None:
        task = self._id("job")
        kind = self.random.choice(("send_task", "script_job", "decision_job"))
        self.used.add(kind)
        make = getattr(self._builder, kind)
        make(task, **self._job(task), **self._mappings(), **self._loop())
        self._boundaries(task, depth, escalations=False)

    def _user(self, depth: int) -> None:
        task = self._id("user")
        self._builder.user_task(task, native=False, **self._assignment(), **self._mappings(), **self._loop())
        self._boundaries(task, depth, escalations=False)

    def _native_user(self, depth: int) -> None:
        task = self._id("user")
        self._builder.user_task(task, **self._assignment(), **self._mappings(), **self._loop())
        self._boundaries(task, depth, escalations=False)

    def _assignment(self) -> dict[str, str]:
        choices = {
            "assignee": ("ann", "= text", "= missing", "= n", '= ""'),
            "groups": ("a, b", "= items", '= ["x", "y"]', "= missing", "= n"),
            "users": ("u1,u2", '= ["u"]', "= items"),
            "due": ("2030-01-01T10:00:00Z", '= now() + duration("P1D")', "= missing", "= text"),
            "follow_up": ("2030-01-01T10:00:00+02:00", '= now() + duration("PT1H")', "= text"),
        }
        chosen = {name: self.random.choice(values) for name, values in choices.items() if self._chance(0.25)}
        if self._chance(0.2):
            self.asks = True
            chosen["form_id"] = self.random.choice((f"{self.name}_form", f"{self.name}_form", f"{self.name}_lost"))
            self.used.add("form")
        return chosen

    def _script(self, depth: int) -> None:
        expressions = (
            "= n + 1",
            '= text + "!"',
            "= items",
            "= missing",
            "= {a: n}",
            "= 1 / 2",
            '= assert(missing, false, "no")',
        )
        self._builder.script_task(self._id("script"), self.random.choice(expressions), result=self._variable(), **self._loop())

    def _decision(self, depth: int) -> None:
        self.decides = True
        task = self._id("decide")
        decision = f"{self.name}_decision"
        called = self.random.choices(
            (decision, f"{self.name}_base", f'= "{decision}"', f"{self.name}_nothing", "= missing"), (6, 2, 1, 0.6, 0.4)
        )[0]
        self._builder.decision_task(task, called, result=self._variable(), **self._mappings(), **self._loop())
        self._boundaries(task, depth, escalations=False)

    def _task(self, depth: int) -> None:
        kind = self.random.choice(("task", "manual_task"))
        self.used.add(kind)
        getattr(self._builder, kind)(self._id("task"), **(self._mappings() if self._chance(0.2) else {}))

    def _throw(self, depth: int) -> None:
        throw = self._id("throw")
        kind = self.random.choice(("none", "signal", "escalation", "message", "compensation"))
        if kind == "escalation" and not depth:
            kind = "none"
        self._note(f"throw_{kind}")
        if kind == "none":
            self._builder.throw(throw)
        elif kind == "signal":
            self._builder.throw(throw, signal=self._signal())
        elif kind == "escalation":
            self._builder.throw(throw, escalation=self._thrown_code())
        elif kind == "message":
            self._builder.throw(throw, message=f"{self.name}_{throw}", job_type=f"{self.name}_{throw}")
        else:
            self._builder.throw(throw, compensate=self._compensation())

    def _compensation(self) -> bool | str:
        """All of the scope, or one activity of it."""
        return self.random.choice(self._compensable) if self._compensable and self._chance(0.3) else True

    def _catch(self, depth: int) -> None:
        self._builder.catch(catch := self._id("catch"), **self._trigger(catch))

    def _receive(self, depth: int) -> None:
        task = self._id("receive")
        name = f"{self.name}_{task}"
        self._builder.receive_task(task, name, correlation_key=self._key(), **self._mappings(), **self._loop())
        self._boundaries(task, depth, escalations=False)

    def _link(self, depth: int) -> None:
        link = self._id("link")
        self._builder.throw(f"{link}_from", link=link).apart().catch(f"{link}_to", link=link)

    def _compensated(self, depth: int) -> None:
        task = self._id("job")
        self._builder.service_task(task, type=f"{self.name}_{task}", **self._mappings(), **self._loop())
        self._undo(task)

    def _undo(self, activity: str) -> None:
        self._note("boundary_compensation")
        handler = {"type": f"{self.name}_{activity}_undo"}
        self._builder.compensated_by(f"{activity}_cb", f"{activity}_undo", **handler, **self._mappings())

    def _end_event(self, end: str, depth: int) -> ProcessBuilder:
        kinds = {
            "none": 82.0,
            "terminate": 4,
            "error": 4,
            "escalation": 3,
            "message": 2,
            "signal": 3,
            "compensation": 3,
        }
        if self._only:
            kinds["none"] = 25
        if self._only and "ends" not in self._only:
            return self._builder.end(end)
        kind = self.random.choices([*kinds], [*kinds.values()])[0]
        self._note(f"end_{kind}")
        match kind:
            case "terminate":
                return self._builder.end(end, terminate=True)
            case "error":
                return self._builder.end(end, error=self._thrown_code())
            case "escalation":
                return self._builder.end(end, escalation=self._thrown_code())
            case "message":
                return self._builder.end(end, message=f"{self.name}_{end}", job_type=f"{self.name}_{end}")
            case "signal":
                return self._builder.end(end, signal=self._signal())
            case "compensation":
                return self._builder.end(end, compensate=self._compensation())
            case _:
                return self._builder.end(end)


__all__ = ["ANY", "Leaves"]
