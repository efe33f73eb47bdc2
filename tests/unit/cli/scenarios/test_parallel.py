"""Cases played beside each other are told, counted and covered as if one after the other."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.scenarios.parallel import CASES_A_PROCESS
from tests.house import ROOT

CASES = 2 * CASES_A_PROCESS
DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="sizes" name="Sizes" namespace="http://example.org">
  <decision id="size" name="Size">
    <decisionTable id="table">
      <input id="in"><inputExpression id="ie" typeRef="number"><text>length</text></inputExpression></input>
      <output id="out" name="size" typeRef="string" />
      <rule id="small">
        <inputEntry id="i1"><text>&lt; 3</text></inputEntry><outputEntry id="o1"><text>"S"</text></outputEntry>
      </rule>
      <rule id="large">
        <inputEntry id="i2"><text>&gt;= 3</text></inputEntry><outputEntry id="o2"><text>"L"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>"""


def case(number: int) -> dict[str, object]:
    """Odd cases fail; the first half has short lengths, the other long ones."""
    selector = {"decisionDefinitionId": "size"}
    expected = "S" if number < CASES // 2 else "L"
    return {
        "name": f"case {number}",
        "instructions": [
            {"type": "EVALUATE_DECISION", "decisionDefinitionSelector": selector, "variables": {"length": number}},
            {"type": "ASSERT_DECISION", "decisionSelector": selector, "output": "?" if number % 2 else expected},
        ],
    }


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one process plays all cases")
def test_two_processes_tell_the_same_as_one(tmp_path: Path) -> None:
    (tmp_path / "sizes.dmn").write_text(DMN.replace("&lt; 3", f"&lt; {CASES // 2}").replace("&gt;= 3", f"&gt;= {CASES // 2}"))
    (tmp_path / "cases.json").write_text(json.dumps({"testCases": [case(number) for number in range(CASES)]}))

    # A process of its own, as on the command line: this one may have threads that a copy would lack.
    told = {count: played(tmp_path, count) for count in (1, 2)}

    assert told[1] == told[2]
    assert [one["name"] for one in told[2]["cases"]] == [f"case {number}" for number in range(CASES)]
    assert [one["passed"] for one in told[2]["cases"]] == [True, False] * CASES_A_PROCESS
    assert told[2]["coverage"]["decisions"] == [
        {"decision_id": "size", "rules": {"total": 2, "missing": [], "percent": 100.0}},
    ]


def played(folder: Path, processes: int) -> dict:
    command = ["-m", "cli", "test", str(folder / "cases.json"), "--models", str(folder / "sizes.dmn"), "--json"]
    done = subprocess.run(
        [sys.executable, *command, "--processes", str(processes)],
        cwd=ROOT,
        env={**os.environ, "PENSTOCK_DATA_DIR": str(folder / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    del report["seconds"]
    for one in report["cases"]:
        del one["seconds"]
    return report
