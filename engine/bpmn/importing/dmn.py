"""DMN of other engines: the format is the same; only expressions in other languages and vendor attributes need a look."""

import re

from lxml import etree

from engine.bpmn.importing.editing import Model, children, text_of
from engine.bpmn.importing.translate import NotTranslatable, juel, to_feel

_CAMUNDA_DMN = "http://camunda.org/schema/1.0/dmn"
_FEEL = ("", "feel", "http://www.omg.org/spec/dmn/20180521/feel/", "https://www.omg.org/spec/dmn/20191111/feel/")
# What a cell compares with the value of its column, and how the cell calls that value.
_COMPARED = re.compile(r"\bcellInput\b")


def convert(model: Model) -> None:
    for element in list(model.root.iter(etree.Element)):
        _language(model, element)
        for attribute in [name for name in element.attrib if str(name).startswith(f"{{{_CAMUNDA_DMN}}}")]:
            name, value = etree.QName(attribute).localname, element.attrib.pop(attribute)
            if name == "inputVariable":
                why = "the name is given by the input expression on Zeebe: check cells that use it"
                model.person(element, f"camunda:inputVariable '{value}'", why)
            else:
                model.dropped(element, f"camunda:{name} '{value}'", "history and versions are not kept in the file")


def _language(model: Model, element: etree._Element) -> None:
    """An expression in JUEL, Groovy, JavaScript or Python that only asks is FEEL; another needs a person."""
    held = next((child for child in children(element) if etree.QName(child).localname == "text"), None)
    language, text = str(element.get("expressionLanguage", "")), text_of(held).strip()
    foreign = language.lower() not in _FEEL
    if held is None or not (foreign or re.fullmatch(r"[$#]\{.*\}", text, re.DOTALL)):
        if foreign:
            model.person(element, f"an expression in {language}", "write it in FEEL and take the language away", text)
        return
    try:
        value = _feel(text, language.lower(), is_test=etree.QName(element).localname == "inputEntry")
    except NotTranslatable as error:
        why = f"write it in FEEL and take the language away, because {error}"
        model.person(element, f"an expression in {language or 'JUEL'}", why, text)
        return
    element.attrib.pop("expressionLanguage", None)
    held[:] = []
    held.text = value
    model.converted(element, f"'{text}'{f' in {language}' if language else ''} to '{value}'")


def _feel(text: str, language: str, *, is_test: bool) -> str:
    if not text:
        return text
    braces = re.search(r"[$#]\{", text)
    asked = juel(text).removeprefix("= ") if braces else to_feel(text.rstrip(";"), python=language == "python")
    return _COMPARED.sub("?", asked) if is_test else asked
