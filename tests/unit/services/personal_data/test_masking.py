import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.personal_data import mask, unmask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to Ann.Lee+help@mail.example.com please", "write to [EMAIL_1] please"),
        ("call +7 916 123-45-67 today", "call [PHONE_1] today"),
        ("звоните 8 (916) 123-45-67", "звоните [PHONE_1]"),
        ("IBAN DE89 3704 0044 0532 0130 00 is ours", "IBAN [IBAN_1] is ours"),
        ("card 4111 1111 1111 1111 refused", "card [CARD_1] refused"),
        ("СНИЛС 112-233-445 95", "СНИЛС [SNILS_1]"),
        ("ИНН 7707083893", "ИНН [INN_1]"),
        ("паспорт 45 08 123456 выдан", "паспорт [PASSPORT_1] выдан"),
        ("host 10.20.30.40 is down", "host [IP_1] is down"),
        ("my password: Tr0ub4dor! fails", "my password: [KEY_1] fails"),
        ("token ghp_abcdefghij0123456789 leaked", "token [KEY_1] leaked"),
    ],
)
def test_masks_each_kind_of_personal_data(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text", ["ticket 1234567890 of 2024-11-21", "order 4111 1111 1111 1112", "version 1.2.3", "room 12-34"]
)
def test_leaves_numbers_without_right_check_digits_alone(text: str) -> None:
    assert mask(text).text == text


def test_masks_the_names_that_the_record_knows() -> None:
    masked = mask("Ivan Petrov asks, ivan petrov waits", {"NAME": ["Ivan Petrov"]})

    assert masked.text == "[NAME_1] asks, [NAME_2] waits"


def test_gives_the_same_value_the_same_placeholder() -> None:
    masked = mask("a@b.example and c@d.example and a@b.example")

    assert masked.text == "[EMAIL_1] and [EMAIL_2] and [EMAIL_1]"


def test_does_not_confuse_a_placeholder_that_the_text_already_holds() -> None:
    text = "[EMAIL_1] wrote a@b.example"

    masked = mask(text)

    assert unmask(masked.text, masked.originals) == text


@given(st.text(alphabet="ab@.[]_1 EMAIL+79161234567-", max_size=80))
def test_unmasking_gives_the_text_back(text: str) -> None:
    masked = mask(text)

    assert unmask(masked.text, masked.originals) == text


def test_refuses_a_text_that_is_too_long() -> None:
    with pytest.raises(ValueError, match="200000"):
        mask("a" * 200_001)
