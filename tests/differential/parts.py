"""The small parts of a random process: mappings, loops, triggers, conditions, names; some are wrong on purpose."""

import random

from tests.bpmn_builder import ANY, Loop, ProcessBuilder, process

_DURATIONS = (
    *("PT10S", '= duration("PT20S")', "PT1M", "= text", "P0D", "PT-10S", "-PT10S", "PT0.5S", '= "PT15S"', "= missing", "= n"),
    *('= duration("P1D") / 8640', "P1DT1S", '= date and time("2040-01-01T00:00:00Z") - date and time("2039-12-31T23:59:50Z")'),
)
_ODD_DATES = (
    *('= date and time("2041-01-02T10:00:00Z")', '= now() + duration("P1M")', "2040-06-01T00:00:00+02:00", "= text", "= n"),
    *('= "2020-01-01T00:00:00Z"', '= date and time(date("2020-01-01"), time("10:00:00Z"))', '= date("2041-01-01")'),
)
_ODD_CYCLES = (
    *("R3/PT10S", "R2/P1D", '= "R2/PT" + string(5) + "S"', "*/20 * * * * *", "0 0 12 * * MON-FRI", "= text", "= n"),
    *("@hourly", '= cycle(duration("PT10S"))', "R2/2040-01-01T00:00:00Z/PT10S", "R1/PT0S", '= duration("PT10S")'),
)


class Parts:
    """A dice, the process being built and what it has used so far."""

    def __init__(self, seed: int, only: tuple[str, ...]) -> None:
        self.random = random.Random(seed)
        self.name = f"s{seed}"
        self.used: set[str] = set()
        self._only = only
        self._count = 0
        self._builder = process(self.name)

    def _id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _note(self, feature: str) -> ProcessBuilder:
        self.used.add(feature)
        return self._builder

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    # Data

    def _mappings(self) -> dict[str, object]:
        if not self._chance(0.3):
            return {}
        mappings: dict[str, object] = {}
        if self._chance(0.6):
            self.used.add("input_mapping")
            mappings["inputs"] = self._targets(("n", "local", "o.p", "o.p.q", "deep.a.b"), static=True)
        if self._chance(0.6):
            self.used.add("output_mapping")
            mappings["outputs"] = self._targets(("out", "n", "o.q", "o.p.r", "items"), static=False)
        return mappings

    def _targets(self, targets: tuple[str, ...], *, static: bool) -> dict[str, str]:
        number = self.random.choices((1, 2, 3), (6, 3, 1))[0]
        return {target: self._source(static=static) for target in self.random.sample(targets, number)}

    def _source(self, *, static: bool) -> str:
        return self.random.choices(
            (
                *("= n", "= text", "x" if static else "=x", "= missing", "= result", "= items", "= {a: n, b: [text]}", "= o.p"),
                *(
                    "= n + text",
                    "= missing.x",
                    '= assert(missing, missing != null, "not there")',
                    "= items[1]",
                    "= 1 / 0",
                    "=n*2",
                ),
            ),
            (4, 3, 2, 2, 3, 2, 1, 1, 0.5, 0.5, 0.5, 1, 0.5, 1),
        )[0]

    def _loop(self) -> dict[str, object]:
        if not self._chance(0.18):
            return {}
        output = self._chance(0.5)
        sequential = self._chance(0.5)
        self.used.add("multi_instance_sequential" if sequential else "multi_instance_parallel")
        collections = (
            "= items",
            "= items",
            "= items",
            "= [1, 2]",
            "= []",
            "= missing",
            "= n",
            "= text",
            "= for i in 1..3 return {i: i}",
        )
        loop = Loop(
            self.random.choice(collections),
            element=self.random.choice(("item", None)),
            output_collection="results" if output else None,
            output_element=self.random.choice(("= item", "= result", "= loopCounter", "= {r: result}", "=missing.a"))
            if output
            else None,
            completion=self._completion(),
            sequential=sequential,
        )
        return {"loop": loop}

    def _completion(self) -> str | None:
        if self._chance(0.6):
            return None
        self.used.add("completion_condition")
        return self.random.choice(
            (
                "= numberOfCompletedInstances > 0",
                "= numberOfCompletedInstances / numberOfInstances >= 0.5",
                "= numberOfActiveInstances = 1",
                "= loopCounter = 2",
                "= result = 1",
                "= missing",
                "= n > 3",
            )
        )

    def _condition(self) -> str:
        return self.random.choice(
            (
                *("= n > 3", "= flag", "= not(flag)", "= count(items) > 1", "= n < 100", "= missing > 1", "= true"),
                *("=n=5", "= text", '= contains(text, "t")', "= some x in items satisfies x = 1", "= is defined(missing)"),
            )
        )

    # Events

    def _trigger(self, element: str, kind: str | None = None) -> dict[str, str]:
        kind = kind or self.random.choice(("duration", "date", "message", "signal"))
        if kind == "duration":
            self.used.add("timer_duration")
            return {"duration": self.random.choice((*_DURATIONS, "PT10S", "PT1M"))}
        if kind == "date":
            self.used.add("timer_date")
            moment = ('= now() + duration("PT15S")', '= now() - duration("PT15S")', "= missing", "2020-01-01T00:00:00Z")
            if self._chance(0.2):
                return {"date": self.random.choice(_ODD_DATES)}
            return {"date": self.random.choices(moment, (6, 1, 0.5, 1))[0]}
        if kind == "cycle":
            self.used.add("timer_cycle")
            cycles = (
                "R2/PT10S",
                "R/PT30S",
                "R1/PT5S",
                '= cycle(2, duration("PT10S"))',
                "0 0/1 * * * *",
                "= missing",
                "R0/PT5S",
            )
            if self._chance(0.2):
                return {"cycle": self.random.choice(_ODD_CYCLES)}
            return {"cycle": self.random.choices(cycles, (5, 5, 3, 2, 2, 0.5, 0.5))[0]}
        if kind == "message":
            name = f"{self.name}_{element}"
            named = self.random.choices((name, f'= "{name}_" + text', "= missing"), (8, 1, 0.4))[0]
            return {"message": named, "correlation_key": self._key()}
        if kind == "signal":
            return {"signal": self._signal()}
        return {kind: self.random.choice((ANY, self._code()))}

    def _key(self) -> str:
        return self.random.choice(("= key", "= key", "= key", "= string(n)", "= n", "= missing", "= items", '= "const"'))

    def _signal(self) -> str:
        name = f"{self.name}_signal_{self.random.randint(1, 2)}"
        return f'= "{name}"' if self._chance(0.1) else name

    def _code(self) -> str:
        return f"CODE_{self.random.randint(1, 2)}"

    def _thrown_code(self) -> str:
        return self.random.choices((self._code(), '= "CODE_" + string(1)', "= text", "= missing"), (8, 1, 0.5, 0.3))[0]

    def _variable(self) -> str:
        return self.random.choice(("n", "out", "text", "fresh"))
