"""What the directories promise on every database."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.directories import (
    Directories,
    EntryChanged,
    EntryKind,
    EntryUnknown,
    InvalidEntry,
    Origin,
    SqlDirectories,
    in_memory_directories,
    tree,
)
from tests.databases import empty_database


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def directories(request: pytest.FixtureRequest, tmp_path) -> Iterator[Directories]:
    if request.param == "memory":
        here = in_memory_directories()
    else:
        url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'test.db'}"
        here = SqlDirectories(empty_database(url))
    write(here, "t", "entry", after={"kind": "track", "name": "Water"})
    write(here, "a", "entry", after={"kind": "client", "name": "Aqua", "parent_id": "t", "aliases": ["AT"]})
    write(here, "b", "entry", after={"kind": "client", "name": "Neva", "parent_id": "t"})
    write(here, "p", "entry", after={"kind": "project", "name": "Pumps", "parent_id": "b"})
    yield here
    here.engine.dispose()


def write(directories: Directories, entry_id: str, field: str, **changes: Any) -> None:
    plain = {"before": None, "after": None, "key": f"{entry_id}.{field}.{changes}", "origin": Origin.HAND, "changed_by": "anna"}
    directories.write(entry_id, field, **{**plain, **changes})


def test_a_field_is_written_once_per_key_and_remembers_who_filled_it(directories: Directories) -> None:
    write(directories, "a", "owner", after="anna", key="k1")
    write(directories, "a", "owner", before="anna", after="boris", key="k2", origin=Origin.IMPORT, changed_by="file")

    write(directories, "a", "owner", after="anna", key="k1")

    assert directories.entry("a").owner == "boris"
    origin = directories.origins("a")["owner"]
    assert (origin.origin, origin.changed_by) == (Origin.IMPORT, "file")
    assert directories.origins("a")["name"].origin is Origin.HAND


def test_a_field_that_changed_meanwhile_is_left_alone(directories: Directories) -> None:
    with pytest.raises(EntryChanged, match="name of Aqua"):
        write(directories, "a", "name", before="Aqua Ltd", after="Other")

    assert directories.entry("a").name == "Aqua"


@pytest.mark.parametrize(
    ("entry_id", "field", "after", "reason"),
    [
        ("a", "name", "", "1 to 200"),
        ("a", "name", "a\nb", "printed"),
        ("a", "aliases", "AT", "list"),
        ("a", "phone", "1", "no field 'phone'"),
        ("a", "parent_id", "b", "parent of a client is a track"),
        ("a", "parent_id", None, "belongs to a track"),
        ("t", "parent_id", "a", "has no parent"),
        ("a", "merged_into", "a", "itself"),
        ("a", "merged_into", "p", "another client"),
        ("x", "entry", {"kind": "planet", "name": "Mars"}, "kind is"),
        ("x", "entry", {"kind": "client", "name": "Mars"}, "belongs to a track"),
        ("x", "entry", {"kind": "track", "name": "x", "merged_into": "t"}, "object of"),
        ("x", "entry", ["x"], "object of"),
    ],
)
def test_what_makes_no_sense_is_refused(directories: Directories, entry_id: str, field: str, after: Any, reason: str) -> None:
    held = {"name": "Aqua", "aliases": ["AT"], "parent_id": "t"}.get(field) if entry_id == "a" else None

    with pytest.raises(InvalidEntry, match=reason):
        write(directories, entry_id, field, before=held, after=after)


def test_a_merge_redirects_and_can_be_taken_back(directories: Directories) -> None:
    write(directories, "b", "merged_into", after="a")
    merged, shown = directories.resolve("b"), tree(directories.entries(with_merged=True))

    write(directories, "b", "merged_into", before="a", after=None)

    assert merged.entry_id == "a"
    assert [branch.entry.name for branch in shown[0].children] == ["Aqua"]
    assert [branch.entry.name for branch in shown[0].children[0].children] == ["Pumps"]
    assert directories.resolve("b").entry_id == "b"


def test_merges_never_form_a_circle(directories: Directories) -> None:
    write(directories, "b", "merged_into", after="a")

    with pytest.raises(InvalidEntry, match="itself"):
        write(directories, "a", "merged_into", after="b")


def test_a_new_entry_is_removed_as_long_as_nothing_refers_to_it(directories: Directories) -> None:
    whole = {"kind": "project", "name": "Pumps", "parent_id": "b"}
    with pytest.raises(InvalidEntry, match="Pumps refers to it"):
        write(directories, "b", "entry", before={"kind": "client", "name": "Neva", "parent_id": "t"})

    write(directories, "p", "entry", before=whole)

    with pytest.raises(EntryUnknown, match="'p'"):
        directories.entry("p")


def test_lists_everything_that_stands(directories: Directories) -> None:
    write(directories, "b", "merged_into", after="a")

    assert [entry.entry_id for entry in directories.entries()] == ["a", "p", "t"]
    assert len(directories.entries(with_merged=True)) == 4
    assert directories.entry("b").kind is EntryKind.CLIENT
