"""The answer to a question for a label: one of an enumeration, with a bounded confidence."""

from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model


class LabelAnswer(BaseModel):
    """What every such answer has; `label_answer` narrows the labels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    runner_up: str
    confidence: float = Field(ge=0, le=1)
    words: list[Annotated[str, Field(max_length=60)]] = Field(default_factory=list, max_length=6)


@lru_cache(maxsize=16)
def label_answer(labels: tuple[str, ...]) -> type[LabelAnswer]:
    """The answer whose labels are these and no others."""
    one_of: Any = Literal[labels]
    return create_model("LabelAnswer", __base__=LabelAnswer, label=(one_of, ...), runner_up=(one_of, ...))
