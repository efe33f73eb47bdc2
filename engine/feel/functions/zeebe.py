"""What Zeebe adds to Camunda's FEEL.

Source: Zeebe 8.5 documentation, "FEEL expressions", temporal function `cycle`.
"""

from decimal import Decimal

from engine.feel.dialect import Dialect
from engine.feel.functions.registry import builtin
from engine.feel.text import format_value
from engine.feel.values import DaysTimeDuration, YearsMonthsDuration


@builtin("cycle(interval: duration)", dialect=Dialect.CAMUNDA)
def endless_cycle(interval: DaysTimeDuration | YearsMonthsDuration) -> str:
    """A cycle without end for a timer: `R/PT1H`."""
    return f"R/{format_value(interval)}"


@builtin("cycle(repetitions: number, interval: duration)", dialect=Dialect.CAMUNDA)
def cycle(repetitions: Decimal, interval: DaysTimeDuration | YearsMonthsDuration) -> str:
    """A cycle of so many repetitions for a timer: `R3/PT1H`."""
    return f"R{int(repetitions)}/{format_value(interval)}"
