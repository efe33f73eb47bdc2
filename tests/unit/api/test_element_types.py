"""Kinds of elements are told in words of the reader's language, every kind that the engine knows."""

from pathlib import Path

import pytest

from api.element_types import element_type_names
from api.i18n import load_languages
from engine.bpmn.model import ElementType

LANGUAGES = load_languages(Path(__file__).parents[3] / "translations", "en").by_code


@pytest.mark.parametrize("kind", list(ElementType))
def test_a_kind_has_a_name_of_its_own_in_russian(kind: ElementType) -> None:
    name = element_type_names(LANGUAGES["ru"])(kind)

    assert not any("a" <= letter <= "z" for letter in name.casefold())


def test_a_kind_of_a_newer_engine_is_told_in_the_words_of_its_code() -> None:
    assert element_type_names(LANGUAGES["ru"])("AD_HOC_SUB_PROCESS") == "ad hoc sub process"
