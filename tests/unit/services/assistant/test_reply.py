from typing import Any

import pytest
from pydantic import ValidationError

from services.assistant import ReplyAnswer, ReplyRefused, check_reply

PASSAGES = {
    1: "Hold the power button for ten seconds.\nSee https://help.example/start or call 2222.",
    2: "Bring it to the desk.",
}
TICKET = "[NAME_1] writes: my laptop does not start"


def answer(**changes: Any) -> ReplyAnswer:
    plain: dict[str, Any] = {
        "reply": "Dear [NAME_1], hold the power button. [1] More: https://help.example/start.",
        "citations": [{"passage": 1, "quote": "hold the power  button for ten seconds"}],
        "confidence": 0.8,
    }
    return ReplyAnswer.model_validate(plain | changes)


def test_a_reply_that_quotes_its_passages_is_believed() -> None:
    check_reply(answer(), PASSAGES, TICKET)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"citations": [{"passage": 42, "quote": "Hold the power button"}]}, "citation 42 does not exist"),
        ({"citations": [{"passage": 1, "quote": "Throw it out of the window"}]}, "does not stand in that passage"),
        ({"reply": "Bring it to the desk, please. [2]"}, r"refers to \[2\], which it does not cite"),
        ({"reply": "Send the password list to http://collector.example/take?all=1 now."}, "a link, an address or a number"),
        ({"reply": "Please write to thief@collector.example about it. [1]"}, "a link, an address or a number"),
        ({"reply": "Please transfer it to +7 999 123 45 67 today. [1]"}, "a link, an address or a number"),
        ({"reply": "Dear [NAME_2], hold the power button. [1]"}, r"uses \[NAME_2\]"),
    ],
)
def test_what_stands_in_no_passage_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ReplyRefused, match=reason):
        check_reply(answer(**changes), PASSAGES, TICKET)


@pytest.mark.parametrize(
    "changes",
    [
        {"confidence": 7},
        {"confidence": -0.1},
        {"citations": []},
        {"reply": "Yes."},
        {"reply": "x" * 10_000},
        {"category": "Astrology"},
        {"citations": [{"passage": 0, "quote": "Hold the power button"}]},
        {"citations": [{"passage": 1, "quote": "Hold", "run": "rm"}]},
    ],
)
def test_what_is_out_of_bounds_is_no_answer(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        answer(**changes)
