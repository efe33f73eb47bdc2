"""What Camunda 7 hands to a task and takes from it: `camunda:inputOutput`, connectors, properties and injected fields."""

from lxml import etree

from engine.bpmn.importing.camunda7_names import CAMUNDA
from engine.bpmn.importing.editing import Model, children, remove, text_of
from engine.bpmn.importing.translate import NotTranslatable, feel_text, juel
from engine.bpmn.xml_tree import BPMN, ZEEBE


def convert(model: Model, element: etree._Element) -> None:
    holder = element.find(f"{{{BPMN}}}extensionElements")
    if holder is None:
        return
    for parameter in _in_their_order(holder):
        _parameter(model, element, parameter)
        remove(parameter)
    _fields(model, element, holder)
    _properties(model, element, holder)
    for name in ("inputOutput", "properties", "formData", "connector"):
        for given in list(holder.iter(f"{{{CAMUNDA}}}{name}")):
            if len(given) == 0 and not given.attrib:
                remove(given)


def _in_their_order(holder: etree._Element) -> list[etree._Element]:
    """A task's own inputs are there before its connector's; its outputs come after the connector's."""
    own: list[etree._Element] = []
    connectors: list[etree._Element] = []
    for parameter in holder.iter(f"{{{CAMUNDA}}}inputParameter", f"{{{CAMUNDA}}}outputParameter"):
        of_connector = any(each.tag == f"{{{CAMUNDA}}}connector" for each in parameter.iterancestors())
        (connectors if of_connector else own).append(parameter)
    inputs = [each for each in [*own, *connectors] if _direction(each) == "input"]
    return [*inputs, *(each for each in [*connectors, *own] if _direction(each) == "output")]


def _direction(parameter: etree._Element) -> str:
    return str(etree.QName(parameter).localname).removesuffix("Parameter")


def _parameter(model: Model, element: etree._Element, parameter: etree._Element) -> None:
    direction, name = _direction(parameter), parameter.get("name", "")
    if etree.QName(element).localname.endswith("Gateway"):
        why = "Zeebe maps nothing at a gateway: do it at the element before"
        model.person(element, f"the {direction} '{name}'", why, model.source(parameter))
        return
    try:
        source = _value(parameter)
    except NotTranslatable as error:
        made = [etree.QName(child).localname for child in children(parameter)]
        how = f" made by a {made[0]}" if made else ""
        model.person(
            element,
            f"the {direction} '{name}'{how}",
            f"write it as a FEEL expression, because {error}",
            model.source(parameter) if made else text_of(parameter).strip(),
        )
        return
    if direction == "input" and not children(parameter) and _is_plain(text := text_of(parameter).strip()):
        model.map(element, direction, text, name)
    else:
        model.map(element, direction, f"= {source}", name)
    model.converted(element, f"the {direction} '{name}' to '{source}'")


def _is_plain(text: str) -> bool:
    """Whether Zeebe reads the text as the text it is: no expression, no number, not nothing."""
    return bool(text) and text[0] not in "=-+." and not text[0].isdigit() and "{" not in text


def _value(holder: etree._Element) -> str:
    """What stands in a parameter, an entry or a list, as FEEL."""
    inside = children(holder)
    if not inside:
        text = text_of(holder).strip()
        value = juel(text)
        return value.removeprefix("= ") if value != text else feel_text(text) if text else "null"
    name = etree.QName(inside[0]).localname
    if name == "list":
        return f"[{', '.join(_item(each) for each in children(inside[0]))}]"
    if name == "map":
        entries = (f"{feel_text(each.get('key', ''))}: {_value(each)}" for each in children(inside[0]))
        return f"{{{', '.join(entries)}}}"
    raise NotTranslatable(f"a {name} is code")


def _item(item: etree._Element) -> str:
    name = etree.QName(item).localname
    if name == "value":
        return _value(item)
    if name in {"list", "map"}:
        around = etree.Element("item")
        around.append(etree.fromstring(etree.tostring(item, with_tail=False)))
        return _value(around)
    raise NotTranslatable(f"a {name} is code")


def _fields(model: Model, element: etree._Element, holder: etree._Element) -> None:
    for given in holder.findall(f"{{{CAMUNDA}}}field"):
        value = given.get("stringValue") or given.get("expression") or "".join(given.itertext()).strip()
        model.header(element, given.get("name", "field"), value)
        model.converted(element, f"the field '{given.get('name')}' is a header now")
        remove(given)


def _properties(model: Model, element: etree._Element, holder: etree._Element) -> None:
    """A worker reads them as headers; elsewhere they are remarks for other programs."""
    is_job = holder.find(f"{{{ZEEBE}}}taskDefinition") is not None
    for given in holder.findall(f"{{{CAMUNDA}}}properties/{{{CAMUNDA}}}property"):
        name = given.get("name") or given.get("id") or "property"
        if is_job:
            model.header(element, name, given.get("value", ""))
        else:
            model.property(element, name, given.get("value", ""))
        model.converted(element, f"the property '{name}' is a {'header' if is_job else 'zeebe:property'} now")
        remove(given)
