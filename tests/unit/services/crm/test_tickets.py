import pytest

from services.classification import train
from services.crm import InvalidTicket, NewTicket
from services.crm.sample_tickets import sample_tickets, training_examples


@pytest.mark.parametrize(
    "wrong", [{"text": " "}, {"source": ""}, {"external_id": ""}, {"text": "x" * 100_001}, {"subject": "x" * 501}]
)
def test_refuses_a_ticket_that_says_too_little_or_too_much(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidTicket, match="ticket's"):
        NewTicket(**{"source": "mail", "external_id": "1", "text": "Hello", **wrong})


def test_the_same_seed_gives_the_same_samples() -> None:
    first, again, other = (list(sample_tickets(50, seed=seed)) for seed in (3, 3, 4))

    assert first == again
    assert first != other
    assert len({sample.ticket.external_id for sample in first}) == 50


def test_the_first_classifier_understands_other_samples() -> None:
    model = train(*training_examples())

    others = list(sample_tickets(200, seed=99))
    answers = model.classify([f"{sample.ticket.subject}\n{sample.ticket.text}" for sample in others])

    right = sum(answer.label == sample.category for answer, sample in zip(answers, others, strict=True))
    assert right > 190
