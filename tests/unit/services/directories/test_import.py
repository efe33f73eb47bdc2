"""Files that people and attackers send, and the plan that an import becomes."""

import io
import zipfile
from itertools import count

import pytest
from openpyxl import Workbook

from services.directories import (
    NEW,
    Entry,
    EntryKind,
    FileRow,
    ImportPlan,
    Origin,
    RowState,
    SqlDirectories,
    UnreadableFile,
    in_memory_directories,
    plan_import,
    read_rows,
)

KEYS = count(1)


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    """The archive with one part replaced."""
    old, stream = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, data if part.filename == name else old.read(part))
    return stream.getvalue()


def rows(*cells: dict[str, str]) -> list[FileRow]:
    return [FileRow(number, each) for number, each in enumerate(cells, start=2)]


def carry_out(directories: SqlDirectories, plan: ImportPlan) -> None:
    for change in plan.changes:
        directories.write(
            change.entry_id,
            change.field,
            before=change.before,
            after=change.after,
            key=f"k{next(KEYS)}",
            origin=Origin.IMPORT,
            changed_by="anna",
        )


def filled() -> SqlDirectories:
    directories = in_memory_directories()
    first = {"track": "Water", "client": "ООО «Аква Трейд»", "owner": "anna", "aliases": "Aqua Trade; AT"}
    carry_out(directories, plan_import(rows(first, {"track": "Water", "client": "Neva", "project": "Pumps"}), []))
    return directories


def plan(directories: SqlDirectories, *cells: dict[str, str], **answers: str) -> ImportPlan:
    return plan_import(rows(*cells), directories.entries(with_merged=True), answers)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"Track,Client,Owner\r\nWater,Neva,anna\r\n,,\r\n"),
        ("a.csv", "\ufeffТрек;Клиент;Владелец\nWater;Neva;anna\n".encode()),
        ("a.csv", "Трек\tКлиент\tВладелец\nWater\tNeva\tanna\n".encode("cp1251")),
        ("a.xlsx", workbook(["track", "client", "Ответственный", "other"], [None] * 4, ["Water", "Neva", "anna", 7])),
    ],
)
def test_reads_rows_whatever_the_file_is(name: str, content: bytes) -> None:
    [row] = read_rows(name, content)

    assert row.cells == {"track": "Water", "client": "Neva", "owner": "anna"}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"name,age\nx,1\n", "headings"),
        ("a.csv", b"track,Track\nx,y\n", "two columns"),
        ("a.csv", b"track\n\x00\n", "null characters"),
        ("a.csv", b'track\n"a"b\n', "no CSV"),
        ("a.csv", b"track\n\x98\x00", "neither UTF-8"),
        ("a.csv", b"track\n" + b"x" * 10_001, "10001 characters"),
        ("a.csv", b"track\n" + b"x\n" * 5_001, "more than 5000 rows"),
        ("a.csv", b"x" * (5 * 1024 * 1024 + 1), "bytes"),
        ("a.xlsx", b"PK\x03\x04 no archive", "no .xlsx"),
        ("a.xlsx", b"track\nx", "no .xlsx"),
        ("a.xlsx", with_part(workbook(["track"]), "xl/worksheets/sheet1.xml", b"<broken"), "cannot be read"),
        (
            "a.xlsx",
            with_part(
                workbook(["track"]), "xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
            ),
            "document type",
        ),
        (
            "a.xlsx",
            with_part(workbook(["track"]), "xl/worksheets/sheet1.xml", "<!DOCTYPE x>".encode("utf-16")),
            "document type",
        ),
        ("a.xlsx", with_part(workbook(["track"]), "xl/styles.xml", b" " * (61 * 1024 * 1024)), "unpacks to more"),
    ],
)
def test_a_file_that_cannot_or_must_not_be_read_is_refused_with_its_reason(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_rows(name, content)


def test_formulas_and_long_rows_stay_harmless() -> None:
    content = workbook(["track", "client"], ["=1+1", "@SUM(A1)"], ["x", *(["y"] * 500)])

    found = read_rows("a.xlsx", content)

    # A formula that was never calculated has no value; text stays the text it is.
    assert found[0].cells == {"client": "@SUM(A1)"}
    assert found[1].cells == {"track": "x", "client": "y"}


def test_new_entries_come_with_their_parents_once() -> None:
    planned = plan(
        in_memory_directories(),
        {"track": "Water", "client": "Neva", "project": "Pumps"},
        {"track": "water", "client": "NEVA", "project": "Wells"},
    )

    assert [row.state for row in planned.rows] == [RowState.NEW, RowState.NEW]
    assert [change.after["name"] for change in planned.changes] == ["Water", "Neva", "Pumps", "Wells"]


def test_what_is_known_by_name_alias_or_legal_form_is_not_made_again() -> None:
    directories = filled()

    planned = plan(directories, {"track": "WATER", "client": "AT"}, {"track": "Water", "client": "аква трейд"})

    assert [row.state for row in planned.rows] == [RowState.SAME, RowState.SAME]


def test_only_fields_that_differ_change_and_empty_cells_change_nothing() -> None:
    directories = filled()

    planned = plan(directories, {"track": "Water", "client": "AT", "owner": "boris", "aliases": "AT | AquaT"})

    changes = {change.field: (change.before, change.after) for change in planned.changes}
    assert changes == {"owner": ("anna", "boris"), "aliases": (["Aqua Trade", "AT"], ["Aqua Trade", "AT", "AquaT"])}


def test_a_name_that_is_only_alike_is_a_question_until_it_is_answered() -> None:
    directories = filled()
    asked = plan(directories, {"track": "Water", "client": "Aqua Trades", "owner": "boris"})
    [question] = asked.questions
    known = question.suggestions[0].entry

    as_known = plan(
        directories, {"track": "Water", "client": "Aqua Trades", "owner": "boris"}, **{question.key: known.entry_id}
    )
    as_new = plan(directories, {"track": "Water", "client": "Aqua Trades", "owner": "boris"}, **{question.key: NEW})
    nonsense = plan(directories, {"track": "Water", "client": "Aqua Trades"}, **{question.key: "of another tenant"})

    assert (asked.rows[0].state, asked.changes) == (RowState.QUESTION, ())
    assert known.name == "ООО «Аква Трейд»"
    assert [(change.entry_id, change.field) for change in as_known.changes] == [(known.entry_id, "owner")]
    assert as_new.rows[0].state is RowState.NEW
    assert nonsense.rows[0].state is RowState.QUESTION


def test_a_wrong_row_is_named_and_leaves_no_trace_in_the_plan() -> None:
    planned = plan(
        filled(),
        {"track": "Air", "client": "x" * 201},
        {"client": "Neva"},
        {"owner": "anna"},
        {"track": "Air"},
        {"track": "Water", "client": "AT", "owner": "b"},
        {"track": "Water", "client": "AT", "owner": "c"},
    )

    errors = [row.error for row in planned.rows]
    assert ["1 to 200 characters" in errors[0], "needs its track" in errors[1], "neither track" in errors[2]] == [True] * 3
    assert planned.rows[3].state is RowState.NEW
    assert "row 6 says something else about owner" in errors[5]


def test_a_merged_entrys_name_leads_to_the_one_that_took_its_place() -> None:
    directories = filled()
    by_name = {entry.name: entry for entry in directories.entries()}
    merge = {"before": None, "key": "m", "origin": Origin.HAND, "changed_by": "anna"}
    directories.write(by_name["Neva"].entry_id, "merged_into", after=by_name["ООО «Аква Трейд»"].entry_id, **merge)

    planned = plan(
        directories,
        {"track": "Water", "client": "Neva", "project": "Pumps"},
        {"track": "Water", "client": "Neva", "owner": "b"},
    )

    assert planned.rows[0].state is RowState.SAME
    assert planned.changes[0].entry_id == by_name["ООО «Аква Трейд»"].entry_id


def test_a_plan_for_five_thousand_rows_is_quick_enough_to_wait_for() -> None:
    entries = [
        Entry("t", EntryKind.TRACK, "Water"),
        *(Entry(f"c{n}", EntryKind.CLIENT, f"Client number {n:05}", "t") for n in range(50)),
    ]

    planned = plan_import(rows(*({"track": "Water", "client": f"Client number {n % 50:05}"} for n in range(1_000))), entries)

    assert {row.state for row in planned.rows} == {RowState.SAME}


def with_sheet(content: bytes, old: bytes, new: bytes) -> bytes:
    name = "xl/worksheets/sheet1.xml"
    return with_part(content, name, zipfile.ZipFile(io.BytesIO(content)).read(name).replace(old, new))


def test_how_large_a_sheet_says_it_is_counts_for_nothing() -> None:
    content = workbook(["client"], ["Aqua"], ["Neva"])

    found = read_rows("c.xlsx", with_sheet(content, b'<dimension ref="A1:A3"', b'<dimension ref="A1"'))

    assert [row.cells["client"] for row in found] == ["Aqua", "Neva"]


def test_a_row_beyond_every_sheet_is_refused_at_once() -> None:
    content = with_sheet(workbook(["client"], ["Aqua"]), b'r="2"', b'r="99999999999"')

    with pytest.raises(UnreadableFile, match="beyond 1048576"):
        read_rows("c.xlsx", content)
