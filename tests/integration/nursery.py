"""A process that has imported everything and begins another life of the same workers for each line it reads.

Each life is a process of its own, so that it can be killed as one; the line that is written says how it ended. What takes
seconds, the imports, is done once.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any


def raise_workers(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            # Its log must not stand between those lines.
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            asyncio.run(work())
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
