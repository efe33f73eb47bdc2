import pytest

from api.pages.variables import NotAnObject, object_of, value_of


@pytest.mark.parametrize(
    ("typed", "value"), [('"x"', "x"), ("12", 12), ("null", None), ('{"a": [1]}', {"a": [1]}), ("high", "high"), ("", "")]
)
def test_what_is_typed_is_json_where_it_can_be_and_text_otherwise(typed: str, value: object) -> None:
    read = value_of(typed)

    assert read == value


@pytest.mark.parametrize("typed", ["[1]", "12", "{", '{"a": 1} x', "nothing"])
def test_variables_to_start_with_are_an_object(typed: str) -> None:
    with pytest.raises(NotAnObject, match="JSON object"):
        object_of(typed)


def test_no_variables_are_an_empty_object() -> None:
    typed = ""

    read = object_of(typed)

    assert read == {}


def test_too_many_bytes_are_refused_before_they_are_read() -> None:
    with pytest.raises(NotAnObject, match="1024 KB"):
        object_of('{"a": "' + "x" * 1_100_000 + '"}')
