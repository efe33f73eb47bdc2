"""The shipped models in Russian, and models that nobody translated."""

import json
import re
from pathlib import Path

import pytest
from lxml import etree

from api.i18n import load_languages, read_catalog
from api.model_texts import form_texts, translated_diagram, translated_form
from engine.feel import compile as compile_feel

HOME = Path(__file__).parents[3]
PROCESSES = sorted(path for path in (HOME / "processes").iterdir() if path.is_dir())
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
# Their names are addresses, which nobody reads.
ADDRESSES = {f"{BPMN}{name}" for name in ("message", "signal", "error", "escalation")}
PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
LINK = re.compile(r"\]\((.*?)\)")


def texts_of(folder: Path) -> set[str]:
    names = {
        element.get("name", "")
        for model in folder.glob("*.bpmn")
        for element in etree.parse(model).iter(f"{BPMN}*")
        if element.tag not in ADDRESSES
    }
    forms = [json.loads(form.read_text(encoding="utf-8")) for form in folder.glob("*.form")]
    return (names | {holder[name] for form in forms for holder, name in form_texts(form)}) - {""}


@pytest.mark.parametrize("folder", PROCESSES, ids=lambda path: path.name)
def test_every_text_of_a_shipped_model_is_in_russian_and_nothing_else(folder: Path) -> None:
    catalog = read_catalog([folder / "ru.po"], "ru")

    translated = {message.id for message in catalog if message.id and message.string}

    assert translated == texts_of(folder)


@pytest.mark.parametrize("folder", PROCESSES, ids=lambda path: path.name)
def test_a_translation_keeps_placeholders_links_and_expressions(folder: Path) -> None:
    catalog = read_catalog([folder / "ru.po"], "ru")

    for message in catalog:
        assert sorted(PLACEHOLDER.findall(message.id)) == sorted(PLACEHOLDER.findall(message.string))
        assert LINK.findall(message.id) == LINK.findall(message.string)
        if message.id.startswith("="):
            compile_feel(message.string.removeprefix("="))


def test_a_form_is_translated_wherever_people_read_it_and_the_schema_stays() -> None:
    schema = {
        "components": [
            {"type": "group", "label": "Priority", "components": [{"type": "text", "text": "Category", "key": "Category"}]},
            {"type": "select", "label": "Outcome", "values": [{"label": "Resolved", "value": "Resolved"}, "odd"]},
            {"type": "number", "appearance": {"prefixAdorner": "Note"}, "validate": None, "values": 7},
            "odd",
        ]
    }
    before = json.dumps(schema)
    russian = load_languages(HOME / "translations", "en").by_code["ru"]

    shown = translated_form(schema, russian.model_text)

    group, select, number, _odd = shown["components"]
    assert (group["label"], group["components"][0]) == ("Приоритет", {"type": "text", "text": "Категория", "key": "Category"})
    assert (select["label"], select["values"]) == ("Итог", [{"label": "Решено", "value": "Resolved"}, "odd"])
    assert number["appearance"] == {"prefixAdorner": "Заметка"}
    assert json.dumps(schema) == before


@pytest.mark.parametrize("text", ["", "A name of somebody's own"])
def test_what_nobody_translated_is_shown_as_the_model_says_it(text: str) -> None:
    russian = load_languages(HOME / "translations", "en").by_code["ru"]

    assert russian.model_text(text) == text


def test_a_diagram_is_shown_with_translated_names_and_is_otherwise_the_same() -> None:
    russian = load_languages(HOME / "translations", "en").by_code["ru"]
    xml = (HOME / "processes" / "ticket_triage" / "ticket_triage.bpmn").read_text(encoding="utf-8")

    shown = etree.fromstring(translated_diagram(xml, russian.model_text))

    before = etree.fromstring(xml.encode())
    assert "Решить обращение" in {element.get("name") for element in shown.iter(f"{BPMN}userTask")}
    for root in (before, shown):
        for element in root.iter(f"{BPMN}*"):
            element.attrib.pop("name", None)
    assert etree.tostring(before, method="c14n") == etree.tostring(shown, method="c14n")


@pytest.mark.parametrize("xml", ["", "no xml", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x name="&a;"/>'])
def test_what_is_no_diagram_is_handed_on_as_it_is(xml: str) -> None:
    shown = translated_diagram(xml, str.upper)

    assert b"root:" not in shown
    assert shown == xml.encode() or b"&a;" in shown


def test_every_name_and_column_of_a_shipped_decision_is_in_russian_and_nothing_else() -> None:
    catalog = read_catalog([HOME / "decisions" / "ru.po"], "ru")
    elements = [each for model in (HOME / "decisions").glob("*.dmn") for each in etree.parse(model).iter("{*}*")]

    names = {each.get("name") for each in elements if etree.QName(each).localname in {"definitions", "decision"}}
    columns = {each.get("label") for each in elements if etree.QName(each).localname in {"input", "output"}}

    translated = {message.id for message in catalog if message.id and message.string}
    assert translated == (names | columns) - {None}
