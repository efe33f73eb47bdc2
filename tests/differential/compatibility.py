"""`python -m tests.differential.compatibility`: the page on compatibility with Zeebe, from the recorded table of a campaign.

What is refused comes from the recorded answers of the real engine to some hundred small files.
"""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from tests.deployment_answers import answers
from tests.differential.campaign import REGRESSIONS
from tests.differential.coverage import TABLE
from tests.differential.hard_cases import recordings
from tests.differential.streams import recorded as streamed

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "zeebe-compatibility.md"
# What a file's own names stand for in a reason; the names of extensions and attributes stay.
_QUOTED = re.compile(r"(?<=expression )'[^']*'|(?<=name )'[^']*'|(?<=code )'[^']*'|(?<=value )'[^']*'|(?<=found )'[^']*'")
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
- A signal that a migrated subprocess waits for and its new definition does not know happens to the others; Zeebe answers
  INTERNAL to whoever broadcasts it. A timer of that kind is refused once; Zeebe goes on trying.
- A subprocess without events of its own that migrates to one with event subprocesses or boundary events hears them; Zeebe
  subscribes to them and refuses what comes.
- Expressions of error and escalation codes, of form ids and of execution listeners are checked at deployment; Zeebe raises an
  incident when it comes to them. What cannot be parsed is told in other words: what is wrong, and in which line and column.
- The real engine in memory pushes no jobs. `StreamActivatedJobs` is played on a real broker (8.5.8) instead, in SCENARIOS
  scenarios by hand: the same jobs come, and the same JOB records. A stream gets what becomes activatable while it is open,
  before those who poll; what waited before is polled.
- A range that is kept in a context or a list stays a range, as DMN has it; in Zeebe it is null from then on.
- Whole numbers beyond 64 bits that an expression gives are kept as decimals; Zeebe's become others, often below zero.
- A timer start that came back because the version after it was deleted fires when it is due; Zeebe looks for it only when it
  looks for another timer.
- Where Zeebe answers INTERNAL because of a fault of its own, the command is refused with a reason. An element whose cron can be
  written and not worked out (`FRI-MON/2`: a span of weekdays that goes round in steps) has an incident instead; a start event
  like that is refused with INTERNAL, as in Zeebe.
- A timer that was due before 1970 fires at once; in Zeebe it waits until no other timer is left.
- What a command writes at once must fit into 4 MB, as on a broker: some 2 MB of variables where two records repeat them. It is
  reckoned before anything is written, within some hundred bytes; what a signal or a start message does for many is not.
  `ActivateJobs` hands out jobs up to 4 MB together, where Zeebe's gateway may add one more.
"""


def page() -> str:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    by_hand = recordings()
    counts = Counter(table["counts"]) + Counter(feature for one in by_hand.values() for feature in one.covered)
    once = len(list(REGRESSIONS.glob("*.json")))
    agree = table["scenarios"] - len(table["differing"])
    lines = [
        "# Compatibility with Zeebe 8.5",
        "",
        "This page is generated: `python -m tests.differential.compatibility`.",
        "",
        f"{table['scenarios']} generated scenarios were played on the real Zeebe 8.5.25 engine and on the embedded gateway; in",
        f"{agree} of them answers, outcome, order of events and every field of every record are the same. The numbers say",
        f"how many prove it. Beside them {len(by_hand)} scenarios made by hand, which are counted too, and {once} that once",
        "differed are played.",
        "",
        "The same records are written when the embedded gateway is killed (`SIGKILL`) after each step and the next goes on",
        f"from its data: {table['killed']['campaign']} of the generated scenarios and {table['killed']['hard_cases']} of those",
        "made by hand were played so; a share of them is in each run of the tests.",
        *(
            [f"These seeds still differ in some record: {', '.join(map(str, table['differing']))}."]
            if table["differing"]
            else []
        ),
        "",
    ]
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for name, count in sorted(counts.items()):
        group, _, thing = name.partition(": ")
        groups[group].append((thing, count))
    for group, (title, words) in _TITLES.items():
        lines += [f"## {title}", "", words, "", f"| {title.lower()} | scenarios |", "|---|---:|"]
        lines += [f"| {thing.replace('_', ' ') if group == 'block' else thing} | {count} |" for thing, count in groups[group]]
        lines.append("")
    return "\n".join([*lines, _GAPS.replace("SCENARIOS", str(len(streamed()))), *_refused()])


def _refused() -> list[str]:
    """What a deployment refuses: the reason in Zeebe's words, and how many files show it, the first by name."""
    every = list(answers())
    shown: dict[str, list[str]] = defaultdict(list)
    for answer in every:
        for reason in re.findall(r"ERROR: (.+)", answer.answer)[:1]:
            shown[_QUOTED.sub("'…'", reason)].append(answer.name)
    lines = [
        "## Refused at deployment",
        "",
        f"As Zeebe refuses it: {len(every)} files were given to the real engine. What it accepts is accepted here, but for a",
        "few that would stop with an incident as soon as an instance comes to them.",
        "",
        "| reason | files | such as |",
        "|---|---:|---|",
    ]
    lines += [f"| {_cell(reason)} | {len(names)} | {_cell(names[0])} |" for reason, names in sorted(shown.items())]
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
