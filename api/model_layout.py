"""Where the elements of a process go that nobody drew: in columns from left to right, a row for each branch.

A boundary event sits at the lower edge of its activity; a subprocess is as large as what it holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_EVENT, _GATEWAY, _TASK = (36, 36), (50, 50), (100, 80)
_COLUMN_GAP, _ROW_GAP, _INSIDE = 60, 50, 40
_SCOPES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
_NODES = (*_SCOPES, "callActivity")

type Point = tuple[int, int]


@dataclass(slots=True)
class Box:
    """A place: its upper left corner and its size."""

    x: int
    y: int
    width: int
    height: int

    @property
    def left(self) -> Point:
        return self.x, self.y + self.height // 2

    @property
    def right(self) -> Point:
        return self.x + self.width, self.y + self.height // 2

    @property
    def bottom(self) -> Point:
        return self.x + self.width // 2, self.y + self.height


@dataclass(slots=True)
class Layout:
    """The boxes of elements and the points of flows, by id, and how large it all is."""

    boxes: dict[str, Box] = field(default_factory=dict)
    flows: dict[str, list[Point]] = field(default_factory=dict)
    width: int = 0
    height: int = 0

    def take_in(self, inner: "Layout", x: int, y: int) -> None:
        for box_id, box in inner.boxes.items():
            self.boxes[box_id] = Box(box.x + x, box.y + y, box.width, box.height)
        for flow_id, points in inner.flows.items():
            self.flows[flow_id] = [(px + x, py + y) for px, py in points]


@dataclass(slots=True)
class _Scope:
    """What stands directly in a process or subprocess."""

    nodes: dict[str, etree._Element]
    # A boundary event and the activity it sits on.
    hosts: dict[str, str]
    flows: list[tuple[str, str, str]]
    inner: dict[str, Layout] = field(default_factory=dict)

    def size(self, node_id: str) -> tuple[int, int]:
        if node_id in self.inner:
            inside = self.inner[node_id]
            return max(inside.width + 2 * _INSIDE, _TASK[0]), max(inside.height + 2 * _INSIDE, _TASK[1])
        name = etree.QName(self.nodes[node_id]).localname
        return _EVENT if name.endswith("Event") else _GATEWAY if name.endswith("Gateway") else _TASK


def layout(scope: etree._Element) -> Layout:
    """A process, or a subprocess, with all that is inside."""
    found = _read(scope)
    found.inner = {
        node_id: layout(node) for node_id, node in found.nodes.items() if etree.QName(node).localname in _SCOPES and len(node)
    }
    laid = Layout()
    _place(found, _columns(found), laid)
    for node_id, inside in found.inner.items():
        laid.take_in(inside, laid.boxes[node_id].x + _INSIDE, laid.boxes[node_id].y + _INSIDE)
    _sit(found, laid)
    below = max((box.y + box.height for box in laid.boxes.values()), default=0)
    for flow_id, source, target in found.flows:
        below = _lead(laid, (flow_id, source, target), below)
    laid.height = max([below, *(y for points in laid.flows.values() for _x, y in points)], default=0)
    laid.width = max([laid.width, *(x for points in laid.flows.values() for x, _y in points)], default=0)
    return laid


def _read(scope: etree._Element) -> _Scope:
    elements = [child for child in scope if isinstance(child.tag, str) and child.tag.startswith(BPMN) and child.get("id")]
    nodes = {child.get("id", ""): child for child in elements if _is_node(etree.QName(child).localname)}
    hosts = {
        node_id: host
        for node_id, node in nodes.items()
        if node.tag == f"{BPMN}boundaryEvent" and (host := node.get("attachedToRef", "")) in nodes
    }
    flows = [
        (child.get("id", ""), source, target)
        for child in elements
        if child.tag == f"{BPMN}sequenceFlow"
        and (source := child.get("sourceRef", "")) in nodes
        and (target := child.get("targetRef", "")) in nodes
    ]
    return _Scope(nodes, hosts, flows)


def _is_node(name: str) -> bool:
    return name in _NODES or name.endswith(("Event", "Gateway", "Task")) or name == "task"


def _columns(scope: _Scope) -> list[list[str]]:
    """Each node one column behind the last that leads to it; flows that lead back do not count."""
    following: dict[str, list[str]] = {node_id: [] for node_id in scope.nodes}
    for _flow_id, source, target in scope.flows:
        following[scope.hosts.get(source, source)].append(target)
    order = list(_behind_one_another(following, scope))
    place = {node_id: number for number, node_id in enumerate(order)}
    column = dict.fromkeys(order, 0)
    for node_id in order:
        for target in following[node_id]:
            if target in place and place[target] > place[node_id]:
                column[target] = max(column[target], column[node_id] + 1)
    columns: list[list[str]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for node_id in order:
        columns[column[node_id]].append(node_id)
    return columns


def _behind_one_another(following: dict[str, list[str]], scope: _Scope) -> Iterator[str]:
    """Nodes so that each stands behind those that lead to it, except round a circle."""
    led_to = {target for targets in following.values() for target in targets}
    free = [node_id for node_id in scope.nodes if node_id not in scope.hosts]
    finished: list[str] = []
    seen: set[str] = set()
    for start in [*(node_id for node_id in free if node_id in led_to), *(each for each in free if each not in led_to)][::-1]:
        if start in seen:
            continue
        seen.add(start)
        way = [(start, iter(following[start]))]
        while way:
            node_id, rest = way[-1]
            target = next((each for each in rest if each not in seen), None)
            if target is None:
                finished.append(node_id)
                way.pop()
            else:
                seen.add(target)
                way.append((target, iter(following[target])))
    return reversed(finished)


def _place(scope: _Scope, columns: list[list[str]], laid: Layout) -> None:
    """Each node in the row of the first that leads to it, or in the next one that is free."""
    before: dict[str, str] = {}
    for _flow_id, source, target in scope.flows:
        before.setdefault(target, scope.hosts.get(source, source))
    row: dict[str, int] = {}
    for column in columns:
        taken: set[int] = set()
        for node_id in sorted(column, key=lambda each: row.get(before.get(each, ""), 0)):
            wanted = row.get(before.get(node_id, ""), 0)
            while wanted in taken:
                wanted += 1
            taken.add(wanted)
            row[node_id] = wanted
    heights = [0] * (max(row.values(), default=-1) + 1)
    for node_id, number in row.items():
        heights[number] = max(heights[number], scope.size(node_id)[1])
    tops = [sum(heights[:number]) + number * _ROW_GAP for number in range(len(heights))]
    x = 0
    for column in columns:
        width = max(scope.size(node_id)[0] for node_id in column)
        for node_id in column:
            own_width, own_height = scope.size(node_id)
            y = tops[row[node_id]] + (heights[row[node_id]] - own_height) // 2
            laid.boxes[node_id] = Box(x + (width - own_width) // 2, y, own_width, own_height)
        x += width + _COLUMN_GAP
    laid.width = max(x - _COLUMN_GAP, 0)


def _sit(scope: _Scope, laid: Layout) -> None:
    """Boundary events side by side at the lower edge of what they belong to."""
    sitting: dict[str, int] = {}
    for node_id, host in scope.hosts.items():
        if host not in laid.boxes:
            continue
        number = sitting.get(host, 0)
        sitting[host] = number + 1
        box = laid.boxes[host]
        x = box.x + box.width - _EVENT[0] - 8 - number * (_EVENT[0] + 8)
        laid.boxes[node_id] = Box(x, box.y + box.height - _EVENT[1] // 2, *_EVENT)


def _lead(laid: Layout, flow: tuple[str, str, str], below: int) -> int:
    """A flow's way; one that leads back goes below everything. How far down it all reaches then."""
    flow_id, source_id, target_id = flow
    source, target = laid.boxes.get(source_id), laid.boxes.get(target_id)
    if source is None or target is None:
        return below
    (sx, sy), (tx, ty) = source.right, target.left
    if tx <= sx and source is not target and target.x + target.width <= source.x + source.width:
        below += _ROW_GAP // 2
        (bx, by), (ex, ey) = source.bottom, target.bottom
        laid.flows[flow_id] = [(bx, by), (bx, below), (ex, below), (ex, ey)]
    elif source.width == _EVENT[0] and any(box is not source and _on_edge(source, box) for box in laid.boxes.values()):
        bx, by = source.bottom
        bend = max(ty, by + _ROW_GAP // 2)
        laid.flows[flow_id] = [(bx, by), (bx, bend), (tx - _COLUMN_GAP // 2, bend), (tx - _COLUMN_GAP // 2, ty), (tx, ty)]
    elif sy == ty:
        laid.flows[flow_id] = [(sx, sy), (tx, ty)]
    else:
        laid.flows[flow_id] = [(sx, sy), (tx - _COLUMN_GAP // 2, sy), (tx - _COLUMN_GAP // 2, ty), (tx, ty)]
    return below


def _on_edge(event: Box, activity: Box) -> bool:
    middle = event.y + event.height // 2
    return middle == activity.y + activity.height and activity.x <= event.x <= activity.x + activity.width
