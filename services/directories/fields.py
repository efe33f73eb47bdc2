"""The fields of an entry, what each takes, and an entry as the JSON of its fields."""

from collections.abc import Mapping
from typing import Any

from services.directories.entries import MAX_ALIASES, MAX_CONTEXT, MAX_NAME, Entry, EntryKind, InvalidEntry

WHOLE = "entry"
FIELDS = ("name", "parent_id", "owner", "aliases", "context", "merged_into")


def value_of(entry: Entry, field: str) -> Any:  # noqa: ANN401  # JSON
    """A field as JSON; no aliases are null, as everything empty is."""
    if field == WHOLE:
        return document_of(entry)
    if field not in FIELDS:
        raise InvalidEntry(f"a directory entry has no field {field!r}; it has {', '.join(FIELDS)}")
    value = getattr(entry, field)
    return list(value) or None if field == "aliases" else value


def document_of(entry: Entry) -> dict[str, Any]:
    """The whole entry; empty fields are left out."""
    held = {name: value_of(entry, name) for name in FIELDS if name != "merged_into"}
    return {"kind": entry.kind.value, **{name: value for name, value in held.items() if value is not None}}


def checked(field: str, value: object) -> Any:  # noqa: ANN401  # what the field holds
    """A value fit for its field.

    Raises:
        InvalidEntry: it is not.
    """
    match field:
        case "name":
            return _text(field, value, MAX_NAME, may_be_empty=False)
        case "owner" | "parent_id" | "merged_into":
            return _text(field, value, MAX_NAME)
        case "context":
            return _text(field, value, MAX_CONTEXT, is_one_line=False)
        case "aliases":
            return _aliases(value)
        case _:
            raise InvalidEntry(f"a directory entry has no field {field!r}; it has {', '.join(FIELDS)}")


def entry_of(entry_id: str, document: object) -> Entry:
    """A new entry from the object of its fields.

    Raises:
        InvalidEntry: it is none.
    """
    if not isinstance(document, Mapping) or not set(document) <= {"kind", *FIELDS} - {"merged_into"}:
        raise InvalidEntry(f"a new entry is an object of kind, {', '.join(FIELDS[:-1])}")
    try:
        kind = EntryKind(str(document.get("kind")))
    except ValueError as error:
        raise InvalidEntry("an entry's kind is track, client or project") from error
    values = {name: checked(name, document.get(name)) for name in FIELDS if name != "merged_into"}
    return Entry(entry_id, kind, **{**values, "aliases": tuple(values["aliases"] or ())})


def _text(field: str, value: object, longest: int, *, may_be_empty: bool = True, is_one_line: bool = True) -> str | None:
    if value is None and may_be_empty:
        return None
    text = value.strip() if isinstance(value, str) else None
    if text is None or (not text and not may_be_empty) or len(text) > longest or "\x00" in text:
        least = 0 if may_be_empty else 1
        raise InvalidEntry(f"an entry's {field} is a text of {least} to {longest} characters")
    if is_one_line and not text.isprintable():
        raise InvalidEntry(f"an entry's {field} holds a character that cannot be printed")
    return text or None


def _aliases(value: object) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) > MAX_ALIASES:
        raise InvalidEntry(f"aliases are a list of at most {MAX_ALIASES} names")
    names = [_text("alias", each, MAX_NAME, may_be_empty=False) for each in value]
    return [name for name in dict.fromkeys(names) if name] or None
