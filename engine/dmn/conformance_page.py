"""`docs/reference/conformance.md`, written from a run of the kit so that no figure in it is anybody's word."""

from engine.dmn.conformance import Outcome, Report

_HEAD = """# Conformance of FEEL and DMN

Made by `penstock tck DIR --markdown > docs/reference/conformance.md`, where DIR is a checkout of the DMN Technology
Compatibility Kit or a part of one. Do not edit it by hand.

A test passes when each of its results is as the kit expects; an error counts as null only where the kit expects an error. An
engine that always answers null passes about 44 % of level 3, so the third row is the one to compare: there Camunda's own engine
passes 80.5 %.

The dialect `camunda` is the default and answers as Zeebe does; `strict` follows the standard where the two differ.
"""


def page(camunda: Report, strict: Report) -> str:
    """The page, from a run in each dialect."""
    rows = [
        ("level 2", camunda.level2, strict.level2),
        ("level 3", camunda.level3, strict.level3),
        ("level 3, tests that expect a value", camunda.level3_expecting_value, strict.level3_expecting_value),
    ]
    lines = [_HEAD, "| tests | camunda | strict |", "|---|---|---|"]
    lines += [f"| {name} | {one} | {other} |" for name, one, other in rows]
    lines += ["", "## Folders that are not complete", "", "| folder | camunda | strict |", "|---|---|---|"]
    for folder, one in camunda.folders.items():
        other = strict.folders[folder]
        if one.passed < one.total or other.passed < other.total:
            lines.append(f"| {folder} | {one} | {other} |")
    lines += ["", "## Tests that fail in the strict dialect", "", *_listed(strict.failures)]
    known = {(outcome.folder, outcome.case_id) for outcome in strict.failures}
    others = [outcome for outcome in camunda.failures if (outcome.folder, outcome.case_id) not in known]
    lines += ["", "## Tests that fail in Camunda's dialect only, where Zeebe's answer is another", "", *_listed(others)]
    return "\n".join(lines) + "\n"


def _listed(failures: list[Outcome]) -> list[str]:
    return [f"- {one.folder} `{one.case_id}`: {_short(one.problems[0])}" for one in failures] or ["None."]


def _short(problem: str) -> str:
    line = problem.splitlines()[0].replace("|", "\\|").replace("<", "&lt;")
    return line if len(line) <= 200 else f"{line[:200]}…"
