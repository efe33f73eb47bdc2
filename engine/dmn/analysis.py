"""What designers ask about a decision table: which cases no rule covers, which two cover, which rules can never be reached.

A finding is certain. Cells that depend on more than their input are taken as matching when gaps are looked for, and as deciding
nothing when overlaps are, so that neither is ever claimed wrongly; `unclear` names their rules.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from engine.dmn.decision_model import DecisionModel
from engine.dmn.domain import ColumnDomain, describe, domain_of
from engine.dmn.model import DecisionTable, HitPolicy, ItemDefinition
from engine.feel import Dialect, Value, format_value
from engine.feel.scopes import Context

# Regions visited before an analysis gives up; findings of each kind.
MAX_STEPS = 100_000
MAX_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class Gap:
    """Cases that no rule covers: a condition per input, and an example by the title of the input."""

    conditions: tuple[str, ...]
    example: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules, numbered from 1, that cover the same case; `conflicts` if their answers are written differently."""

    rules: tuple[int, int]
    example: Mapping[str, Value]
    conflicts: bool


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A rule that never decides, and why."""

    rule: int
    reason: str


@dataclass(frozen=True, slots=True)
class TableAnalysis:
    """What was found. `is_complete` is false where the table was too large to look at all of it."""

    gaps: tuple[Gap, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    unreachable: tuple[Unreachable, ...] = ()
    unclear: tuple[int, ...] = ()
    is_complete: bool = True

    def sentences(self) -> list[str]:
        """The findings for people."""
        said = [f"no rule covers {', '.join(gap.conditions)}; for example {_shown(gap.example)}" for gap in self.gaps]
        for overlap in self.overlaps:
            first, second = overlap.rules
            answers = "with different answers" if overlap.conflicts else "with the same answer"
            said.append(f"rules {first} and {second} both match {answers}; for example {_shown(overlap.example)}")
        said += [f"rule {one.rule} is never reached: {one.reason}" for one in self.unreachable]
        said += [f"rule {number} has a condition that only data can try" for number in self.unclear]
        return said if self.is_complete else [*said, "the table is too large to look at all of it"]


def _shown(example: Mapping[str, Value]) -> str:
    return ", ".join(f"{title} = {format_value(value)}" for title, value in example.items()) or "any input"


def analyse(model: DecisionModel) -> dict[str, TableAnalysis]:
    """The analysis of every decision that is a table, by id."""
    items = {item.name: item for item in model.definitions.item_definitions}
    return {
        identity: analyse_table(decision.expression, dialect=model.dialect, items=items)
        for identity, decision in model.decisions.items()
        if isinstance(decision.expression, DecisionTable)
    }


def analyse_table(
    table: DecisionTable, *, dialect: Dialect = Dialect.CAMUNDA, items: Mapping[str, ItemDefinition] | None = None
) -> TableAnalysis:
    """Gaps, overlaps and unreachable rules of a table."""
    columns = [domain_of(table, index, dialect, dict(items or {})) for index in range(len(table.inputs))]
    search = _Search(columns, len(table.rules))
    has_default = any(output.default is not None for output in table.outputs)
    return TableAnalysis(
        gaps=() if has_default else tuple(search.gaps()),
        overlaps=tuple(_overlaps(table, columns)),
        unreachable=tuple(_unreachable(table, columns, search)),
        unclear=tuple(
            number for number in range(1, len(table.rules) + 1) if any(column.cells[number - 1] is None for column in columns)
        ),
        is_complete=search.steps < MAX_STEPS,
    )


def rules_never_hit(model: DecisionModel, decision_id: str, cases: Iterable[Context]) -> dict[str, tuple[int, ...]]:
    """Numbers of the rules that matched in none of the cases, for each table that was evaluated on the way."""
    hit: dict[str, set[int]] = {}
    for case in cases:
        for line in model.evaluate(decision_id, case).evaluated_decisions:
            hit.setdefault(line.id, set()).update(rule.index for rule in line.matched_rules)
    tables = ((one.id, one.expression) for one in model.decisions.values() if one.id in hit)
    return {
        identity: tuple(number for number in range(1, len(table.rules) + 1) if number not in hit[identity])
        for identity, table in tables
        if isinstance(table, DecisionTable)
    }


class _Search:
    """Walks the space of inputs column by column, keeping the rules that still cover the region."""

    def __init__(self, columns: Sequence[ColumnDomain], rules: int) -> None:
        self.steps = 0
        self._columns = columns
        self._all = (1 << rules) - 1
        # For each column and segment: the rules that may match there.
        self._rules_at = [
            [
                reduce(lambda found, rule: found | ((column.may_match(rule) >> place & 1) << rule), range(rules), 0)
                for place in range(len(column.segments))
            ]
            for column in columns
        ]

    def gaps(self) -> Iterator[Gap]:
        """The regions no rule covers."""
        whole = [column.whole for column in self._columns]
        for region in _joined(self.uncovered(self._all, whole, MAX_FINDINGS), len(whole)):
            pairs = list(zip(self._columns, region, strict=True))
            yield Gap(
                tuple(describe(column.segments, chosen) for column, chosen in pairs),
                _example((column, chosen) for column, chosen in pairs),
            )

    def uncovered(self, rules: int, within: Sequence[int], most: int) -> list[list[int]]:
        """Regions inside `within` that none of the rules covers, each a set of segments per column."""
        found: list[list[int]] = []
        self._walk(0, rules, list(within), found, most)
        return found

    def _walk(self, index: int, rules: int, region: list[int], found: list[list[int]], most: int) -> None:
        self.steps += 1
        if not rules:
            found.append(region)
            return
        if index == len(self._columns) or self.steps >= MAX_STEPS:
            return
        # Segments that leave the same rules are walked together.
        groups: dict[int, int] = {}
        for place, at in enumerate(self._rules_at[index]):
            if region[index] >> place & 1:
                groups[rules & at] = groups.get(rules & at, 0) | 1 << place
        for left, chosen in groups.items():
            if len(found) >= most:
                return
            self._walk(index + 1, left, [*region[:index], chosen, *region[index + 1 :]], found, most)


def _joined(regions: Iterable[Sequence[int]], columns: int) -> list[tuple[int, ...]]:
    """Fewer regions for the same cases: those that differ in one column become one."""
    joined = [tuple(region) for region in regions]
    for index in range(columns):
        groups: dict[tuple[int, ...], int] = {}
        for region in joined:
            others = (*region[:index], 0, *region[index + 1 :])
            groups[others] = groups.get(others, 0) | region[index]
        joined = [(*others[:index], chosen, *others[index + 1 :]) for others, chosen in groups.items()]
    return joined


def _example(region: Iterable[tuple[ColumnDomain, int]]) -> dict[str, Value]:
    """A case of the region: the sample of the first segment of each column that has any say."""
    example: dict[str, Value] = {}
    for column, chosen in region:
        segment = column.segments[(chosen & -chosen).bit_length() - 1]
        if segment.sample is not None:
            example[column.title] = segment.sample
    return example


def _overlaps(table: DecisionTable, columns: Sequence[ColumnDomain]) -> Iterator[Overlap]:
    """Pairs that cover the same case, where the hit policy does not expect that."""
    if table.hit_policy not in {HitPolicy.UNIQUE, HitPolicy.ANY}:
        return
    count = 0
    for first in range(len(table.rules)):
        for second in range(first + 1, len(table.rules)):
            common = [_common(column, first, second) for column in columns]
            if not all(common):
                continue
            answers = [[cell.text for cell in table.rules[rule].outputs] for rule in (first, second)]
            conflicts = answers[0] != answers[1]
            if table.hit_policy is HitPolicy.ANY and not conflicts:
                continue
            yield Overlap((first + 1, second + 1), _example(zip(columns, common, strict=True)), conflicts)
            count += 1
            if count >= MAX_FINDINGS:
                return


def _common(column: ColumnDomain, first: int, second: int) -> int:
    """The segments both rules match for certain."""
    one, other = column.cells[first], column.cells[second]
    if one is None or other is None:
        return column.whole if column.texts[first] == column.texts[second] else 0
    return one & other


def _unreachable(table: DecisionTable, columns: Sequence[ColumnDomain], search: _Search) -> Iterator[Unreachable]:
    for rule in range(len(table.rules)):
        impossible = next((column for column in columns if column.may_match(rule) == 0), None)
        if impossible is not None:
            yield Unreachable(rule + 1, f"'{impossible.texts[rule]}' matches nothing that '{impossible.title}' can be")
        elif table.hit_policy is HitPolicy.FIRST and rule:
            certain = [one for one in range(rule) if all(column.cells[one] is not None for column in columns)]
            earlier = sum(1 << one for one in certain)
            region = [column.may_match(rule) for column in columns]
            if earlier and search.steps < MAX_STEPS and not search.uncovered(earlier, region, 1):
                yield Unreachable(rule + 1, "the rules before it cover all its cases")
