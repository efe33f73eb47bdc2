"""How moving a process instance to another version is written as a change: its definition's key is the field that changes.

Active elements keep their ids unless the field says otherwise: `process_definition_key old_id=new_id other=another`. Taken
back, the same field is read the other way round; so an element is only renamed to an id that the version before does not have.
"""

from collections.abc import Collection, Mapping

from services.changes.nouns import MAX_NAME, InvalidChange

SYSTEM = "instances"
FIELD = "process_definition_key"


def migration_field(renames: Mapping[str, str], ids_before: Collection[str]) -> str:
    """The field of a migration.

    Raises:
        InvalidChange: two elements would become one, or the renames are too many to be written down.
    """
    kept = {old: new for old, new in renames.items() if old != new}
    if taken := [new for new in kept.values() if new in ids_before]:
        raise InvalidChange(f"the version before has an element {min(taken)!r} of its own: nothing else can become it")
    if len(set(kept.values())) != len(kept):
        raise InvalidChange("two elements cannot become the same one")
    written = " ".join([FIELD, *(f"{old}={new}" for old, new in sorted(kept.items()))])
    if len(written) > MAX_NAME:
        raise InvalidChange("so many elements with other ids are a matter for several changes")
    return written


def renames_of(field: str) -> Mapping[str, str] | None:
    """What a field renames, in both directions; None where it is no field of a migration."""
    name, *pairs = field.split(" ")
    renames: dict[str, str] = {}
    for pair in pairs:
        old, equals, new = pair.partition("=")
        if not (old and equals and new):
            return None
        renames |= {old: new, new: old}
    return renames if name == FIELD else None
