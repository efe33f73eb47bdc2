"""Random processes, the same ones for the same seed: blocks inside blocks, over every element of Zeebe 8.5.

A process is built from blocks that are entered and left at one place, so it is always well-formed; what happens inside (who
triggers which boundary, which condition holds) is left to the scenario.
"""

import json
from collections.abc import Callable

from tests.bpmn_builder import ProcessBuilder, definitions, process
from tests.differential.decision_files import decision_file
from tests.differential.leaves import Leaves

_LARGEST = 14
_DEEPEST = 3
# From this seed on a process is about one matter at a time, so that each matter meets itself often.
FIRST_THEME = 1_000
_ALWAYS = ("service", "task", "ends")
_THEMES: tuple[tuple[str, ...], ...] = (
    ("native_user", "user", "starts"),
    ("subprocess", "call", "throw"),
    ("catch", "receive", "event_gateway", "starts"),
    ("compensated", "subprocess", "throw", "call"),
    ("decision", "script", "exclusive", "inclusive"),
    ("subprocess", "receive", "link"),
    ("call", "other_job", "parallel"),
    ("parallel", "fork", "repeat", "exclusive"),
    (),
)


def theme(seed: int) -> tuple[str, ...]:
    """The blocks a seed's process is made of; none means all."""
    chosen = _THEMES[seed % len(_THEMES)] if seed >= FIRST_THEME else ()
    return (*_ALWAYS, *chosen) if chosen else ()


class Generator(Leaves):
    """One set of files: a main process, the child it calls, decisions and forms it uses.

    `variant` 2 is a second version of the same process: the same elements, other job types, one task more at the end.
    """

    def __init__(self, seed: int, only: tuple[str, ...] = (), variant: int = 1) -> None:
        super().__init__(seed, only, variant)
        self._seed = seed
        self._budget = self.random.randint(2, _LARGEST)
        self._children: list[ProcessBuilder] = []
        self._in_child = False
        self.starts_itself = False

    def files(self) -> dict[str, str]:
        """Resources by name; each call builds them anew, so there is one call."""
        self._process(self._builder)
        files = {f"{self.name}.bpmn": definitions(self._builder, *self._children).decode()}
        if self.decides:
            files[f"{self.name}.dmn"] = decision_file(self.name, self._seed, self.variant)
        if self.asks:
            form = {"id": f"{self.name}_form", "components": [], "type": "default", "version": self.variant}
            files[f"{self.name}.form"] = json.dumps(form)
        return files

    # The frame

    def _process(self, builder: ProcessBuilder) -> None:
        kinds = self._starts() if builder.process_id == self.name else ["none"]
        if kinds == ["none"]:
            builder.start(self._id("start"))
        else:
            self.starts_itself = True
            entry = self._id("entry")
            for number, kind in enumerate(kinds):
                start = self._id("start")
                self._note(f"start_{kind}")
                builder.start(start, **({} if kind == "none" else self._start_trigger(start, kind)))
                if number == 0:
                    builder.exclusive(entry)
                else:
                    builder.to(entry)
            builder.at(entry)
        self._sequence(0)
        if self.variant == 2 and builder.process_id == self.name:
            builder.service_task("added", type=f"{self.name}_added")
        self._end(0)
        if self._chance(0.2):
            self._event_subprocess(0)

    def _starts(self) -> list[str]:
        if self._only and "starts" not in self._only:
            return ["none"]
        if not self._chance(0.25):
            return ["none"]
        kinds = self.random.sample(("none", "message", "signal", "timer"), self.random.choices((1, 2, 3), (4, 3, 1))[0])
        return kinds if kinds != ["none"] else ["message"]

    def _start_trigger(self, start: str, kind: str) -> dict[str, str]:
        if kind == "message":
            return {"message": f"{self.name}_{start}"}
        if kind == "signal":
            # No end event throws this one: a process that starts itself anew never rests.
            return {"signal": f"{self.name}_signal_3"}
        return self.random.choice(
            (
                {"cycle": "R2/PT10S"},
                {"cycle": "R/PT30S"},
                {"cycle": '= cycle(3, duration("PT20S"))'},
                {"date": '= now() + duration("PT15S")'},
                {"date": "2020-01-01T00:00:00Z"},
                {"cycle": "0 * * * * *"},
            )
        )

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
        self._end_event(self._id("end"), depth)

    def _call(self, depth: int) -> None:
        task = self._id("call")
        child = f"{self.name}_child"
        if not self._children and not self._in_child:
            parent, self._builder = self._builder, process(child)
            compensable, self._compensable = self._compensable, []
            self._children.append(self._builder)
            self._in_child = True
            self._process(self._builder)
            self._builder, self._in_child, self._compensable = parent, False, compensable
        target = child if self._children and not self._in_child else f"{self.name}_nowhere"
        if self._chance(0.08):
            target = self.random.choice((f'= "{target}"', "= missing"))
        options = {name: False for name in ("propagate_child", "propagate_parent") if self._chance(0.25)}
        self.used |= {f"call_without_{name}" for name in options}
        self._builder.call_activity(task, target, **options, **self._mappings(), **self._loop())
        if self._chance(0.15):
            self._undo(task)
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

    def _fork(self, depth: int) -> None:
        """A fork without a gateway, its branches never joined."""
        first = self._id("task")
        self._builder.task(first)
        self._sequence(depth + 1)
        self._end(depth)
        self._builder.at(first)
        self._task(depth)

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
        compensable, self._compensable = self._compensable, []
        self._builder.subprocess(sub, **self._mappings(), **self._loop())
        self._builder.start(self._id("start"))
        self._sequence(depth + 1)
        self._end(depth + 1)
        if self._chance(0.35 if not self._only else 0.5):
            self._event_subprocess(depth + 1)
        self._builder.done()
        self._compensable = compensable
        if self._chance(0.12):
            self._undo(sub)
        self._boundaries(sub, depth, escalations=True)

    def _event_subprocess(self, depth: int) -> None:
        self.used.add("event_subprocess")
        compensable, self._compensable = self._compensable, []
        self._builder.event_subprocess(self._id("esp"))
        start = self._id("start")
        kind = self.random.choice(("duration", "date", "cycle", "message", "signal", "error", "escalation"))
        interrupting = kind == "error" or (kind != "cycle" and self._chance(0.6))
        self._note(f"event_subprocess_{kind}{'' if interrupting else '_non_interrupting'}")
        self._builder.start(start, interrupting=interrupting, **self._trigger(start, kind))
        self._sequence(max(depth, _DEEPEST - 1))
        self._end_event(self._id("end"), depth + 1)
        self._builder.done()
        self._compensable = compensable

    def _boundaries(self, host: str, depth: int, *, escalations: bool, at_least: int = 0) -> None:
        often = (6, 3, 1, 0.3) if not self._only else (3, 4, 2, 1)
        number = max(at_least, self.random.choices((0, 1, 2, 3), often)[0])
        kinds = ["duration", "date", "message", "signal", "error", "cycle", *(["escalation"] if escalations else [])]
        for kind in self.random.sample(kinds, min(number, len(kinds))):
            boundary = self._id("bnd")
            interrupting = kind == "error" or (kind != "cycle" and self._chance(0.6))
            self._note(f"boundary_{kind}{'' if interrupting else '_non_interrupting'}")
            self._builder.boundary(boundary, host, interrupting=interrupting, **self._trigger(boundary, kind))
            if depth < _DEEPEST and self._budget > 0 and self._chance(0.5):
                self._sequence(_DEEPEST)
            self._builder.end(self._id("end"))
        self._builder.at(host)

    def _undo(self, activity: str) -> None:
        super()._undo(activity)
        self._compensable.append(activity)


# Each block with its weight.
_BLOCKS = {
    "service": 8,
    "other_job": 2,
    "user": 2,
    "native_user": 2,
    "script": 3,
    "decision": 2,
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
    "fork": 1,
    "event_gateway": 3,
    "repeat": 2,
    "subprocess": 4,
}
_LEAVES = {
    *("service", "other_job", "user", "native_user", "script", "decision", "task", "throw", "catch", "receive", "link"),
    "compensated",
}
