"""How long do real tickets take from `penstock tickets send` to the last user task in the inbox?

Starts the whole house on free ports with data of its own, trains the classifier on the file unless told not to, sends the first
tickets of it and waits until every one of them waits for a person or an operator in the read models.

    python bench/triage.py FILE.csv[.gz] [--limit 2000] [--samples-model]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.house import house

WAITING = """SELECT (SELECT count(DISTINCT process_instance_key) FROM user_task WHERE ended_at IS NULL)
    + (SELECT count(DISTINCT process_instance_key) FROM incident WHERE resolved_at IS NULL)"""
BY_TASK = "SELECT element_id, count(*) FROM user_task GROUP BY 1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--samples-model", action="store_true", help="classify with the small shipped model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, house(Path(folder) / "data") as running:
        if not options.samples_model:
            running.command("classifier", "train", str(options.file))
        running.start()
        started = time.perf_counter()
        sent = running.command("tickets", "send", str(options.file), "--limit", str(options.limit))
        sending = time.perf_counter() - started
        running.wait_until(lambda: running.sql(WAITING)[0][0] >= options.limit, 600, "all tickets wait for somebody")
        seconds = time.perf_counter() - started
        print(sent.stdout.strip().splitlines()[-1])
        print(f"sent in {sending:.1f} s, all in the inbox after {seconds:.1f} s: {options.limit / seconds:.0f} tickets/s")
        print(", ".join(f"{element} {count}" for element, count in running.sql(BY_TASK)))


if __name__ == "__main__":
    main()
