"""What is asked, and what comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

DEFAULT_TENANT = "<default>"


class Refused(ValueError):
    """An answer that is well-formed and wrong; the text tells a model what to mend, without the data it was asked about."""


class NobodyAnswered(Exception):
    """Every route the policy named was tried, or none was named: a person decides."""

    def __init__(self, task: str, reasons: tuple[str, ...], steps: tuple[str, ...] = ()) -> None:
        super().__init__(f"no model answers {task}: {'; '.join(reasons) or 'the model policy leaves it to a person'}")
        self.task = task
        self.reasons = reasons
        # The routes the policy named.
        self.steps = steps


def believe(_answer: Any) -> None:  # noqa: ANN401 -- any answer
    """The check that refuses nothing."""


@dataclass(frozen=True, slots=True)
class Ask[Answer: BaseModel]:
    """A question.

    `data` comes from outside (a ticket): it is masked, and stands in the prompt between marks that it cannot forge. `material`
    are texts without personal data (passages of the knowledge base): between such marks too, unmasked.
    `parameters` are words of ours that a prompt may use: a language, the allowed labels. `subject` is a key (of a job) that the
    call is logged under and that decides, always alike, which version of a prompt is used.
    """

    task: str
    answer: type[Answer]
    data: Mapping[str, str]
    subject: str
    material: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sensitivity: str = "internal"
    tenant: str = DEFAULT_TENANT
    # Raises `Refused` for an answer that breaks a rule of the caller's.
    check: Callable[[Answer], None] = believe


@dataclass(frozen=True, slots=True)
class Answered[Answer: BaseModel]:
    """An answer that was believed, and where it comes from. Without a model, `prompt` is empty and `version` 0."""

    value: Answer
    route: str
    model: str
    prompt: str
    version: int
    decision_id: str
    call_id: str
