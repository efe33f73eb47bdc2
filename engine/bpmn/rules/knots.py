"""Which nodes of a graph lie on common circles: its strongly connected parts, by Tarjan's algorithm without recursion."""

from collections.abc import Iterator, Mapping, Sequence


def knots_of(follow: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The number of each node's part: two nodes share it if each can be reached from the other."""
    search = _Search(follow)
    for node in follow:
        if node not in search.index:
            search.run(node)
    return search.knots


class _Search:
    def __init__(self, follow: Mapping[str, Sequence[str]]) -> None:
        self._follow = follow
        self.index: dict[str, int] = {}
        self._lowest: dict[str, int] = {}
        self._open: list[str] = []
        self.knots: dict[str, int] = {}

    def run(self, first: str) -> None:
        path: list[tuple[str, Iterator[str]]] = [self._enter(first)]
        while path:
            node, branches = path[-1]
            following = next(branches, None)
            if following is None:
                path.pop()
                self._leave(node, path[-1][0] if path else None)
            elif following not in self.index:
                path.append(self._enter(following))
            elif following not in self.knots:
                self._lowest[node] = min(self._lowest[node], self.index[following])

    def _enter(self, node: str) -> tuple[str, Iterator[str]]:
        self.index[node] = self._lowest[node] = len(self.index)
        self._open.append(node)
        return node, iter(self._follow[node])

    def _leave(self, node: str, before: str | None) -> None:
        if before is not None:
            self._lowest[before] = min(self._lowest[before], self._lowest[node])
        if self._lowest[node] != self.index[node]:
            return
        while True:
            member = self._open.pop()
            self.knots[member] = self.index[node]
            if member == node:
                return
