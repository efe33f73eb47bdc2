"""The embedded gateway as one that is killed between two commands and goes on from its data directory."""

import os
import subprocess
import sys
from typing import override

from tests.differential.engines import EmbeddedEngine, EngineStuck, under_test


class RestartingEngine(EmbeddedEngine):
    """Its restarts are kills, and cost milliseconds: see `tests.differential.restarting_gateway`."""

    @override
    def _start(self) -> None:
        command = [sys.executable, "-m", "tests.differential.restarting_gateway", str(self._data), *map(str, self._ports)]
        self._output = (self._data.parent / f"{self._data.name}.log").open("ab")
        self._process = subprocess.Popen(
            command, cwd=under_test(), env=os.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._output
        )
        self._await_word()

    def _await_word(self) -> None:
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise EngineStuck(self._ended_at_its_start())

    @override
    def _begin_anew(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        self._await_word()

    @override
    def _stop(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._see_it_end()
