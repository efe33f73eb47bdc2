"""What a rule is: which value it reads, which rows it needs, and what it does with one record."""

from collections.abc import Callable
from typing import Any, NamedTuple

from history.projections.batch import Batch, Wanted
from history.values import Value
from zeebe.records import Record


class Rule(NamedTuple):
    """How one kind of event changes the read models."""

    value_type: type[Value]
    apply: Callable[[Batch, Record, Any], None]
    # Tells which rows to fetch before the batch; a rule that asks for none works on what its own batch created.
    want: Callable[[Wanted, Record, Any], None] = lambda _wanted, _record, _value: None


type Rules = dict[tuple[str, str], Rule]
