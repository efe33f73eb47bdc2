"""kill -9 of the process that applies a change, at each point between request, answer and completion, over real HTTP."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from history.database import open_engine
from services.changes import (
    Author,
    AuthorKind,
    ChangeDesk,
    ChangeTargets,
    InMemoryTarget,
    ItemState,
    NewChangeSet,
    NewItem,
    Requirement,
    SqlChangeLedger,
    Verdict,
)
from tests.databases import empty_database

ROOT = Path(__file__).parents[2]
# The process under test: it applies one item over HTTP and says when it is done. Told so, it stands still where it has had the
# answer and kept nothing yet, or has kept it and not completed the job.
APPLY = """
import asyncio, sys, time
from history.database import open_engine
from services.changes import ChangeApplier, ChangeTargets, NotSettled, SqlChangeLedger
from services.changes.http_target import HttpJsonTarget, guarded
from services.outgoing import OutgoingPolicy

def reach(point):
    if sys.argv[4] == point:
        print(point, flush=True)
        time.sleep(60)

class Erp(HttpJsonTarget):
    async def apply(self, write):
        await super().apply(write)
        reach("answered")

target = Erp(sys.argv[2], connect=guarded(OutgoingPolicy.of(["127.0.0.0/8"])), settles_within=0.2)
applier = ChangeApplier(SqlChangeLedger(open_engine(sys.argv[1])), ChangeTargets({"erp": target}))

async def main():
    while True:
        try:
            state = (await applier.apply(sys.argv[3])).state.value
            reach("kept")
            print(state, flush=True)
            return
        except NotSettled as wait:
            await asyncio.sleep(wait.seconds)

asyncio.run(main())
"""


class Erp(ThreadingHTTPServer):
    """Records with an ETag each; knows idempotency keys or not; says at which point of a request it is."""

    daemon_threads = True

    def __init__(self, *, knows_keys: bool) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.knows_keys = knows_keys
        self.values = {"phone": "old"}
        self.version = 1
        self.keys: set[str] = set()
        self.effects: Counter[str] = Counter()
        self.at_point = threading.Event()
        self.go_on = threading.Event()
        self.stop_at = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/records"

    def reach(self, point: str) -> None:
        if self.stop_at == point:
            self.stop_at = ""
            self.at_point.set()
            self.go_on.wait(10)


class Handler(BaseHTTPRequestHandler):
    server: Erp

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.server.reach("reading")
        self._answer(200, self.server.values)

    def do_PATCH(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        here, key = self.server, self.headers["Idempotency-Key"]
        here.reach("before the effect")
        if here.knows_keys and key in here.keys:
            return self._answer(200, here.values)
        if not here.knows_keys and self.headers["If-Match"] != f'"{here.version}"':
            return self._answer(412, {"error": "changed"})
        here.keys.add(key)
        here.values.update(body)
        here.version += 1
        here.effects[key] += 1
        here.reach("before the answer")
        return self._answer(200, here.values)

    def _answer(self, status: int, document: object) -> None:
        content = json.dumps(document).encode()
        try:
            self.send_response(status)
            self.send_header("ETag", f'"{self.server.version}"')
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            # Whoever asked is dead.
            self.close_connection = True


@contextmanager
def erp(*, knows_keys: bool) -> Iterator[Erp]:
    server = Erp(knows_keys=knows_keys)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.go_on.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


async def approved_item(url: str) -> str:
    engine = empty_database(url)
    desk = ChangeDesk(SqlChangeLedger(engine), ChangeTargets({"erp": InMemoryTarget({"1": {"phone": "old"}})}))
    wanted = NewChangeSet("Call", Author(AuthorKind.RULE, "rule"), (NewItem("erp", "1", "phone", "new"),))
    proposed = await desk.propose(wanted)
    desk.judge(proposed.set_id, {proposed.items[0].item_id: Verdict(Requirement.AUTOMATIC)})
    engine.dispose()
    return proposed.items[0].item_id


def start(url: str, server: Erp, item_id: str, stop_at: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", APPLY, url, server.url, item_id, stop_at]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("knows_keys", [True, False], ids=["keys", "versions"])
@pytest.mark.parametrize("point", ["reading", "before the effect", "before the answer"])
async def test_a_killed_process_leaves_one_effect(tmp_path: Path, point: str, knows_keys: bool) -> None:
    url = f"sqlite:///{tmp_path / 'changes.db'}"
    item_id = await approved_item(url)

    with erp(knows_keys=knows_keys) as server:
        server.stop_at = point
        first = start(url, server, item_id)
        assert server.at_point.wait(20)
        os.kill(first.pid, signal.SIGKILL)
        first.communicate()
        # The request lives on in the system after its sender is dead.
        server.go_on.set()
        await asyncio.sleep(0.3)
        second = start(url, server, item_id)
        said, _ = second.communicate(timeout=30)

        assert said.strip() == "applied"
        assert sum(server.effects.values()) == 1
        assert server.values["phone"] == "new"
    assert state_of(url, item_id) is ItemState.APPLIED


@pytest.mark.parametrize("knows_keys", [True, False], ids=["keys", "versions"])
@pytest.mark.parametrize("point", ["answered", "kept"])
async def test_a_process_killed_after_the_answer_leaves_one_effect(tmp_path: Path, point: str, knows_keys: bool) -> None:
    url = f"sqlite:///{tmp_path / 'changes.db'}"
    item_id = await approved_item(url)

    with erp(knows_keys=knows_keys) as server:
        first = start(url, server, item_id, stop_at=point)
        assert first.stdout is not None
        assert first.stdout.readline().strip() == point
        os.kill(first.pid, signal.SIGKILL)
        first.communicate()
        said, _ = start(url, server, item_id).communicate(timeout=30)

        assert said.strip() == "applied"
        assert sum(server.effects.values()) == 1
    assert state_of(url, item_id) is ItemState.APPLIED


def state_of(url: str, item_id: str) -> ItemState:
    engine = open_engine(url)
    state = SqlChangeLedger(engine).item(item_id).state
    engine.dispose()
    return state
