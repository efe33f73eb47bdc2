"""XML as the rest of this room wants it: parsed without trust, then a plain tree of our own that knows lines and parents.

BPMN files come from strangers. A DOCTYPE is refused, no entity is expanded, nothing is fetched, and size, depth and number of
attributes are bounded, so that a hostile file costs milliseconds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.findings import Finding, InvalidBpmn

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be; Zeebe refuses messages over 4 MB as well."""

    content_bytes: int = 4 * 1024 * 1024
    attributes_of_an_element: int = 1_000
    elements: int = 200_000


DEFAULT_LIMITS = Limits()


@dataclass(slots=True, eq=False)
class Node:
    """An XML element. `order` is its place in the document; attributes without namespace bear their plain name."""

    name: str
    namespace: str
    attributes: Mapping[str, str]
    text: str
    line: int
    order: int
    parent: "Node | None"
    children: list["Node"] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.attributes.get("id", "")

    def get(self, attribute: str) -> str:
        return self.attributes.get(attribute, "")

    def flag(self, attribute: str, *, default: bool) -> bool:
        """Whether an attribute is true as Java reads it: `1` is not, blanks count in attributes that no schema knows."""
        text = self.attributes.get(attribute)
        if not text:
            return default
        return (text.strip() if self.namespace == BPMN else text).lower() == "true"

    def all(self, *names: str) -> list["Node"]:
        """Child elements of BPMN's own namespace with one of these names."""
        return [child for child in self.children if child.name in names and child.namespace == BPMN]

    def first(self, name: str) -> "Node | None":
        return next((child for child in self.children if child.name == name and child.namespace == BPMN), None)

    def extensions(self, *names: str) -> list["Node"]:
        """Zeebe's extension elements of these names."""
        return [
            extension
            for holder in self.all("extensionElements")
            for extension in holder.children
            if extension.namespace == ZEEBE and extension.name in names
        ]

    def extension(self, name: str) -> "Node | None":
        return next(iter(self.extensions(name)), None)

    def walk(self) -> Iterator["Node"]:
        """This node and all below it in document order."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending.extend(reversed(node.children))

    def walk_bpmn(self) -> Iterator["Node"]:
        """The same, but only BPMN's own elements: `zeebe:userTask` is not a user task."""
        return (node for node in self.walk() if node.namespace == BPMN)

    @property
    def owner(self) -> "Node":
        """The nearest node with an id, itself included; the root where there is none."""
        node = self
        while not node.id and node.parent is not None:
            node = node.parent
        return node

    @property
    def path(self) -> str:
        """The way from the owner to this node, as Zeebe writes it in its complaints."""
        names: list[str] = []
        node, owner = self, self.owner
        while node is not owner and node.parent is not None:
            names.append(node.name)
            node = node.parent
        return " > ".join([owner.id or owner.name, *reversed(names)])


def parse(content: bytes, resource_name: str, limits: Limits = DEFAULT_LIMITS) -> tuple[Node, etree._ElementTree]:
    """The file as our tree, and as lxml's for the schema; raises `InvalidBpmn` for what is no acceptable XML."""
    if len(content) > limits.content_bytes:
        message = f"The file has {len(content)} bytes, more than the {limits.content_bytes} that are allowed."
        raise InvalidBpmn([_of_the_file(resource_name, 0, message)])
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise InvalidBpmn(
            [_of_the_file(resource_name, error.lineno or 0, f"This is no well-formed XML: {error.msg}")]
        ) from error
    tree = root.getroottree()
    if tree.docinfo.internalDTD is not None:
        message = "A DOCTYPE is not allowed in a BPMN file. Remove the <!DOCTYPE …> declaration."
        raise InvalidBpmn([_of_the_file(resource_name, 1, message)])
    return _convert(root, resource_name, limits), tree


def _of_the_file(resource_name: str, line: int, message: str) -> Finding:
    return Finding(resource_name, "", "", line, message)


def _convert(root: etree._Element, resource_name: str, limits: Limits) -> Node:
    """Copy lxml's tree into ours in one pass over the document, without recursion."""
    nodes: dict[etree._Element, Node] = {}
    first: Node | None = None
    for order, element in enumerate(root.iter(etree.Element)):
        if order >= limits.elements:
            message = f"The file has more than the {limits.elements} elements that are allowed."
            raise InvalidBpmn([_of_the_file(resource_name, element.sourceline or 0, message)])
        if len(element.attrib) > limits.attributes_of_an_element:
            message = f"An element has more than the {limits.attributes_of_an_element} attributes that are allowed."
            raise InvalidBpmn([_of_the_file(resource_name, element.sourceline or 0, message)])
        name = etree.QName(element)
        parent = nodes.get(element.getparent())
        node = Node(
            name.localname,
            name.namespace or "",
            dict(element.attrib),
            "".join(element.itertext()) if len(element) == 0 else element.text or "",
            element.sourceline or 0,
            order,
            parent,
        )
        nodes[element] = node
        if parent is not None:
            parent.children.append(node)
        first = first or node
    assert first is not None, "a parsed document has a root"
    return first
