import time

import pytest

from services.mail.quoting import split_quotation
from tests.ends import ENDS_WITHIN_SECONDS


@pytest.mark.parametrize(
    "quotation",
    [
        "> It burns.\n> Still.",
        "On Mon, 2 Mar 2026 at 10:00, Desk <desk@x.example> wrote:\n> It burns.",
        "02.03.2026 10:00, Служба поддержки пишет:\n> Горит.",
        "-----Original Message-----\nFrom: Desk\nIt burns.",
        "From: Desk <desk@x.example>\nSent: Monday\nTo: Ann\n\nIt burns.",
        "От: Служба\nДата: понедельник\n\nГорит.",
    ],
)
def test_a_quotation_at_the_end_is_told_from_the_answer(quotation: str) -> None:
    assert split_quotation(f"Thank you.\nAnn\n\n{quotation}") == ("Thank you.\nAnn", quotation)


@pytest.mark.parametrize(
    "text", ["From: here to there it is far", "> quoted\nmy answer below it", "> only quoted", "", "5 > 3"]
)
def test_what_is_no_quotation_at_the_end_stays(text: str) -> None:
    assert split_quotation(text) == (text, "")


def test_a_text_of_quotations_alone_takes_no_time() -> None:
    began = time.process_time()

    split_quotation("> a\n" * 50_000 + "end")

    assert time.process_time() - began < ENDS_WITHIN_SECONDS
