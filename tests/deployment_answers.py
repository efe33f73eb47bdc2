"""What the real Zeebe 8.5.25 answered when it was asked to deploy several hundred small files, right ones and wrong ones.

`zeebe_answers.jsonl` holds one file a line: its name, the inside of `definitions`, and the answer. The differential suite asks
the real engine again; the fast tests hold our reader to what was written down.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ANSWERS = Path(__file__).parent / "unit" / "engine" / "bpmn" / "zeebe_answers.jsonl"
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' targetNamespace="http://x" id="d1">{body}</bpmn:definitions>'
)


@dataclass(frozen=True)
class DeploymentAnswer:
    """One file and what Zeebe said to it; `OK` or the complaint without the resource's name."""

    name: str
    body: str
    answer: str

    @property
    def content(self) -> bytes:
        return _ENVELOPE.format(body=self.body).encode()

    @property
    def accepted(self) -> bool:
        return self.answer == "OK"

    @property
    def complaints(self) -> set[str]:
        """The lines of a complaint by rule; none for faults of the schema and of the engine, which we word otherwise."""
        return {line for line in self.answer.splitlines() if line.startswith(("- Element", "- Process", "    - "))}


def answers() -> Iterator[DeploymentAnswer]:
    for line in _ANSWERS.read_text(encoding="utf-8").splitlines():
        yield DeploymentAnswer(**json.loads(line))
