"""Tickets through a whole house whose language model fails in every way, 1 % each: where do they end?

    python bench/model_faults.py [TICKETS] [FAULTS]

Prints how many reached a person's inbox, with and without a draft, what the model's calls came to, and how long it took.
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.house import House, house

OPEN = "SELECT count(*) FROM user_task WHERE state = 'CREATED'"
TASKS = "SELECT element_id, count(*) FROM user_task WHERE state = 'CREATED' GROUP BY element_id"
CALLS = "SELECT outcome, count(*) FROM llm_call GROUP BY outcome"
DRAFTS = "SELECT count(*), count(DISTINCT request_id), count(DISTINCT ticket_id) FROM assistant_draft"
LATENCIES = "SELECT latency_ms FROM llm_call ORDER BY latency_ms"


def main() -> None:
    tickets = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    os.environ["PENSTOCK_PRACTICE_FAULTS"] = sys.argv[2] if len(sys.argv) > 2 else "all=0.01"
    # A model that does not answer is waited for as long as the prompt says; the server holds such a request longer.
    os.environ["PENSTOCK_PRACTICE_TIMEOUT_SECONDS"] = "25"
    with tempfile.TemporaryDirectory() as folder, house(Path(folder) / "data") as one:
        one.start()
        print(json.dumps(measure(one, tickets), indent=2))


def measure(one: House, tickets: int) -> dict[str, object]:
    started = time.monotonic()
    one.command("tickets", "samples", "--count", str(tickets), "--seed", "2026")
    one.wait_until(lambda: one.sql(OPEN)[0][0] >= tickets, 900, f"{tickets} tickets wait for a person")
    seconds = time.monotonic() - started
    latencies = [row[0] for row in one.sql(LATENCIES)]
    drafts, requests, drafted_tickets = one.sql(DRAFTS)[0]
    return {
        "tickets": tickets,
        "seconds": round(seconds, 1),
        "per_second": round(tickets / seconds, 1),
        "with_a_person": dict(one.sql(TASKS)),
        "incidents": one.sql("SELECT count(*) FROM incident")[0][0],
        "drafts": drafts,
        "drafts_of_distinct_jobs_and_tickets": drafts == requests == drafted_tickets,
        "calls": dict(Counter(dict(one.sql(CALLS)))),
        "call_p50_ms": latencies[len(latencies) // 2],
        "call_p95_ms": latencies[len(latencies) * 95 // 100],
    }


if __name__ == "__main__":
    main()
