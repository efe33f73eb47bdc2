"""BPMN files in, immutable executable processes or a list of findings out.

`read_bpmn` is what a deployment calls, `lint` what an editor calls; `functions_beyond_zeebe` tells what a cluster would not
know; `model` is what the processor runs.
"""

from engine.bpmn.findings import Finding, InvalidBpmn, Severity
from engine.bpmn.model import ProcessDefinition
from engine.bpmn.reader import functions_beyond_zeebe, lint, read_bpmn, read_deployed
from engine.bpmn.xml_tree import Limits

__all__ = [
    "Finding",
    "InvalidBpmn",
    "Limits",
    "ProcessDefinition",
    "Severity",
    "functions_beyond_zeebe",
    "lint",
    "read_bpmn",
    "read_deployed",
]
