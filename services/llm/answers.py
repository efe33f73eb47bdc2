"""A model's text read as the answer that was asked for, or refused."""

import json
import re

from pydantic import BaseModel, ValidationError

from services.llm.ask import Refused

_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*)\n\s*```\s*\Z", re.DOTALL)


def read_answer[Answer: BaseModel](text: str, shape: type[Answer]) -> Answer:
    """Raises `Refused`: it says what to mend by field and rule, never with the values."""
    fenced = _FENCE.match(text)
    try:
        decoded = json.loads(fenced[1] if fenced else text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("the answer is no JSON object") from error
    return as_answer(decoded, shape)


def as_answer[Answer: BaseModel](decoded: object, shape: type[Answer]) -> Answer:
    """Raises `Refused`, as above."""
    try:
        return shape.model_validate(decoded)
    except ValidationError as error:
        raise Refused(_told(error)) from error


def _told(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    # An extra field's name comes from the model: it is not repeated.
    return "; ".join(
        "there is a field that was not asked for"
        if detail["type"] == "extra_forbidden"
        else f"{'.'.join(map(str, detail['loc'])) or 'the answer'}: {detail['msg']}"
        for detail in details[:5]
    )


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
