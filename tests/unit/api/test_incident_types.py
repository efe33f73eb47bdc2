"""Kinds of incidents are told in words of the reader's language: every one that the engine raises."""

import re
from pathlib import Path

from api.i18n import load_languages
from api.incident_types import incident_type_names

HOME = Path(__file__).parents[3]
CODE = re.compile(r'"([A-Z]+(?:_[A-Z]+)*_(?:ERROR|RETRIES)|FORM_NOT_FOUND|UNHANDLED_ERROR_EVENT|MESSAGE_SIZE_EXCEEDED)"')
# Codes of the same shape that name commands and rejections.
OTHERS = {"PROCESSING_ERROR", "THROW_ERROR", "UPDATE_RETRIES"}


def test_every_kind_that_the_engine_raises_has_a_name_in_russian() -> None:
    russian = load_languages(HOME / "translations", "en").by_code["ru"]
    raised = {code for path in (HOME / "engine" / "processing").rglob("*.py") for code in CODE.findall(path.read_text("utf-8"))}

    nameless = {code for code in raised - OTHERS if not re.search("[а-я]", incident_type_names(russian)(code))}

    assert {"JOB_NO_RETRIES", "EXTRACT_VALUE_ERROR", "IO_MAPPING_ERROR"} <= raised
    assert nameless == set()


def test_a_kind_of_a_newer_engine_is_told_by_its_code() -> None:
    russian = load_languages(HOME / "translations", "en").by_code["ru"]

    assert incident_type_names(russian)("AD_HOC_ERROR") == "AD_HOC_ERROR"
