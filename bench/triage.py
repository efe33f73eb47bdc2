"""Real tickets through the whole process, from `penstock tickets send` to a person: how many a second, how long each, where to?

Starts the whole house on free ports with data of its own and a classifier trained on the file (kept beside the machine's other
temporary files: training again gives the same), sends the file's tickets and waits until every one of them waits for a person
or an operator in the read models. `--faults all=0.01` makes the practice model fail in each of its ways for one request in a
hundred; `--without-model` leaves drafts out, so that the local classifier alone decides. `--cpu` says what each process of the
house computed for a ticket: that, too, grows with what else the machine does, so compare two checkouts in turn.

    python bench/triage.py FILE.csv[.gz] [--limit 2000] [--faults all=0.01] [--without-model] [--workers 1]
        [--samples-model] [--cpu]
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.house import House, house

WITH_SOMEBODY = """SELECT (SELECT count(DISTINCT process_instance_key) FROM user_task WHERE ended_at IS NULL)
    + (SELECT count(DISTINCT process_instance_key) FROM incident WHERE resolved_at IS NULL)"""
TASKS = "SELECT element_id, count(*) FROM user_task WHERE ended_at IS NULL GROUP BY 1 ORDER BY 2 DESC"
OTHERS = {
    "tickets": "SELECT count(*) FROM ticket",
    "instances": "SELECT count(*) FROM process_instance WHERE bpmn_process_id = 'ticket_triage'",
    "incidents": "SELECT count(*) FROM incident",
    "drafts": "SELECT count(*) FROM assistant_draft",
    "drafts_of_distinct_jobs": "SELECT count(DISTINCT request_id) FROM assistant_draft",
}
CALLS = "SELECT outcome, count(*) FROM llm_call GROUP BY outcome ORDER BY 2 DESC"
WAITED = """SELECT (min(user_task.created_at) - process_instance.started_at) / 1000.0
    FROM process_instance JOIN user_task ON user_task.process_instance_key = process_instance.key
    WHERE process_instance.bpmn_process_id = 'ticket_triage' GROUP BY process_instance.key ORDER BY 1"""
LATENCIES = "SELECT latency_ms FROM llm_call ORDER BY 1"
REACHED = """SELECT (min(user_task.created_at) - (SELECT min(started_at) FROM process_instance)) / 1000.0
    FROM user_task GROUP BY process_instance_key ORDER BY 1"""
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--faults", default="", help="what the practice model does wrong, and how often")
    parser.add_argument("--without-model", action="store_true", help="no language model: tickets go on without a draft")
    parser.add_argument("--workers", type=int, default=1, help="processes of job workers")
    parser.add_argument("--samples-model", action="store_true", help="classify with the small shipped model")
    parser.add_argument("--cpu", action="store_true", help="processor time of each process")
    options = parser.parse_args()
    # A model that does not answer is waited for as long as the prompt says; the server holds such a request longer.
    wishes = {"practice_faults": options.faults, "practice_timeout_seconds": 25, "worker_processes": options.workers}
    wishes["llm_practice"] = not options.without_model
    with tempfile.TemporaryDirectory() as folder, house(Path(folder) / "data", **wishes) as running:
        if not options.samples_model:
            put_classifier(running, options.file)
        running.start()
        # The pages are up first: what workers need to start would count as tickets waiting.
        running.wait_until(lambda: "workers_started" in log_of(running, "workers"), 120, "the workers have started")
        print(json.dumps(measure(running, options.file, options.limit, cpu=options.cpu), indent=2))


def log_of(running: House, name: str) -> str:
    file = running.data / "logs" / f"{name}.log"
    return file.read_text(errors="replace") if file.exists() else ""


def put_classifier(running: House, file: Path) -> None:
    """Train once for each file; later runs begin at once."""
    kept = Path(tempfile.gettempdir()) / f"penstock-classifier-{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}.npz"
    if not kept.exists():
        running.command("classifier", "train", str(file))
        shutil.copy(running.data / "classifier.npz", kept)
    running.data.mkdir(parents=True, exist_ok=True)
    shutil.copy(kept, running.data / "classifier.npz")


def measure(running: House, file: Path, limit: int, *, cpu: bool) -> dict[str, Any]:
    before = processor_seconds(running)
    started = time.perf_counter()
    running.command("tickets", "send", str(file), "--limit", str(limit))
    sending = time.perf_counter() - started
    count = running.sql("SELECT count(*) FROM ticket")[0][0]
    running.wait_until(lambda: running.sql(WITH_SOMEBODY)[0][0] >= count, 3600, "all tickets wait for somebody")
    seconds = time.perf_counter() - started
    waited = [row[0] for row in running.sql(WAITED)]
    latencies = [row[0] for row in running.sql(LATENCIES)] or [0]
    reached = [row[0] for row in running.sql(REACHED)]
    result: dict[str, Any] = {
        "sent_seconds": round(sending, 1),
        "seconds": round(seconds, 1),
        "tickets_per_second": round(count / seconds, 1),
        # Mostly the time in the queue, for the whole file is sent at once.
        "ticket_p50_seconds": round(waited[len(waited) // 2], 2),
        "ticket_p95_seconds": round(waited[len(waited) * 95 // 100], 2),
        # Since the first began: when the last tickets come long after the rest, somebody waited for a time limit.
        "seconds_until_with_a_person": {
            share: round(reached[(len(reached) - 1) * share // 100], 1) for share in (50, 90, 99, 100)
        },
        "with_a_person": dict(running.sql(TASKS)),
        **{name: running.sql(query)[0][0] for name, query in OTHERS.items()},
        "model_calls": dict(running.sql(CALLS)),
        "model_ms": {share: latencies[(len(latencies) - 1) * share // 100] for share in (50, 95, 100)},
    }
    if cpu:
        after = processor_seconds(running)
        spent = {name: round((after[name] - before.get(name, 0)) / count * 1000, 2) for name in sorted(after)}
        result["processor_ms_a_ticket"] = spent | {"together": round(sum(spent.values()), 2)}
    return result


def processor_seconds(running: House) -> dict[str, float]:
    """Of the processes of a house, by what they do."""
    seconds: dict[str, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if str(running.data).encode() not in (entry / "environ").read_bytes():
                continue
            name = " ".join(word.decode() for word in (entry / "cmdline").read_bytes().split(b"\0")[3:5] if word)
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        seconds[name] = seconds.get(name, 0.0) + (int(fields[11]) + int(fields[12])) / TICKS
    return seconds


if __name__ == "__main__":
    main()
