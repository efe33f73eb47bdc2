"""What a rule is: it looks at one node and complains about that node or one near it."""

from collections.abc import Callable, Iterator

from engine.bpmn.file import BpmnFile
from engine.bpmn.xml_tree import Node

type Complaint = tuple[Node, str]
type Rule = Callable[[Node, BpmnFile], Iterator[Complaint]]
