"""`python -m tests.differential.compatibility`: the page on compatibility with Zeebe, from the recorded table of a campaign.

What is refused comes from the recorded answers of the real engine to some hundred small files.
"""

import json
import re
from collections import defaultdict
from pathlib import Path

from tests.deployment_answers import answers
from tests.differential.campaign import REGRESSIONS
from tests.differential.coverage import TABLE
from tests.differential.hard_cases import recordings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "zeebe-compatibility.md"
_TITLES = {
    "element": ("Elements", "Activated on both engines, with the kind of their event."),
    "command": ("Commands", "Sent to both engines; answers and records agree."),
    "block": ("Situations", "Built by the generator: markers, boundary events, event subprocesses, starts, ends, mappings."),
    "incident": ("Incidents", "Raised and resolved at the same moment with the same message."),
    "rejection": ("Refused commands", "Refused with the same type and reason."),
    "record": ("Records", "Compared field by field."),
}
_GAPS = """## Where the embedded gateway differs on purpose

- `ActivateJobs` that finds nothing leaves no JOB_BATCH record.
- The value of a refused command's record holds the fields that were given, without the defaults of all others.
- Variables of one document and decisions of one graph are written in the order of the file; Zeebe orders them by hash.
- An event subprocess directly inside an event subprocess is started by its event as any other. In Zeebe 8.5 its event is
  refused or ends what runs without starting it, and the instance never completes.
- A modification names element instances of its own process instance; Zeebe ends those of other instances as well.
- A timer that is due when it is made fires at once; Zeebe looks for such timers every 100 ms, for messages past their time once
  a minute and for jobs past theirs every second.
- Zeebe can complete a process instance whose elements, begun by a modification or start instructions, still run; here it goes
  on until they are done.
- After the migration of a native user task its records name the new process definition; Zeebe's go on naming the old one.
- A subprocess that waits for a timer or signal of an event subprocess which its target does not have is not migrated; Zeebe
  takes it and has an event on its hands later that the process does not know.
- `StreamActivatedJobs` is not among the scenarios: the real engine in memory pushes nothing. Its own tests stand in
  `tests/unit/engine/gateway`.
- Where Zeebe answers INTERNAL because of a fault of its own, the command is refused with a reason.
"""


def page() -> str:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    once = len(list(REGRESSIONS.glob("*.json")))
    agree = table["scenarios"] - len(table["differing"])
    lines = [
        "# Compatibility with Zeebe 8.5",
        "",
        "This page is generated: `python -m tests.differential.compatibility`.",
        "",
        f"{table['scenarios']} generated scenarios were played on the real Zeebe 8.5.25 engine and on the embedded gateway; in",
        f"{agree} of them answers, outcome, order of events and every field of every record are the same. The embedded gateway",
        f"was stopped and started after each step in {table['restarted']} of them. The numbers say how many prove it.",
        f"Beside them {len(recordings())} hard cases made by hand and {once} that once differed are played.",
        *(
            [f"These seeds still differ in some record: {', '.join(map(str, table['differing']))}."]
            if table["differing"]
            else []
        ),
        "",
    ]
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for name, count in table["counts"].items():
        group, _, thing = name.partition(": ")
        groups[group].append((thing, count))
    for group, (title, words) in _TITLES.items():
        lines += [f"## {title}", "", words, "", f"| {title.lower()} | scenarios |", "|---|---:|"]
        lines += [f"| {thing.replace('_', ' ') if group == 'block' else thing} | {count} |" for thing, count in groups[group]]
        lines.append("")
    return "\n".join([*lines, _GAPS, *_refused()])


def _refused() -> list[str]:
    """What a deployment refuses, by element; the reason in Zeebe's words."""
    reasons: dict[str, set[str]] = defaultdict(set)
    for answer in answers():
        if not answer.accepted:
            reasons[answer.name].update(re.findall(r"ERROR: (.+)", answer.answer)[:1])
    lines = [
        "## Refused at deployment",
        "",
        "As Zeebe refuses it, each checked against the real engine.",
        "",
        "| file | reason |",
        "|---|---|",
    ]
    for name, said in sorted(reasons.items()):
        if said:
            lines.append(f"| {name} | {_cell('; '.join(sorted(said)))} |")
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
