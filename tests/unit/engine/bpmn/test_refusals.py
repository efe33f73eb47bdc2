"""Every refusal Zeebe was seen to make is made here, in its words and at its place; and what it accepts is accepted."""

import pytest

from engine.bpmn import InvalidBpmn, lint, read_bpmn
from tests.deployment_answers import answers

ANSWERS = list(answers())
# Accepted by Zeebe, but passed over in silence when an instance comes to them.
REFUSED_HERE_ONLY = {"subchoreo", "send publish", "element implicitThrowEvent"}
# The engine's own parser words these in its grammar's terms.
WORDED_OTHERWISE = ("failed to parse expression", "could not be parsed", "Value 99 not in range", "cannot be parsed")


def cases(*, accepted: bool) -> list[object]:
    return [pytest.param(answer, id=answer.name) for answer in ANSWERS if answer.accepted == accepted]


@pytest.mark.parametrize("answer", cases(accepted=True))
def test_what_zeebe_deploys_is_read(answer):
    if answer.name in REFUSED_HERE_ONLY:
        pytest.skip("accepted by Zeebe and never executed: refused here")

    definitions = read_bpmn(answer.content, "x.bpmn")

    assert definitions
    assert not [finding for finding in lint(answer.content, "x.bpmn") if finding.severity == "ERROR"]


@pytest.mark.parametrize("answer", cases(accepted=False))
def test_what_zeebe_refuses_is_refused_in_its_words(answer):
    with pytest.raises(InvalidBpmn) as refused:
        read_bpmn(answer.content, "x.bpmn")

    assert all(finding.message for finding in refused.value.findings)
    if not any(words in answer.answer for words in WORDED_OTHERWISE):
        assert answer.complaints <= set(refused.value.detail.removeprefix("'x.bpmn': ").splitlines())


@pytest.mark.parametrize("name", sorted(REFUSED_HERE_ONLY))
def test_what_would_be_accepted_and_never_executed_is_refused(name):
    answer = next(answer for answer in ANSWERS if answer.name == name)

    with pytest.raises(InvalidBpmn):
        read_bpmn(answer.content, "x.bpmn")
