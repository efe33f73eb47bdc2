"""Workers killed while they draft: each ticket still gets to a person, and no job leaves two drafts."""

import os
import time
from pathlib import Path

import pytest

from tests.house import house

TICKETS = 60
OPEN = "SELECT count(*) FROM user_task WHERE state = 'CREATED'"
CALLS = "SELECT count(*) FROM llm_call"
DRAFTS = "SELECT count(*), count(DISTINCT request_id), count(DISTINCT ticket_id) FROM assistant_draft"
# A job that was lost with its worker is handed out again when its time is over; the timer lets the ticket go on before.
PATIENCE_SECONDS = 200


@pytest.mark.timeout(400)
def test_a_killed_worker_leaves_one_draft_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PENSTOCK_PRACTICE_FAULTS", "timeout=0.2")
    monkeypatch.setitem(os.environ, "PENSTOCK_PRACTICE_TIMEOUT_SECONDS", "1")
    with house(tmp_path / "data") as one:
        one.start()
        one.command("tickets", "samples", "--count", str(TICKETS))
        one.wait_until(lambda: one.sql(CALLS)[0][0] >= 5, 60, "the model is being asked")

        for _time in range(3):
            one.kill("workers")
            time.sleep(3)
        one.wait_until(lambda: one.sql(OPEN) == [(TICKETS,)], PATIENCE_SECONDS, "every ticket is with a person")

        drafts, jobs, tickets = one.sql(DRAFTS)[0]
        with_draft = "SELECT count(*) FROM variable WHERE name = 'draft_id'"
        shown = one.sql(with_draft)[0][0]
    assert drafts == jobs == tickets
    assert TICKETS / 2 < shown <= drafts
