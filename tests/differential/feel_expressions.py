"""FEEL expressions made at random: every built-in function and operator, mostly with arguments of the kind it wants."""

import random

from engine.feel.availability import SINCE
from engine.feel.dialect import Dialect
from engine.feel.functions.registry import Builtin, BuiltinParameter, entries

# What depends on the moment or on chance, and what Zeebe 8.5 does not have.
_LEFT_OUT = {"now", "today", "random number", "cycle", *SINCE}

VALUES = {
    "number": ["0", "1", "2", "3", "7", "10", "100", "-1", "-2", "-3", "1.5", "-2.5", "1.23456"],
    "string": [
        *('""', '"a"', '"abc"', '"ABC abc"', '"foobar"', '"a,b;c"', '"1.5"', '"2024-01-31"', '"2024-02-29T10:11:12Z"'),
        *('"10:11:12"', '"P1D"', '"P1Y2M"', '"PT1H30M"', '"äöü€"', '" sp "', '"(\\\\w)"', '"a*b"'),
        *('"1.000,5"', '"Привет"'),
    ],
    "boolean": ["true", "false"],
    "list": [
        *("[]", "[1]", "[1,2,3]", "[3,1,2]", '["a","b"]', '["b","a","b"]', "[1,null,2]", "[[1,2],[3]]", "[true,false]"),
        *("[true,null]", "[null]", '[1,"a"]', "[{a:1},{a:2}]", "[1,1,2,2]", "[0.5,1.5]"),
        '[date("2024-01-01"),date("2023-01-01")]',
        '[duration("P1D"),duration("PT12H")]',
    ],
    "context": ["{}", "{a:1}", '{a:1,b:"x"}', "{a:{b:2}}", '{"x y":1}'],
    "date": [
        *('date("2024-01-31")', 'date("2023-02-28")', 'date("2024-12-31")', 'date("1999-01-01")'),
        *('date and time("2024-02-29T23:59:59")', 'date and time("2024-01-01T00:00:00Z")'),
        *('date and time("2024-06-01T10:00:00+02:00")', 'date and time("2024-07-01T10:00:00@Europe/Berlin")'),
    ],
    "time": ['time("10:11:12")', 'time("00:00:00Z")', 'time("23:59:59+02:00")'],
    "duration": [
        *('duration("P1D")', 'duration("PT1H30M")', 'duration("P1Y")', 'duration("-P1Y2M")', 'duration("-PT1S")'),
        *('duration("P0D")', 'duration("P14M")', 'duration("PT36H")'),
    ],
}
VALUES["point"] = [*VALUES["number"], *VALUES["date"], *VALUES["time"], *VALUES["duration"]]
VALUES["any"] = [text for texts in VALUES.values() for text in texts] + ["null", "missing"]
VALUES["ordinary date"] = VALUES["date"]
VALUES["function"] = ["function(x,y) x < y", "function(x) x", "function(a,b) a > b"]
VALUES["range"] = [
    *("[1..5]", "(1..5)", "[1..5)", "[3..3]", '[date("2024-01-01")..date("2024-12-31")]', '[duration("P1D")..duration("P2D")]'),
]
_FUNCTIONS = [one for one in entries() if one.dialect is not Dialect.STRICT and one.name not in _LEFT_OUT]
_FILTERS = ["1", "-1", "2", "5", "0", "item > 1", "item = 1", "a > 1", "true", "null"]
_PROPERTIES = [
    *("a", "b", "year", "month", "day", "weekday", "hour", "minute", "second", "time offset", "timezone"),
    *("years", "months", "days", "hours", "minutes", "seconds"),
]


class Expressions:
    """Expressions by a seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def one(self, depth: int = 0) -> str:
        """The text of an expression."""
        makers = [self._call, self._call, self._call, self._arithmetic, self._comparison, self._structure]
        return self._dice.choice(makers)(depth + 1)

    def _value(self, kind: str, depth: int) -> str:
        chance = self._dice.random()
        if chance < 0.07:
            kind = "any"
        if depth < 2 and chance > 0.87:
            return self.one(depth)
        return self._dice.choice(VALUES[kind])

    def _call(self, depth: int) -> str:
        function = self._dice.choice(_FUNCTIONS)
        arguments = [argument for one in function.parameters for argument in self._arguments(function, one, depth)]
        return f"{function.name}({', '.join(arguments)})"

    def _arguments(self, function: Builtin, parameter: BuiltinParameter, depth: int) -> list[str]:
        if parameter.optional and self._dice.random() < 0.5 and parameter is function.parameters[-1]:
            return []
        if parameter.spread and self._dice.random() < 0.5:
            return [self._value("list", depth)]
        if parameter.rest or parameter.spread:
            return [self._value(parameter.kind, depth) for _ in range(self._dice.randint(1, 3))]
        return [self._value(parameter.kind, depth)]

    def _arithmetic(self, depth: int) -> str:
        kind = self._dice.choice(["number", "duration", "date", "any"])
        return f"({self._value(kind, depth)} {self._dice.choice('+-*/')} {self._value('any', depth)})"

    def _comparison(self, depth: int) -> str:
        kind = self._dice.choice(["number", "string", "date", "time", "duration", "any"])
        operator = self._dice.choice(["<", "<=", ">", ">=", "=", "!="])
        return f"({self._value(kind, depth)} {operator} {self._value(kind, depth)})"

    def _structure(self, depth: int) -> str:
        pick, some = self._dice.choice, self._value
        return pick(
            [
                f"({some('boolean', depth)} {pick(['and', 'or'])} {some('any', depth)})",
                f"({some('number', depth)} in {pick(VALUES['range'])})",
                f"({some('list', depth)})[{pick(_FILTERS)}]",
                f"(for x in {some('list', depth)} return {pick(['x', 'x + 1', 'string(x)', 'x.a'])})",
                f"({pick(['some', 'every'])} x in {some('list', depth)} satisfies {pick(['x > 1', 'x = 1', 'x', 'x = null'])})",
                f"({some('any', depth)}).{pick(_PROPERTIES)}",
                f"(if {some('boolean', depth)} then {some('any', depth)} else {some('any', depth)})",
                f"({some('number', depth)} between {some('number', depth)} and {some('number', depth)})",
            ]
        )
