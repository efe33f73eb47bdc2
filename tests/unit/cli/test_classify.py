"""`penstock classify` on files as people have them: it learns what can be learned, and says what could not."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.classify import app

EXAMPLES = [
    *(("Hardware", f"the printer number {n} is jammed and prints nothing") for n in range(12)),
    *(("Access", f"please reset my password for account {n}") for n in range(12)),
    *(("Доступ", f"не могу войти, забыл пароль номер {n}") for n in range(12)),
]
UNSEEN = [("Hardware", "my printer is jammed"), ("Access", "reset the password"), ("Доступ", "забыл пароль")]


def csv_file(path: Path, header: str, rows: list[tuple[str, str]], mark: str = "", encoding: str = "utf-8") -> Path:
    lines = [header, *(f'{label},"{text}"' for label, text in rows)]
    path.write_bytes((mark + "\n".join(lines) + "\n").encode(encoding))
    return path


def judged(seen: Path, unseen: Path) -> tuple[dict, str]:
    done = CliRunner().invoke(app, ["--train", str(seen), "--evaluate", str(unseen), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), done.stderr


@pytest.mark.parametrize("header", ["label,text", "Category,Description", "Topic_group,Document", "x,y", "group,y"])
def test_columns_are_known_by_their_names_or_by_what_stands_in_them(tmp_path: Path, header: str) -> None:
    result, warnings = judged(csv_file(tmp_path / "a.csv", header, EXAMPLES), csv_file(tmp_path / "b.csv", header, UNSEEN * 9))

    assert result["accuracy"] == {"100": 100.0, "90": 100.0, "80": 100.0}
    assert warnings == ""


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", "\ufeff"), ("utf-16", "")])
def test_marks_of_other_programs_do_not_matter(tmp_path: Path, encoding: str, mark: str) -> None:
    path = csv_file(tmp_path / "a.csv", "label,text", EXAMPLES, mark, encoding)
    semicolons = tmp_path / "b.csv"
    semicolons.write_text("text;label\r\n" + "".join(f'"{text}; quickly, ""please""";{label}\r\n' for label, text in UNSEEN))

    result, _warnings = judged(path, semicolons)

    assert result["accuracy"]["100"] == 100.0


def test_what_cannot_be_learned_or_judged_is_said(tmp_path: Path) -> None:
    seen = csv_file(tmp_path / "a.csv", "label,text", [*EXAMPLES, ("Rare", "a single text"), ("", "no label"), ("Access", " ")])
    unseen = csv_file(
        tmp_path / "b.csv", "label,text", [*UNSEEN, ("Rare", "a single text"), ("New", "never seen"), ("Access", "")]
    )

    result, warnings = judged(seen, unseen)

    assert result["accuracy"]["100"] == 60.0
    assert "1 labels with fewer than 2 texts are not learned: Rare" in warnings
    assert "a.csv: 2 rows without a text or a label are left out" in warnings
    assert "b.csv: 2 labels were not learned, their texts count as wrong: New, Rare" in warnings


def test_a_first_line_that_is_a_row_is_noticed(tmp_path: Path) -> None:
    seen = csv_file(tmp_path / "a.csv", "Hardware,the printer is jammed again", EXAMPLES)

    _result, warnings = judged(seen, csv_file(tmp_path / "b.csv", "label,text", UNSEEN))

    assert "a.csv: its first line looks like a row" in warnings
    assert "b.csv" not in warnings


def test_two_texts_a_label_are_enough_to_try(tmp_path: Path) -> None:
    few = csv_file(tmp_path / "a.csv", "label,text", [*EXAMPLES[:2], *EXAMPLES[12:14]])

    result, _warnings = judged(few, few)

    assert result["accuracy"]["100"] == 100.0


def test_a_huge_cell_costs_little(tmp_path: Path) -> None:
    huge = [("Hardware", "printer " * 300_000), ("Access", "password " * 300_000)]
    seen = csv_file(tmp_path / "a.csv", "label,text", [*EXAMPLES, *huge])

    result, _warnings = judged(seen, seen)

    assert result["accuracy"]["100"] == 100.0


@pytest.mark.parametrize(
    ("rows", "header", "reason"),
    [
        ([("One", f"text number {n}") for n in range(9)], "label,text", "needs at least two labels"),
        ([("A", "?"), ("A", "!"), ("B", "…"), ("B", "x")], "label,text", "no text has a word of two letters"),
        ([], "label,text", "no rows to judge on"),
        (EXAMPLES, "a,b,label", "which column holds the text? The first line names a, b, label: say --text NAME"),
    ],
)
def test_what_no_model_comes_of_is_refused_with_its_reason(
    tmp_path: Path, rows: list[tuple[str, str]], header: str, reason: str
) -> None:
    path = csv_file(tmp_path / "a.csv", header, rows)

    done = CliRunner().invoke(app, ["--train", str(path), "--evaluate", str(path), "--json"])

    assert done.exit_code == 1
    assert reason in done.stderr
