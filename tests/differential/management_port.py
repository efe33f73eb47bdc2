"""An engine's management port, asked some ten thousand times in a run: one connection, and nothing around it."""

import json
import select
from http.client import HTTPConnection, HTTPException
from typing import Any

_SECONDS = 25


class NotAnsweredError(Exception):
    """The port is gone, is silent, or says that something is wrong."""


class ManagementPort:
    """Asks one after the other; a connection that was closed in between is opened anew."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS)

    def get(self, path: str) -> str:
        return self._ask("GET", path, None)

    def post(self, path: str, body: dict[str, Any] | None = None) -> str:
        return self._ask("POST", path, "" if body is None else json.dumps(body))

    def _ask(self, method: str, path: str, body: str | None) -> str:
        self._let_go_of_what_was_closed()
        headers = {"Content-Type": "application/json"} if body else {}
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            content = response.read().decode()
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise NotAnsweredError(f"{method} {path}: {error}") from error
        if response.status >= 400:
            raise NotAnsweredError(f"{method} {path}: {response.status} {content}")
        return content

    def _let_go_of_what_was_closed(self) -> None:
        """Whoever has closed an idle connection has said so by now."""
        socket = self._connection.sock
        if socket is not None and select.select([socket], [], [], 0)[0]:
            self._connection.close()

    def close(self) -> None:
        self._connection.close()
