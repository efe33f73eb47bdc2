"""Hit policies: what a table answers when none, one or several of its rules match."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from engine.dmn.findings import DecisionFailed
from engine.dmn.model import Aggregator, HitPolicy
from engine.feel import Value, format_value, numbers
from engine.feel.identity import identity

# The answers of one rule, one per output column.
type Answer = tuple[Value, ...]
type Shape = Callable[[Answer], Value]
type Conclude = Callable[[Sequence[Answer]], Value]

SEVERAL = {HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER}


class Policy:
    """Concludes from the answers of the matching rules, at least one, in the order of the table."""

    def __init__(
        self, policy: HitPolicy, aggregator: Aggregator, names: Sequence[str], priorities: Sequence[Sequence[Value]]
    ) -> None:
        self._names = tuple(names)
        self._ranks = [{identity(value): rank for rank, value in enumerate(values)} for values in priorities]
        self.is_first = policy is HitPolicy.FIRST
        self.conclude: Conclude = {
            HitPolicy.UNIQUE: self._unique,
            HitPolicy.FIRST: self._first,
            HitPolicy.ANY: self._any,
            HitPolicy.PRIORITY: lambda answers: self.shape(min(answers, key=self._rank)),
            HitPolicy.OUTPUT_ORDER: lambda answers: [self.shape(answer) for answer in sorted(answers, key=self._rank)],
            HitPolicy.RULE_ORDER: self._all,
            HitPolicy.COLLECT: self._all if aggregator is Aggregator.LIST else self._aggregate(aggregator),
        }[policy]

    def shape(self, answer: Answer) -> Value:
        """The bare value of a single output column, a context of several."""
        return answer[0] if len(answer) == 1 else dict(zip(self._names, answer, strict=True))

    def _first(self, answers: Sequence[Answer]) -> Value:
        return self.shape(answers[0])

    def _all(self, answers: Sequence[Answer]) -> Value:
        return [self.shape(answer) for answer in answers]

    def _unique(self, answers: Sequence[Answer]) -> Value:
        if len(answers) > 1:
            raise DecisionFailed(f"multiple values aren't allowed for UNIQUE hit policy. found: '{self._shown(answers)}'")
        return self.shape(answers[0])

    def _any(self, answers: Sequence[Answer]) -> Value:
        if len(answers) > 1 and len({tuple(map(identity, answer)) for answer in answers}) > 1:
            raise DecisionFailed(f"different values aren't allowed for ANY hit policy. found: '{self._shown(answers)}'")
        return self.shape(answers[0])

    def _rank(self, answer: Answer) -> list[int]:
        # A value that is not listed comes last; a column that lists nothing decides nothing.
        return [ranks.get(identity(value), len(ranks)) for ranks, value in zip(self._ranks, answer, strict=True)]

    def _shown(self, answers: Sequence[Answer]) -> str:
        """The answers as Zeebe's message shows them."""
        shown: list[str] = []
        for answer in answers:
            pairs = zip(self._names, answer, strict=True)
            shown.append(f"Map({', '.join(f'{name} -> {format_value(value)}' for name, value in pairs)})")
        return f"List({', '.join(shown)})"

    def _aggregate(self, aggregator: Aggregator) -> Conclude:
        if aggregator is Aggregator.COUNT:
            return lambda answers: Decimal(len(answers))
        reduce: Mapping[Aggregator, Callable[[list[Decimal]], Decimal]] = {
            Aggregator.SUM: _sum,
            Aggregator.MIN: min,
            Aggregator.MAX: max,
        }
        return lambda answers: reduce[aggregator]([_number(answer[0]) for answer in answers])


def _sum(values: list[Decimal]) -> Decimal:
    total = numbers.ZERO
    for value in values:
        total = numbers.add(total, value)
    return total


def _number(value: Value) -> Decimal:
    if type(value) is not Decimal:
        raise DecisionFailed(f"expected number but found '{format_value(value)}'")
    return value
