"""Scenario files: found under paths, read, and refused with the place of what is wrong."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cli.scenarios.instructions import WITHOUT_ENGINE_SUPPORT, Instruction

MAX_BYTES = 4 * 1024 * 1024

_INSTRUCTION: TypeAdapter[Instruction] = TypeAdapter(Instruction)


class InvalidScenario(Exception):
    """A file is no scenario file; names the file, the case, the instruction and the reason."""


class _Case(BaseModel):
    """As the schema has it: more properties are allowed here, an editor keeps its own."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(min_length=1)
    description: str = ""
    instructions: list[dict[str, Any]]


class _File(BaseModel):
    model_config = ConfigDict(extra="allow")

    test_cases: list[_Case] = Field(alias="testCases")


@dataclass(frozen=True, slots=True)
class TestCase:
    """One story to be played, and where it stands."""

    # pytest would take the name for a test.
    __test__ = False

    path: Path
    name: str
    description: str
    instructions: tuple[Instruction, ...]


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """The given files, and the JSON files in the `scenarios` folders under the given folders.

    Raises:
        InvalidScenario: a path does not exist.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise InvalidScenario(f"{path}: there is no such file or folder")
        if path.is_dir():
            inside = path.glob("*.json") if path.name == "scenarios" else path.rglob("scenarios/*.json")
            found.update(dict.fromkeys(sorted(inside)))
        else:
            found[path] = None
    return list(found)


def folders_beside(cases: Iterable[TestCase]) -> list[Path]:
    """The folders of the processes whose `scenarios` the cases stand in, each once."""
    return list(
        dict.fromkeys(one.path.resolve().parent.parent for one in cases if one.path.resolve().parent.name == "scenarios")
    )


def read_cases(path: Path) -> list[TestCase]:
    """The test cases of a file, in its order.

    Raises:
        InvalidScenario: the file cannot be read, or says something nobody knows.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidScenario(f"{path}: is larger than {MAX_BYTES} bytes")
        content = json.loads(path.read_bytes())
        file = _File.model_validate(content)
    except OSError as error:
        raise InvalidScenario(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidScenario(f"{path}: {_reason(error)}") from error
    return [_case(path, case) for case in file.test_cases]


def _case(path: Path, case: _Case) -> TestCase:
    instructions = tuple(
        _instruction(f"{path}: {case.name!r}, instruction {number}", content)
        for number, content in enumerate(case.instructions, 1)
    )
    return TestCase(path, case.name, case.description, instructions)


def _instruction(place: str, content: dict[str, Any]) -> Instruction:
    kind = content.get("type")
    if isinstance(kind, str) and kind in WITHOUT_ENGINE_SUPPORT:
        raise InvalidScenario(f"{place}: {kind} cannot be played: {WITHOUT_ENGINE_SUPPORT[kind]}")
    try:
        return _INSTRUCTION.validate_python(content)
    except ValidationError as error:
        raise InvalidScenario(f"{place}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False)[0]
    given = first.get("ctx", {}).get("tag")
    if first["type"] == "union_tag_invalid":
        known = first["ctx"]["expected_tags"].replace("'", "").split(", ")
        near = get_close_matches(str(given), known, n=1)
        return f"nobody knows the instruction {given!r}" + (f"; did you mean {near[0]}?" if near else "")
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}"
