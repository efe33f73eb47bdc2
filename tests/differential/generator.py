"""Random processes, the same ones for the same seed: blocks inside blocks, over every element of Zeebe 8.5.

A process is built from blocks that are entered and left at one place, so it is always well-formed; what happens inside (who
triggers which boundary, which condition holds) is left to the scenario.
"""

import random
from collections.abc import Callable

from tests.bpmn_builder import ANY, Loop, ProcessBuilder, definitions, process

_LARGEST = 14
_DEEPEST = 3


class Generator:
    """One file: a main process and, where it calls one, a child."""

    def __init__(self, seed: int, only: tuple[str, ...] = ()) -> None:
        self.random = random.Random(seed)
        self.name = f"s{seed}"
        self.used: set[str] = set()
        self._only = only
        self._count = 0
        self._budget = self.random.randint(2, _LARGEST)
        self._children: list[ProcessBuilder] = []
        self._builder = process(self.name)
        self._in_child = False

    def xml(self) -> str:
        self._process(self._builder)
        return definitions(self._builder, *self._children).decode()

    # The frame

    def _process(self, builder: ProcessBuilder) -> None:
        builder.start(self._id("start"))
        self._sequence(0)
        self._end(0)
        if self._chance(0.15):
            self._event_subprocess(0)

    def _sequence(self, depth: int) -> None:
        for _ in range(self.random.randint(1, 3)):
            if self._budget <= 0:
                return
            self._budget -= 1
            self._block(depth)

    def _block(self, depth: int) -> None:
        blocks = [name for name in _BLOCKS if not self._only or name in self._only]
        if depth >= _DEEPEST or self._budget <= 0:
            blocks = [name for name in blocks if name in _LEAVES] or ["task"]
        weights = [_BLOCKS[name] for name in blocks]
        name = self.random.choices(blocks, weights)[0]
        self.used.add(name)
        getattr(self, f"_{name}")(depth)

    def _end(self, depth: int) -> None:
        roll = self.random.random()
        end = self._id("end")
        if roll < 0.82 or (self._only and "ends" not in self._only):
            self._builder.end(end)
        elif roll < 0.86:
            self._note("end_terminate").end(end, terminate=True)
        elif roll < 0.90 and depth:
            self._note("end_error").end(end, error=self._code())
        elif roll < 0.93:
            self._note("end_escalation").end(end, escalation=self._code())
        elif roll < 0.95:
            self._note("end_message").end(end, message=f"{self.name}_{end}", job_type=f"{self.name}_{end}")
        elif roll < 0.98:
            self._note("end_signal").end(end, signal=self._signal())
        else:
            self._note("end_compensation").end(end, compensate=True)

    # Leaves

    def _service(self, depth: int) -> None:
        self._builder.service_task(task := self._id("job"), type=f"{self.name}_{task}", **self._mappings(), **self._loop())
        self._boundaries(task, depth, escalations=False)

    def _other_job(self, depth: int) -> None:
        task = self._id("job")
        make = self.random.choice((self._builder.send_task, self._builder.script_job, self._builder.decision_job))
        make(task, type=f"{self.name}_{task}", **self._mappings())
        self._boundaries(task, depth, escalations=False)

    def _user(self, depth: int) -> None:
        self._builder.user_task(task := self._id("user"), native=False, assignee="= text", groups="a, b", **self._mappings())
        self._boundaries(task, depth, escalations=False)

    def _native_user(self, depth: int) -> None:
        self._builder.user_task(task := self._id("user"), assignee="ann", **self._mappings())
        self._boundaries(task, depth, escalations=False, at_least=1)

    def _script(self, depth: int) -> None:
        expression = self.random.choice(("= n + 1", '= text + "!"', "= items", "= missing", "= {a: n}", "= 1 / 2"))
        self._builder.script_task(self._id("script"), expression, result=self._variable(), **self._loop())

    def _task(self, depth: int) -> None:
        self.random.choice((self._builder.task, self._builder.manual_task))(self._id("task"))

    def _throw(self, depth: int) -> None:
        throw = self._id("throw")
        kind = self.random.choice(("none", "signal", "escalation", "message", "compensation"))
        self._note(f"throw_{kind}")
        if kind == "none":
            self._builder.throw(throw)
        elif kind == "signal":
            self._builder.throw(throw, signal=self._signal())
        elif kind == "escalation" and depth:
            self._builder.throw(throw, escalation=self._code())
        elif kind == "message":
            self._builder.throw(throw, message=f"{self.name}_{throw}", job_type=f"{self.name}_{throw}")
        else:
            self._builder.throw(throw, compensate=True)

    def _catch(self, depth: int) -> None:
        self._builder.catch(catch := self._id("catch"), **self._trigger(catch))

    def _receive(self, depth: int) -> None:
        self._builder.receive_task(
            task := self._id("receive"), f"{self.name}_{task}", correlation_key=self._key(), **self._mappings()
        )
        self._boundaries(task, depth, escalations=False)

    def _link(self, depth: int) -> None:
        link = self._id("link")
        self._builder.throw(f"{link}_from", link=link).apart().catch(f"{link}_to", link=link)

    def _compensated(self, depth: int) -> None:
        task = self._id("job")
        self._builder.service_task(task, type=f"{self.name}_{task}")
        self._builder.compensated_by(f"{task}_cb", f"{task}_undo", type=f"{self.name}_{task}_undo")

    def _call(self, depth: int) -> None:
        task = self._id("call")
        child = f"{self.name}_child"
        if not self._children and not self._in_child:
            parent, self._builder = self._builder, process(child)
            self._children.append(self._builder)
            self._in_child = True
            self._process(self._builder)
            self._builder, self._in_child = parent, False
        target = child if self._children and not self._in_child else f"{self.name}_nowhere"
        options = {name: False for name in ("propagate_child", "propagate_parent") if self._chance(0.2)}
        self._builder.call_activity(task, target, **options, **self._mappings(), **self._loop())
        self._boundaries(task, depth, escalations=True)

    # Blocks with blocks inside

    def _exclusive(self, depth: int) -> None:
        self._split(depth, self._builder.exclusive, self._builder.exclusive)

    def _inclusive(self, depth: int) -> None:
        gateway = self._id("or")
        self._builder.inclusive(gateway)
        for number in range(self.random.randint(2, 3)):
            self._builder.at(gateway)
            if number == 0 and self._chance(0.7):
                self._builder.otherwise()
            else:
                self._builder.when(self._condition())
            self._task(depth)
            self._sequence(depth + 1)
            self._end(depth)
        # Every branch has its own end: Zeebe 8.5 has no inclusive join. The block goes on after the first flow's task.
        self._builder.at(gateway).when(self._condition())
        self._task(depth)

    def _parallel(self, depth: int) -> None:
        fork, join = self._id("fork"), self._id("join")
        self._builder.parallel(fork)
        self._sequence(depth + 1)
        self._builder.parallel(join)
        for _ in range(self.random.randint(1, 2)):
            self._builder.at(fork)
            self._sequence(depth + 1)
            self._builder.to(join)
        self._builder.at(join)

    def _split(self, depth: int, fork: Callable[[str], object], join: Callable[[str], object]) -> None:
        first, last = self._id("xor"), self._id("merge")
        fork(first)
        self._builder.when(self._condition())
        self._task(depth)
        self._sequence(depth + 1)
        join(last)
        for number in range(self.random.randint(1, 2)):
            self._builder.at(first)
            if number == 0 and self._chance(0.8):
                self._builder.otherwise()
            else:
                self._builder.when(self._condition())
            self._task(depth)
            self._sequence(depth + 1)
            self._builder.to(last)
        self._builder.at(last)

    def _event_gateway(self, depth: int) -> None:
        gateway, join = self._id("wait"), self._id("merge")
        self._builder.event_gateway(gateway)
        self._catch(depth)
        self._builder.exclusive(join)
        for _ in range(self.random.randint(1, 2)):
            self._builder.at(gateway)
            self._catch(depth)
            self._sequence(depth + 1)
            self._builder.to(join)
        self._builder.at(join)

    def _repeat(self, depth: int) -> None:
        head, foot = self._id("head"), self._id("foot")
        self._builder.exclusive(head)
        self._service(depth)
        self._builder.exclusive(foot).when(self._condition()).to(head)
        self._builder.at(foot).otherwise()
        self._task(depth)

    def _subprocess(self, depth: int) -> None:
        sub = self._id("sub")
        self._builder.subprocess(sub, **self._mappings(), **self._loop())
        self._builder.start(self._id("start"))
        self._sequence(depth + 1)
        self._end(depth + 1)
        if self._chance(0.35):
            self._event_subprocess(depth + 1)
        self._builder.done()
        self._boundaries(sub, depth, escalations=True)

    def _event_subprocess(self, depth: int) -> None:
        self.used.add("event_subprocess")
        self._builder.event_subprocess(self._id("esp"))
        start = self._id("start")
        interrupting = self._chance(0.6)
        kind = self.random.choice(("duration", "message", "signal", "error", "escalation"))
        self._note(f"event_subprocess_{kind}")
        interrupting = interrupting or kind == "error"
        self._builder.start(start, interrupting=interrupting, **self._trigger(start, kind))
        self._sequence(max(depth, _DEEPEST - 1))
        self._builder.end(self._id("end")).done()

    # Parts

    def _boundaries(self, host: str, depth: int, *, escalations: bool, at_least: int = 0) -> None:
        number = max(at_least, self.random.choices((0, 1, 2), (6, 3, 1))[0])
        kinds = ["duration", "message", "signal", "error", "cycle", *(["escalation"] if escalations else [])]
        for kind in self.random.sample(kinds, min(number, len(kinds))):
            boundary = self._id("bnd")
            interrupting = kind == "error" or (kind != "cycle" and self._chance(0.6))
            self._note(f"boundary_{kind}{'' if interrupting else '_non_interrupting'}")
            self._builder.boundary(boundary, host, interrupting=interrupting, **self._trigger(boundary, kind))
            if depth < _DEEPEST and self._budget > 0 and self._chance(0.5):
                self._sequence(_DEEPEST)
            self._builder.end(self._id("end"))
        self._builder.at(host)

    def _trigger(self, element: str, kind: str | None = None) -> dict[str, str]:
        kind = kind or self.random.choice(("duration", "date", "message", "signal"))
        if kind == "duration":
            return {"duration": self.random.choice(("PT10S", '= duration("PT20S")', "PT1M"))}
        if kind == "date":
            return {"date": '= now() + duration("PT15S")'}
        if kind == "cycle":
            return {"cycle": self.random.choice(("R2/PT10S", "R/PT30S"))}
        if kind == "message":
            return {"message": f"{self.name}_{element}", "correlation_key": self._key()}
        if kind == "signal":
            return {"signal": self._signal()}
        return {kind: self.random.choice((ANY, self._code()))}

    def _mappings(self) -> dict[str, object]:
        if not self._chance(0.3):
            return {}
        mappings: dict[str, object] = {}
        if self._chance(0.6):
            mappings["inputs"] = {
                self.random.choice(("n", "local", "o.p")): self.random.choice(("= n", "= text", "x", "= missing"))
            }
        if self._chance(0.6):
            mappings["outputs"] = {self.random.choice(("out", "n", "o.q")): self.random.choice(("= n", "= result", "= items"))}
        return mappings

    def _loop(self) -> dict[str, object]:
        if not self._chance(0.18):
            return {}
        self.used.add("multi_instance")
        output = self._chance(0.5)
        loop = Loop(
            self.random.choice(("= items", "= items", "= [1, 2]", "= []", "= missing")),
            element=self.random.choice(("item", None)),
            output_collection="results" if output else None,
            output_element=self.random.choice(("= item", "= result", "= loopCounter")) if output else None,
            completion=self.random.choice((None, None, "= numberOfCompletedInstances > 0")),
            sequential=self._chance(0.5),
        )
        return {"loop": loop}

    def _condition(self) -> str:
        return self.random.choice(
            ("= n > 3", "= flag", "= not(flag)", "= count(items) > 1", "= n < 100", "= missing > 1", "= true")
        )

    def _key(self) -> str:
        return self.random.choice(("= key", "= key", "= key", "= string(n)", "= missing"))

    def _signal(self) -> str:
        return f"{self.name}_signal_{self.random.randint(1, 2)}"

    def _code(self) -> str:
        return f"CODE_{self.random.randint(1, 2)}"

    def _variable(self) -> str:
        return self.random.choice(("n", "out", "text", "fresh"))

    def _id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _note(self, feature: str) -> ProcessBuilder:
        self.used.add(feature)
        return self._builder

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability


# Each block with its weight.
_BLOCKS = {
    "service": 8,
    "other_job": 2,
    "user": 2,
    "native_user": 1,
    "script": 3,
    "task": 2,
    "throw": 3,
    "catch": 4,
    "receive": 2,
    "link": 1,
    "compensated": 2,
    "call": 2,
    "exclusive": 4,
    "inclusive": 2,
    "parallel": 4,
    "event_gateway": 3,
    "repeat": 2,
    "subprocess": 4,
}
_LEAVES = {"service", "other_job", "user", "native_user", "script", "task", "throw", "catch", "receive", "link", "compensated"}
