"""All checks, in the order in which a later one can build on an earlier."""

from itertools import groupby

from engine.processing.catalog import Catalog
from engine.processing.engine import FIRST_KEY, QUEUE_KEY
from engine.processing.entities import Kind
from engine.processing.ports import Counters, Row
from engine.state.verify.instances import Instances
from engine.state.verify.record_log import RecordLogCheck
from engine.state.verify.report import REPORT, RESTORE, StoredState, Verification
from engine.state.verify.singles import Singles

# Correlation locks are kept under their instance's key below this.
_LOCK_KEY = -(1 << 62)


def verify(state: StoredState) -> Verification:
    """Read a whole state and report; a gateway may work beside it."""
    result = Verification()
    with state.snapshot():
        for line in state.damage():
            result.found("damaged file", "the database", line, RESTORE)
        if result.is_whole:
            _verify(state, result)
    return result


def _verify(state: StoredState, result: Verification) -> None:
    counters = state.counters()
    if counters is None:
        if any(True for _ in state.rows()) or any(True for _ in state.chunks()):
            result.found("counters missing", "counters", "there are rows, but no counters", RESTORE)
        return
    try:
        catalog = Catalog(state)
    except Exception as error:  # noqa: BLE001 - whatever hinders its reading is what is wrong
        result.found("unreadable rows", "deployed resources", f"cannot be read: {error}", RESTORE)
        return
    instances, singles = Instances(result, catalog), Singles(result, catalog)
    for owner, rows in groupby(state.rows(), key=lambda row: row.owner):
        part = list(rows)
        for row in part:
            _check_key(result, row, counters)
        if owner > 0:
            instances.check(owner, part)
        else:
            for row in part:
                singles.check(row)
    for child, parent in instances.parents.items():
        if parent not in instances.roots:
            what = f"the process instance {parent} that called it is not there"
            result.found("children without parent", f"process instance {child}", what, REPORT)
    singles.compare(instances.roots)
    result.counts["process instances"] = len(instances.roots)
    _verify_log(state, result, instances, singles, counters)


def _verify_log(state: StoredState, result: Verification, instances: Instances, singles: Singles, counters: Counters) -> None:
    log = RecordLogCheck(result, state.log_start())
    instances.alive["TIMER"] |= singles.timers
    for chunk in state.chunks():
        log.check(chunk, instances.alive)
        result.counts["record chunks"] += 1
    log.compare(instances.alive, counters, state.readers())


def _check_key(result: Verification, row: Row, counters: Counters) -> None:
    """Keys were given out by the counter; negative ones stand for the same with another meaning."""
    key = row.key
    if row.kind == Kind.FOLLOW_UP:
        is_possible = key <= QUEUE_KEY
    elif row.kind == Kind.CORRELATION_LOCK:
        is_possible = FIRST_KEY < _LOCK_KEY - key <= counters.last_key
    else:
        is_possible = FIRST_KEY < abs(key) <= counters.last_key and (key < 0) == (row.kind in {Kind.VARIABLES, Kind.MESSAGE_ID})
    result.counts[Kind(row.kind).name.lower().replace("_", " ") if row.kind in Kind else "unknown rows"] += 1
    if not is_possible:
        what = f"the key was never given out: the last one is {counters.last_key}"
        result.found("impossible keys", f"row {key} of kind {row.kind}", what, RESTORE)
