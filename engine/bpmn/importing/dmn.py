"""DMN of other engines: the format is the same; only expressions in other languages and vendor attributes need a look."""

from lxml import etree

from engine.bpmn.importing.editing import Model

_CAMUNDA_DMN = "http://camunda.org/schema/1.0/dmn"
_FEEL = ("", "feel", "http://www.omg.org/spec/dmn/20180521/feel/", "https://www.omg.org/spec/dmn/20191111/feel/")


def convert(model: Model) -> None:
    for element in list(model.root.iter()):
        if not isinstance(element.tag, str):
            continue
        language = element.get("expressionLanguage", "")
        if language.lower() not in _FEEL:
            model.person(element, f"an expression in {language}", "write it in FEEL and take the language away")
        for attribute in [name for name in element.attrib if str(name).startswith(f"{{{_CAMUNDA_DMN}}}")]:
            name, value = etree.QName(attribute).localname, element.attrib.pop(attribute)
            if name == "inputVariable":
                why = "the name is given by the input expression on Zeebe: check cells that use it"
                model.person(element, f"camunda:inputVariable '{value}'", why)
            else:
                model.dropped(element, f"camunda:{name} '{value}'", "history and versions are not kept in the file")
